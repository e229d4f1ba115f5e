import { useEffect, type ReactNode } from 'react';
import { CircleAlert, CircleCheck, Info, X } from 'lucide-react';

import { createStore } from '~/lib/store';
import { useStore } from '~/lib/use-store';
import { explain } from './explain';

interface Toast {
  readonly id: number;
  readonly tone: 'info' | 'good' | 'bad';
  readonly text: string;
  readonly action?: ToastAction | undefined;
}

/** Something that can be done about it, once. */
export interface ToastAction {
  readonly label: string;
  readonly run: () => void;
}

const toasts = createStore<readonly Toast[]>([]);
let next = 1;
const SHOWN_MS = { info: 4000, good: 3000, bad: 8000 };
/** Long enough to find the button by keyboard. */
const WITH_ACTION_MS = 12_000;

export function toast(text: string, tone: Toast['tone'] = 'info', action?: ToastAction): void {
  // The same sentence twice is one toast that stays longer, not a pile.
  // Only the last thing done can be taken back: an earlier way back may lead elsewhere by now.
  const stays = (t: Toast): boolean => t.text !== text && !(action && t.action);
  toasts.update((list) => [...list.filter(stays), { id: next++, tone, text, action }].slice(-4));
}

export function toastError(error: unknown): void {
  const { title, detail } = explain(error);
  toast(detail || title, 'bad');
}

const drop = (id: number): void => toasts.update((list) => list.filter((t) => t.id !== id));

const ICONS = { info: Info, good: CircleCheck, bad: CircleAlert };

function Item({ item }: { item: Toast }): ReactNode {
  useEffect(() => {
    const timer = setTimeout(() => drop(item.id), item.action ? WITH_ACTION_MS : SHOWN_MS[item.tone]);
    return () => clearTimeout(timer);
  }, [item]);
  const Icon = ICONS[item.tone];
  return (
    <div className={`toast toast-${item.tone}`}>
      <Icon size={16} aria-hidden />
      <span>{item.text}</span>
      {item.action && (
        <button
          type="button"
          className="toast-action"
          onClick={() => {
            item.action?.run();
            drop(item.id);
          }}
        >
          {item.action.label}
        </button>
      )}
      <button type="button" className="toast-close" aria-label="Dismiss" onClick={() => drop(item.id)}>
        <X size={14} aria-hidden />
      </button>
    </div>
  );
}

export function Toasts(): ReactNode {
  const list = useStore(toasts);
  return (
    <div className="toasts" role="status" aria-live="polite">
      {list.map((item) => (
        <Item key={item.id} item={item} />
      ))}
    </div>
  );
}

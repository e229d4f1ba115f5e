import { RotateCcw, X } from 'lucide-react';
import { useEffect, useRef, useState, type ReactNode } from 'react';

import { Button, IconButton, keyInWords } from '~/ui/controls';
import { COMMANDS, YIELDING, type CommandId } from './commands';
import { keyOf } from './keyboard';
import { commandOf, given, keysOf, refusal, usual, withoutKeys, type MyKeys } from './keymap';
import type { HolderHere } from './registry';

interface ChangeKeyProps {
  id: CommandId;
  mine: MyKeys;
  /** What else has a key on this task: labels, options of the layout. */
  here: ReadonlyMap<string, HolderHere>;
  onChange: (next: MyKeys) => void;
}

/** What has been pressed and is no key of this command yet. */
type Asked =
  | { readonly key: string; readonly holder: CommandId | null; readonly other: HolderHere | undefined }
  | { readonly key: string; readonly refused: string };

/** One command's key, to be given another: by pressing it. */
export function ChangeKey({ id, mine, here, onChange }: ChangeKeyProps): ReactNode {
  const [listening, setListening] = useState(false);
  const [asked, setAsked] = useState<Asked | null>(null);
  const button = useRef<HTMLButtonElement>(null);
  const { title } = COMMANDS[id];
  const keys = keysOf(id, mine);
  const had = keys.find((key) => here.has(key));
  const take = (key: string): void => {
    setAsked(null);
    onChange(given(mine, id, key));
    button.current?.focus();
  };
  useEffect(() => {
    if (!listening) return;
    // Before the dialog, which would close at Esc, and before the browser's own shortcuts.
    const onKey = (event: KeyboardEvent): void => {
      if (event.key === 'Tab' && !event.ctrlKey && !event.altKey && !event.metaKey) {
        setListening(false);
        return;
      }
      event.preventDefault();
      event.stopImmediatePropagation();
      if (['Control', 'Shift', 'Alt', 'Meta', 'AltGraph'].includes(event.key)) return;
      setListening(false);
      if (event.key === 'Escape') return;
      const key = keyOf(event);
      const holder = commandOf(key, mine);
      const refused = refusal(key);
      if (refused !== null) setAsked({ key, refused });
      else if ((holder !== undefined && holder !== id) || here.has(key))
        setAsked({ key, holder: holder === undefined || holder === id ? null : holder, other: here.get(key) });
      else take(key);
    };
    addEventListener('keydown', onKey, { capture: true });
    return () => removeEventListener('keydown', onKey, { capture: true });
  });
  return (
    <div className="key-change">
      <div className="key-change-row">
        <span>{title}</span>
        <span className="spacer" />
        <button
          ref={button}
          type="button"
          className="key-change-button"
          data-testid={`key-${id}`}
          onClick={() => {
            setAsked(null);
            setListening(true);
          }}
          onBlur={() => setListening(false)}
        >
          <span className="sr-only">{title}: </span>
          {listening ? (
            'Press a key …'
          ) : keys.length === 0 ? (
            <span className="muted">none</span>
          ) : (
            keys.map(keyInWords).join(' or ')
          )}
        </button>
        {mine[id] ? (
          <IconButton label={`The usual key for ${title}`} onClick={() => onChange(usual(mine, id))}>
            <RotateCcw size={14} aria-hidden />
          </IconButton>
        ) : (
          <IconButton label={`No key for ${title}`} onClick={() => onChange(withoutKeys(mine, id))}>
            <X size={14} aria-hidden />
          </IconButton>
        )}
      </div>
      {!asked && had && (
        <p className="muted key-change-here">
          On this task {keyInWords(had)} is “{here.get(had)?.name}”.
        </p>
      )}
      <div aria-live="polite">
        {asked && 'refused' in asked && (
          <p className="field-error">
            <strong>{keyInWords(asked.key)}</strong> {asked.refused}
          </p>
        )}
        {asked && 'holder' in asked && (
          <p className="key-change-asked">
            <span>
              {asked.holder && (
                <>
                  <strong>{keyInWords(asked.key)}</strong> is {COMMANDS[asked.holder].title}.{' '}
                </>
              )}
              {asked.other && (
                <>
                  On this task <strong>{keyInWords(asked.key)}</strong> is “{asked.other.name}”
                  {asked.other.isLayouts || YIELDING.has(id) ? ', and stays so there.' : ', which gets another there.'}
                </>
              )}
            </span>
            <Button onClick={() => take(asked.key)} autoFocus>
              Take it
            </Button>
            <Button onClick={() => setAsked(null)}>Leave it</Button>
          </p>
        )}
      </div>
    </div>
  );
}

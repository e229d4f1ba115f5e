import type { ButtonHTMLAttributes, ReactNode } from 'react';
import { Loader2 } from 'lucide-react';

import { cx } from '~/lib/cx';
import { Tip } from './tip';

type ButtonProps = ButtonHTMLAttributes<HTMLButtonElement> & {
  look?: 'solid' | 'soft' | 'plain' | 'danger';
  size?: 'md' | 'lg';
  busy?: boolean;
  icon?: ReactNode;
  keys?: string;
};

export function Button({
  look = 'soft',
  size = 'md',
  busy,
  icon,
  keys,
  className,
  children,
  disabled,
  ...rest
}: ButtonProps): ReactNode {
  return (
    <button
      type="button"
      className={cx('btn', `btn-${look}`, size === 'lg' && 'btn-lg', className)}
      disabled={disabled ?? busy}
      aria-busy={busy}
      {...rest}
    >
      {busy ? <Loader2 className="spin" size={14} aria-hidden /> : icon}
      {children}
      {keys && <Kbd keys={keys} />}
    </button>
  );
}

type IconButtonProps = Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'aria-label'> & {
  label: string;
  keys?: string;
  pressed?: boolean;
  side?: 'top' | 'right' | 'bottom' | 'left';
};

/** A button that is only a picture: its name is its label and its tooltip. */
export function IconButton({ label, keys, pressed, side, className, children, ...rest }: IconButtonProps): ReactNode {
  return (
    <Tip text={label} {...(keys ? { keys } : {})} {...(side ? { side } : {})}>
      <button type="button" className={cx('icon-btn', className)} aria-label={label} aria-pressed={pressed} {...rest}>
        {children}
      </button>
    </Tip>
  );
}

const NAMES: Record<string, string> = {
  Control: 'Ctrl',
  ArrowUp: '↑',
  ArrowDown: '↓',
  ArrowLeft: '←',
  ArrowRight: '→',
  Escape: 'Esc',
  Enter: '↵',
  Delete: 'Del',
  ' ': 'Space',
};

/** `Control+Shift+z` as keycaps. */
export function Kbd({ keys }: { keys: string }): ReactNode {
  const parts = keys === '+' ? ['+'] : keys.split('+').map((part) => part || '+');
  return (
    <kbd className="kbd" aria-hidden>
      {parts.map((part) => (
        <span key={part}>{NAMES[part] ?? (part.length === 1 ? part.toUpperCase() : part)}</span>
      ))}
    </kbd>
  );
}

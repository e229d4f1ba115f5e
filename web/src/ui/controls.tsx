import type { ButtonHTMLAttributes, ReactNode, Ref } from 'react';
import { Loader2 } from 'lucide-react';

import { cx } from '~/lib/cx';
import { Tip } from './tip';

type ButtonProps = ButtonHTMLAttributes<HTMLButtonElement> & {
  look?: 'solid' | 'soft' | 'plain' | 'danger';
  size?: 'md' | 'lg';
  busy?: boolean;
  icon?: ReactNode;
  keys?: string;
  ref?: Ref<HTMLButtonElement>;
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

const partsOf = (keys: string): readonly string[] =>
  (keys === '+' ? ['+'] : keys.split('+').map((part) => part || '+')).map(
    (part) => NAMES[part] ?? (part.length === 1 ? part.toUpperCase() : part),
  );

/** `Control+Shift+z` in words, where it is what is there to be read. */
export const keyInWords = (keys: string): string => partsOf(keys).join('+');

/** `Control+Shift+z` as keycaps, beside what has a name. */
export const Kbd = ({ keys }: { keys: string }): ReactNode => (
  <kbd className="kbd" aria-hidden>
    {partsOf(keys).map((part) => (
      <span key={part}>{part}</span>
    ))}
  </kbd>
);

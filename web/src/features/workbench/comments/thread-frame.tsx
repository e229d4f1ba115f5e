import { useLayoutEffect, type KeyboardEvent, type ReactNode, type RefObject } from 'react';

import { cx } from '~/lib/cx';

export interface ThreadFrameProps {
  label: string;
  /** The keys go here when it opens, so that it is read out and Esc and Tab are for it. */
  takesFocus: boolean;
  onEnter?: () => void;
  children: ReactNode;
}

interface FrameProps extends ThreadFrameProps {
  card: RefObject<HTMLElement | null>;
  className?: string;
  onClose: () => void;
}

/** A card with what is said in it, wherever it stands. */
export function ThreadFrame({ card, className, label, takesFocus, onEnter, onClose, children }: FrameProps): ReactNode {
  useLayoutEffect(() => {
    const element = card.current;
    const before = document.activeElement;
    if (takesFocus) element?.focus({ preventScroll: true });
    return () => {
      // Whoever was in here is put back where they were, or to the picture: the keys must not be lost with the card.
      const active = document.activeElement;
      if (active !== document.body && !element?.contains(active)) return;
      const back = before instanceof HTMLElement && before !== document.body && before.isConnected ? before : null;
      (back ?? document.querySelector<HTMLElement>('[data-testid="stage"]'))?.focus({ preventScroll: true });
    };
  }, [card, takesFocus]);

  const onKeyDown = (event: KeyboardEvent): void => {
    // What is open over the card, a menu, has its own Esc.
    if (!(event.target instanceof Node && card.current?.contains(event.target))) return;
    if (event.key === 'Escape') {
      event.preventDefault();
      onClose();
    } else if (event.key === 'Enter' && event.target === card.current && onEnter) {
      event.preventDefault();
      onEnter();
    }
  };
  return (
    <section
      ref={card}
      className={cx('thread-card', className)}
      aria-label={label}
      tabIndex={-1}
      onKeyDown={onKeyDown}
      data-testid="thread-card"
    >
      {children}
    </section>
  );
}

/**
 * When a tip is shown, and of what: one set of listeners for all of the page. A part with listeners of its own for each of the fifty tips of a workbench took
 * a fifth of the time in which the screen of a task is made.
 */

/** So long a pointer rests before a tip comes. */
export const DELAY_MS = 350;
/** Within this time after one tip the next comes at once: somebody is reading along a row. */
export const READING_MS = 200;

/** Shows the tip of an element with `data-tip`, or none. */
type Show = (anchor: HTMLElement | null) => void;

const anchorOf = (target: EventTarget | null): HTMLElement | null =>
  target instanceof Element ? target.closest<HTMLElement>('[data-tip]') : null;

/** @returns stops watching */
export function watchTips(root: Document, show: Show): () => void {
  let over: HTMLElement | null = null;
  let shown: HTMLElement | null = null;
  let hiddenAt = -Infinity;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const open = (anchor: HTMLElement): void => {
    clearTimeout(timer);
    shown = anchor;
    show(anchor);
  };
  const close = (): void => {
    clearTimeout(timer);
    if (!shown) return;
    shown = null;
    hiddenAt = performance.now();
    show(null);
  };
  const listeners = {
    pointerover(event: PointerEvent): void {
      // A finger covers what it is on, and what it does it does at once.
      const anchor = event.pointerType === 'touch' ? null : anchorOf(event.target);
      if (anchor === over) return;
      over = anchor;
      close();
      if (!anchor) return;
      if (performance.now() - hiddenAt < READING_MS) open(anchor);
      else timer = setTimeout(() => open(anchor), DELAY_MS);
    },
    pointerout(event: PointerEvent): void {
      // Out of the window; else where it went to is told by pointerover.
      if (event.relatedTarget !== null) return;
      over = null;
      close();
    },
    // Whoever presses knows what it is. Not shown again before the pointer has left.
    pointerdown: close,
    focusin(event: FocusEvent): void {
      const anchor = anchorOf(event.target);
      if (anchor && event.target instanceof Element && event.target.matches(':focus-visible')) open(anchor);
    },
    focusout: close,
    keydown(event: KeyboardEvent): void {
      if (event.key === 'Escape') close();
    },
    scroll(event: Event): void {
      if (shown && event.target instanceof Node && event.target.contains(shown)) close();
    },
  };
  const entries = Object.entries(listeners) as [keyof typeof listeners, EventListener][];
  for (const [name, listener] of entries) root.addEventListener(name, listener, { capture: true, passive: true });
  return () => {
    close();
    for (const [name, listener] of entries) root.removeEventListener(name, listener, { capture: true });
  };
}

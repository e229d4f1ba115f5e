/** What a control is called and its key, beside it, while somebody points at it or comes to it by keyboard. */
import { autoUpdate, computePosition, flip, offset, shift, type Placement } from '@floating-ui/dom';
import { cloneElement, useEffect, useId, useLayoutEffect, useRef, useState, type ReactElement, type ReactNode } from 'react';
import { createPortal } from 'react-dom';

import { Kbd } from './controls';
import { watchTips } from './tip-watch';

interface TipProps {
  text: string;
  keys?: string;
  side?: 'top' | 'right' | 'bottom' | 'left';
  /** It hands what it does not know on to an element of the page. */
  children: ReactElement;
}

export const Tip = ({ text, keys, side = 'bottom', children }: TipProps): ReactNode =>
  cloneElement(children as ReactElement<Record<string, unknown>>, {
    'data-tip': text,
    'data-tip-keys': keys,
    'data-tip-side': side,
  });

/** Shows the tips of all that is within the page. */
export function TipProvider({ children }: { children: ReactNode }): ReactNode {
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  useEffect(() => watchTips(document, setAnchor), []);
  return (
    <>
      {children}
      {anchor && <Bubble anchor={anchor} onGone={() => setAnchor(null)} />}
    </>
  );
}

const said = ({ dataset }: HTMLElement): { tip: string; keys?: string | undefined; side?: string | undefined } => ({
  tip: dataset.tip ?? '',
  keys: dataset.tipKeys,
  side: dataset.tipSide,
});

interface BubbleProps {
  anchor: HTMLElement;
  /** What it is about is not on the page any more. */
  onGone: () => void;
}

function Bubble({ anchor, onGone }: BubbleProps): ReactNode {
  const id = useId();
  const bubble = useRef<HTMLDivElement>(null);
  const gone = useRef(onGone);
  const [{ tip, keys, side }, setSaid] = useState(() => said(anchor));
  useLayoutEffect(() => {
    const read = (): void => setSaid(said(anchor));
    read();
    // What a button is called may change while it is pointed at.
    const observer = new MutationObserver(read);
    observer.observe(anchor, { attributeFilter: ['data-tip', 'data-tip-keys'] });
    return () => observer.disconnect();
  }, [anchor]);
  useLayoutEffect(() => {
    // Where it says the name once more, or the control is described already, nothing is said twice.
    if (tip === anchor.getAttribute('aria-label') || anchor.hasAttribute('aria-describedby')) return;
    anchor.setAttribute('aria-describedby', id);
    return () => anchor.removeAttribute('aria-describedby');
  }, [anchor, id, tip]);
  useLayoutEffect(() => {
    const element = bubble.current;
    if (!element) return;
    const place = async (): Promise<void> => {
      if (!anchor.isConnected) {
        gone.current();
        return;
      }
      const { x, y } = await computePosition(anchor, element, {
        strategy: 'fixed',
        placement: side as Placement,
        middleware: [offset(6), flip({ padding: 8 }), shift({ padding: 8 })],
      });
      element.style.translate = `${Math.round(x)}px ${Math.round(y)}px`;
      element.style.visibility = 'visible';
    };
    return autoUpdate(anchor, element, () => void place());
  }, [anchor, tip, side]);
  return createPortal(
    <div ref={bubble} id={id} role="tooltip" className="tip" data-side={side}>
      {tip}
      {keys && <Kbd keys={keys} />}
    </div>,
    document.body,
  );
}

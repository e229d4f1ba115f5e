import type { ThreadAnchor } from '@tandem/client';
import { useLayoutEffect, useRef, type KeyboardEvent, type ReactNode } from 'react';

import { beside } from '~/geometry/beside';
import { toStage } from '~/geometry/view';
import type { Desk } from '~/tools/desk';

/** From the place to the card: the pin stays in sight. */
const GAP = 40;

interface BesidePinProps {
  desk: Desk;
  anchor: ThreadAnchor;
  label: string;
  /** The keys go here when it opens, so that it is read out and Esc and Tab are for it. */
  takesFocus: boolean;
  onEnter?: () => void;
  children: ReactNode;
}

/** A card that stays beside its pin while the picture is moved. No component renders for it. */
export function BesidePin({ desk, anchor, label, takesFocus, onEnter, children }: BesidePinProps): ReactNode {
  const card = useRef<HTMLElement>(null);

  useLayoutEffect(() => {
    const element = card.current;
    if (!element) return;
    const place = (): void => {
      const { offsetWidth: width, offsetHeight: height } = element;
      const point = toStage(desk.camera.view.get(), desk.comments.place(anchor));
      const { x, y } = beside(point, { width, height }, desk.camera.stage.get(), GAP);
      element.style.transform = `translate(${Math.round(x)}px, ${Math.round(y)}px)`;
    };
    place();
    const { camera, room, draft } = desk;
    const stops = [camera.view, camera.stage, room.regions, room.ghosts, draft].map((one) => one.subscribe(place));
    const sized = new ResizeObserver(place);
    sized.observe(element);
    return () => {
      for (const stop of stops) stop();
      sized.disconnect();
    };
  }, [desk, anchor]);

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
  }, [takesFocus]);

  const onKeyDown = (event: KeyboardEvent): void => {
    // What is open over the card, a menu, has its own Esc.
    if (!(event.target instanceof Node && card.current?.contains(event.target))) return;
    if (event.key === 'Escape') {
      event.preventDefault();
      desk.comments.close();
    } else if (event.key === 'Enter' && event.target === card.current && onEnter) {
      event.preventDefault();
      onEnter();
    }
  };
  return (
    <section ref={card} className="thread-card" aria-label={label} tabIndex={-1} onKeyDown={onKeyDown} data-testid="thread-card">
      {children}
    </section>
  );
}

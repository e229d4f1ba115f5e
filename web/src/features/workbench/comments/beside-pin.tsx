import type { ThreadAnchor } from '@tandem/client';
import { useLayoutEffect, useRef, type ReactNode } from 'react';

import { beside } from '~/geometry/beside';
import { toStage } from '~/geometry/view';
import type { Desk } from '~/tools/desk';
import { ThreadFrame, type ThreadFrameProps } from './thread-frame';

/** From the place to the card: the pin stays in sight. */
const GAP = 40;

export interface PlacedProps extends ThreadFrameProps {
  desk: Desk;
  anchor: ThreadAnchor;
}

/** A card that stays beside its pin while the picture is moved. No component renders for it. */
export function BesidePin({ desk, anchor, ...frame }: PlacedProps): ReactNode {
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

  return <ThreadFrame card={card} onClose={() => desk.comments.close()} {...frame} />;
}

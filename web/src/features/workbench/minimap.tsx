import { useEffect, useRef, type PointerEvent, type ReactNode } from 'react';

import type { LoadedPicture } from '~/canvas/images';
import { zoomOf } from '~/canvas/wheel';
import { imagePoint } from '~/geometry/points';
import { useSelected, useStore } from '~/lib/use-store';
import type { Desk } from '~/tools/desk';

const LONGEST = 168;

/** Where in the picture I am, while I do not see all of it. A press goes there, the wheel zooms. */
export function Minimap({ desk, picture }: { desk: Desk; picture: LoadedPicture | null }): ReactNode {
  const map = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const frame = useRef<HTMLDivElement>(null);
  const { minimap } = useStore(desk.look);
  const whole = useSelected(desk.camera.view, () => desk.camera.showsAll());
  const scale = LONGEST / Math.max(desk.image.width, desk.image.height);
  const [width, height] = [Math.round(desk.image.width * scale), Math.round(desk.image.height * scale)];
  const shown = minimap && !whole && picture !== null;

  useEffect(() => {
    const ctx = canvas.current?.getContext('2d');
    if (!shown || !ctx) return;
    ctx.imageSmoothingQuality = 'medium';
    ctx.drawImage(picture.whole, 0, 0, width, height);
  }, [shown, picture, width, height]);

  useEffect(() => {
    if (!shown) return;
    const place = (): void => {
      const { x, y, width: w, height: h } = desk.camera.visible();
      const [left, top] = [Math.max(0, x * scale), Math.max(0, y * scale)];
      Object.assign(frame.current?.style ?? {}, {
        left: `${left}px`,
        top: `${top}px`,
        width: `${Math.min(width, (x + w) * scale) - left}px`,
        height: `${Math.min(height, (y + h) * scale) - top}px`,
      });
    };
    place();
    return desk.camera.view.subscribe(place);
  }, [shown, desk, scale, width, height]);

  useEffect(() => {
    const host = map.current;
    if (!shown || !host) return;
    // React's own wheel listeners cannot keep the page from scrolling.
    const zoom = (event: WheelEvent): void => {
      event.preventDefault();
      desk.camera.zoom(zoomOf(event));
    };
    host.addEventListener('wheel', zoom, { passive: false });
    return () => host.removeEventListener('wheel', zoom);
  }, [shown, desk]);

  if (!shown) return null;
  const go = (event: PointerEvent<HTMLDivElement>): void => {
    if (event.buttons === 0) return;
    const box = event.currentTarget.getBoundingClientRect();
    desk.camera.centreOn(imagePoint((event.clientX - box.left) / scale, (event.clientY - box.top) / scale));
  };
  return (
    // Whoever uses keys has 0, + and - and the list of regions.
    <div
      ref={map}
      className="minimap"
      style={{ width, height }}
      onPointerDown={go}
      onPointerMove={go}
      data-testid="minimap"
      aria-hidden
    >
      <canvas ref={canvas} width={width} height={height} />
      <div ref={frame} className="minimap-frame" />
    </div>
  );
}

/** A picture and shapes that are only looked at, moving with the desk's camera. */
import { useEffect, useLayoutEffect, useRef, type ReactNode } from 'react';

import type { ImagePoint } from '~/geometry/points';
import type { Desk } from '~/tools/desk';
import { LookPointers } from './look-pointers';
import type { LoadedPicture } from './images';
import type { Looks } from './overlay';
import { StillBoard } from './still-board';
import type { Underlay } from './underlay';

interface StillCanvasProps {
  desk: Desk;
  picture: LoadedPicture | null;
  looks: Looks;
  shown: Underlay;
  /** What is seen here, for those who do not see it. */
  label: string;
  onClick: (point: ImagePoint) => void;
}

export function StillCanvas({ desk, picture, looks, shown, label, onClick }: StillCanvasProps): ReactNode {
  const host = useRef<HTMLDivElement>(null);
  const pictureSheet = useRef<HTMLCanvasElement>(null);
  const shapes = useRef<HTMLCanvasElement>(null);
  const nextShapes = useRef<HTMLCanvasElement>(null);
  const overlay = useRef<HTMLCanvasElement>(null);
  const board = useRef<StillBoard | null>(null);
  const { camera, look } = desk;

  useLayoutEffect(() => {
    const [element, front, back] = [host.current, shapes.current, nextShapes.current];
    if (!element || !pictureSheet.current || !front || !back || !overlay.current) return;
    const canvases = { picture: pictureSheet.current, shapes: [front, back], overlay: overlay.current } as const;
    const made = new StillBoard(canvases, { camera, look, looks, shown });
    board.current = made;
    const measure = (): void => made.resize({ width: element.clientWidth, height: element.clientHeight });
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => {
      observer.disconnect();
      board.current = null;
      made.dispose();
    };
  }, [camera, look, looks, shown]);

  useLayoutEffect(() => board.current?.setPicture(picture), [picture, camera, look, looks, shown]);

  useEffect(() => {
    if (!host.current) return;
    const pointers = new LookPointers(host.current, camera, onClick);
    return () => pointers.dispose();
  }, [camera, onClick]);

  return (
    <div ref={host} className="stage stage-still" role="img" aria-label={label}>
      <canvas ref={pictureSheet} className="stage-sheet" aria-hidden />
      <canvas ref={shapes} className="stage-sheet" aria-hidden />
      <canvas ref={nextShapes} className="stage-sheet" aria-hidden />
      <canvas ref={overlay} className="stage-layer" aria-hidden />
    </div>
  );
}

import { useEffect, useLayoutEffect, useRef, type ReactNode } from 'react';

import { stagePoint } from '~/geometry/points';
import type { Desk } from '~/tools/desk';
import { Board } from './board';
import { Cursors } from './cursors';
import type { LoadedPicture } from './images';
import type { Looks } from './overlay';
import { Pins, type Faces } from './pins';
import { Pointers } from './pointers';
import { installProbe } from './probe';
import { allOf, giveBack, takeCanvases } from './spare-canvases';
import type { Underlay } from './underlay';

interface CanvasProps {
  desk: Desk;
  picture: LoadedPicture | null;
  looks: Looks;
  faces: Faces;
  describedBy: string;
  /** What lies below the work. */
  underlay?: Underlay | null;
  onPointers: (pointers: Pointers | null) => void;
  /** The person did something with the canvas themselves. */
  onTouch: () => void;
}

/** Until it is known who is who. */
const NOBODY: Faces = () => ({ name: '?', color: '#8b8f99' });

/** The picture and what lies on it. It draws and forwards; what things mean is decided by the desk and its tools. */
export function Canvas(props: CanvasProps): ReactNode {
  const { desk, picture, looks, faces, describedBy, underlay = null, onPointers, onTouch } = props;
  const host = useRef<HTMLDivElement>(null);
  const cursorHost = useRef<HTMLDivElement>(null);
  const pinHost = useRef<HTMLDivElement>(null);
  const pins = useRef<Pins | null>(null);
  const sheetHost = useRef<HTMLDivElement>(null);
  const board = useRef<Board | null>(null);

  useLayoutEffect(() => {
    const element = host.current;
    if (!element) return;
    const measure = (): void => {
      const { x, y } = element.getBoundingClientRect();
      desk.camera.resize({ width: element.clientWidth, height: element.clientHeight }, stagePoint(x, y), desk.isBusy);
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [desk]);

  useLayoutEffect(() => {
    const sheets = sheetHost.current;
    if (!sheets) return;
    const canvases = takeCanvases();
    sheets.append(...allOf(canvases));
    const made = new Board(canvases, desk, looks);
    board.current = made;
    return () => {
      board.current = null;
      made.dispose();
      giveBack(canvases);
    };
  }, [desk, looks]);

  useLayoutEffect(() => board.current?.setPicture(picture), [picture, desk, looks]);
  useLayoutEffect(() => board.current?.setUnderlay(underlay), [underlay, desk, looks]);

  useEffect(() => {
    const element = host.current;
    const cursorElement = cursorHost.current;
    if (!element || !cursorElement) return;
    const pointers = new Pointers(element, desk, onTouch);
    const cursors = new Cursors(cursorElement, desk, matchMedia('(prefers-reduced-motion: reduce)').matches);
    const remove = installProbe(element, desk);
    onPointers(pointers);
    return () => {
      remove();
      onPointers(null);
      cursors.dispose();
      pointers.dispose();
    };
  }, [desk, onPointers, onTouch]);

  useEffect(() => {
    if (!pinHost.current) return;
    const made = new Pins(pinHost.current, desk, NOBODY);
    pins.current = made;
    return () => {
      pins.current = null;
      made.dispose();
    };
  }, [desk]);

  useEffect(() => pins.current?.show(faces), [desk, faces]);

  useEffect(() => {
    const show = (): void => {
      if (host.current) host.current.style.cursor = desk.cursor.get();
    };
    show();
    return desk.cursor.subscribe(show);
  }, [desk]);

  return (
    <div
      ref={host}
      className="stage"
      data-testid="stage"
      data-picture={picture ? 'here' : 'none'}
      role="application"
      aria-label="Image"
      aria-describedby={describedBy}
      tabIndex={0}
    >
      <div ref={sheetHost} className="stage-sheets" />
      <div ref={pinHost} className="pins" role="group" aria-label="Comments on the image" />
      <div ref={cursorHost} className="cursors" aria-hidden />
    </div>
  );
}

import type Konva from 'konva';
import { useEffect, useLayoutEffect, useRef, useState, type ReactNode } from 'react';
import { Image as KonvaImage, Layer, Rect, Shape, Stage } from 'react-konva';

import { CRISP_SCALE } from '~/geometry/view';
import { useLive, useStore } from '~/lib/use-store';
import type { Desk } from '~/tools/desk';
import { Cursors } from './cursors';
import { paintOverlay, type Looks } from './overlay';
import { Pointers } from './pointers';
import { installProbe } from './probe';
import { RegionShape } from './region-shape';

interface CanvasProps {
  desk: Desk;
  image: HTMLImageElement | null;
  looks: Looks;
  describedBy: string;
  onPointers: (pointers: Pointers | null) => void;
  /** The person did something with the canvas themselves. */
  onTouch: () => void;
}

/** The picture and what lies on it. It draws and forwards; what things mean is decided by the desk and its tools. */
export function Canvas({ desk, image, looks, describedBy, onPointers, onTouch }: CanvasProps): ReactNode {
  const host = useRef<HTMLDivElement>(null);
  const cursorHost = useRef<HTMLDivElement>(null);
  const picture = useRef<Konva.Layer>(null);
  const shapes = useRef<Konva.Layer>(null);
  const overlay = useRef<Konva.Layer>(null);
  const stage = useStore(desk.camera.stage);

  useLayoutEffect(() => {
    const element = host.current;
    if (!element) return;
    const measure = (): void => desk.camera.resize({ width: element.clientWidth, height: element.clientHeight });
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [desk]);

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

  // Panning and zooming move two layers; no component renders for it.
  useLayoutEffect(() => {
    const apply = (): void => {
      const view = desk.camera.view.get();
      for (const layer of [picture.current, shapes.current]) {
        layer?.position({ x: view.x, y: view.y });
        layer?.scale({ x: view.scale, y: view.scale });
        layer?.batchDraw();
      }
      picture.current?.imageSmoothingEnabled(view.scale < CRISP_SCALE);
      overlay.current?.batchDraw();
    };
    apply();
    return desk.camera.view.subscribe(apply);
  }, [desk, stage, image]);

  useEffect(() => {
    const draw = (): void => void overlay.current?.batchDraw();
    const { room } = desk;
    const own = [desk.draft, desk.selection, desk.vertex, desk.marquee, desk.hovered, desk.hidden, desk.keyPointer.at];
    const sources = [...own, desk.brush, desk.tool, desk.label, room.ghosts, room.presence, room.regions, room];
    const stops = sources.map((source) => source.subscribe(draw));
    // Only the brush is drawn around the pointer; the others do without a frame for each move.
    const brush = desk.pointer.subscribe(() => {
      if (desk.tool.get() === 'brush' || desk.tool.get() === 'eraser') draw();
    });
    return () => [...stops, brush].forEach((stop) => stop());
  }, [desk]);

  useEffect(() => {
    const show = (): void => {
      if (host.current) host.current.style.cursor = desk.cursor.get();
    };
    show();
    return desk.cursor.subscribe(show);
  }, [desk]);

  const { width, height } = desk.image;
  return (
    <div
      ref={host}
      className="stage"
      data-testid="stage"
      role="application"
      aria-label="Image"
      aria-describedby={describedBy}
      tabIndex={0}
    >
      {stage.width > 0 && (
        <Stage width={stage.width} height={stage.height} listening={false}>
          <Layer ref={picture} listening={false}>
            {image ? (
              <KonvaImage
                image={image}
                width={width}
                height={height}
                shadowColor="#000"
                shadowOpacity={0.2}
                shadowBlur={18}
                perfectDrawEnabled={false}
              />
            ) : (
              <Rect width={width} height={height} fill="#80848e" opacity={0.12} />
            )}
          </Layer>
          <Layer ref={shapes} listening={false}>
            <Shapes desk={desk} looks={looks} />
          </Layer>
          <Layer ref={overlay} listening={false}>
            <Shape sceneFunc={(context) => paintOverlay(context._context, desk, looks)} perfectDrawEnabled={false} />
          </Layer>
        </Stage>
      )}
      <div ref={cursorHost} className="cursors" aria-hidden />
    </div>
  );
}

function Shapes({ desk, looks }: { desk: Desk; looks: Looks }): ReactNode {
  const { room } = desk;
  const regions = useLive(room.regions, () => room.regions.list());
  const selection = useStore(desk.selection);
  const hovered = useStore(desk.hovered);
  const hidden = useStore(desk.hidden);
  const mine = useHeld(desk);
  const ghosts = useLive(room.ghosts, () => room.ghosts.others());
  const theirs = new Set(ghosts.map((ghost) => ghost.region_id));
  const selected = new Set(selection);
  return regions.map((region) =>
    hidden.has(region.id) ? null : (
      <RegionShape
        key={region.id}
        region={region}
        color={looks.color(region.label)}
        edges={looks.edges(region.label)}
        selected={selected.has(region.id)}
        hovered={hovered === region.id}
        held={mine.has(region.id) ? 'mine' : theirs.has(region.id) ? 'others' : 'no'}
      />
    ),
  );
}

/** The regions whose drafts I have in hand; changes twice a gesture, not with every move. */
function useHeld(desk: Desk): ReadonlySet<string> {
  const [held, setHeld] = useState<ReadonlySet<string>>(new Set());
  useLayoutEffect(
    () =>
      desk.draft.subscribe(() => {
        const draft = desk.draft.get();
        const ids = [...(draft?.region_id == null ? [] : [draft.region_id]), ...(draft?.along ?? []).map(({ id }) => id)];
        setHeld((before) => (before.size === ids.length && ids.every((id) => before.has(id)) ? before : new Set(ids)));
      }),
    [desk],
  );
  return held;
}

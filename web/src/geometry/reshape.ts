/** What a frame around one or several shapes does to them: they grow and turn together, as if they were drawn on a sheet of rubber. */
import { HANDLES, handlePoint, type Handle } from './handles';
import { clamp, distance, imagePoint, round2, type ImagePoint, type Rect, type Size } from './points';
import { normal } from './frame';
import { around, bounds, MIN_BOX, rotated, translated, type Geometry, type Pair } from './shapes';

export type Reshaping =
  | { readonly type: 'scale'; readonly fixed: ImagePoint; readonly sx: number; readonly sy: number }
  /** Degrees, clockwise. */
  | { readonly type: 'turn'; readonly centre: ImagePoint; readonly degrees: number };

/** A mask's pixels are its picture's: it can be moved, and no more. */
export const canReshape = (g: Geometry): boolean => g.kind !== 'mask';

/** What has grips of its own to be scaled and turned by. */
const FRAMES_ITSELF: ReadonlySet<Geometry['kind']> = new Set(['box', 'rotated_box', 'ellipse', 'point', 'mask']);

/** More than these are not changed together: each move of the pointer would have to go through all of them. */
export const MOST_FRAMED = 1_000;

/** The frame around what is selected; null: it has none. */
export function frameAround(shapes: readonly Geometry[]): Rect | null {
  const [first, ...more] = shapes;
  if (!first || !shapes.every(canReshape)) return null;
  if (more.length === 0 && FRAMES_ITSELF.has(first.kind)) return null;
  const rect = around(shapes.map(bounds));
  return rect.width + rect.height > 0 ? rect : null;
}

export const middleOf = ({ x, y, width, height }: Rect): ImagePoint => imagePoint(x + width / 2, y + height / 2);

// ---------------------------------------------------------------- its grips

export type FrameGrip = { readonly type: 'side'; readonly handle: Handle } | { readonly type: 'turn' };

export interface FrameGripPoint {
  readonly grip: FrameGrip;
  readonly point: ImagePoint;
}

/** Sides shorter than this many reaches have no grip in their middle. */
const SIDE_ROOM = 5;

/** The frame as it is drawn: away from the shapes, whose own points would lie below its grips. */
export const framed = ({ x, y, width, height }: Rect, away: number): Rect => ({
  x: x - away,
  y: y - away,
  width: width + 2 * away,
  height: height + 2 * away,
});

/** @param knob how far above the frame the knob sits that turns */
export function frameGrips(frame: Rect, away: number, reach: number, knob: number): readonly FrameGripPoint[] {
  const outer = framed(frame, away);
  const sides = HANDLES.filter((handle) => handle.length === 2 || sideLength(outer, handle) >= SIDE_ROOM * reach).filter(
    // What has no width cannot get wider.
    (handle) => (handle === 'e' || handle === 'w' ? frame.width > 0 : handle === 'n' || handle === 's' ? frame.height > 0 : true),
  );
  return [
    ...sides.map((handle): FrameGripPoint => ({
      grip: { type: 'side', handle },
      point: handlePoint({ kind: 'box', ...outer }, handle),
    })),
    { grip: { type: 'turn' }, point: imagePoint(outer.x + outer.width / 2, outer.y - knob) },
  ];
}

const sideLength = ({ width, height }: Rect, handle: Handle): number => (handle === 'n' || handle === 's' ? width : height);

/** The nearest under a point. */
export function frameGripAt(grips: readonly FrameGripPoint[], point: ImagePoint, reach: number): FrameGrip | null {
  let [best, nearest] = [null as FrameGrip | null, reach];
  for (const { grip, point: at } of grips) {
    const away = distance(at, point);
    if (away <= nearest) [best, nearest] = [grip, away];
  }
  return best;
}

// ---------------------------------------------------------------- what a pull of one means

/** So small a frame may become, in parts of what it was. */
const LEAST = 0.02;

/** A handle is pulled by a way; the opposite side stays. Within the image, as far as the frame was. */
export function scaling(
  frame: Rect,
  handle: Handle,
  { dx, dy }: { dx: number; dy: number },
  image: Size,
  even: boolean,
): Reshaping {
  const [across, down] = [
    handle.includes('e') ? 1 : handle.includes('w') ? -1 : 0,
    handle.includes('s') ? 1 : handle.includes('n') ? -1 : 0,
  ];
  const { x, y, width, height } = frame;
  const fixed = imagePoint(across < 0 ? x + width : x, down < 0 ? y + height : y);
  const [roomX, roomY] = [across < 0 ? x + width : image.width - x, down < 0 ? y + height : image.height - y];
  const most = (size: number, room: number): number => (size === 0 ? Infinity : Math.max(1, room / size));
  const factor = (size: number, sign: number, by: number): number =>
    sign === 0 || size === 0 ? 1 : Math.max(LEAST, MIN_BOX / Math.max(size, MIN_BOX), (size + sign * by) / size);
  let [sx, sy] = [
    Math.min(factor(width, across, dx), most(width, roomX)),
    Math.min(factor(height, down, dy), most(height, roomY)),
  ];
  if (even && across !== 0 && down !== 0) {
    const both = Math.min(Math.max(width === 0 ? 0 : sx, height === 0 ? 0 : sy), most(width, roomX), most(height, roomY));
    [sx, sy] = [both, both];
  }
  return { type: 'scale', fixed, sx, sy };
}

const angle = (centre: ImagePoint, p: ImagePoint): number => (Math.atan2(p.y - centre.y, p.x - centre.x) * 180) / Math.PI;

/** From one point to another around the frame's middle; in steps of 15 degrees if asked. */
export function turning(frame: Rect, from: ImagePoint, to: ImagePoint, steps: boolean): Reshaping {
  const centre = middleOf(frame);
  const degrees = angle(centre, to) - angle(centre, from);
  return { type: 'turn', centre, degrees: normal(steps ? Math.round(degrees / 15) * 15 : degrees) };
}

// ---------------------------------------------------------------- what becomes of shapes

/**
 * Shapes that were scaled or turned together. What has turned out of the image comes back into it, all of them by the same way; null: there is no
 * room for them so.
 */
export function reshapedTogether(shapes: readonly Geometry[], by: Reshaping, image: Size): readonly Geometry[] | null {
  const made = shapes.map((shape) => reshaped(shape, by));
  if (made.length === 0) return made;
  const { x, y, width, height } = around(made.map(kept));
  // A hair more than the image is what rounding makes of shapes that fill it.
  if (width > image.width + HAIR || height > image.height + HAIR) return null;
  const dx = clamp(x, 0, Math.max(0, image.width - width)) - x;
  const dy = clamp(y, 0, Math.max(0, image.height - height)) - y;
  return Math.abs(dx) < HAIR && Math.abs(dy) < HAIR ? made : made.map((shape) => translated(shape, dx, dy));
}

const HAIR = 0.03;

/** What of a shape has to lie in the image: of what may stick out its middle. */
function kept(g: Geometry): Rect {
  if (g.kind === 'ellipse') return { x: g.cx, y: g.cy, width: 0, height: 0 };
  if (g.kind === 'rotated_box') return { x: g.x + g.width / 2, y: g.y + g.height / 2, width: 0, height: 0 };
  return bounds(g);
}

export function reshaped(g: Geometry, by: Reshaping): Geometry {
  const go = placing(by);
  const pair = ([x = 0, y = 0]: Pair): [number, number] => {
    const p = go(imagePoint(x, y));
    return [round2(p.x), round2(p.y)];
  };
  switch (g.kind) {
    case 'box':
      return { kind: 'box', ...upright(g, by) };
    case 'cuboid':
      return { kind: 'cuboid', front: upright(g.front, by), back: upright(g.back, by) };
    case 'rotated_box': {
      const centre = go(imagePoint(g.x + g.width / 2, g.y + g.height / 2));
      const { width, height, rotation } = by.type === 'turn' ? { ...g, rotation: g.rotation + by.degrees } : stretchedBox(g, by);
      const [w, h] = [round2(width), round2(height)];
      return {
        kind: 'rotated_box',
        x: round2(centre.x - w / 2),
        y: round2(centre.y - h / 2),
        width: w,
        height: h,
        rotation: normal(rotation),
      };
    }
    case 'ellipse': {
      const centre = go(imagePoint(g.cx, g.cy));
      const { rx, ry, rotation } = by.type === 'turn' ? { ...g, rotation: g.rotation + by.degrees } : stretchedEllipse(g, by);
      const half = (r: number): number => round2(Math.max(MIN_BOX / 2, r));
      return {
        kind: 'ellipse',
        cx: round2(centre.x),
        cy: round2(centre.y),
        rx: half(rx),
        ry: half(ry),
        rotation: normal(rotation),
      };
    }
    case 'polygon':
      return { kind: 'polygon', parts: g.parts.map((part) => part.map((ring) => ring.map(pair))) };
    case 'polyline':
      return { kind: 'polyline', points: g.points.map(pair) };
    case 'keypoints':
      return { kind: 'keypoints', points: g.points.map((p) => (p.v === 0 ? p : { ...p, ...xy(pair([p.x, p.y])) })) };
    case 'point':
      return { kind: 'point', ...xy(pair([g.x, g.y])) };
    case 'mask':
      return g;
  }
}

const xy = ([x, y]: [number, number]): { x: number; y: number } => ({ x, y });

const placing =
  (by: Reshaping) =>
  (p: ImagePoint): ImagePoint =>
    by.type === 'turn'
      ? rotated(p, by.centre, by.degrees)
      : imagePoint(by.fixed.x + (p.x - by.fixed.x) * by.sx, by.fixed.y + (p.y - by.fixed.y) * by.sy);

/** What stands upright stays so when it is turned: its middle goes around, and nearer to lying than to standing its sides change places. */
function upright({ x, y, width, height }: Rect, by: Reshaping): Rect {
  const centre = placing(by)(middleOf({ x, y, width, height }));
  const quarter = by.type === 'turn' && Math.abs(Math.sin((by.degrees * Math.PI) / 180)) > Math.SQRT1_2;
  const [w, h] = quarter ? [height, width] : by.type === 'turn' ? [width, height] : [least(width, by.sx), least(height, by.sy)];
  return { x: round2(centre.x - w / 2), y: round2(centre.y - h / 2), width: round2(w), height: round2(h) };
}

/** No side becomes thinner than what can be drawn, unless it was. */
const least = (size: number, factor: number): number => Math.max(Math.min(MIN_BOX, size), size * factor);

type Scaling = Extract<Reshaping, { type: 'scale' }>;

/** A turned box that is stretched along the image's sides would be none any more: its sides keep their right angle, and get the lengths that they would have. */
function stretchedBox(
  g: Extract<Geometry, { kind: 'rotated_box' }>,
  { sx, sy }: Scaling,
): { width: number; height: number; rotation: number } {
  const a = (g.rotation * Math.PI) / 180;
  const [cos, sin] = [Math.cos(a), Math.sin(a)];
  return {
    width: least(g.width, Math.hypot(sx * cos, sy * sin)),
    height: least(g.height, Math.hypot(sx * sin, sy * cos)),
    rotation: (Math.atan2(sy * sin, sx * cos) * 180) / Math.PI,
  };
}

/** A stretched ellipse is one: its axes are those of the matrix that makes it of a circle (singular values, in closed form for 2 by 2). */
function stretchedEllipse(
  g: Extract<Geometry, { kind: 'ellipse' }>,
  { sx, sy }: Scaling,
): { rx: number; ry: number; rotation: number } {
  if (sx === sy) return { rx: g.rx * sx, ry: g.ry * sx, rotation: g.rotation };
  const t = (g.rotation * Math.PI) / 180;
  const [a, b, c, d] = [sx * g.rx * Math.cos(t), -sx * g.ry * Math.sin(t), sy * g.rx * Math.sin(t), sy * g.ry * Math.cos(t)];
  const [e, f, u, v] = [(a + d) / 2, (a - d) / 2, (c + b) / 2, (c - b) / 2];
  const [q, r] = [Math.hypot(e, v), Math.hypot(f, u)];
  const axis = (((Math.atan2(v, e) + Math.atan2(u, f)) / 2) * 180) / Math.PI;
  const [long, short] = [q + r, Math.abs(q - r)];
  // Of the two ways to say it, the one nearer to how it was said before.
  const apart = (from: number, to: number): number => Math.abs(((((to - from) % 180) + 270) % 180) - 90);
  return apart(g.rotation, axis) <= 45
    ? { rx: long, ry: short, rotation: straight(g.rotation, axis) }
    : { rx: short, ry: long, rotation: straight(g.rotation, axis - 90) };
}

/** An axis has two directions: that which is nearer to how it was. */
const straight = (before: number, axis: number): number => axis + Math.round((before - axis) / 180) * 180;

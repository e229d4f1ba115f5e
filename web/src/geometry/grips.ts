import { BACK, cornersOf, faceOf, FRONT, middleOf, pulledFace, SIDES, withCorner } from './cuboid';
import { frameHandles, frameOf, inFrame, isFramed, stretched, turned, turnKnob } from './frame';
import { handleAt, HANDLE_CURSORS, HANDLES, handlePoint, resized, type Handle } from './handles';
import { clampToImage, distance, imagePoint, round2, type ImagePoint, type Size } from './points';
import type { CuboidGeometry, Geometry, Pair } from './shapes';

/** What of a shape can be taken in hand by itself. */
export type Grip =
  | { readonly type: 'side'; readonly handle: Handle }
  | { readonly type: 'turn' }
  /** A side of a cuboid's face; null: all of the face. Its corners are points. */
  | { readonly type: 'face'; readonly part: number; readonly handle: Handle | null }
  /** A point of an outline (its part and ring; lines have one of each) or of a skeleton. */
  | { readonly type: 'vertex'; readonly part: number; readonly ring: number; readonly index: number }
  /** The middle of the edge after a point: pulled, it becomes a point. */
  | { readonly type: 'middle'; readonly part: number; readonly ring: number; readonly index: number };

export type VertexGrip = Extract<Grip, { type: 'vertex' }>;
type Place = Extract<Grip, { type: 'vertex' | 'middle' }>;

export const isSamePlace = (a: Place, b: Place): boolean => a.part === b.part && a.ring === b.ring && a.index === b.index;

export function isSameGrip(a: Grip, b: Grip): boolean {
  if (a.type === 'side') return b.type === 'side' && a.handle === b.handle;
  if (a.type === 'face') return b.type === 'face' && a.part === b.part && a.handle === b.handle;
  if (a.type === 'turn' || b.type === 'side' || b.type === 'turn' || b.type === 'face') return a.type === b.type;
  return a.type === b.type && isSamePlace(a, b);
}

/** What keys can choose and then move: points, and of what has none its sides and its knob. */
export type ChosenGrip = Exclude<Grip, { type: 'middle' | 'face' }>;

export function choosable(g: Geometry): readonly ChosenGrip[] {
  const all = gripsOf(g, 0).map(({ grip }) => grip);
  const points = all.filter((grip) => grip.type === 'vertex');
  return points.length > 0 ? points : all.filter((grip): grip is ChosenGrip => grip.type === 'side' || grip.type === 'turn');
}

export interface GripPoint {
  readonly grip: Grip;
  readonly point: ImagePoint;
}

/** More than so many points are shown as none: they would lie over one another, and all of them be looked at with every move. */
export const MOST_GRIPS = 2_000;

/** Of an outline; of anything else none. */
export const outlinePoints = (g: Geometry): number =>
  g.kind === 'polygon' || g.kind === 'polyline'
    ? rings(g).reduce((sum, part) => part.reduce((all, ring) => all + ring.length, sum), 0)
    : 0;

const at = (pair: Pair): ImagePoint => imagePoint(pair[0] ?? 0, pair[1] ?? 0);

/** The outlines of a shape: [part][ring]; a line is one open ring. */
const rings = (g: Extract<Geometry, { kind: 'polygon' | 'polyline' }>): readonly (readonly (readonly Pair[])[])[] =>
  g.kind === 'polygon' ? g.parts : [[g.points]];

/** @param knob how far above a shape (image pixels) the knob sits that turns it */
export function gripsOf(g: Geometry, knob: number): readonly GripPoint[] {
  if (g.kind === 'box') return HANDLES.map((handle) => ({ grip: { type: 'side', handle }, point: handlePoint(g, handle) }));
  if (isFramed(g)) {
    const frame = frameOf(g);
    const sides = frameHandles(frame).map(({ handle, point }): GripPoint => ({ grip: { type: 'side', handle }, point }));
    return [...sides, { grip: { type: 'turn' }, point: turnKnob(frame, knob) }];
  }
  if (g.kind === 'cuboid') return cuboidGrips(g);
  if (g.kind === 'keypoints') {
    return g.points.flatMap((p, index): GripPoint[] =>
      p.v === 0 ? [] : [{ grip: { type: 'vertex', part: 0, ring: 0, index }, point: imagePoint(p.x, p.y) }],
    );
  }
  if (g.kind !== 'polygon' && g.kind !== 'polyline') return [];
  if (outlinePoints(g) > MOST_GRIPS) return [];
  const found: GripPoint[] = [];
  rings(g).forEach((part, partIndex) =>
    part.forEach((ring, ringIndex) =>
      ring.forEach((pair, index) => {
        const place = { part: partIndex, ring: ringIndex, index };
        found.push({ grip: { type: 'vertex', ...place }, point: at(pair) });
        const next = ring[index + 1] ?? (g.kind === 'polygon' ? ring[0] : undefined);
        if (!next) return;
        const middle = imagePoint((at(pair).x + at(next).x) / 2, (at(pair).y + at(next).y) / 2);
        found.push({ grip: { type: 'middle', ...place }, point: middle });
      }),
    ),
  );
  return found;
}

/** Corners before sides, the front before the back: of two in one place the first is taken. */
function cuboidGrips(g: CuboidGeometry): GripPoint[] {
  const faces = [FRONT, BACK].map((part) => ({ part, face: faceOf(g, part) }));
  return [
    ...faces.flatMap(({ part, face }) =>
      cornersOf(face).map((point, index): GripPoint => ({ grip: { type: 'vertex', part, ring: 0, index }, point })),
    ),
    ...faces.flatMap(({ part, face }) =>
      SIDES.map((handle): GripPoint => ({ grip: { type: 'face', part, handle }, point: handlePoint(face, handle) })),
    ),
    ...faces.map(({ part, face }): GripPoint => ({ grip: { type: 'face', part, handle: null }, point: middleOf(face) })),
  ];
}

/** Edges shorter than this many reaches show no middle: it would be in the way of their ends. */
export const MIDDLE_ROOM = 4;

function hasRoom(g: Geometry, grip: Grip, reach: number): boolean {
  if (grip.type !== 'middle' || (g.kind !== 'polygon' && g.kind !== 'polyline')) return true;
  const ring = rings(g)[grip.part]?.[grip.ring] ?? [];
  const [a, b] = [ring[grip.index], ring[(grip.index + 1) % ring.length]];
  return a !== undefined && b !== undefined && distance(at(a), at(b)) >= MIDDLE_ROOM * reach;
}

/** What is under a point: the nearest, and of two equally near a corner rather than a middle. */
export function gripAt(g: Geometry, point: ImagePoint, reach: number, knob: number): Grip | null {
  if (g.kind === 'box') {
    const handle = handleAt(g, point, reach);
    return handle ? { type: 'side', handle } : null;
  }
  let best: Grip | null = null;
  let bestDistance = Infinity;
  for (const { grip, point: p } of shownGrips(g, reach, knob)) {
    const behind =
      grip.type === 'middle' || ((grip.type === 'side' || grip.type === 'face') && grip.handle?.length !== 2) ? reach / 2 : 0;
    const d = distance(p, point);
    if (d <= reach && d + behind < bestDistance) [best, bestDistance] = [grip, d + behind];
  }
  return best;
}

/** Those that are worth showing where a pointer may miss by `reach`. */
export const shownGrips = (g: Geometry, reach: number, knob: number): readonly GripPoint[] =>
  gripsOf(g, knob).filter(({ grip }) => hasRoom(g, grip, reach));

export interface Pull {
  readonly from: ImagePoint;
  readonly to: ImagePoint;
  /** Shift: in steps. */
  readonly steps: boolean;
}

/** A shape with one of its grips pulled; the rest stays where it was. */
export function pulled(g: Geometry, grip: Grip, { from, to, steps }: Pull, image: Size): Geometry {
  switch (grip.type) {
    case 'side':
      if (g.kind === 'box') return resized(g, grip.handle, to.x - from.x, to.y - from.y, image);
      return isFramed(g) ? inFrame(g.kind, stretched(frameOf(g), grip.handle, to, image)) : g;
    case 'face':
      return g.kind === 'cuboid' ? pulledFace(g, grip.part, grip.handle, { dx: to.x - from.x, dy: to.y - from.y }, image) : g;
    case 'turn':
      return isFramed(g) ? inFrame(g.kind, turned(frameOf(g), to, steps)) : g;
    case 'vertex':
    case 'middle': {
      const inside = clampToImage(to, image);
      const [x, y] = [round2(inside.x), round2(inside.y)];
      if (g.kind === 'cuboid') return withCorner(g, grip.part, grip.index, inside, image);
      if (g.kind === 'keypoints') {
        return { kind: 'keypoints', points: g.points.map((p, i) => (i === grip.index ? { ...p, x, y } : p)) };
      }
      return withRing(g, grip, (ring) =>
        grip.type === 'vertex'
          ? ring.map((pair, i) => (i === grip.index ? [x, y] : pair))
          : [...ring.slice(0, grip.index + 1), [x, y], ...ring.slice(grip.index + 1)],
      );
    }
  }
}

function withRing(g: Geometry, grip: Place, change: (ring: readonly Pair[]) => readonly Pair[]): Geometry {
  const copy = (pairs: readonly Pair[]): number[][] => pairs.map((pair) => [...pair]);
  if (g.kind === 'polyline') return { kind: 'polyline', points: copy(change(g.points)) };
  if (g.kind !== 'polygon') return g;
  const parts = g.parts.map((part, p) => part.map((ring, r) => copy(p === grip.part && r === grip.ring ? change(ring) : ring)));
  return { kind: 'polygon', parts };
}

/**
 * A shape without one of its points: a cuboid has all of its corners, and stays. A skeleton's point is absent then; a hole that is left with two points goes; null: what is left is no
 * shape any more.
 */
export function withoutVertex(g: Geometry, grip: VertexGrip): Geometry | null {
  if (g.kind === 'cuboid') return g;
  if (g.kind === 'keypoints') {
    const points = g.points.map((p, i) => (i === grip.index ? { x: 0, y: 0, v: 0 } : p));
    return points.some((p) => p.v > 0) ? { kind: 'keypoints', points } : null;
  }
  if (g.kind === 'polyline')
    return g.points.length > 2 ? withRing(g, grip, (ring) => ring.filter((_, i) => i !== grip.index)) : null;
  if (g.kind !== 'polygon') return null;
  const ring = g.parts[grip.part]?.[grip.ring];
  if (!ring) return null;
  if (ring.length > 3) return withRing(g, grip, (points) => points.filter((_, i) => i !== grip.index));
  const parts = g.parts
    .map((part, p) => (p !== grip.part ? part : grip.ring === 0 ? [] : part.filter((_, r) => r !== grip.ring)))
    .filter((part) => part.length > 0);
  return parts.length > 0 ? { kind: 'polygon', parts } : null;
}

/** Where a point that can be named lies, if it is still there. */
export function vertexPoint(g: Geometry, grip: VertexGrip): ImagePoint | null {
  if (g.kind === 'cuboid') return cornersOf(faceOf(g, grip.part))[grip.index] ?? null;
  if (g.kind === 'keypoints') {
    const p = g.points[grip.index];
    return p && p.v > 0 ? imagePoint(p.x, p.y) : null;
  }
  if (g.kind !== 'polygon' && g.kind !== 'polyline') return null;
  const pair = rings(g)[grip.part]?.[grip.ring]?.[grip.index];
  return pair ? at(pair) : null;
}

/** Where what was chosen lies, if it is still there. */
export function gripPoint(g: Geometry, grip: ChosenGrip, knob = 0): ImagePoint | null {
  if (grip.type === 'vertex') return vertexPoint(g, grip);
  return gripsOf(g, knob).find((other) => isSameGrip(other.grip, grip))?.point ?? null;
}

const COMPASS: readonly Handle[] = ['n', 'ne', 'e', 'se', 's', 'sw', 'w', 'nw'];

/** The cursor over a grip; on a turned shape the arrows turn with it. */
export function gripCursor(g: Geometry, grip: Grip): string {
  if (grip.type === 'turn') return 'grab';
  if (grip.type === 'vertex' || (grip.type === 'face' && grip.handle === null)) return 'move';
  if (grip.type === 'middle') return 'copy';
  const turns = isFramed(g) ? Math.round(frameOf(g).rotation / 45) : 0;
  if (grip.type === 'face') return HANDLE_CURSORS[grip.handle ?? 'n'];
  const handle = COMPASS[(((COMPASS.indexOf(grip.handle) + turns) % 8) + 8) % 8] ?? grip.handle;
  return HANDLE_CURSORS[handle];
}

/**
 * The same grip of a shape that has changed since: a point is where it was in the order, or, if others came or went, the one that lies where
 * it lay. null: it is gone.
 */
export function refound(before: Geometry, now: Geometry, grip: Grip): Grip | null {
  if (before === now) return grip;
  if (before.kind !== now.kind) return null;
  if (grip.type === 'side' || grip.type === 'turn' || grip.type === 'face' || now.kind === 'cuboid') return grip;
  if (now.kind === 'keypoints') return now.points[grip.index]?.v ? grip : null;
  if ((before.kind !== 'polygon' && before.kind !== 'polyline') || (now.kind !== 'polygon' && now.kind !== 'polyline'))
    return null;
  const [old, fresh] = [rings(before)[grip.part]?.[grip.ring], rings(now)[grip.part]?.[grip.ring]];
  const was = old?.[grip.index];
  if (!old || !fresh || !was) return null;
  if (old.length === fresh.length) return grip;
  const index = fresh.findIndex((pair) => distance(at(pair), at(was)) < 0.01);
  return index === -1 ? null : { ...grip, index };
}

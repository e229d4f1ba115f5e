import { extentOf, type Geometry } from '@tandem/client';
import { shifted } from './mask-shift';
import { clamp, imagePoint, round2, type ImagePoint, type Rect, type Size } from './points';

export type { Geometry };
export type RegionKind = Geometry['kind'];
export type BoxGeometry = Extract<Geometry, { kind: 'box' }>;
export type CuboidGeometry = Extract<Geometry, { kind: 'cuboid' }>;
export type PolygonGeometry = Extract<Geometry, { kind: 'polygon' }>;
export type Keypoint = Extract<Geometry, { kind: 'keypoints' }>['points'][number];

/** A pair as the wire has it. */
export type Pair = readonly number[];

/** Below this (image pixels) a drawn box is a slip of the hand. */
export const MIN_BOX = 2;

/** Degrees clockwise around a centre. */
export function rotated(p: ImagePoint, centre: ImagePoint, degrees: number): ImagePoint {
  const a = (degrees * Math.PI) / 180;
  const dx = p.x - centre.x;
  const dy = p.y - centre.y;
  return imagePoint(centre.x + dx * Math.cos(a) - dy * Math.sin(a), centre.y + dx * Math.sin(a) + dy * Math.cos(a));
}

export function corners(g: Extract<Geometry, { kind: 'box' | 'rotated_box' }>): ImagePoint[] {
  const points = [
    imagePoint(g.x, g.y),
    imagePoint(g.x + g.width, g.y),
    imagePoint(g.x + g.width, g.y + g.height),
    imagePoint(g.x, g.y + g.height),
  ];
  if (g.kind === 'box') return points;
  const centre = imagePoint(g.x + g.width / 2, g.y + g.height / 2);
  return points.map((p) => rotated(p, centre, g.rotation));
}

const known = new WeakMap<Geometry, Rect>();

/** The axis-parallel box around a shape; computed once for each, because every pointer move asks it of all. */
export function bounds(g: Geometry): Rect {
  let rect = known.get(g);
  if (!rect) known.set(g, (rect = extentOf(g)));
  return rect;
}

/** A mask without a pixel is nowhere. */
export const canMove = (g: Geometry): boolean => g.kind !== 'mask' || bounds(g).width > 0;

/** Moves a shape, stopping at the image's border. */
export function moved(g: Geometry, dx: number, dy: number, image: Size): Geometry {
  const { x, y } = within(bounds(g), dx, dy, image);
  return translated(g, x, y);
}

/** Moves shapes as one, stopping where the first of them meets the image's border: what lies between them stays as it is. */
export function movedTogether(shapes: readonly Geometry[], dx: number, dy: number, image: Size): readonly Geometry[] {
  const all = boundsOfAll(shapes.filter(canMove));
  if (!all) return shapes;
  const { x, y } = within(all, dx, dy, image);
  // Masks go by whole pixels: with one among them all do, or they would drift apart.
  const [byX, byY] = shapes.some(({ kind }) => kind === 'mask') ? [Math.trunc(x), Math.trunc(y)] : [x, y];
  return shapes.map((g) => translated(g, byX, byY));
}

/** The box around all; null: there is nothing. */
export const boundsOfAll = (shapes: readonly Geometry[]): Rect | null =>
  shapes.length === 0 ? null : around(shapes.map(bounds));

/** The box around boxes, of which there is one at least. */
export function around(rects: readonly Rect[]): Rect {
  let [x0, y0, x1, y1] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { x, y, width, height } of rects) {
    [x0, y0, x1, y1] = [Math.min(x0, x), Math.min(y0, y), Math.max(x1, x + width), Math.max(y1, y + height)];
  }
  return { x: x0, y: y0, width: x1 - x0, height: y1 - y0 };
}

/** As much of a shift as leaves a box in the image. */
const within = (b: Rect, dx: number, dy: number, image: Size): { x: number; y: number } => ({
  x: clamp(dx, Math.min(0, -b.x), Math.max(0, image.width - b.x - b.width)),
  y: clamp(dy, Math.min(0, -b.y), Math.max(0, image.height - b.y - b.height)),
});

export function translated(g: Geometry, dx: number, dy: number): Geometry {
  const shift = (p: Pair): [number, number] => [round2((p[0] ?? 0) + dx), round2((p[1] ?? 0) + dy)];
  switch (g.kind) {
    case 'box':
    case 'rotated_box':
    case 'point':
      return { ...g, x: round2(g.x + dx), y: round2(g.y + dy) };
    case 'cuboid': {
      const face = (f: CuboidGeometry['front']): CuboidGeometry['front'] => ({ ...f, x: round2(f.x + dx), y: round2(f.y + dy) });
      return { ...g, front: face(g.front), back: face(g.back) };
    }
    case 'ellipse':
      return { ...g, cx: round2(g.cx + dx), cy: round2(g.cy + dy) };
    case 'polygon':
      return { ...g, parts: g.parts.map((part) => part.map((ring) => ring.map(shift))) };
    case 'polyline':
      return { ...g, points: g.points.map(shift) };
    case 'keypoints':
      // An absent point has no place to be moved from.
      return { ...g, points: g.points.map((p) => (p.v === 0 ? p : { ...p, x: round2(p.x + dx), y: round2(p.y + dy) })) };
    case 'mask':
      // Its pixels are its picture's: only whole ones can be gone.
      return shifted(g, Math.round(dx), Math.round(dy));
  }
}

/** The box between two corners, inside the image, fractions rounded. */
export function boxBetween(a: ImagePoint, b: ImagePoint, image: Size): BoxGeometry {
  const x0 = round2(clamp(Math.min(a.x, b.x), 0, image.width));
  const y0 = round2(clamp(Math.min(a.y, b.y), 0, image.height));
  const x1 = round2(clamp(Math.max(a.x, b.x), 0, image.width));
  const y1 = round2(clamp(Math.max(a.y, b.y), 0, image.height));
  return { kind: 'box', x: x0, y: y0, width: round2(x1 - x0), height: round2(y1 - y0) };
}

/** In words, for the list and screen readers: "Box, 120 by 80 at 30, 40". */
export function describe(g: Geometry): string {
  const b = bounds(g);
  const n = (value: number): string => String(Math.round(value));
  const where = `at ${n(b.x)}, ${n(b.y)}`;
  if (g.kind === 'point') return `${KIND_NAMES[g.kind]} ${where}`;
  return `${KIND_NAMES[g.kind]}, ${n(b.width)} by ${n(b.height)} ${where}`;
}

export const KIND_NAMES: Record<RegionKind, string> = {
  box: 'Box',
  rotated_box: 'Rotated box',
  ellipse: 'Ellipse',
  polygon: 'Polygon',
  polyline: 'Line',
  point: 'Point',
  keypoints: 'Keypoints',
  cuboid: 'Cuboid',
  mask: 'Mask',
};

import { pointAt } from './areas';
import { cornersOf } from './cuboid';
import { clamp, distance, imagePoint, round2, type ImagePoint, type Rect } from './points';
import { bounds, corners, type Geometry } from './shapes';

/** Points this near (image pixels) lie on a border: rounding to hundredths puts them beside it. */
const ON_BORDER = 0.02;

interface Path {
  readonly points: readonly ImagePoint[];
  readonly closed: boolean;
}

/** What of a shape others may hold on to. */
function paths(g: Geometry): Path[] {
  switch (g.kind) {
    case 'box':
    case 'rotated_box':
      return [{ points: corners(g), closed: true }];
    case 'cuboid':
      return [g.front, g.back].map((face) => ({ points: cornersOf(face), closed: true }));
    case 'polygon':
      return g.parts.flat().map((ring) => ({ points: ring.map(pointAt), closed: true }));
    case 'polyline':
      return [{ points: g.points.map(pointAt), closed: false }];
    case 'ellipse':
    case 'point':
    case 'keypoints':
    case 'mask':
      return [];
  }
}

const isFar = (p: ImagePoint, b: Rect, reach: number): boolean =>
  p.x < b.x - reach || p.y < b.y - reach || p.x > b.x + b.width + reach || p.y > b.y + b.height + reach;

/** The part of the way from `a` to `b` after which it comes nearest to `p`. */
function nearestPart(p: ImagePoint, a: ImagePoint, b: ImagePoint): number {
  const [dx, dy] = [b.x - a.x, b.y - a.y];
  const squared = dx * dx + dy * dy;
  return squared === 0 ? 0 : clamp(((p.x - a.x) * dx + (p.y - a.y) * dy) / squared, 0, 1);
}

const along = (a: ImagePoint, b: ImagePoint, part: number): ImagePoint =>
  imagePoint(a.x + (b.x - a.x) * part, a.y + (b.y - a.y) * part);

/**
 * The nearest corner within reach, else the nearest point of an edge, else the point itself. A corner wins over a nearer
 * edge, so that neighbours share their corners.
 */
export function snapped(point: ImagePoint, shapes: Iterable<Geometry>, reach: number): ImagePoint {
  let [corner, cornerAway] = [null as ImagePoint | null, reach];
  let [edge, edgeAway] = [null as ImagePoint | null, reach];
  for (const shape of shapes) {
    if (isFar(point, bounds(shape), reach)) continue;
    for (const { points, closed } of paths(shape)) {
      points.forEach((b, i) => {
        const away = distance(point, b);
        if (away <= cornerAway && (corner === null || away < cornerAway)) [corner, cornerAway] = [b, away];
        const a = i === 0 && !closed ? undefined : points.at(i - 1);
        if (corner !== null || !a) return;
        const on = along(a, b, nearestPart(point, a, b));
        const off = distance(point, on);
        if (off <= edgeAway && (edge === null || off < edgeAway)) [edge, edgeAway] = [on, off];
      });
    }
  }
  const found = corner ?? edge;
  return found ? imagePoint(round2(found.x), round2(found.y)) : point;
}

interface Ring {
  readonly points: readonly ImagePoint[];
  /** How far along the border each of them lies. */
  readonly at: readonly number[];
  readonly length: number;
}

function measured(points: readonly ImagePoint[]): Ring {
  const at: number[] = [];
  let length = 0;
  points.forEach((p, i) => {
    at.push(length);
    length += distance(p, points[(i + 1) % points.length] ?? p);
  });
  return { points, at, length };
}

/** How far along a border a point lies; null: it does not lie on it. */
function place(p: ImagePoint, { points, at }: Ring): number | null {
  let best: number | null = null;
  let nearest = ON_BORDER;
  points.forEach((a, i) => {
    const b = points[(i + 1) % points.length] ?? a;
    const part = nearestPart(p, a, b);
    const off = distance(p, along(a, b, part));
    if (off > nearest || (best !== null && off === nearest)) return;
    [best, nearest] = [(at[i] ?? 0) + part * distance(a, b), off];
  });
  return best;
}

/** The corners met on the way along a border from one place to another, in the direction of its points. */
function met(ring: Ring, from: number, to: number): { corners: ImagePoint[]; length: number } {
  const round = (way: number): number => (way + ring.length) % ring.length;
  const length = round(to - from);
  const corners = ring.points
    .map((p, i) => ({ p, way: round((ring.at[i] ?? 0) - from) }))
    .filter(({ way }) => way < length)
    .sort((a, b) => a.way - b.way);
  return { corners: corners.map(({ p }) => p), length };
}

/**
 * The corners of a shape's border on the shorter way between two points that lie on it, without these two: what a polygon
 * drawn beside a neighbour takes over, so that there is no gap. Empty when they do not lie on the same ring.
 */
export function between(shape: Geometry, from: ImagePoint, to: ImagePoint): ImagePoint[] {
  const b = bounds(shape);
  if (isFar(from, b, ON_BORDER) || isFar(to, b, ON_BORDER)) return [];
  for (const { points, closed } of paths(shape)) {
    if (!closed || points.length < 3) continue;
    const ring = measured(points);
    const [start, end] = [place(from, ring), place(to, ring)];
    if (start === null || end === null) continue;
    const [there, back] = [met(ring, start, end), met(ring, end, start)];
    const way = there.length <= back.length ? there.corners : back.corners.reverse();
    return way.filter((p) => distance(p, from) > ON_BORDER && distance(p, to) > ON_BORDER);
  }
  return [];
}

/**
 * The line that joins two shapes from edge to edge: through the middles of both it would hide what they show, and where it begins would not be seen.
 */
import { asPolygon, pointAt } from './areas';
import { imagePoint, type ImagePoint, type Rect } from './points';
import { bounds, type Geometry } from './shapes';

export type Tether = readonly [from: ImagePoint, to: ImagePoint];

const middleOf = ({ x, y, width, height }: Rect): ImagePoint => imagePoint(x + width / 2, y + height / 2);

const around = ({ x, y, width, height }: Rect): ImagePoint[] => [
  imagePoint(x, y),
  imagePoint(x + width, y),
  imagePoint(x + width, y + height),
  imagePoint(x, y + height),
];

const outlines = new WeakMap<Geometry, readonly (readonly ImagePoint[])[]>();

/** Outer rings; what has none (masks, lines, points, skeletons) is met at the box around it. */
function outlineOf(g: Geometry): readonly (readonly ImagePoint[])[] {
  const known = outlines.get(g);
  if (known) return known;
  const polygon = asPolygon(g);
  const rings = polygon ? polygon.parts.flatMap(([outer]) => (outer ? [outer.map(pointAt)] : [])) : [around(bounds(g))];
  outlines.set(g, rings);
  return rings;
}

/** Where on the way from `a` to `b` (0 to 1) a ring is crossed. */
function crossings(a: ImagePoint, b: ImagePoint, ring: readonly ImagePoint[]): number[] {
  const [dx, dy] = [b.x - a.x, b.y - a.y];
  return ring.flatMap((p, i) => {
    const q = ring[(i + 1) % ring.length] ?? p;
    const [ex, ey] = [q.x - p.x, q.y - p.y];
    const cross = dx * ey - dy * ex;
    if (cross === 0) return [];
    const t = ((p.x - a.x) * ey - (p.y - a.y) * ex) / cross;
    const u = ((p.x - a.x) * dy - (p.y - a.y) * dx) / cross;
    return t >= 0 && t <= 1 && u >= 0 && u <= 1 ? [t] : [];
  });
}

/** How far along the way from `a` to `b` a shape ends that `a` is the middle of; null: only beyond `b`, so that there is nothing between. */
function end(g: Geometry, a: ImagePoint, b: ImagePoint): number | null {
  const { width, height } = bounds(g);
  if (width === 0 && height === 0) return 0;
  const found = outlineOf(g).flatMap((ring) => crossings(a, b, ring));
  return found.length === 0 ? null : Math.max(...found);
}

/** From the middle of one to the middle of the other, without what lies within either. Of shapes that lie in one another, from top to top. */
export function tether(a: Geometry, b: Geometry): Tether {
  const [from, to] = [middleOf(bounds(a)), middleOf(bounds(b))];
  const [leaves, arrives] = [end(a, from, to), end(b, to, from)];
  if (leaves === null || arrives === null || leaves + arrives >= 1) return [topOf(bounds(a)), topOf(bounds(b))];
  return [along(from, to, leaves), along(to, from, arrives)];
}

/** From a shape's edge towards a point; from its middle where the point lies within it. */
export function tetherTo(a: Geometry, to: ImagePoint): Tether {
  const from = middleOf(bounds(a));
  return [along(from, to, end(a, from, to) ?? 0), to];
}

const along = (a: ImagePoint, b: ImagePoint, part: number): ImagePoint =>
  imagePoint(a.x + (b.x - a.x) * part, a.y + (b.y - a.y) * part);

const topOf = ({ x, y, width }: Rect): ImagePoint => imagePoint(x + width / 2, y);

import { outlineOf } from './cuboid';
import { distance, imagePoint, type ImagePoint } from './points';
import { bounds, corners, rotated, type Geometry, type Pair } from './shapes';

const at = (pair: Pair): ImagePoint => imagePoint(pair[0] ?? 0, pair[1] ?? 0);

/** Even-odd rule. */
export function insideRing(point: ImagePoint, ring: readonly ImagePoint[]): boolean {
  let inside = false;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
    const a = ring[i];
    const b = ring[j];
    if (!a || !b) continue;
    const crosses = a.y > point.y !== b.y > point.y;
    if (crosses && point.x < ((b.x - a.x) * (point.y - a.y)) / (b.y - a.y) + a.x) inside = !inside;
  }
  return inside;
}

export function distanceToSegment(p: ImagePoint, a: ImagePoint, b: ImagePoint): number {
  const dx = b.x - a.x;
  const dy = b.y - a.y;
  const squared = dx * dx + dy * dy;
  const t = squared === 0 ? 0 : Math.min(1, Math.max(0, ((p.x - a.x) * dx + (p.y - a.y) * dy) / squared));
  return distance(p, imagePoint(a.x + t * dx, a.y + t * dy));
}

function nearLine(p: ImagePoint, points: readonly ImagePoint[], reach: number, closed: boolean): boolean {
  for (let i = closed ? 0 : 1; i < points.length; i++) {
    const a = points[i === 0 ? points.length - 1 : i - 1];
    const b = points[i];
    if (a && b && distanceToSegment(p, a, b) <= reach) return true;
  }
  return false;
}

function maskAt(g: Extract<Geometry, { kind: 'mask' }>, p: ImagePoint): boolean {
  const [x, y] = [Math.floor(p.x), Math.floor(p.y)];
  if (x < 0 || y < 0 || x >= g.width || y >= g.height) return false;
  const target = x * g.height + y;
  let offset = 0;
  for (let i = 0; i < g.counts.length; i++) {
    offset += g.counts[i] ?? 0;
    if (target < offset) return i % 2 === 1;
  }
  return false;
}

/** Pairs of a skeleton's points that a line joins. */
export type Bones = readonly (readonly number[])[];

/** At its joints and bones: between them there is nothing of it, and what lies there must be reached. */
function skeletonAt({ points }: Extract<Geometry, { kind: 'keypoints' }>, p: ImagePoint, reach: number, bones: Bones): boolean {
  const joints = points.map(({ x, y, v }) => (v > 0 ? imagePoint(x, y) : null));
  if (joints.some((joint) => joint && distance(p, joint) <= reach * 1.5)) return true;
  return bones.some(([from = -1, to = -1]) => {
    const [a, b] = [joints[from], joints[to]];
    return a && b ? distanceToSegment(p, a, b) <= reach : false;
  });
}

/** Whether a point (with `reach` image pixels of patience) touches a shape. */
export function hits(g: Geometry, p: ImagePoint, reach: number, bones: Bones = []): boolean {
  const b = bounds(g);
  if (p.x < b.x - reach || p.y < b.y - reach || p.x > b.x + b.width + reach || p.y > b.y + b.height + reach) {
    return false;
  }
  switch (g.kind) {
    case 'box':
      return true;
    case 'rotated_box': {
      const ring = corners(g);
      return insideRing(p, ring) || nearLine(p, ring, reach, true);
    }
    case 'cuboid': {
      const ring = outlineOf(g);
      return insideRing(p, ring) || nearLine(p, ring, reach, true);
    }
    case 'ellipse': {
      const q = rotated(p, imagePoint(g.cx, g.cy), -g.rotation);
      return Math.hypot((q.x - g.cx) / Math.max(g.rx + reach, 1e-6), (q.y - g.cy) / Math.max(g.ry + reach, 1e-6)) <= 1;
    }
    case 'polygon':
      return g.parts.some((part) => {
        const rings = part.map((ring) => ring.map(at));
        return rings.filter((ring) => insideRing(p, ring)).length % 2 === 1 || rings.some((r) => nearLine(p, r, reach, true));
      });
    case 'polyline':
      return nearLine(p, g.points.map(at), reach, false);
    case 'point':
      return distance(p, imagePoint(g.x, g.y)) <= reach * 1.5;
    case 'keypoints':
      return skeletonAt(g, p, reach, bones);
    case 'mask':
      return maskAt(g, p);
  }
}

interface Lying {
  readonly geometry: Geometry;
  readonly label: string;
  readonly z: number;
}

/** Of a label's skeleton. */
export type BonesOf = (label: string) => Bones;
const boneless: BonesOf = () => [];

const areaAround = ({ geometry }: Lying): number => {
  const { width, height } = bounds(geometry);
  return width * height;
};

/** All that lies under a point, the smallest first: a box inside a box must be reachable. */
export const allUnder = <T extends Lying>(regions: Iterable<T>, p: ImagePoint, reach: number, bonesOf: BonesOf = boneless): T[] =>
  [...regions]
    .filter(({ geometry, label }) => hits(geometry, p, reach, bonesOf(label)))
    .reverse()
    .sort((a, b) => areaAround(a) - areaAround(b) || b.z - a.z);

/** What lies under a point. Among several the smallest wins. */
export const topmost = <T extends Lying>(regions: Iterable<T>, p: ImagePoint, reach: number, bonesOf?: BonesOf): T | null =>
  allUnder(regions, p, reach, bonesOf)[0] ?? null;

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

/** Whether a point (with `reach` image pixels of patience) touches a shape. */
export function hits(g: Geometry, p: ImagePoint, reach: number): boolean {
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
      return true;
    case 'mask':
      return maskAt(g, p);
  }
}

/** What lies under a point. Among several the smallest wins: a box inside a box must be reachable. */
export function topmost<T extends { readonly geometry: Geometry; readonly z: number }>(
  regions: Iterable<T>,
  p: ImagePoint,
  reach: number,
): T | null {
  let best: T | null = null;
  let bestArea = Infinity;
  for (const region of regions) {
    if (!hits(region.geometry, p, reach)) continue;
    const b = bounds(region.geometry);
    const area = b.width * b.height;
    if (area < bestArea || (area === bestArea && region.z >= (best?.z ?? -Infinity))) [best, bestArea] = [region, area];
  }
  return best;
}

import { outlineOf } from './cuboid';
import { distance, imagePoint, round2, type ImagePoint } from './points';
import { corners, rotated, type Geometry, type Pair } from './shapes';

export type PolygonGeometry = Extract<Geometry, { kind: 'polygon' }>;
export type Ring = readonly Pair[];

/** How far (image pixels) the ring drawn for an ellipse may lie inside it. */
const SAGITTA = 0.1;

/** A ring thinner than this (image pixels, on average) is what rounding to hundredths leaves, not what anybody drew. */
const THIN = 0.01;

export const pointAt = (pair: Pair): ImagePoint => imagePoint(pair[0] ?? 0, pair[1] ?? 0);
export const pairOf = (p: ImagePoint): [number, number] => [round2(p.x), round2(p.y)];

/** Positive when the ring runs from the x axis towards the y axis. */
export function signedArea(ring: readonly ImagePoint[]): number {
  let sum = 0;
  // From the first point, not from the origin: far away from it the products would swallow small areas.
  const o = ring[0];
  for (let i = 1; o && i + 1 < ring.length; i++) {
    const [a, b] = [ring[i], ring[i + 1]];
    if (a && b) sum += (a.x - o.x) * (b.y - o.y) - (b.x - o.x) * (a.y - o.y);
  }
  return sum / 2;
}

const ringArea = (ring: Ring): number => Math.abs(signedArea(ring.map(pointAt)));

/** Square pixels covered, holes taken out. */
export const areaOf = (parts: readonly (readonly Ring[])[]): number =>
  parts.reduce((sum, part) => sum + part.reduce((rest, ring, i) => rest + (i === 0 ? 1 : -1) * ringArea(ring), 0), 0);

/** Whether the way from `a` to `c` turns round in `b`, or stands still there. In hundredths, where it can be told exactly. */
function turnsRound(a: Pair, b: Pair, c: Pair): boolean {
  const between = (from: Pair, to: Pair, axis: 0 | 1): number => Math.round(((to[axis] ?? 0) - (from[axis] ?? 0)) * 100);
  const [ux, uy, vx, vy] = [between(a, b, 0), between(a, b, 1), between(b, c, 0), between(b, c, 1)];
  return ux * vy === uy * vx && ux * vx + uy * vy <= 0;
}

const same = (a: Pair | undefined, b: Pair | undefined): boolean => a?.[0] === b?.[0] && a?.[1] === b?.[1];

/** Hundredths, no point twice in a row, no spike that goes out and back the same way; null when nothing is left. */
export function cleanRing(ring: Ring): [number, number][] | null {
  const kept: [number, number][] = [];
  for (const pair of ring) {
    const next = pairOf(pointAt(pair));
    for (;;) {
      const [b, a] = [kept.at(-1), kept.at(-2)];
      if (!a || !b || !turnsRound(a, b, next)) break;
      kept.pop();
    }
    if (!same(kept.at(-1), next)) kept.push(next);
  }
  // The same over the seam, where the ring closes.
  for (;;) {
    const [first, second, last, before] = [kept[0], kept[1], kept.at(-1), kept.at(-2)];
    if (!first || !second || !last || !before || kept.length < 3) return null;
    if (turnsRound(before, last, first)) kept.pop();
    else if (turnsRound(last, first, second)) kept.shift();
    else return kept;
  }
}

function isThin(ring: Ring): boolean {
  const points = ring.map(pointAt);
  const length = points.reduce((sum, p, i) => sum + distance(p, points.at(i - 1) ?? p), 0);
  return Math.abs(signedArea(points)) <= length * THIN;
}

/** As it is stored: rounded, without rings that enclose nothing; null when no part is left. */
export function tidy(parts: readonly (readonly Ring[])[]): PolygonGeometry | null {
  const kept = parts.flatMap((part) => {
    const [exterior, ...holes] = part.map(cleanRing).map((ring) => (ring && !isThin(ring) ? ring : null));
    return exterior ? [[exterior, ...holes.filter((hole) => hole !== null)]] : [];
  });
  return kept.length === 0 ? null : { kind: 'polygon', parts: kept };
}

function around(g: Extract<Geometry, { kind: 'ellipse' }>): ImagePoint[] {
  const radius = Math.max(g.rx, g.ry);
  const n = Math.max(24, Math.ceil(Math.PI / Math.acos(Math.max(0, 1 - SAGITTA / Math.max(radius, SAGITTA)))));
  return Array.from({ length: n }, (_, i) => {
    const a = (2 * Math.PI * i) / n;
    const p = imagePoint(g.cx + g.rx * Math.cos(a), g.cy + g.ry * Math.sin(a));
    return rotated(p, imagePoint(g.cx, g.cy), g.rotation);
  });
}

/** What encloses an area, as a polygon; null for open shapes, masks and what encloses nothing. */
export function asPolygon(g: Geometry): PolygonGeometry | null {
  switch (g.kind) {
    case 'polygon':
      return g;
    case 'box':
    case 'rotated_box':
      return tidy([[corners(g).map(pairOf)]]);
    case 'cuboid':
      return tidy([[outlineOf(g).map(pairOf)]]);
    case 'ellipse':
      return tidy([[around(g).map(pairOf)]]);
    case 'polyline':
    case 'point':
    case 'keypoints':
    case 'mask':
      return null;
  }
}

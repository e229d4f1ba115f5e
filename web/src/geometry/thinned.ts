/** An outline with fewer points and the same course. */
import { simplifiedLine, thinnedRing, type Corner } from './simplify';
import type { Geometry, Pair } from './shapes';

const corners = (pairs: readonly Pair[]): Corner[] => pairs.map(([x = 0, y = 0]): Corner => [x, y]);
const pairs = (line: readonly Corner[]): number[][] => line.map(([x, y]) => [x, y]);

/** Nowhere farther from how it was than `tolerance` image pixels. null: it is no outline. */
export function thinned(g: Geometry, tolerance: number): Geometry | null {
  if (g.kind === 'polyline') return { kind: 'polyline', points: pairs(simplifiedLine(corners(g.points), tolerance)) };
  if (g.kind !== 'polygon') return null;
  return { kind: 'polygon', parts: g.parts.map((part) => part.map((ring) => pairs(thinnedRing(corners(ring), tolerance)))) };
}

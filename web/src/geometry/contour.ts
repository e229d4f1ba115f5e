import { columnRuns, components, get, type ColumnRuns } from './column-runs';
import type { MaskGeometry } from './mask-runs';
import type { Geometry } from './shapes';
import { simplifiedRing, turning, type Corner, type Ring } from './simplify';

/** Clockwise, so that one more is a turn to the right. */
const EAST = 0;
const SOUTH = 1;
const WEST = 2;
const NORTH = 3;

/** A stretch of border between ones and zeros, directed so that the ones lie on its right. */
interface Edge {
  readonly from: Corner;
  readonly to: Corner;
  readonly direction: number;
  /** The run of ones it belongs to. */
  readonly run: number;
}

/** Top and bottom of every run, one pixel long. */
function levelEdges(runs: ColumnRuns): Edge[] {
  return runs.column.flatMap((x, run): Edge[] => {
    const [top, bottom] = [get(runs.from, run), get(runs.to, run)];
    return [
      { from: [x, top], to: [x + 1, top], direction: EAST, run },
      { from: [x + 1, bottom], to: [x, bottom], direction: WEST, run },
    ];
  });
}

/** Where column x and the one before it differ. */
function uprightEdges(runs: ColumnRuns, x: number, edges: Edge[]): void {
  let left = get(runs.first, Math.max(0, x - 1));
  let right = get(runs.first, x);
  const endOfLeft = right;
  const endOfRight = x + 1 < runs.first.length ? get(runs.first, x + 1) : right;
  for (let y = 0; left < endOfLeft || right < endOfRight;) {
    const [leftFrom, leftTo] = left < endOfLeft ? [get(runs.from, left), get(runs.to, left)] : [Infinity, Infinity];
    const [rightFrom, rightTo] = right < endOfRight ? [get(runs.from, right), get(runs.to, right)] : [Infinity, Infinity];
    const [inLeft, inRight] = [leftFrom <= y, rightFrom <= y];
    const next = Math.min(inLeft ? leftTo : leftFrom, inRight ? rightTo : rightFrom);
    if (inLeft && !inRight && next > y) edges.push({ from: [x, y], to: [x, next], direction: SOUTH, run: left });
    if (inRight && !inLeft && next > y) edges.push({ from: [x, next], to: [x, y], direction: NORTH, run: right });
    y = next;
    if (leftTo === y) left++;
    if (rightTo === y) right++;
  }
}

/**
 * Follows the edges round. Where two pixels touch with nothing but a corner, two ways lead on: the right turn stays with
 * the pixel it came along, so that what only touches over corners comes apart.
 */
function loops(edges: readonly Edge[], height: number): { corners: Corner[]; run: number }[] {
  const key = ([x, y]: Corner): number => x * (height + 1) + y;
  const leaving = new Map<number, Edge>();
  const also = new Map<number, Edge>();
  for (const edge of edges) {
    const at = key(edge.from);
    (leaving.has(at) ? also : leaving).set(at, edge);
  }
  const next = (edge: Edge): Edge | undefined => {
    const [one, other] = [leaving.get(key(edge.to)), also.get(key(edge.to))];
    return other?.direction === (edge.direction + 1) % 4 ? other : one;
  };
  const done = new Set<Edge>();
  const found: { corners: Corner[]; run: number }[] = [];
  for (const start of edges) {
    // Upright edges are as long as they go, so that each begins at a true corner.
    if (done.has(start) || start.direction === EAST || start.direction === WEST) continue;
    const corners: Corner[] = [];
    let direction = -1;
    for (let edge: Edge | undefined = start; edge && !done.has(edge); edge = next(edge)) {
      done.add(edge);
      if (edge.direction !== direction) corners.push(edge.from);
      direction = edge.direction;
    }
    found.push({ corners, run: start.run });
  }
  return found;
}

/** A loop that passes a corner twice is two that touch there: a ring must not touch itself. */
function withoutTouching(loop: readonly Corner[], height: number): Ring[] {
  const rings: Ring[] = [];
  const open: Corner[] = [];
  const seen = new Map<number, number>();
  for (const corner of loop) {
    const key = corner[0] * (height + 1) + corner[1];
    const before = seen.get(key);
    if (before !== undefined) {
      const ring = open.splice(before);
      for (const [x, y] of ring) seen.delete(x * (height + 1) + y);
      rings.push(ring);
    }
    seen.set(key, open.length);
    open.push(corner);
  }
  return [...rings, open];
}

/**
 * The outlines of a mask along the borders of its pixels: a part for each component, its outer ring first, then its
 * holes; simplified, so that people can go on with it by hand. Null for a mask without ones.
 *
 * @param tolerance how far (image pixels) a simplified ring may be from the pixels' borders
 */
export function polygonOfMask(mask: MaskGeometry, tolerance = 0.75): Extract<Geometry, { kind: 'polygon' }> | null {
  const runs = columnRuns(mask, 1);
  if (runs.column.length === 0) return null;
  const edges = levelEdges(runs);
  for (let x = 0; x <= mask.width; x++) uprightEdges(runs, x, edges);
  const component = components(runs);
  const parts = new Map<number, { outer: Ring[]; holes: Ring[] }>();
  for (const { corners, run } of loops(edges, mask.height)) {
    const root = get(component, run);
    const part = parts.get(root) ?? { outer: [], holes: [] };
    parts.set(root, part);
    for (const ring of withoutTouching(corners, mask.height)) {
      (turning(ring) > 0 ? part.outer : part.holes).push(simplifiedRing(ring, tolerance));
    }
  }
  const written = (ring: Ring): number[][] => ring.map(([x, y]) => [x, y]);
  return { kind: 'polygon', parts: [...parts.values()].map(({ outer, holes }) => [...outer, ...holes].map(written)) };
}

export type Corner = readonly [x: number, y: number];
export type Ring = readonly Corner[];

/** Twice the area, positive when the ring goes clockwise as seen on a screen. */
export const turning = (ring: Ring): number =>
  ring.reduce((sum, [x, y], i) => {
    const [px, py] = ring.at(i - 1) ?? [x, y];
    return sum + px * y - x * py;
  }, 0);

function distanceSquared([x, y]: Corner, [ax, ay]: Corner, [bx, by]: Corner): number {
  const [dx, dy] = [bx - ax, by - ay];
  const length = dx * dx + dy * dy;
  const t = length === 0 ? 0 : Math.min(1, Math.max(0, ((x - ax) * dx + (y - ay) * dy) / length));
  return (x - ax - t * dx) ** 2 + (y - ay - t * dy) ** 2;
}

/** Douglas and Peucker (1973), on a stack: a coastline of a mask is too long for recursion. Keeps both ends. */
export function simplifiedLine(line: Ring, tolerance: number): Corner[] {
  const kept = new Set([0, line.length - 1]);
  const open: [number, number][] = [[0, line.length - 1]];
  for (let stretch = open.pop(); stretch; stretch = open.pop()) {
    const [first, last] = stretch;
    const [a, b] = [line[first], line[last]];
    if (!a || !b) continue;
    let [farthest, most] = [-1, tolerance * tolerance];
    for (let i = first + 1; i < last; i++) {
      const d = distanceSquared(line[i] ?? a, a, b);
      if (d > most) [farthest, most] = [i, d];
    }
    if (farthest === -1) continue;
    kept.add(farthest);
    open.push([first, farthest], [farthest, last]);
  }
  return line.filter((_, i) => kept.has(i));
}

/** A closed ring needs two fixed points: the first one of all from the left, and what is farthest from it. */
function simplifiedAt(ring: Ring, tolerance: number): Ring {
  const start = ring.reduce((best, [x, y], i) => {
    const [bx, by] = ring[best] ?? [x, y];
    return x < bx || (x === bx && y < by) ? i : best;
  }, 0);
  const turned = [...ring.slice(start), ...ring.slice(0, start + 1)];
  const [x0, y0] = turned[0] ?? [0, 0];
  const away = ([x, y]: Corner): number => (x - x0) ** 2 + (y - y0) ** 2;
  const far = turned.reduce((best, corner, i) => (away(corner) > away(turned[best] ?? corner) ? i : best), 0);
  return [
    ...simplifiedLine(turned.slice(0, far + 1), tolerance).slice(0, -1),
    ...simplifiedLine(turned.slice(far), tolerance).slice(0, -1),
  ];
}

/**
 * A slanted or round border is a stair along pixels, and its corners lie to both sides of the line it stands for. Pulled in
 * by a quarter of a pixel they lie on it. Corners between long edges are meant: a rectangle keeps its own.
 */
const withoutStairs = (ring: Ring): Ring =>
  ring.map((corner, i) => {
    const [x, y] = corner;
    const [px, py] = ring.at(i - 1) ?? corner;
    const [nx, ny] = ring[(i + 1) % ring.length] ?? corner;
    const isStep = Math.abs(px - x) + Math.abs(py - y) <= 1 || Math.abs(nx - x) + Math.abs(ny - y) <= 1;
    const pull = (here: number, before: number, after: number): number =>
      here + (Math.sign(before - here) + Math.sign(after - here)) / 4;
    return isStep ? [pull(x, px, nx), pull(y, py, ny)] : corner;
  });

/** How much of its area a ring may lose or gain by being simplified. */
const AREA_CHANGE = 0.04;

/**
 * A ring along the borders of pixels with fewer corners, nowhere much farther than `tolerance` from it. What is so thin or
 * small that this would empty it stays finer.
 */
export const simplifiedRing = (ring: Ring, tolerance: number): Ring => fewer(ring, withoutStairs(ring), tolerance) ?? ring;

/** A ring that somebody drew, with fewer corners and each of them where it was. */
export const thinnedRing = (ring: Ring, tolerance: number): Ring => fewer(ring, ring, tolerance) ?? ring;

/** null: nothing simpler is like it. */
function fewer(ring: Ring, smooth: Ring, tolerance: number): Ring | null {
  const before = turning(ring);
  for (let t = tolerance; t > 0.1; t /= 2) {
    const simpler = simplifiedAt(smooth, t);
    if (simpler.length >= 3 && Math.abs(turning(simpler) / before - 1) <= AREA_CHANGE) return simpler;
  }
  return null;
}

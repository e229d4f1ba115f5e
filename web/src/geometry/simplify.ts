import { distanceToSegment } from './hit';
import type { ImagePoint } from './points';

/** Douglas and Peucker: the fewest of the points from which no other lies further than `tolerance` pixels. The ends stay. */
export function simplified(points: readonly ImagePoint[], tolerance: number): readonly ImagePoint[] {
  const keep = new Set([0, points.length - 1]);
  const spans: [number, number][] = [[0, points.length - 1]];
  for (let span = spans.pop(); span; span = spans.pop()) {
    const [from, to] = span;
    const [a, b] = [points[from], points[to]];
    if (!a || !b) continue;
    let [worst, far] = [-1, tolerance];
    for (let i = from + 1; i < to; i++) {
      const p = points[i];
      const d = p ? distanceToSegment(p, a, b) : 0;
      if (d > far) [worst, far] = [i, d];
    }
    if (worst === -1) continue;
    keep.add(worst);
    spans.push([from, worst], [worst, to]);
  }
  return points.filter((_, i) => keep.has(i));
}

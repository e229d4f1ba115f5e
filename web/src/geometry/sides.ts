/** Left and right of a skeleton, by the pairs of points that are each other's mirror image. */
import type { Keypoint } from './shapes';

/** What was taken for the left is the right, and the other way round: the commonest mistake with people seen from the front. */
export function withSidesSwapped(points: readonly Keypoint[], pairs: readonly (readonly number[])[]): readonly Keypoint[] | null {
  const swapped = [...points];
  let changed = false;
  for (const [one = -1, other = -1] of pairs) {
    const [a, b] = [points[one], points[other]];
    if (!a || !b || (a.v === 0 && b.v === 0)) continue;
    [swapped[one], swapped[other]] = [b, a];
    changed = true;
  }
  return changed ? swapped : null;
}

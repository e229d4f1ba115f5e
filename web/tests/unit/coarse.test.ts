import { describe, expect, test } from 'vitest';

import { coarseOutline } from '~/geometry/coarse';
import { area, capsule, emptyMask, intersection, maskOfPolygon, minus, union, type MaskGeometry } from '~/geometry/mask';
import { imagePoint } from '~/geometry/points';

const SIZE = { width: 4_000, height: 3_000 };
const corners = (outline: ReturnType<typeof coarseOutline>): number => outline?.parts.flat(2).length ?? 0;

/** How much of both masks is in both. */
const likeness = (a: MaskGeometry, b: MaskGeometry): number => area(intersection(a, b)) / area(union(a, b));

describe('a mask as others are shown it', () => {
  test('a long stroke keeps its course with few corners', () => {
    const ways = [[200, 300], [3_700, 500], [300, 1_400], [3_600, 2_600]]; // prettier-ignore
    const at = (i: number): ReturnType<typeof imagePoint> => imagePoint(ways[i]?.[0] ?? 0, ways[i]?.[1] ?? 0);
    const stroke = [0, 1, 2].reduce((mask, i) => union(mask, capsule(at(i), at(i + 1), 40, SIZE)), emptyMask(SIZE));
    expect(stroke.counts.length).toBeGreaterThan(4_000);
    const outline = coarseOutline(stroke, 2_000);
    expect(corners(outline)).toBeLessThan(500);
    expect(outline && likeness(maskOfPolygon(outline, SIZE), stroke)).toBeGreaterThan(0.8);
  });

  test('holes stay, and what is thinner than a square is not lost', () => {
    const [left, right] = [imagePoint(100, 1_500), imagePoint(3_900, 1_500)];
    const ring = minus(capsule(left, right, 300, SIZE), capsule(imagePoint(800, 1_500), imagePoint(3_200, 1_500), 100, SIZE));
    expect(coarseOutline(ring, 2_000)?.parts[0]).toHaveLength(2);
    const hair = capsule(imagePoint(3, 3), imagePoint(3_990, 2_990), 0.5, SIZE);
    const outline = coarseOutline(hair, 2_000);
    expect(outline && area(minus(hair, maskOfPolygon(outline, SIZE)))).toBeLessThan(area(hair) * 0.6);
    expect(outline?.parts).toHaveLength(1);
  });

  test('grain without end has an outline that can be told, inside the image', () => {
    const size = { width: 401, height: 301 };
    const counts = Array.from({ length: size.width * size.height }, () => 1);
    const outline = coarseOutline({ kind: 'mask', ...size, counts }, 100);
    expect(corners(outline)).toBeLessThanOrEqual(200);
    for (const [x = NaN, y = NaN] of outline?.parts.flat(2) ?? []) expect(x >= 0 && x <= 401 && y >= 0 && y <= 301).toBe(true);
  });

  test('of nothing there is no outline', () => {
    expect(coarseOutline(emptyMask(SIZE), 2_000)).toBeNull();
  });
});

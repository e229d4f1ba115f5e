import { describe, expect, test } from 'vitest';

import { handleAt, HANDLES, handlePoint, resized } from '~/geometry/handles';
import { hits, topmost } from '~/geometry/hit';
import { imagePoint } from '~/geometry/points';
import { bounds, boxBetween, moved, type BoxGeometry, type Geometry } from '~/geometry/shapes';

const image = { width: 100, height: 80 };
const box: BoxGeometry = { kind: 'box', x: 20, y: 10, width: 30, height: 20 };

const polygon: Geometry = { kind: 'polygon', parts: [[[[10, 10], [40, 10], [40, 40], [10, 40]], [[20, 20], [30, 20], [30, 30], [20, 30]]]] }; // prettier-ignore
const line: Geometry = { kind: 'polyline', points: [[10, 10], [60, 60]] }; // prettier-ignore
const person: Geometry = { kind: 'keypoints', points: [{ x: 10, y: 20, v: 2 }, { x: 30, y: 40, v: 1 }, { x: 0, y: 0, v: 0 }] }; // prettier-ignore

const SHAPES: Geometry[] = [
  box,
  { kind: 'rotated_box', x: 20, y: 20, width: 30, height: 10, rotation: 90 },
  { kind: 'ellipse', cx: 50, cy: 40, rx: 20, ry: 10, rotation: 0 },
  { kind: 'cuboid', front: { x: 20, y: 30, width: 30, height: 20 }, back: { x: 40, y: 10, width: 20, height: 20 } },
  polygon,
  line,
  { kind: 'point', x: 33, y: 44 },
  person,
];

describe('shapes', () => {
  test('a box between two points is the same whichever corner comes first', () => {
    expect(boxBetween(imagePoint(50, 30), imagePoint(20, 10), image)).toEqual(box);
  });

  test('a box never leaves the image', () => {
    expect(boxBetween(imagePoint(-40, -1), imagePoint(500, 500), image)).toEqual({ kind: 'box', x: 0, y: 0, ...image });
  });

  test('a turned box has the bounds of its corners', () => {
    const b = bounds({ kind: 'rotated_box', x: 20, y: 20, width: 30, height: 10, rotation: 90 });
    expect([b.x, b.y, b.width, b.height].map(Math.round)).toEqual([30, 10, 10, 30]);
  });

  test('an absent keypoint counts for nothing', () => {
    expect(bounds(person)).toEqual({ x: 10, y: 20, width: 20, height: 20 });
  });

  test('a mask’s bounds are those of its ones', () => {
    // 4 wide, 3 high, column by column: the second column's middle pixel and the third column's.
    expect(bounds({ kind: 'mask', width: 4, height: 3, counts: [4, 1, 2, 1, 4] })).toEqual({ x: 1, y: 1, width: 2, height: 1 });
  });

  test.each(SHAPES.map((g) => [g.kind, g] as const))('moving a %s stops at the border and keeps its size', (_, g) => {
    const before = bounds(g);
    const after = bounds(moved(g, 1000, -1000, image));
    expect(after.x + after.width).toBeCloseTo(image.width);
    expect(after.y).toBeCloseTo(0);
    expect(after.width).toBeCloseTo(before.width);
    expect(after.height).toBeCloseTo(before.height);
  });
});

describe('handles', () => {
  test.each(HANDLES.map((handle) => [handle]))('%s is found at its own place', (handle) => {
    expect(handleAt(box, handlePoint(box, handle), 3)).toBe(handle);
  });

  test('pulling a corner past the opposite one never turns the box inside out', () => {
    const small = resized(box, 'se', -1000, -1000, image);
    expect(small).toMatchObject({ x: 20, y: 10, width: 2, height: 2 });
  });

  test('pulling a side leaves the others where they are', () => {
    expect(resized(box, 'e', 10, 99, image)).toEqual({ ...box, width: 40 });
    expect(resized(box, 'n', 99, -5, image)).toEqual({ ...box, y: 5, height: 25 });
  });

  test('no handle leaves the image', () => {
    expect(resized(box, 'se', 9999, 9999, image)).toMatchObject({ width: 80, height: 70 });
  });
});

describe('what lies under a point', () => {
  test('the hole of a polygon is not the polygon', () => {
    expect(hits(polygon, imagePoint(15, 15), 0)).toBe(true);
    expect(hits(polygon, imagePoint(25, 25), 0)).toBe(false);
  });

  test('a line is hit near it, not in its bounds', () => {
    expect(hits(line, imagePoint(30, 31), 2)).toBe(true);
    expect(hits(line, imagePoint(50, 15), 2)).toBe(false);
  });

  test('a mask is hit on its pixels', () => {
    const mask: Geometry = { kind: 'mask', width: 4, height: 3, counts: [4, 1, 7] };
    expect(hits(mask, imagePoint(1.5, 1.5), 0)).toBe(true);
    expect(hits(mask, imagePoint(1.5, 0.5), 5)).toBe(false);
  });

  test('a skeleton is hit at its joints and bones, not in its bounds', () => {
    const pose: Geometry = {
      kind: 'keypoints',
      points: [{ x: 10, y: 10, v: 2 }, { x: 90, y: 10, v: 1 }, { x: 0, y: 0, v: 0 }, { x: 90, y: 90, v: 2 }], // prettier-ignore
    };
    const bones = [[0, 1], [1, 2], [1, 3]]; // prettier-ignore
    expect(hits(pose, imagePoint(91, 92), 3, bones)).toBe(true);
    expect(hits(pose, imagePoint(50, 12), 3, bones)).toBe(true);
    expect(hits(pose, imagePoint(50, 12), 3)).toBe(false);
    expect(hits(pose, imagePoint(50, 50), 3, bones)).toBe(false);
    // An absent joint has no place, and no bone leads there.
    expect(hits(pose, imagePoint(45, 5), 3, bones)).toBe(false);
    const below = { id: 'below', label: 'car', z: 0, geometry: { ...box, x: 0, y: 0, width: 100, height: 100 } };
    const over = { id: 'over', label: 'pose', z: 1, geometry: pose };
    expect(topmost([below, over], imagePoint(50, 50), 3, () => bones)?.id).toBe('below');
    expect(topmost([below, over], imagePoint(50, 10), 3, () => bones)?.id).toBe('over');
  });

  test('of nested boxes the inner one is reached, although the outer lies on top', () => {
    const inner = { id: 'inner', label: 'a', z: 0, geometry: { ...box, x: 25, y: 15, width: 5, height: 5 } };
    const outer = { id: 'outer', label: 'a', z: 9, geometry: box };
    expect(topmost([inner, outer], imagePoint(27, 17), 1)?.id).toBe('inner');
    expect(topmost([inner, outer], imagePoint(45, 25), 1)?.id).toBe('outer');
    expect(topmost([inner, outer], imagePoint(90, 70), 1)).toBeNull();
  });
});

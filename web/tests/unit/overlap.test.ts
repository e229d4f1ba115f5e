import { describe, expect, test } from 'vitest';

import { likeness } from '~/geometry/likeness';
import { overlap } from '~/geometry/overlap';
import { maskOfShape } from '~/geometry/mask';
import type { Geometry } from '~/geometry/shapes';

const IMAGE = { width: 1000, height: 800 };
const box = (x: number, y: number, width: number, height: number): Geometry => ({ kind: 'box', x, y, width, height });
const ring = (...points: [number, number][]): Geometry => ({ kind: 'polygon', parts: [[points]] });
const asRing = (x: number, y: number, w: number, h: number): Geometry => ring([x, y], [x + w, y], [x + w, y + h], [x, y + h]);
const masked = (g: Geometry): Geometry => maskOfShape(g, IMAGE) ?? g;

describe('overlap', () => {
  test('of boxes is what both cover over what either covers, as the server counts it', () => {
    expect(overlap(box(0, 0, 10, 10), box(5, 0, 10, 10))).toBeCloseTo(1 / 3);
    expect(overlap(box(0, 0, 10, 10), box(0, 0, 10, 10))).toBe(1);
    expect(overlap(box(0, 0, 10, 10), box(20, 0, 10, 10))).toBe(0);
    expect(overlap(box(0, 0, 0, 0), box(0, 0, 0, 0))).toBe(0);
  });

  test('is the same whatever kinds of shape show the same area', () => {
    const shown = [box(100, 100, 40, 30), asRing(100, 100, 40, 30), masked(box(100, 100, 40, 30))];
    const other = [box(120, 100, 40, 30), asRing(120, 100, 40, 30), masked(box(120, 100, 40, 30))];
    for (const a of shown) for (const b of other) expect(overlap(a, b)).toBeCloseTo(1 / 3, 6);
  });

  test('a hole is no area, and a ring that crosses itself covers no place twice', () => {
    const frame: Geometry = {
      kind: 'polygon',
      parts: [[[[0, 0], [30, 0], [30, 30], [0, 30]], [[10, 10], [20, 10], [20, 20], [10, 20]]]], // prettier-ignore
    };
    expect(overlap(frame, box(10, 10, 10, 10))).toBe(0);
    expect(overlap(frame, box(0, 0, 30, 30))).toBeCloseTo(800 / 900, 6);
    const twice = ring([0, 0], [10, 0], [10, 10], [0, 10], [0, 0], [10, 0], [10, 10], [0, 10]);
    expect(overlap(twice, box(0, 0, 10, 10))).toBeCloseTo(1, 6);
  });

  test('of a turned box and an ellipse is that of their outlines', () => {
    const turned: Geometry = { kind: 'rotated_box', x: 100, y: 100, width: 40, height: 20, rotation: 90 };
    expect(overlap(turned, box(110, 90, 20, 40))).toBeCloseTo(1, 4);
    const circle: Geometry = { kind: 'ellipse', cx: 50, cy: 50, rx: 50, ry: 50, rotation: 0 };
    expect(overlap(circle, box(0, 0, 100, 100))).toBeCloseTo(Math.PI / 4, 2);
  });

  test('what encloses no area has none', () => {
    expect(overlap({ kind: 'point', x: 1, y: 1 }, box(0, 0, 10, 10))).toBeNull();
  });
});

describe('likeness', () => {
  test('of points falls with their distance: 1 % of the diagonal is one slip', () => {
    const slip = 0.01 * Math.hypot(1000, 800);
    const point = (x: number): Geometry => ({ kind: 'point', x, y: 5 });
    expect(likeness(point(0), point(0), IMAGE)).toBe(1);
    expect(likeness(point(0), point(slip), IMAGE)).toBeCloseTo(Math.exp(-0.5), 6);
    expect(likeness(point(0), point(10 * slip), IMAGE)).toBeLessThan(1e-6);
  });

  test('of lines does not depend on the way they were drawn, nor on how many points they have', () => {
    const line = (...points: [number, number][]): Geometry => ({ kind: 'polyline', points });
    expect(likeness(line([0, 0], [100, 0]), line([100, 0], [30, 0], [0, 0]), IMAGE)).toBeCloseTo(1, 6);
    const half = likeness(line([0, 0], [400, 0]), line([0, 0], [200, 0]), IMAGE);
    expect(half).toBeLessThan(0.05);
  });

  test('of skeletons is OKS: a point that only one has placed is a miss', () => {
    const skeleton = (...points: [number, number, 0 | 1 | 2][]): Geometry => ({
      kind: 'keypoints',
      points: points.map(([x, y, v]) => ({ x, y, v })),
    });
    const whole = skeleton([0, 0, 2], [100, 100, 2]);
    expect(likeness(whole, whole, IMAGE)).toBe(1);
    expect(likeness(whole, skeleton([0, 0, 2], [0, 0, 0]), IMAGE)).toBeCloseTo(0.5, 6);
    // 10 pixels off where the scale is 100 and the constant 0.1: one deviation.
    expect(likeness(whole, skeleton([10, 0, 2], [110, 100, 2]), IMAGE)).toBeCloseTo(Math.exp(-0.5), 6);
  });

  test('shapes that cannot be compared are not alike', () => {
    expect(likeness({ kind: 'point', x: 5, y: 5 }, box(0, 0, 10, 10), IMAGE)).toBe(0);
  });
});

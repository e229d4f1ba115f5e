import { describe, expect, test } from 'vitest';

import { areaOf, common, united, type PolygonGeometry } from '~/geometry/booleans';
import { distance, imagePoint as p, type ImagePoint } from '~/geometry/points';
import type { Geometry } from '~/geometry/shapes';
import { between, snapped } from '~/geometry/snap';

const square: PolygonGeometry = { kind: 'polygon', parts: [[[[10, 10], [50, 10], [50, 50], [10, 50]], [[20, 20], [40, 20], [40, 40], [20, 40]]]] }; // prettier-ignore
const box: Geometry = { kind: 'box', x: 100, y: 10, width: 40, height: 30 };
const line: Geometry = { kind: 'polyline', points: [[200, 10], [240, 10], [240, 50]] }; // prettier-ignore

describe('snapping to neighbours', () => {
  test('the nearest corner within reach', () => {
    expect(snapped(p(52, 9), [square, box], 5)).toEqual(p(50, 10));
    expect(snapped(p(39, 38), [square, box], 5)).toEqual(p(40, 40));
    expect(snapped(p(138, 42), [square, box], 5)).toEqual(p(140, 40));
  });

  test('a corner within reach wins over a nearer edge, also of another shape', () => {
    expect(snapped(p(46, 10.1), [square], 5)).toEqual(p(50, 10));
    const over: Geometry = { kind: 'box', x: 0, y: 11, width: 300, height: 100 };
    expect(snapped(p(46, 11), [over, square], 5)).toEqual(p(50, 10));
    expect(snapped(p(46, 11), [square, over], 5)).toEqual(p(50, 10));
  });

  test('else the nearest point on an edge, of holes too', () => {
    expect(snapped(p(30, 8), [square, box], 5)).toEqual(p(30, 10));
    expect(snapped(p(22, 30), [square], 5)).toEqual(p(20, 30));
    expect(snapped(p(10.5, 30.123), [square], 5)).toEqual(p(10, 30.12));
  });

  test('an open line does not snap where it is not closed', () => {
    expect(snapped(p(221, 12), [line], 5)).toEqual(p(221, 10));
    expect(snapped(p(219, 30), [line], 5)).toEqual(p(219, 30));
  });

  test('a turned box offers its turned corners', () => {
    const turned: Geometry = { kind: 'rotated_box', x: 0, y: 0, width: 20, height: 20, rotation: 45 };
    const top = snapped(p(10.5, -3.5), [turned], 3);
    expect(top).toEqual(p(10, -4.14));
  });

  test('out of reach the point stays the very point it was', () => {
    const far = p(75.123456, 30);
    expect(snapped(far, [square, box, line], 5)).toBe(far);
    expect(snapped(far, [], 5)).toBe(far);
  });

  test('what has no corners takes nobody in', () => {
    const others: Geometry[] = [
      { kind: 'point', x: 10, y: 10 },
      { kind: 'ellipse', cx: 10, cy: 10, rx: 5, ry: 5, rotation: 0 },
      { kind: 'mask', width: 20, height: 20, counts: [0, 400] },
      { kind: 'keypoints', points: [{ x: 10, y: 10, v: 2 }] },
    ];
    expect(snapped(p(11, 11), others, 5)).toEqual(p(11, 11));
  });
});

describe('the border between two points', () => {
  test('of boxes, turned ones and faces of cuboids, too', () => {
    expect(between(box, p(110, 10), p(140, 25))).toEqual([p(140, 10)]);
    const turned: Geometry = { kind: 'rotated_box', x: 0, y: 0, width: 20, height: 20, rotation: 90 };
    expect(between(turned, p(10, 0), p(20, 10)).map(({ x, y }) => [Math.round(x), Math.abs(Math.round(y))])).toEqual([[20, 0]]); // prettier-ignore
    const cuboid: Geometry = {
      kind: 'cuboid',
      front: { x: 0, y: 0, width: 50, height: 50 },
      back: { x: 60, y: 0, width: 30, height: 30 },
    };
    expect(between(cuboid, p(75, 0), p(90, 10))).toEqual([p(90, 0)]);
  });

  test('the corners of the shorter way, in order, without the two points', () => {
    expect(between(square, p(30, 10), p(50, 30))).toEqual([p(50, 10)]);
    expect(between(square, p(50, 30), p(30, 10))).toEqual([p(50, 10)]);
    expect(between(square, p(20, 10), p(20, 50))).toEqual([p(10, 10), p(10, 50)]);
    expect(between(square, p(20, 50), p(20, 10))).toEqual([p(10, 50), p(10, 10)]);
  });

  test('corners themselves are left out', () => {
    expect(between(square, p(50, 10), p(10, 50))).toHaveLength(1);
    expect(between(square, p(10, 10), p(50, 10))).toEqual([]);
    expect(between(square, p(50, 10), p(50, 10))).toEqual([]);
  });

  test('on one edge there is nothing between', () => {
    expect(between(square, p(20, 10), p(40, 10))).toEqual([]);
    expect(between(square, p(10, 40), p(10, 20))).toEqual([]);
  });

  test('rounded points still lie on a slanted border', () => {
    const slanted: Geometry = { kind: 'polygon', parts: [[[[0, 0], [33, 7], [40, 50]]]] }; // prettier-ignore
    expect(between(slanted, p(10, 2.12), p(36.99, 31.5))).toEqual([p(33, 7)]);
  });

  test('a hole has a border of its own; from ring to ring there is no way', () => {
    expect(between(square, p(30, 20), p(20, 30))).toEqual([p(20, 20)]);
    expect(between(square, p(30, 10), p(20, 30))).toEqual([]);
  });

  test('a point beside the border is not on it, and a line encloses nothing', () => {
    expect(between(square, p(30, 10.1), p(50, 30))).toEqual([]);
    expect(between(line, p(220, 10), p(240, 30))).toEqual([]);
  });

  test('boxes have borders like polygons', () => {
    expect(between(box, p(120, 10), p(140, 20))).toEqual([p(140, 10)]);
  });

  test('a neighbour drawn with it leaves no gap and takes nothing', () => {
    const ring = Array.from({ length: 40 }, (_, i) => {
      const a = (2 * Math.PI * i) / 40;
      return [Math.round(100 + (60 + 9 * (i % 3)) * Math.cos(a)), Math.round(100 + (60 + 9 * (i % 3)) * Math.sin(a))];
    });
    const shape: PolygonGeometry = { kind: 'polygon', parts: [[ring]] };
    const corner = (i: number): ImagePoint => p(ring[i]?.[0] ?? 0, ring[i]?.[1] ?? 0);
    const [from, to] = [corner(35), corner(5)];
    const way = between(shape, from, to);
    expect(way.map((q) => ring.findIndex(([x = 0, y = 0]) => distance(q, p(x, y)) === 0))).toEqual([
      36, 37, 38, 39, 0, 1, 2, 3, 4,
    ]);
    const beside = [from, ...way, to, p(300, 300), p(300, -100)].map((q) => [q.x, q.y]);
    const neighbour: PolygonGeometry = { kind: 'polygon', parts: [[beside]] };
    expect(common(shape, neighbour)).toBeNull();
    const both = united([shape, neighbour]);
    expect(both?.parts[0]).toHaveLength(1);
    expect(both && areaOf(both)).toBeCloseTo(areaOf(shape) + areaOf(neighbour), 5);
  });
});

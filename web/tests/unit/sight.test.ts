import { beforeAll, describe, expect, test } from 'vitest';

import type { Cv } from '~/assist/cv';
import { Sight } from '~/assist/sight';
import { areaOf } from '~/geometry/booleans';
import { area, minus, polygonOfMask, union, type MaskGeometry } from '~/geometry/mask';
import { maskWriter } from '~/geometry/mask-runs';
import { imagePoint, type ImagePoint } from '~/geometry/points';
import { openCv, painted } from '../support/opencv';

const size = { width: 400, height: 300 };
const GROUND = [190, 190, 180] as const;
const THING = [60, 90, 150] as const;
const inDisc = (x: number, y: number): boolean => Math.hypot(x + 0.5 - 180, y + 0.5 - 140) < 90;
const disc = (x: number, y: number): typeof GROUND | typeof THING => (inDisc(x, y) ? THING : GROUND);

function maskWhere(inside: (x: number, y: number) => boolean): MaskGeometry {
  const writer = maskWriter(size);
  for (let x = 0; x < size.width; x++) {
    for (let y = 0; y < size.height; y++) if (inside(x, y)) writer.ones(x * size.height + y, x * size.height + y + 1);
  }
  return writer.mask();
}

const iou = (a: MaskGeometry, b: MaskGeometry): number => (area(a) - area(minus(a, b))) / area(union(a, b));
const fromMiddle = ({ x, y }: ImagePoint): number => Math.hypot(x - 180, y - 140);

describe('what is seen in the pixels', () => {
  let cv: Cv;
  beforeAll(async () => {
    ({ cv } = await openCv());
  });

  test('an area of one color is found to the pixel', () => {
    const sight = new Sight(cv, painted(400, 300, disc), size);
    expect(sight.area(imagePoint(180, 140), 10)).toEqual(maskWhere(inDisc));
    sight.dispose();
  });

  test('grain within the tolerance, and specks of it beyond, are part of the area', () => {
    const sight = new Sight(
      cv,
      painted(400, 300, (x, y) => (x % 20 === 3 && y % 20 === 3 ? [0, 0, 0] : disc(x, y)), 8),
      size,
    );
    const found = sight.area(imagePoint(180, 140), 24);
    expect(iou(found, maskWhere(inDisc))).toBeGreaterThan(0.99);
    expect(polygonOfMask(found)?.parts).toHaveLength(1);
    expect(polygonOfMask(found)?.parts[0]).toHaveLength(1);
    sight.dispose();
  });

  test('a hole that is one stays one', () => {
    const hole = (x: number, y: number): boolean => Math.abs(x - 180) < 20 && Math.abs(y - 140) < 20;
    const sight = new Sight(
      cv,
      painted(400, 300, (x, y) => (hole(x, y) ? GROUND : disc(x, y))),
      size,
    );
    expect(sight.area(imagePoint(120, 140), 10)).toEqual(maskWhere((x, y) => inDisc(x, y) && !hole(x, y)));
    sight.dispose();
  });

  test('what lies beyond another color is not reached, and a larger tolerance goes further', () => {
    const shade = (x: number): readonly [number, number, number] =>
      x < 100 ? [100, 100, 100] : x < 200 ? [130, 130, 130] : [240, 0, 0];
    const sight = new Sight(cv, painted(400, 300, shade), size);
    expect(area(sight.area(imagePoint(50, 50), 10))).toBe(100 * 300);
    expect(area(sight.area(imagePoint(50, 50), 40))).toBe(200 * 300);
    sight.dispose();
  });

  test('at the border of the picture, and in its corners', () => {
    const sight = new Sight(
      cv,
      painted(400, 300, () => GROUND),
      size,
    );
    for (const at of [imagePoint(0, 0), imagePoint(400, 300), imagePoint(399.9, 0)])
      expect(area(sight.area(at, 0))).toBe(400 * 300);
    sight.dispose();
  });

  test('a picture worked on in a smaller copy gives what is asked in its own pixels', () => {
    const sight = new Sight(
      cv,
      painted(200, 150, (x, y) => disc(2 * x + 0.5, 2 * y + 0.5)),
      size,
    );
    expect(iou(sight.area(imagePoint(180, 140), 10), maskWhere(inDisc))).toBeGreaterThan(0.98);
    const [from] = sight.way({ from: null, to: imagePoint(180, 53), reach: 6, pixel: 1 });
    expect(fromMiddle(from ?? imagePoint(0, 0))).toBeCloseTo(90, -0.5);
    sight.dispose();
  });

  test('a click near a border is moved onto it; where there is none, or too far, it stays', () => {
    const sight = new Sight(cv, painted(400, 300, disc, 4), size);
    const settled = (x: number, y: number, reach: number): ImagePoint | undefined =>
      sight.way({ from: null, to: imagePoint(x, y), reach, pixel: 1 })[0];
    expect(Math.abs(fromMiddle(settled(180, 54, 7) ?? imagePoint(0, 0)) - 90)).toBeLessThan(1.5);
    expect(settled(180, 140, 7)).toEqual({ x: 180, y: 140 });
    expect(settled(180, 65, 7)).toEqual({ x: 180, y: 65 });
    sight.dispose();
  });

  test('the way follows a round border within a pixel and a half, with few corners, and ends where it was to', () => {
    const sight = new Sight(cv, painted(400, 300, disc, 6), size);
    const way = sight.way({ from: imagePoint(180, 50), to: imagePoint(270, 140), reach: 0, pixel: 1 });
    expect([way[0], way.at(-1)]).toEqual([imagePoint(180, 50), imagePoint(270, 140)]);
    for (const point of way) expect(Math.abs(fromMiddle(point) - 90)).toBeLessThan(1.5);
    expect(way.length).toBeGreaterThan(5);
    expect(way.length).toBeLessThan(40);
    sight.dispose();
  });

  test('four clicks around a thing enclose it', () => {
    const sight = new Sight(cv, painted(400, 300, disc, 6), size);
    const stops = [imagePoint(180, 51), imagePoint(268, 140), imagePoint(180, 228), imagePoint(92, 140)];
    const ring = stops.flatMap((to, i) => sight.way({ from: stops.at(i - 1) ?? to, to, reach: 0, pixel: 1 }).slice(1));
    const enclosed = areaOf({ kind: 'polygon', parts: [[ring.map(({ x, y }) => [x, y])]] });
    expect(Math.abs(enclosed / (Math.PI * 90 * 90) - 1)).toBeLessThan(0.02);
    sight.dispose();
  });

  test('a way that leaves the window goes on straight', () => {
    const wide = { width: 2_000, height: 200 };
    const sight = new Sight(
      cv,
      painted(2_000, 200, (_, y) => (y < 100 ? GROUND : THING)),
      wide,
    );
    const way = sight.way({ from: imagePoint(100, 100), to: imagePoint(1_900, 100), reach: 5, pixel: 1 });
    expect(way.at(-1)).toEqual(imagePoint(1_900, 100));
    for (const { y } of way) expect(Math.abs(y - 100)).toBeLessThan(2);
    // Zoomed out, where a pixel of the screen is many of the picture's, all of it is within the window.
    expect(sight.way({ from: imagePoint(100, 100), to: imagePoint(1_900, 100), reach: 5, pixel: 4 }).length).toBeLessThan(20);
    sight.dispose();
  });
});

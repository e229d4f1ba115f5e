import { describe, expect, test } from 'vitest';

import { distanceToSegment, hits } from '~/geometry/hit';
import {
  area,
  capsule,
  emptyMask,
  filled,
  isEmpty,
  maskOfPolygon,
  maskOfShape,
  minus,
  polygonOfMask,
  union,
  type MaskGeometry,
} from '~/geometry/mask';
import { imagePoint, type Size } from '~/geometry/points';
import type { Geometry } from '~/geometry/shapes';

type Polygon = Extract<Geometry, { kind: 'polygon' }>;

/** Mulberry32: the same shapes on every run. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

// The model that all is held against: one boolean per pixel, column by column.
const pixels = (mask: MaskGeometry): boolean[] => mask.counts.flatMap((run, i) => Array<boolean>(run).fill(i % 2 === 1));

function encoded({ width, height }: Size, bits: readonly boolean[]): MaskGeometry {
  const counts = [0];
  bits.forEach((bit, i) => {
    if (bit !== (i > 0 && bits[i - 1])) counts.push(0);
    counts.push((counts.pop() ?? 0) + 1);
  });
  return { kind: 'mask', width, height, counts };
}

const painted = (size: Size, has: (x: number, y: number) => boolean): MaskGeometry =>
  encoded(
    size,
    Array.from({ length: size.width * size.height }, (_, i) => has(Math.floor(i / size.height), i % size.height)),
  );

/** Rows as people read them, `#` for a one. */
const drawn = (...rows: string[]): MaskGeometry =>
  painted({ width: rows[0]?.length ?? 0, height: rows.length }, (x, y) => rows[y]?.[x] === '#');

const noise = (random: () => number, size: Size, density: number): MaskGeometry => painted(size, () => random() < density);

const someSize = (random: () => number): Size => ({
  width: 1 + Math.floor(random() * 12),
  height: 1 + Math.floor(random() * 12),
});

function iou(a: MaskGeometry, b: MaskGeometry): number {
  const common = area(a) - area(minus(a, b));
  return common / (area(a) + area(b) - common);
}

function expectCanonical(mask: MaskGeometry): void {
  expect(mask.counts.reduce((sum, run) => sum + run, 0)).toBe(mask.width * mask.height);
  expect(mask.counts.slice(1).every((run) => run > 0)).toBe(true);
}

const CASES = Array.from({ length: 300 }, (_, i) => i);

describe('arithmetic of runs', () => {
  test('union and difference are those of the pixels, on random images', () => {
    for (const seed of CASES) {
      const random = seeded(seed);
      const size = someSize(random);
      const [a, b] = [noise(random, size, random()), noise(random, size, random())];
      const [bitsA, bitsB] = [pixels(a), pixels(b)];
      const [both, rest] = [union(a, b), minus(a, b)];
      expect(pixels(both)).toEqual(bitsA.map((bit, i) => bit || bitsB[i]));
      expect(pixels(rest)).toEqual(bitsA.map((bit, i) => bit && !bitsB[i]));
      expectCanonical(both);
      expectCanonical(rest);
      expect(area(both)).toBe(pixels(both).filter(Boolean).length);
      expect(isEmpty(rest)).toBe(!pixels(rest).some(Boolean));
    }
  });

  test('nothing added and nothing taken away leave a mask as it is', () => {
    const mask = drawn('.##', '#.#');
    expect(union(mask, emptyMask(mask))).toEqual(mask);
    expect(minus(mask, emptyMask(mask))).toEqual(mask);
    expect(isEmpty(minus(mask, mask))).toBe(true);
  });

  test('runs 0 long, as other programs write them, mean nothing', () => {
    const odd: MaskGeometry = { kind: 'mask', width: 2, height: 3, counts: [1, 2, 0, 1, 2, 0] };
    expect(union(odd, emptyMask(odd)).counts).toEqual([1, 3, 2]);
    expect(polygonOfMask(odd)).toEqual(polygonOfMask(union(odd, emptyMask(odd))));
  });

  test('a mask whose runs end too early or too late is zeros there, and never wider than its image', () => {
    const short: MaskGeometry = { kind: 'mask', width: 2, height: 3, counts: [1, 2] };
    const long: MaskGeometry = { kind: 'mask', width: 2, height: 3, counts: [1, 99] };
    expect(union(short, emptyMask(short)).counts).toEqual([1, 2, 3]);
    expect(union(long, emptyMask(long)).counts).toEqual([1, 5]);
  });
});

describe('holes', () => {
  /** Floods zeros from the border. */
  function filledByFlood(mask: MaskGeometry): boolean[] {
    const bits = pixels(mask);
    const { width, height } = mask;
    const outside = new Set<number>();
    const visit = (x: number, y: number): void => {
      const at = x * height + y;
      if (x < 0 || y < 0 || x >= width || y >= height || bits[at] === true || outside.has(at)) return;
      outside.add(at);
      for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]] as const) visit(x + dx, y + dy); // prettier-ignore
    };
    for (let x = 0; x < width; x++) for (const y of [0, height - 1]) visit(x, y);
    for (let y = 0; y < height; y++) for (const x of [0, width - 1]) visit(x, y);
    return bits.map((_, i) => !outside.has(i));
  }

  test('what the border does not reach is filled, on random images', () => {
    for (const seed of CASES) {
      const random = seeded(seed);
      const mask = noise(random, someSize(random), 0.3 + random() * 0.6);
      const full = filled(mask);
      expect(pixels(full)).toEqual(filledByFlood(mask));
      expectCanonical(full);
    }
  });

  test('a gap over a corner only does not open a hole; a gap of a side does', () => {
    expect(filled(drawn('.#.', '#.#', '.#.'))).toEqual(drawn('.#.', '###', '.#.'));
    expect(filled(drawn('###', '#..', '###'))).toEqual(drawn('###', '#..', '###'));
  });
});

describe('the brush’s trace', () => {
  const size = { width: 40, height: 30 };

  test('it is the pixels whose centres are within the radius, inside the image', () => {
    for (const seed of CASES) {
      const random = seeded(seed);
      const some = (): ReturnType<typeof imagePoint> => imagePoint(random() * 60 - 10, random() * 50 - 10);
      const [a, b] = [some(), some()];
      const radius = 0.75 + random() * 12;
      const expected = painted(size, (x, y) => distanceToSegment(imagePoint(x + 0.5, y + 0.5), a, b) <= radius);
      expect(capsule(a, b, radius, size)).toEqual(expected);
    }
  });

  test('a press without a move is a disc', () => {
    const disc = capsule(imagePoint(20, 15), imagePoint(20, 15), 10, size);
    expect(area(disc) / (Math.PI * 100)).toBeCloseTo(1, 1);
    expect(disc).toEqual(painted(size, (x, y) => Math.hypot(x + 0.5 - 20, y + 0.5 - 15) <= 10));
  });

  test('however thin, it paints the pixel under the point', () => {
    for (const [x, y] of [
      [3, 3],
      [3.5, 3.5],
      [3.99, 3.01],
      [0, 0],
    ] as const) {
      // prettier-ignore
      const dot = capsule(imagePoint(x, y), imagePoint(x, y), 0.1, size);
      expect(dot).toEqual(painted(size, (px, py) => px === Math.floor(x) && py === Math.floor(y)));
    }
  });

  test('however thin, it leaves no gaps on its way', () => {
    for (const seed of CASES.slice(0, 100)) {
      const random = seeded(seed);
      const [a, b] = [imagePoint(random() * 40, random() * 30), imagePoint(random() * 40, random() * 30)];
      const line = capsule(a, b, random() * 0.7, size);
      expect(polygonOfMask(line)?.parts).toHaveLength(1);
      expect(hits(line, a, 0) && hits(line, b, 0)).toBe(true);
    }
  });

  test('outside the image there is nothing to paint', () => {
    expect(isEmpty(capsule(imagePoint(-50, -50), imagePoint(-20, 90), 5, size))).toBe(true);
  });
});

/** A ring without crossings around a centre. */
function star(random: () => number, cx: number, cy: number, least: number, most: number): [number, number][] {
  const n = 5 + Math.floor(random() * 12);
  return Array.from({ length: n }, (_, i) => {
    const angle = ((i + random() * 0.8) / n) * 2 * Math.PI;
    const radius = least + random() * (most - least);
    return [cx + Math.cos(angle) * radius, cy + Math.sin(angle) * radius];
  });
}

describe('shapes as masks', () => {
  const size = { width: 90, height: 70 };

  test('a polygon’s pixels are those whose centres lie in it, not in its holes, also over the border', () => {
    for (const seed of CASES.slice(0, 60)) {
      const random = seeded(seed);
      const [cx, cy] = [random() * 90, random() * 70];
      const polygon: Polygon = { kind: 'polygon', parts: [[star(random, cx, cy, 20, 45), star(random, cx, cy, 4, 18)]] };
      const expected = painted(size, (x, y) => hits(polygon, imagePoint(x + 0.5, y + 0.5), -1e-9));
      expect(maskOfPolygon(polygon, size)).toEqual(expected);
    }
  });

  test('two parts with a border in common share no pixel and leave none out', () => {
    const left: Polygon = { kind: 'polygon', parts: [[[[0, 0], [30.5, 0], [50.5, 70], [0, 70]]]] }; // prettier-ignore
    const right: Polygon = { kind: 'polygon', parts: [[[[30.5, 0], [90, 0], [90, 70], [50.5, 70]]]] }; // prettier-ignore
    const [a, b] = [maskOfPolygon(left, size), maskOfPolygon(right, size)];
    expect(area(a) + area(b)).toBe(90 * 70);
    expect(area(union(a, b))).toBe(90 * 70);
  });

  test.each<Geometry>([
    { kind: 'box', x: 10.2, y: 5, width: 30, height: 20.7 },
    { kind: 'rotated_box', x: 30, y: 20, width: 30, height: 20, rotation: 33 },
    { kind: 'ellipse', cx: 40, cy: 30, rx: 35.3, ry: 9, rotation: -27 },
    { kind: 'ellipse', cx: 80, cy: 60, rx: 20, ry: 30.3, rotation: 0 },
  ])('a $kind’s pixels are those whose centres it holds', (shape) => {
    expect(maskOfShape(shape, size)).toEqual(painted(size, (x, y) => hits(shape, imagePoint(x + 0.5, y + 0.5), -1e-9)));
  });

  test('what has no inside is no mask, and an ellipse without a width is an empty one', () => {
    expect(maskOfShape({ kind: 'point', x: 1, y: 1 }, size)).toBeNull();
    expect(maskOfShape({ kind: 'polyline', points: [[0, 0], [9, 9]] }, size)).toBeNull(); // prettier-ignore
    expect(maskOfShape({ kind: 'ellipse', cx: 9, cy: 9, rx: 0, ry: 5, rotation: 0 }, size)).toEqual(emptyMask(size));
  });
});

describe('masks as polygons', () => {
  test('without simplifying, a polygon is its mask to the pixel', () => {
    for (const seed of CASES) {
      const random = seeded(seed);
      const mask = noise(random, someSize(random), random());
      const polygon = polygonOfMask(mask, 0);
      if (isEmpty(mask)) expect(polygon).toBeNull();
      else expect(pixels(maskOfPolygon(polygon ?? { kind: 'polygon', parts: [] }, mask))).toEqual(pixels(mask));
    }
  });

  test('no ring touches itself, and each part alone is its outer ring less its holes', () => {
    for (const seed of CASES) {
      const random = seeded(seed);
      const mask = noise(random, someSize(random), 0.4 + random() * 0.4);
      let total = 0;
      for (const part of polygonOfMask(mask, 0)?.parts ?? []) {
        for (const ring of part) expect(new Set(ring.map(String)).size).toBe(ring.length);
        const [outer, ...holes] = part.map((ring) => maskOfPolygon({ kind: 'polygon', parts: [[ring]] }, mask));
        const whole = maskOfPolygon({ kind: 'polygon', parts: [part] }, mask);
        total += area(whole);
        expect(area(whole)).toBe(area(outer ?? mask) - holes.reduce((sum, hole) => sum + area(hole), 0));
        expect(polygonOfMask(whole)?.parts).toHaveLength(1);
      }
      expect(total).toBe(area(mask));
    }
  });

  test('a rectangle is four corners', () => {
    const box = maskOfShape({ kind: 'box', x: 3, y: 4, width: 20, height: 10 }, { width: 50, height: 40 });
    expect(box && polygonOfMask(box)?.parts).toEqual([[[[3, 4], [23, 4], [23, 14], [3, 14]]]]); // prettier-ignore
  });

  test('a component is a part, and a hole belongs to the part around it', () => {
    const mask = drawn('#####..###', '#...#..#.#', '#.#.#..###', '#...#.....', '#####.....');
    const parts = polygonOfMask(mask, 0)?.parts ?? [];
    expect(parts.map((part) => part.length).sort()).toEqual([1, 2, 2]);
    for (const [outer, hole] of parts) {
      const inside = maskOfPolygon({ kind: 'polygon', parts: [[outer ?? []]] }, mask);
      if (hole) expect(isEmpty(minus(maskOfPolygon({ kind: 'polygon', parts: [[hole]] }, mask), inside))).toBe(true);
    }
  });

  test('a disc becomes few points and stays a disc', () => {
    const disc = capsule(imagePoint(100.3, 99.8), imagePoint(100.3, 99.8), 50, { width: 200, height: 200 });
    const polygon = polygonOfMask(disc);
    expect(polygon?.parts).toHaveLength(1);
    expect(polygon?.parts[0]?.[0]?.length).toBeLessThan(60);
    expect(polygon && iou(maskOfPolygon(polygon, disc), disc)).toBeGreaterThan(0.98);
  });

  test('what is thin or small is not simplified away', () => {
    const size = { width: 40, height: 40 };
    const dot = capsule(imagePoint(7.5, 7.5), imagePoint(7.5, 7.5), 0.2, size);
    const line = capsule(imagePoint(3, 5), imagePoint(36, 28), 0.2, size);
    for (const mask of [dot, line]) {
      const polygon = polygonOfMask(mask);
      expect(polygon && iou(maskOfPolygon(polygon, mask), mask)).toBeGreaterThan(0.8);
    }
  });

  test('polygons with holes come back nearly the same from a mask', () => {
    const size = { width: 300, height: 240 };
    for (const seed of CASES.slice(0, 60)) {
      const random = seeded(seed);
      const parts = [80, 220].map((x) => [star(random, x, 120, 35, 75), star(random, x, 120, 10, 25)]);
      const mask = maskOfPolygon({ kind: 'polygon', parts }, size);
      const again = polygonOfMask(mask);
      expect(again && iou(maskOfPolygon(again, size), mask)).toBeGreaterThan(0.96);
    }
  });

  test('the runs of a mask of a whole image and of none are the two ends', () => {
    const size = { width: 6, height: 4 };
    expect(polygonOfMask(emptyMask(size))).toBeNull();
    expect(polygonOfMask({ kind: 'mask', ...size, counts: [0, 24] })?.parts).toEqual([[[[0, 0], [6, 0], [6, 4], [0, 4]]]]); // prettier-ignore
  });
});

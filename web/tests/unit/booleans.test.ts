import { describe, expect, test } from 'vitest';

import { areaOf, asPolygon, common, splitBy, united, without, type PolygonGeometry } from '~/geometry/booleans';
import { distance, imagePoint, round2, type ImagePoint } from '~/geometry/points';
import { bounds, type Geometry } from '~/geometry/shapes';
import manyParts from './fixtures/many-parts.json';

/** mulberry32: the same pictures on every run. */
function seeded(seed: number): () => number {
  let s = seed;
  return () => {
    s = (s + 0x6d2b79f5) | 0;
    let t = Math.imul(s ^ (s >>> 15), 1 | s);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

type Random = () => number;

function ring(random: Random, cx: number, cy: number, low: number, high: number, n: number): number[][] {
  return Array.from({ length: n }, (_, i) => {
    const a = (2 * Math.PI * (i + 0.7 * random())) / n;
    const r = low + (high - low) * random();
    return [round2(cx + r * Math.cos(a)), round2(cy + r * Math.sin(a))];
  });
}

/** A star with a hole in its middle. */
const star = (random: Random, cx = 200, cy = 200): PolygonGeometry => {
  const n = 7 + Math.floor(random() * 30);
  return { kind: 'polygon', parts: [[ring(random, cx, cy, 60, 190, n), ring(random, cx, cy, 10, 45, 6)]] };
};

const p = imagePoint;
const area = (g: PolygonGeometry | null): number => (g ? areaOf(g) : 0);
const polygon = (...rings: number[][][]): PolygonGeometry => ({ kind: 'polygon', parts: [rings] });
const square = polygon([[0, 0], [100, 0], [100, 100], [0, 100]]); // prettier-ignore
const box: Geometry = { kind: 'box', x: 50, y: 50, width: 100, height: 100 };
const annulus = polygon([[0, 0], [90, 0], [90, 90], [0, 90]], [[30, 30], [60, 30], [60, 60], [30, 60]]); // prettier-ignore
/** A U, open at the top. */
const u = polygon([[0, 0], [20, 0], [20, 80], [80, 80], [80, 0], [100, 0], [100, 100], [0, 100]]); // prettier-ignore

/** Every number as it is stored, every ring open, with three points and something inside. */
function expectTidy(g: PolygonGeometry): void {
  for (const one of g.parts.flat()) {
    expect(one.length).toBeGreaterThanOrEqual(3);
    expect(one[0]).not.toEqual(one.at(-1));
    expect(areaOf({ kind: 'polygon', parts: [[one]] })).toBeGreaterThan(0);
    for (const value of one.flat()) expect(value).toBe(round2(value));
  }
}

/** Of all rings together. */
const border = (g: PolygonGeometry | null): number =>
  (g?.parts ?? []).flat().reduce((sum, one) => {
    const points = one.map(([x = 0, y = 0]) => p(x, y));
    return sum + points.reduce((length, q, i) => length + distance(q, points.at(i - 1) ?? q), 0);
  }, 0);

/** A star of which a third of the points were snapped to the borders of what is there. */
function snappedRing(random: Random, have: PolygonGeometry): number[][] {
  const [n, cx, cy, r] = [3 + Math.floor(random() * 30), 600 * random(), 600 * random(), 20 + 300 * random()];
  return ring(random, cx, cy, 0.3 * r, r, n).map((drawn) => {
    const on = have.parts[Math.floor(random() * have.parts.length)]?.[0] ?? [];
    if (random() >= 0.35) return drawn;
    const j = Math.floor(random() * on.length);
    const [[ax = 0, ay = 0] = [], [bx = 0, by = 0] = []] = [on[j], on[(j + 1) % on.length]];
    const t = random() < 0.5 ? 0 : random();
    return [round2(ax + t * (bx - ax)), round2(ay + t * (by - ay))];
  });
}

describe('shapes as polygons', () => {
  test('a box has its four corners', () => {
    expect(asPolygon(box)).toEqual(polygon([[50, 50], [150, 50], [150, 150], [50, 150]])); // prettier-ignore
  });

  test('a turned box keeps its area', () => {
    const g = asPolygon({ kind: 'rotated_box', x: 10, y: 20, width: 60, height: 30, rotation: 33 });
    expect(area(g)).toBeCloseTo(1800, 0);
  });

  test.each([0.5, 5, 80, 3000])('an ellipse of radius %d is nowhere a quarter pixel off', (rx) => {
    const ry = rx * 0.6;
    const g = asPolygon({ kind: 'ellipse', cx: 4000, cy: 4000, rx, ry, rotation: 0 });
    const points = g?.parts[0]?.[0] ?? [];
    points.forEach((b, i) => {
      const a = points.at(i - 1) ?? b;
      const [x, y] = [((a[0] ?? 0) + (b[0] ?? 0)) / 2 - 4000, ((a[1] ?? 0) + (b[1] ?? 0)) / 2 - 4000];
      // The nearest point of the ellipse is no further than the one straight out from the centre.
      const k = Math.hypot(x / rx, y / ry);
      expect(Math.hypot(x, y) * Math.abs(1 / k - 1)).toBeLessThan(0.25);
    });
    expect(points.length).toBeGreaterThanOrEqual(24);
  });

  test('what encloses nothing is no polygon', () => {
    const open: Geometry[] = [
      { kind: 'polyline', points: [[0, 0], [5, 5], [9, 0]] }, // prettier-ignore
      { kind: 'point', x: 1, y: 1 },
      { kind: 'keypoints', points: [{ x: 1, y: 1, v: 2 }] },
      { kind: 'mask', width: 2, height: 2, counts: [0, 4] },
      { kind: 'box', x: 3, y: 3, width: 0, height: 20 },
    ];
    expect(open.map(asPolygon)).toEqual([null, null, null, null, null]);
  });
});

describe('polygon algebra', () => {
  test('two that overlap are counted once where they do', () => {
    expect(area(united([square, box]))).toBe(17_500);
    expect(area(common(square, box))).toBe(2_500);
    expect(area(without(square, box))).toBe(7_500);
  });

  test('any number of shapes of any kind is one polygon; what lies apart is a part of its own', () => {
    const g = united([square, box, { kind: 'ellipse', cx: 400, cy: 400, rx: 20, ry: 10, rotation: 45 }]);
    expect(g?.parts).toHaveLength(2);
    expect(area(g)).toBeCloseTo(17_500 + Math.PI * 200, -1);
  });

  test('what lies within leaves a hole', () => {
    const g = without(square, { kind: 'box', x: 40, y: 40, width: 20, height: 20 });
    expect(g?.parts).toHaveLength(1);
    expect(g?.parts[0]).toHaveLength(2);
    expect(area(g)).toBe(9_600);
  });

  test('neighbours with a common border become one without a seam', () => {
    const g = united([square, { kind: 'box', x: 100, y: 0, width: 50, height: 100 }]);
    expect(g?.parts).toHaveLength(1);
    expect(bounds(g ?? square)).toEqual({ x: 0, y: 0, width: 150, height: 100 });
  });

  test('null when nothing is left', () => {
    expect(without(square, square)).toBeNull();
    expect(common(square, { kind: 'box', x: 100, y: 0, width: 50, height: 100 })).toBeNull();
    expect(united([])).toBeNull();
    expect(united([{ kind: 'point', x: 3, y: 3 }])).toBeNull();
  });

  test('a stored polygon with broken rings is taken for what it encloses', () => {
    const odd = polygon([[0, 0], [0, 0], [10, 0], [10, 10], [30, 10], [10, 10], [0, 10], [0, 0]], [[1, 1], [2, 2]]); // prettier-ignore
    expect(united([odd])).toEqual(polygon([[0, 0], [10, 0], [10, 10], [0, 10]])); // prettier-ignore
  });

  test('coordinates with all the digits of a double are taken as they would be stored', () => {
    const a = polygon([[0, 56], [4, 56], [4, 60], [0, 60]], [[0.5, 56.4], [0.5, 56.6], [1.5, 56.6], [1.5, 56.4]]); // prettier-ignore
    const b = polygon([[2.3000000000000003, 55.6], [0.7000000000000001, 55.6], [0.6999999999999998, 56.4], [2.3, 56.4]]); // prettier-ignore
    expect(area(without(a, b))).toBeCloseTo(15.8 - 0.64, 1);
  });

  test('borders that coincide on part of their way are no failure', () => {
    const a = polygon([[161.12, 116.67], [118.33, 127.43], [74.16, 145.12], [53.3, 136.4], [76.01, 93.14], [86.42, 50.66], [111.45, 73.4], [190.39, 59]]); // prettier-ignore
    const b = polygon([[192.69, 115.55], [97.8, 60.99], [103.64, 133.31], [55.7, 98.65], [43.99, 60.6], [76.01, 93.14], [59.3, 138.91]]); // prettier-ignore
    const [sum, both] = [area(united([a, b])), area(common(a, b))];
    expect(Math.abs(sum + both - area(united([a])) - area(united([b])))).toBeLessThan(2);
    expect(both).toBeGreaterThan(1000);
  });

  test('for random stars, also ones that share border or all of it, sums of areas hold', () => {
    for (let seed = 1; seed <= 150; seed++) {
      const random = seeded(seed);
      const a = star(random);
      const other = star(random, 200 + 150 * random(), 200 + 150 * random());
      const nearly = polygon((a.parts[0]?.[0] ?? []).map(([x = 0, y = 0]) => [x, random() < 0.3 ? round2(y + 0.01) : y]));
      const b = [other, a, nearly][seed % 3] ?? other;
      const [sum, both, rest] = [united([a, b]), common(a, b), without(a, b)];
      for (const g of [sum, both, rest]) if (g) expectTidy(g);
      expect(area(sum) + area(both)).toBeCloseTo(area(a) + area(b), -1.5);
      expect(Math.abs(area(rest) + area(both) - area(a))).toBeLessThan(area(a) * 0.001);
      expect(area(sum)).toBeGreaterThanOrEqual(Math.max(area(a), area(b)) * 0.999);
    }
  });

  test('a hole, and an island in it, belong to the part around them', () => {
    const frame = without(square, { kind: 'box', x: 10, y: 10, width: 80, height: 80 }) ?? square;
    const island = without(
      { kind: 'box', x: 30, y: 30, width: 40, height: 40 },
      { kind: 'box', x: 40, y: 40, width: 5, height: 5 },
    );
    const g = united([frame, island ?? square]);
    expect(g?.parts.map((part) => areaOf({ kind: 'polygon', parts: [part] })).sort()).toEqual([1575, 3600]);
    expect(g?.parts.map((part) => part.length)).toEqual([2, 2]);
  });

  test('parts that lie over each other are one area, and a hole of one is filled by the other', () => {
    const over: PolygonGeometry = { kind: 'polygon', parts: [...annulus.parts, [[[50, 0], [50, 90], [140, 90], [140, 0]]]] }; // prettier-ignore
    expect(area(united([over]))).toBe(140 * 90 - 20 * 30);
  });

  test('a ring that crosses itself covers all of its loops, also with spikes along a horizontal', () => {
    const odd = [[0, 119.7], [717.94, 629.48], [58.28, 600], [581.79, 651.74], [514.28, 675.77], [337.77, 699.3], [600, 0], [334.19, 541.32], [600, 0], [0, 600], [600, 600], [168.05, 600], [697.52, 445.56], [694.24, 521.81]]; // prettier-ignore
    expect(area(united([polygon(odd)]))).toBeCloseTo(160_715, -1);
    expect(area(united([polygon(odd.toReversed())]))).toBeCloseTo(160_715, -1);
  });

  test('shapes of dozens of parts are answered within a second', () => {
    const a: PolygonGeometry = { kind: 'polygon', parts: manyParts.a };
    const b: PolygonGeometry = { kind: 'polygon', parts: manyParts.b };
    const start = performance.now();
    const [sum, both] = [united([a, b]), common(a, b)];
    expect(performance.now() - start).toBeLessThan(1000);
    expect(both?.parts.length).toBeGreaterThan(10);
    expect(Math.abs(area(sum) + area(both) - area(united([a])) - area(united([b])))).toBeLessThan(20);
  });

  test('in a picture tiled on snapped borders |A| + |B| = |A ∪ B| + |A ∩ B|, and |A| = |A \\ B| + |A ∩ B|', () => {
    // Rounding moves corners by half a hundredth, now inwards and now outwards.
    const blur = (...shapes: (PolygonGeometry | null)[]): number => 0.002 * shapes.reduce((sum, g) => sum + border(g), 1);
    // The later ones lose whole areas where crossings are rounded to hundredths while they are computed.
    for (const seed of [1, 2, 3, 4, 38, 63, 76, 87, 95]) {
      const random = seeded(seed * 7919);
      let have: PolygonGeometry = polygon([[0, 0], [600, 0], [600, 600], [0, 600]]); // prettier-ignore
      for (let k = 0; k < 12; k++) {
        const b = polygon(snappedRing(random, have));
        const [A, B, sum, both, rest] = [united([have]), united([b]), united([have, b]), common(have, b), without(have, b)];
        const within = blur(A, B, sum, both, rest);
        expect(Math.abs(area(A) + area(B) - area(sum) - area(both)), `seed ${seed}, ${k}`).toBeLessThan(within);
        expect(Math.abs(area(A) - area(rest) - area(both)), `seed ${seed}, ${k}`).toBeLessThan(within);
        for (const g of [A, B, sum, both, rest]) if (g) expectTidy(g);
        have = (k % 4 === 0 ? sum : rest) ?? have;
      }
    }
  });
});

describe('cutting', () => {
  const areas = (pieces: PolygonGeometry[] | null): number[] => (pieces ?? []).map(areaOf).map(Math.round);

  test('a line from side to side makes two', () => {
    expect(areas(splitBy(square, [p(-10, 30), p(110, 30)]))).toEqual([7000, 3000]);
  });

  test('ends on the border count, also from corner to corner', () => {
    expect(areas(splitBy(square, [p(0, 30), p(100, 30)]))).toEqual([7000, 3000]);
    expect(areas(splitBy(square, [p(0, 0), p(100, 100)]))).toEqual([5000, 5000]);
  });

  test('a line that ends inside, passes by or runs along the border divides nothing', () => {
    expect(splitBy(square, [p(-10, 30), p(50, 30)])).toBeNull();
    expect(splitBy(square, [p(40, 30), p(60, 30)])).toBeNull();
    expect(splitBy(square, [p(-10, 120), p(120, 130)])).toBeNull();
    expect(splitBy(square, [p(-10, 0), p(110, 0)])).toBeNull();
    expect(splitBy(square, [p(50, 50)])).toBeNull();
    expect(splitBy(square, [p(50, 50), p(50, 50)])).toBeNull();
    expect(splitBy({ kind: 'point', x: 5, y: 5 }, [p(0, 0), p(10, 10)])).toBeNull();
  });

  test('a line that comes back out on the same side cuts a corner off', () => {
    expect(areas(splitBy(square, [p(20, -5), p(20, 40), p(60, 40), p(60, -5)]))).toEqual([8400, 1600]);
  });

  test('a line across a hole makes two without it', () => {
    const pieces = splitBy(annulus, [p(-5, 45), p(95, 45)]);
    expect(areas(pieces)).toEqual([3600, 3600]);
    expect(pieces?.every((piece) => piece.parts[0]?.length === 1)).toBe(true);
  });

  test('a line beside a hole leaves the hole where it was', () => {
    const pieces = splitBy(annulus, [p(-5, 75), p(95, 75)]);
    expect(areas(pieces)).toEqual([75 * 90 - 900, 15 * 90]);
    expect(pieces?.[0]?.parts[0]).toHaveLength(2);
  });

  test('a line into a hole only joins it to the border: nothing is divided', () => {
    expect(splitBy(annulus, [p(-5, 45), p(45, 45)])).toBeNull();
  });

  test('only what the line itself crosses is cut, not what would lie further on', () => {
    expect(areas(splitBy(u, [p(-10, 40), p(30, 40)]))).toEqual([2 * 2000 + 1200 - 800, 800]);
    expect(areas(splitBy(u, [p(-10, 40), p(110, 40)]))).toEqual([3600, 800, 800]);
  });

  test('a line that crosses itself cuts its loop out', () => {
    const pieces = splitBy(square, [p(-10, 50), p(70, 50), p(70, 80), p(40, 80), p(40, -10)]);
    expect(areas(pieces).reduce((a, b) => a + b)).toBe(10_000);
    expect(areas(pieces)).toContain(900);
  });

  test('parts the line does not touch stay with the largest piece', () => {
    const two: PolygonGeometry = { kind: 'polygon', parts: [...square.parts, [[[200, 0], [210, 0], [210, 10], [200, 10]]]] }; // prettier-ignore
    const pieces = splitBy(two, [p(-10, 30), p(110, 30)]);
    expect(areas(pieces)).toEqual([7100, 3000]);
    expect(pieces?.[0]?.parts).toHaveLength(2);
  });

  test('a border that crosses itself is mended first', () => {
    const bow = polygon([[0, 0], [100, 100], [100, 0], [0, 100]]); // prettier-ignore
    const pieces = splitBy(bow, [p(20, -10), p(20, 110)]);
    expect(areas(pieces).reduce((a, b) => a + b)).toBe(5000);
  });

  test('boxes, turned ones and ellipses can be cut', () => {
    expect(areas(splitBy(box, [p(0, 100), p(200, 100)]))).toEqual([5000, 5000]);
    const turned = splitBy({ kind: 'rotated_box', x: 0, y: 0, width: 80, height: 40, rotation: 45 }, [p(40, -90), p(40, 90)]);
    expect(areas(turned)).toEqual([1600, 1600]);
    const halves = splitBy({ kind: 'ellipse', cx: 50, cy: 50, rx: 40, ry: 20, rotation: 10 }, [p(0, 50), p(100, 50)]);
    expect(areas(halves).reduce((a, b) => a + b) / (Math.PI * 800)).toBeCloseTo(1, 2);
  });

  test('random stars with holes: pieces add up, leave no gap and share no area', () => {
    let cut = 0;
    for (let seed = 1; seed <= 200; seed++) {
      const random = seeded(seed);
      const shape = star(random);
      const corner = (): ImagePoint => {
        const [x = 0, y = 0] = shape.parts[0]?.[0]?.[Math.floor(random() * 7)] ?? [];
        return p(x, y);
      };
      const far = (angle: number): ImagePoint => p(200 + 260 * Math.cos(angle), 200 + 260 * Math.sin(angle));
      const start = random() * 6.28;
      const bends = Array.from({ length: Math.floor(random() * 4) }, () => p(80 + 240 * random(), 80 + 240 * random()));
      // Every other line goes exactly through corners of the border.
      if (seed % 2 === 0) bends.push(corner());
      const pieces = splitBy(shape, [far(start), ...bends, far(start + 2 + 2 * random())]);
      if (!pieces) continue;
      cut++;
      expect(pieces.length).toBeGreaterThanOrEqual(2);
      const whole = areaOf(shape);
      const sum = pieces.reduce((total, piece) => total + areaOf(piece), 0);
      expect(Math.abs(sum - whole) / whole, `seed ${seed}`).toBeLessThan(0.005);
      for (const piece of pieces) expectTidy(piece);
      pieces.forEach((a, i) => {
        for (const b of pieces.slice(i + 1)) expect(area(common(a, b)), `seed ${seed}`).toBeLessThan(2);
      });
      const back = united(pieces);
      expect(Math.abs(area(back) - whole) / whole, `seed ${seed}`).toBeLessThan(0.001);
      expect(area(without(shape, back ?? shape)), `seed ${seed}`).toBeLessThan(5);
    }
    expect(cut).toBeGreaterThan(150);
  });

  test('random lines between random points never throw and never lose area', () => {
    for (let seed = 1; seed <= 200; seed++) {
      const random = seeded(seed * 31);
      const shape = star(random);
      const line = Array.from({ length: 2 + Math.floor(random() * 6) }, () =>
        p(Math.round(400 * random()), Math.round(400 * random())),
      );
      const pieces = splitBy(shape, line);
      if (!pieces) continue;
      const sum = pieces.reduce((total, piece) => total + areaOf(piece), 0);
      expect(Math.abs(sum - areaOf(shape)) / areaOf(shape), `seed ${seed}`).toBeLessThan(0.005);
    }
  });
});

// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { copy, MAX_COPIED, paste, type Copied } from '~/tools/clipboard';

const ANN = 'acme.ann';
const KEY = `tandem.clipboard.${ANN}`;
const image = { width: 200, height: 100 };
const car: Copied = {
  id: 'r1',
  relations: [],
  label: 'car',
  geometry: { kind: 'box', x: 20, y: 20, width: 40, height: 30 },
  attributes: { parked: true },
};
const road: Copied = {
  id: 'r2',
  relations: [],
  label: 'road',
  geometry: { kind: 'mask', width: 200, height: 100, counts: [0, 20_000] },
  attributes: {},
};

const SHAPES: Copied['geometry'][] = [
  { kind: 'rotated_box', x: 20, y: 20, width: 30, height: 10, rotation: 90 },
  { kind: 'ellipse', cx: 50, cy: 40, rx: 20, ry: 10, rotation: 0 },
  { kind: 'polygon', parts: [[[[10, 10], [40, 10], [40, 40]]]] }, // prettier-ignore
  { kind: 'cuboid', front: { x: 5, y: 20, width: 30, height: 20 }, back: { x: 20, y: 10, width: 20, height: 15 } },
  { kind: 'polyline', points: [[10, 10], [60, 60]] }, // prettier-ignore
  { kind: 'point', x: 33, y: 44 },
  { kind: 'keypoints', points: [{ x: 10, y: 20, v: 2 }, { x: 0, y: 0, v: 0 }] }, // prettier-ignore
  road.geometry,
];

beforeEach(() => {
  localStorage.clear();
});
afterEach(() => vi.unstubAllGlobals());

describe('the clipboard', () => {
  test('keeps label, geometry, attributes and relations of every kind of shape for another task', () => {
    const regions = [
      car,
      ...SHAPES.map((geometry, n) => ({ id: `s${n}`, relations: [], label: 'x', geometry, attributes: { n: [1, null] } })),
    ];
    expect(copy(ANN, regions, image, 'task-1')).toBe(regions.length);
    expect(paste(ANN, image, 'task-2')).toEqual({ regions, dropped: 0 });
  });

  test('keeps nothing else of a region: a copy is nobody’s yet', () => {
    const region = { ...car, id: 'r1', author: 'ann', z: 4, createdAt: 5 };
    copy(ANN, [region], image, 'task-1');
    expect(paste(ANN, image, 'task-2').regions).toEqual([car]);
    expect(localStorage.getItem(KEY)).not.toContain('author');
  });

  test('in the same task the copy lies ten pixels beside its original', () => {
    copy(ANN, [car, road], image, 'task-1');
    expect(paste(ANN, image, 'task-1')).toEqual({
      regions: [{ ...car, geometry: { ...car.geometry, x: 30, y: 30 } }, road],
      dropped: 0,
    });
  });

  test('in a smaller image shapes are moved inside, not scaled; what has no place is counted', () => {
    copy(ANN, [{ ...car, geometry: { kind: 'box', x: 150, y: 60, width: 40, height: 30 } }, { ...car, geometry: { kind: 'box', x: 0, y: 0, width: 90, height: 3 } }, road], image, 't'); // prettier-ignore
    expect(paste(ANN, { width: 80, height: 50 }, 'u')).toEqual({
      regions: [{ ...car, geometry: { kind: 'box', x: 40, y: 20, width: 40, height: 30 } }],
      dropped: 2,
    });
  });

  test('a mask needs an image of the same size, not only one it fits', () => {
    copy(ANN, [road], image, 't');
    expect(paste(ANN, { width: 400, height: 400 }, 'u')).toEqual({ regions: [], dropped: 1 });
  });

  test('holds a thousand regions', () => {
    expect(copy(ANN, Array.from({ length: 1200 }, () => car), image, 't')).toBe(MAX_COPIED); // prettier-ignore
    expect(paste(ANN, image, 'u').regions).toHaveLength(1000);
  });

  test('a full storage is told, and what was copied before stays', () => {
    copy(ANN, [car], image, 't');
    const before = localStorage.getItem(KEY);
    vi.stubGlobal('localStorage', {
      getItem: () => before,
      setItem: () => {
        throw new DOMException('full', 'QuotaExceededError');
      },
    });
    expect(copy(ANN, [road], image, 't')).toBeNull();
    expect(paste(ANN, image, 'u').regions).toEqual([car]);
  });

  test('is one person’s in one workspace, and nobody’s once they signed out', async () => {
    copy(ANN, [car], image, 't');
    expect(paste('acme.bob', image, 'u').regions).toEqual([]);
    expect(paste('other.ann', image, 'u').regions).toEqual([]);
    localStorage.setItem('tandem.theme', 'dark');
    const { leave } = await import('~/session/account');
    leave();
    expect(paste(ANN, image, 'u').regions).toEqual([]);
    expect(localStorage.getItem('tandem.theme')).toBe('dark');
  });

  test('leaves room for what else is kept', () => {
    const long = { ...car, attributes: { note: 'x'.repeat(40_000) } };
    expect(copy(ANN, Array.from({ length: 100 }, () => long), image, 't')).toBeNull(); // prettier-ignore
  });

  test('a storage that is closed to us is empty', () => {
    vi.stubGlobal('localStorage', {
      getItem: () => {
        throw new DOMException('no', 'SecurityError');
      },
    });
    expect(copy(ANN, [car], image, 't')).toBeNull();
    expect(paste(ANN, image, 't')).toEqual({ regions: [], dropped: 0 });
  });

  const whole = { from: 't', image, regions: [car] };
  const geometry = (g: unknown): unknown => ({ ...whole, regions: [{ ...car, geometry: g }] });
  test.each([
    ['nothing', null],
    ['no JSON', '{"from":'],
    ['a number', '7'],
    ['an old form', JSON.stringify([car])],
    ['no image', JSON.stringify({ ...whole, image: null })],
    ['no label', JSON.stringify({ ...whole, regions: [{ ...car, label: 3 }] })],
    ['attributes that are a list', JSON.stringify({ ...whole, regions: [{ ...car, attributes: [] }] })],
    ['an unknown kind', JSON.stringify(geometry({ kind: 'cube', x: 1 }))],
    ['a kind from the prototype', JSON.stringify(geometry({ kind: 'constructor' }))],
    ['a missing number', JSON.stringify(geometry({ kind: 'box', x: 1, y: 2, width: 3 }))],
    ['an endless number', JSON.stringify(geometry({ kind: 'point', x: 0, y: 2 })).replace('"x":0', '"x":1e999')],
    ['a ring of two', JSON.stringify(geometry({ kind: 'polygon', parts: [[[[1, 1], [2, 2]]]] }))], // prettier-ignore
    ['a point of three', JSON.stringify(geometry({ kind: 'polyline', points: [[1, 1, 1], [2, 2, 2]] }))], // prettier-ignore
    ['negative runs', JSON.stringify(geometry({ kind: 'mask', width: 2, height: 2, counts: [-1, 5] }))],
    ['too many', JSON.stringify({ ...whole, regions: Array(1001).fill(car) })],
  ])('%s in storage is an empty clipboard', (_, text) => {
    if (text !== null) localStorage.setItem(KEY, text);
    expect(paste(ANN, image, 'u')).toEqual({ regions: [], dropped: 0 });
  });
});

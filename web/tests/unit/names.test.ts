import { describe, expect, test } from 'vitest';

import { filtering, type RegionState } from '~/features/workbench/region-filter';
import { PLATE_HEIGHT, plates, rectOf, Room, type Named } from '~/geometry/name-plates';
import type { Rect } from '~/geometry/points';
import { chance } from '../support/chance';

const stage: Rect = { x: 0, y: 0, width: 800, height: 600 };
const named = (id: string, x: number, y: number, width = 100, height = 80): Named => ({
  id,
  rect: { x, y, width, height },
  width: 60,
});
const overlap = (a: Rect, b: Rect): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

describe('names on the picture', () => {
  test('a name stands above its shape; where there is no room above, inside', () => {
    const [above] = plates([named('a', 100, 100)], stage, new Room(), 10);
    expect(above).toEqual({ id: 'a', x: 99, y: 80, width: 60 });
    const [inside] = plates([named('a', 100, 5)], stage, new Room(), 10);
    expect(inside?.y).toBeGreaterThanOrEqual(5);
    expect((inside?.y ?? 0) + PLATE_HEIGHT).toBeLessThan(85);
  });

  test('of two in one place each finds its own, and who finds none has none', () => {
    const heap = Array.from({ length: 30 }, (_, i) => named(`r${i}`, 100, 100, 20, 20));
    const found = plates(heap, stage, new Room(), 100);
    expect(found.length).toBeGreaterThan(1);
    expect(found.length).toBeLessThan(6);
  });

  test('where grips lie above and below, a point is named beside', () => {
    const room = new Room();
    for (const y of [70, 120]) room.take({ x: 80, y, width: 60, height: 20 });
    const point = { id: 'hand', rect: { x: 100, y: 100, width: 10, height: 10 }, width: 50, lift: 4 };
    expect(plates([point], stage, room, 1)).toEqual([]);
    expect(plates([{ ...point, beside: true }], stage, room, 1)).toEqual([{ id: 'hand', x: 114, y: 96, width: 50 }]);
  });

  test('the first goes before the later, and there are no more than can be read', () => {
    const row = Array.from({ length: 9 }, (_, i) => named(`r${i}`, 20 + i * 80, 200));
    expect(plates(row, stage, new Room(), 4).map(({ id }) => id)).toEqual(['r0', 'r1', 'r2', 'r3']);
  });

  test('whatever lies wherever, no name covers another, none leaves the stage, and each touches its shape', () => {
    const luck = chance(7);
    const int = (low: number, high: number): number => luck.whole(low, high);
    for (let round = 0; round < 60; round++) {
      const some = Array.from({ length: 80 }, (_, i): Named => {
        const rect = { x: int(-200, 900), y: int(-200, 700), width: int(0, 300), height: int(0, 300) };
        return { id: `${i}`, rect, width: int(20, 140) };
      });
      const found = plates(some, stage, new Room(), 80).map((plate) => ({ id: plate.id, rect: rectOf(plate) }));
      found.forEach(({ id, rect }, i) => {
        expect(rect.x >= 0 && rect.y >= 0 && rect.x + rect.width <= 800 && rect.y + rect.height <= 600).toBe(true);
        for (const other of found.slice(i + 1)) expect(overlap(rect, other.rect)).toBe(false);
        const shape = some[Number(id)]?.rect ?? stage;
        const near = { x: shape.x - 4, y: shape.y - 4, width: shape.width + 8, height: shape.height + 8 };
        expect(overlap(rect, near)).toBe(true);
      });
    }
  });
});

describe('what the list of regions is narrowed to', () => {
  const region = (id: string, label: string, attributes = {}): never =>
    ({ id, label, attributes, geometry: { kind: 'box', x: 0, y: 0, width: 1, height: 1 } }) as never;
  const all = [region('1', 'Führerhaus'), region('2', 'car', { colour: 'red', occluded: true }), region('3', 'car')];
  const ids = (text: string, state: RegionState = 'any'): string[] =>
    all
      .filter(filtering({ text, state }, { hidden: new Set(['3']), locked: new Set(['1']), lacks: ({ id }) => id === '2' }))
      .map(({ id }) => id);

  test('every word has to be somewhere in label, shape or attributes; case and accents do not matter', () => {
    expect(ids('fuhrer')).toEqual(['1']);
    expect(ids('CAR red')).toEqual(['2']);
    expect(ids('box car')).toEqual(['2', '3']);
    expect(ids('car blue')).toEqual([]);
    expect(ids(' ')).toEqual(['1', '2', '3']);
  });

  test('how they are narrows, too', () => {
    expect(ids('', 'hidden')).toEqual(['3']);
    expect(ids('', 'shown')).toEqual(['1', '2']);
    expect(ids('', 'locked')).toEqual(['1']);
    expect(ids('', 'occluded')).toEqual(['2']);
    expect(ids('', 'lacking')).toEqual(['2']);
    expect(ids('', 'grouped')).toEqual([]);
  });
});

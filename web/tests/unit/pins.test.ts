import { describe, expect, test } from 'vitest';

import { beside } from '~/geometry/beside';
import { clusters } from '~/geometry/clusters';
import { imagePoint, stagePoint } from '~/geometry/points';

const pins = (...at: (readonly [number, number])[]) => at.map(([x, y], n) => ({ id: String(n), at: imagePoint(x, y) }));
const together = (scale: number, ...at: (readonly [number, number])[]): string[] =>
  clusters(pins(...at), scale, 26).map(({ members }) => members.map(({ id }) => id).join());

describe('pins', () => {
  test('that would lie over one another are one, and come apart as one zooms in', () => {
    const at = [[100, 100], [110, 100], [400, 100], [118, 104]] as const; // prettier-ignore
    expect(together(1, ...at)).toEqual(['0,1,3', '2']);
    expect(together(0.05, ...at)).toEqual(['0,1,2,3']);
    expect(together(10, ...at)).toEqual(['0', '1', '2', '3']);
  });

  test('at one place never come apart', () => {
    expect(together(40, [5, 5], [5, 5])).toEqual(['0,1']);
  });

  test('are found across the cells they are sorted into, also left of and above the image', () => {
    expect(together(1, [25.9, 25.9], [26.1, 26.1], [-1, -1], [1, 1])).toEqual(['0,1', '2,3']);
  });

  test('stand where the first of them is, whoever joins', () => {
    const [alone] = clusters(pins([10, 10]), 1, 26);
    const [joined] = clusters(pins([10, 10], [20, 20]), 1, 26);
    expect(joined?.at).toEqual(alone?.at);
  });

  test('by the thousand are sorted in no time', () => {
    const many = pins(...Array.from({ length: 5_000 }, (_, n) => [(n * 37) % 4_000, (n * 91) % 4_000] as const));
    const start = performance.now();
    const made = clusters(many, 0.2, 26);
    expect(performance.now() - start).toBeLessThan(250);
    expect(made.reduce((sum, { members }) => sum + members.length, 0)).toBe(5_000);
  });
});

describe('a card beside its pin', () => {
  const stage = { width: 800, height: 600 };
  const card = { width: 300, height: 240 };
  const covers = (x: number, y: number): boolean => {
    const at = beside(stagePoint(x, y), card, stage, 40);
    return x > at.x && x < at.x + card.width && y > at.y && y < at.y + card.height;
  };

  test('is to its right, else to its left', () => {
    expect(beside(stagePoint(100, 300), card, stage, 40)).toEqual({ x: 140, y: 260 });
    expect(beside(stagePoint(700, 300), card, stage, 40)).toEqual({ x: 360, y: 260 });
  });

  test('stays on the stage and off the pin, wherever that is', () => {
    for (let x = 0; x <= 800; x += 40)
      for (let y = 0; y <= 600; y += 40) {
        const at = beside(stagePoint(x, y), card, stage, 40);
        expect(at.x).toBeGreaterThanOrEqual(8);
        expect(at.y).toBeGreaterThanOrEqual(8);
        expect(at.x + card.width).toBeLessThanOrEqual(792);
        expect(at.y + card.height).toBeLessThanOrEqual(592);
        expect(covers(x, y)).toBe(false);
      }
  });

  test('goes below or above on a stage that is too narrow for both sides', () => {
    const narrow = { width: 500, height: 900 };
    expect(beside(stagePoint(250, 200), card, narrow, 40)).toEqual({ x: 100, y: 220 });
    expect(beside(stagePoint(250, 850), card, narrow, 40)).toEqual({ x: 100, y: 570 });
  });

  test('of a pin that is off the stage waits at the border', () => {
    expect(beside(stagePoint(-500, 2_000), card, stage, 40)).toEqual({ x: 40, y: 352 });
  });
});

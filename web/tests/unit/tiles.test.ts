import { describe, expect, test } from 'vitest';

import { isHuge, levelFor, overviewLevel, sizeAt, TILE, tileRect, tilesIn } from '~/geometry/tiles';

const size = { width: 20_000, height: 10_000 };

describe('what is in view of a huge picture, at which level', () => {
  test('photos of phones are shown in one piece; what has too many pixels, or a side no texture has, is not', () => {
    expect([isHuge({ width: 6000, height: 4000 }), isHuge(size), isHuge({ width: 17_000, height: 500 })]).toEqual([
      false,
      true,
      true,
    ]);
  });

  test('the overview has four megapixels at most, also of a strip', () => {
    expect(sizeAt(size, overviewLevel(size))).toEqual({ width: 2500, height: 1250 });
    expect(sizeAt({ width: 32_767, height: 100 }, overviewLevel({ width: 32_767, height: 100 }))).toEqual({
      width: 16_384,
      height: 50,
    });
  });

  test('a level loses nothing at its scale: one pixel of it covers no more than one of the screen', () => {
    for (const scale of [0.03, 0.1, 0.124, 0.125, 0.2, 0.25, 0.3, 0.5, 0.51, 0.99, 1, 4, 40]) {
      const level = levelFor(scale, 3);
      if (level > 0) expect(scale * 2 ** level).toBeLessThanOrEqual(1);
      if (level < 3) expect(scale * 2 ** (level + 1)).toBeGreaterThan(1);
    }
    expect([levelFor(1, 3), levelFor(0.5, 3), levelFor(0.25, 3), levelFor(0.01, 3)]).toEqual([0, 1, 2, 3]);
  });

  test('the tiles of a level cover the picture, and each lies below its right and lower neighbour by one of its pixels', () => {
    for (const level of [0, 1, 2]) {
      const step = 2 ** level;
      const all = tilesIn({ x: 0, y: 0, ...size }, level, size);
      expect(all).toHaveLength(Math.ceil(size.width / (TILE * step)) * Math.ceil(size.height / (TILE * step)));
      for (const tile of all) {
        const { x, y, width, height } = tileRect(tile, size);
        expect([x % (TILE * step), y % (TILE * step)]).toEqual([0, 0]);
        expect(x + width).toBe(Math.min(size.width, x + (TILE + 1) * step));
        expect(y + height).toBe(Math.min(size.height, y + (TILE + 1) * step));
      }
    }
  });

  test('what is outside the picture has no tiles, and a part of it only its own, those in the middle first', () => {
    expect(tilesIn({ x: 20_000, y: 0, width: 500, height: 500 }, 0, size)).toEqual([]);
    expect(tilesIn({ x: -900, y: -900, width: 900, height: 900 }, 0, size)).toEqual([]);
    expect(tilesIn({ x: -900, y: -900, width: 901, height: 901 }, 0, size)).toEqual([{ level: 0, column: 0, row: 0 }]);
    const tiles = tilesIn({ x: 5 * TILE + 10, y: 7 * TILE + 10, width: 2 * TILE, height: TILE }, 0, size);
    expect(tiles).toHaveLength(6);
    expect(tiles[0]).toEqual({ level: 0, column: 6, row: 7 });
  });

  test('the last tile of a level ends with the picture', () => {
    expect(tileRect({ level: 0, column: 39, row: 19 }, size)).toEqual({ x: 19_968, y: 9728, width: 32, height: 272 });
  });
});

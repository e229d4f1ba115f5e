import { describe, expect, test } from 'vitest';

import { adjust, AS_IT_IS, histogram, table, type Adjustments } from '~/lib/adjust';
import { createLook, FIRST_LOOK } from '~/tools/seeing';

const pixels = (...values: readonly (readonly [number, number, number])[]): Uint8ClampedArray =>
  Uint8ClampedArray.from(values.flatMap(([r, g, b]) => [r, g, b, 255]));
const adjusted = (from: Uint8ClampedArray, over: Partial<Adjustments>): number[] => {
  const copy = from.slice();
  adjust(copy, { ...AS_IT_IS, ...over });
  return [...copy];
};

describe('a picture that is shown otherwise', () => {
  test('as it is means as it is', () => {
    const all = Uint8ClampedArray.from({ length: 1024 }, (_, i) => (i * 37) % 256);
    expect(adjusted(all, {})).toEqual([...all]);
  });

  test('brightness multiplies, contrast goes from the middle, gamma lights the dark more than the light', () => {
    expect(adjusted(pixels([100, 100, 100]), { brightness: 2 }).slice(0, 3)).toEqual([200, 200, 200]);
    expect(adjusted(pixels([0, 128, 255]), { contrast: 0.5 })[0]).toBe(64);
    const lit = table({ ...AS_IT_IS, gamma: 2 }, null);
    expect((lit[32] ?? 0) - 32).toBeGreaterThan((lit[220] ?? 0) - 220);
    expect([lit[0], lit[255]]).toEqual([0, 255]);
  });

  test('values beyond black and white are black and white', () => {
    expect(adjusted(pixels([200, 10, 10]), { brightness: 3 })[0]).toBe(255);
    expect(adjusted(pixels([40, 40, 40]), { contrast: 3 })[0]).toBe(0);
  });

  test('one channel is shown in grey, and transparency stays', () => {
    expect(adjusted(Uint8ClampedArray.from([10, 20, 30, 77]), { channel: 'green' })).toEqual([20, 20, 20, 77]);
    expect(adjusted(pixels([255, 0, 0]), { channel: 'grey' })[0]).toBe(54);
  });

  test('equalising spreads a dull picture over black to white, in order', () => {
    const dull = pixels(...Array.from({ length: 50 }, (_, i): [number, number, number] => [100 + i, 100 + i, 100 + i]));
    const spread = adjusted(dull, { equalise: true }).filter((_, i) => i % 4 === 0);
    expect([spread[0], spread.at(-1)]).toEqual([0, 255]);
    expect([...spread].sort((a, b) => a - b)).toEqual(spread);
  });

  test('a picture of one colour can be equalised, too', () => {
    expect(adjusted(pixels([9, 9, 9], [9, 9, 9]), { equalise: true })).toEqual([...pixels([9, 9, 9], [9, 9, 9])]);
    expect(histogram(pixels([9, 9, 9]))[9]).toBe(1);
  });
});

describe('how a person likes to see things', () => {
  const shelf = (kept: string | null): Pick<Storage, 'getItem' | 'setItem'> & { kept: string | null } => ({
    kept,
    getItem: () => kept,
    setItem(_, value) {
      this.kept = value;
    },
  });

  test('is kept for the next time', () => {
    const place = shelf(null);
    const look = createLook(place);
    look.set({ ...look.get(), brightness: 1.5, crosshair: true });
    expect(createLook(shelf(place.kept)).get()).toEqual({ ...FIRST_LOOK, brightness: 1.5, crosshair: true });
  });

  test('what was kept may be anything: what is not sound is as at first', () => {
    for (const kept of ['', 'null', '[]', '{', '{"brightness":"2","gamma":99,"channel":"sound","fill":-1}']) {
      expect(createLook(shelf(kept)).get()).toEqual(FIRST_LOOK);
    }
  });

  test('a browser without room is no reason to fail', () => {
    const look = createLook({
      getItem: () => {
        throw new Error('denied');
      },
      setItem: () => {
        throw new Error('quota');
      },
    });
    look.set({ ...look.get(), fill: 0.5 });
    expect(look.get().fill).toBe(0.5);
  });
});

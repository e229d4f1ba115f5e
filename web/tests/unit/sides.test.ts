import { describe, expect, it } from 'vitest';

import { withSidesSwapped } from '~/geometry/sides';

const at = (x: number, v: 0 | 1 | 2 = 2) => ({ x, y: 1, v });

describe('swapping left and right', () => {
  it('exchanges the points of each pair with how they are seen, and twice is as before', () => {
    const points = [at(5), at(10), at(20, 1)];
    const swapped = withSidesSwapped(points, [[1, 2]]);
    expect(swapped).toEqual([at(5), at(20, 1), at(10)]);
    expect(withSidesSwapped(swapped ?? [], [[1, 2]])).toEqual(points);
  });

  it('takes a point that is there on one side only to the other', () => {
    expect(withSidesSwapped([at(1), at(0, 0)], [[0, 1]])).toEqual([at(0, 0), at(1)]);
  });

  it('is nothing where no pair is', () => {
    expect(withSidesSwapped([at(1), at(2)], [])).toBeNull();
    expect(withSidesSwapped([at(0, 0), at(0, 0)], [[0, 1]])).toBeNull();
    expect(withSidesSwapped([at(1)], [[0, 7]])).toBeNull();
  });
});

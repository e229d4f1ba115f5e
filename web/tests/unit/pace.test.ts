import { describe, expect, test } from 'vitest';

import { Pace } from '~/canvas/pace';

const MOVING = { late: 20, early: 17.5 };

/** A screen of 60 frames a second on which `most` shapes fit into one. */
function painted(pace: Pace, frames: number, most: number): { late: number; mean: number } {
  let [took, late, all] = [null as number | null, 0, 0];
  for (let n = 0; n < frames; n++) {
    const shapes = pace.next(took);
    took = shapes > most ? 33.4 : 16.7;
    if (shapes > most) late += 1;
    all += shapes;
  }
  return { late: late / frames, mean: all / frames };
}

describe('how much a frame paints', () => {
  test('is found quickly, then nearly all that fits, with few frames late', () => {
    const pace = new Pace(MOVING);
    painted(pace, 20, 1_000);
    const { late, mean } = painted(pace, 600, 1_000);
    expect(late).toBeLessThan(0.02);
    expect(mean).toBeGreaterThan(800);
  });

  test('follows a machine that becomes slower, and one that becomes quicker', () => {
    const pace = new Pace(MOVING);
    painted(pace, 60, 3_000);
    painted(pace, 20, 300);
    expect(painted(pace, 100, 300).mean).toBeLessThan(320);
    painted(pace, 60, 3_000);
    expect(painted(pace, 100, 3_000).mean).toBeGreaterThan(2_200);
  });

  test('forgets a frame that was late for another reason', () => {
    const pace = new Pace(MOVING);
    painted(pace, 60, 3_000);
    const before = pace.next(16.7);
    pace.next(100);
    painted(pace, 30, 3_000);
    expect(pace.next(16.7)).toBeGreaterThan(before * 0.75);
  });

  test('is never nothing', () => {
    const pace = new Pace(MOVING);
    for (let n = 0; n < 100; n++) expect(pace.next(200)).toBeGreaterThan(0);
  });
});

/** A thousand clients whose server restarts: they come back spread over the time the server asked for, not all at once. */
import { describe, expect, it } from 'vitest';

import { askedPause, backoff } from '../src/session/backoff.js';
import { seeded } from './support.js';

const CLIENTS = 1_000;
/** What the server expects to take in a second (`SessionConfig::comebacks`). */
const A_SECOND = 500;

/** What `bye` says to each (`Inner::come_back`): half a second, and a share of the time all of them need. */
const hint = (random: () => number): number => 500 + (CLIENTS / A_SECOND) * 1_000 * random();

interface Attempt {
  readonly at: number;
  readonly good: boolean;
}

/** Every attempt to connect of every client, with a server that is away for `away` ms. */
function comeBack(away: number, seed: number): Attempt[] {
  const attempts: Attempt[] = [];
  for (let client = 0; client < CLIENTS; client += 1) {
    const random = seeded(seed * 7_919 + client);
    const asked = Math.round(hint(random));
    let at = askedPause(asked, random);
    for (let attempt = 1; at < away; attempt += 1) {
      attempts.push({ at, good: false });
      at += backoff(attempt, random, asked);
    }
    attempts.push({ at, good: true });
  }
  return attempts.sort((a, b) => a.at - b.at);
}

/** The most within any 100 ms. */
function fullest(attempts: readonly Attempt[]): number {
  let most = 0;
  let from = 0;
  attempts.forEach(({ at }, index) => {
    while (at - (attempts[from]?.at ?? 0) > 100) from += 1;
    most = Math.max(most, index - from + 1);
  });
  return most;
}

describe('a thousand clients after a restart', () => {
  it.each([1, 2, 3])('of a quarter of a second come back at the pace the server asked for (seed %i)', (seed) => {
    const attempts = comeBack(250, seed);
    expect(attempts).toHaveLength(CLIENTS);
    expect(attempts.every(({ good }) => good)).toBe(true);
    // 50 in 100 ms is the pace; chance makes it more here and there.
    expect(fullest(attempts)).toBeLessThan(90);
    expect(attempts.at(-1)?.at).toBeLessThan(5_000);
  });

  it.each([1, 2, 3])('of three seconds do not all wait at the door (seed %i)', (seed) => {
    const attempts = comeBack(3_000, seed);
    expect(fullest(attempts.filter(({ good }) => good))).toBeLessThan(150);
    expect(fullest(attempts)).toBeLessThan(150);
    expect(attempts.at(-1)?.at).toBeLessThan(9_000);
  });

  it('would all be there in the same instant without a hint and without chance', () => {
    const instant = Array.from({ length: CLIENTS }, (): Attempt => ({ at: backoff(0, () => 1), good: true }));
    expect(fullest(instant)).toBe(CLIENTS);
  });
});

/** The same seed, the same choices: what a robot did can be done again. */
export interface Chance {
  /** From 0 up to 1, not included. */
  next(): number;
  /** True in this part of all cases. */
  is(part: number): boolean;
  /** A whole number from `low` to `high`, both included. */
  whole(low: number, high: number): number;
  between(low: number, high: number): number;
  /** undefined: there is nothing to pick from. */
  pick<T>(items: readonly T[]): T | undefined;
}

export function chance(seed: number): Chance {
  let state = (seed * 0x9e3779b9) >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const whole = (low: number, high: number): number => low + Math.floor(next() * (high - low + 1));
  return {
    next,
    whole,
    is: (part) => next() < part,
    between: (low, high) => low + next() * (high - low),
    pick: (items) => items[whole(0, items.length - 1)],
  };
}

/** Pauses between attempts to connect, in milliseconds. */
const FIRST = 200;
/** A server that restarts is back within seconds; a longer pause would be the slowest part of its recovery. */
const SOON = 2_500;
/** After this many attempts in vain the trouble is not a restart. */
const MANY = 20;
const LATER = 10_000;
/** Never at once: what failed a moment ago fails again. */
const LEAST = 50;

/**
 * Somewhere between nothing and a limit that doubles from 200 ms up to 2.5 s (10 s after many attempts): full jitter, because a
 * thousand clients cut off by the same restart fail in step, too. A server that asked for a longer pause knows how many there are.
 */
export function backoff(attempt: number, random: () => number, asked = 0): number {
  const cap = attempt < MANY ? SOON : LATER;
  const full = Math.max(asked, Math.min(cap, FIRST * 2 ** Math.min(attempt, 10)));
  return Math.max(LEAST, full * random());
}

/** The pause a server asked for, plus up to as much again. */
export const askedPause = (ms: number, random: () => number): number => ms * (1 + random());

/** Pauses between attempts to connect, in milliseconds. */
const FIRST = 200;
/** A server that restarts is back within seconds; a longer pause would be the slowest part of its recovery. */
const SOON = 2_500;
/** After this many attempts in vain the trouble is not a restart. */
const MANY = 20;
const LATER = 10_000;

/** Doubles from 200 ms up to 2.5 s (10 s after many attempts); half of it is chance, so that clients do not come back in step. */
export function backoff(attempt: number, random: () => number): number {
  const cap = attempt < MANY ? SOON : LATER;
  const full = Math.min(cap, FIRST * 2 ** Math.min(attempt, 10));
  return full * (0.5 + random() / 2);
}

/** The pause a server asked for, plus up to as much again. */
export const askedPause = (ms: number, random: () => number): number => ms * (1 + random());

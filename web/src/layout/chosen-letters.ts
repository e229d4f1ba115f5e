/**
 * Which letters of a text somebody has chosen, as others are told of it: an entry of its own among what they have selected, `letters:<from>-<to>`, which no
 * region's id looks like. It counts in the field that they say they are in, and is void in every other.
 */
import type { Peer, UserSummary } from '@tandem/client';

import type { Range } from './spans';

/** Where the choice began and where it is now, in letters from the text's beginning; the same: nothing is chosen, the caret is there. */
export interface Place {
  readonly from: number;
  readonly to: number;
}

/** Somebody else in the text. */
export interface OtherPlace extends Place {
  readonly peer: number;
  readonly user: UserSummary;
}

const ENTRY = /^letters:(\d{1,9})-(\d{1,9})$/;

export function placeIn(selection: readonly string[]): Place | null {
  for (const entry of selection) {
    const [, from, to] = ENTRY.exec(entry) ?? [];
    if (from !== undefined && to !== undefined) return { from: Number(from), to: Number(to) };
  }
  return null;
}

/** What else is selected stays. First, because what is too much is cut at the end. */
export const withPlace = (selection: readonly string[], place: Place | null): string[] => [
  ...(place ? [`letters:${place.from}-${place.to}`] : []),
  ...selection.filter((entry) => !ENTRY.test(entry)),
];

export const chosenFrom = ({ from, to }: Place): Range => ({ start: Math.min(from, to), end: Math.max(from, to) });

/** Everybody else's place in one field. */
export const othersIn = (peers: readonly Peer[], me: number | undefined, field: string): OtherPlace[] =>
  peers.flatMap(({ peer, user, state }) => {
    const place = peer !== me && state.editing === field ? placeIn(state.selection ?? []) : null;
    return place ? [{ peer, user, ...place }] : [];
  });

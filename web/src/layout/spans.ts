/** Spans of a text: counted in letters (code points), cut into pieces that can be drawn, found by words. */
import type { Json } from '@tandem/client';

import { isList, isObject, letters, lettersOf } from './json';
import type { Schema } from './tree';

export interface Span {
  readonly id: string;
  /** In letters from the text's beginning. */
  readonly start: number;
  /** The letter after its last. */
  readonly end: number;
  readonly label: string;
}

/** A piece of the text with all that covers it, the innermost last. */
export interface Segment {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly spans: readonly Span[];
}

export function segmentsOf(text: string, spans: readonly Span[]): Segment[] {
  const all = lettersOf(text);
  const inside = spans.filter(({ start, end }) => start >= 0 && start < end && end <= all.length);
  const cuts = [...new Set([0, all.length, ...inside.flatMap(({ start, end }) => [start, end])])].sort((a, b) => a - b);
  return cuts.slice(0, -1).map((start, at) => {
    const end = cuts[at + 1] ?? all.length;
    const covering = inside.filter((span) => span.start <= start && span.end >= end);
    return {
      start,
      end,
      text: all.slice(start, end).join(''),
      spans: covering.sort((a, b) => b.end - b.start - (a.end - a.start)),
    };
  });
}

/** UTF-16 units, as browsers count, to letters. */
export const lettersUpTo = (text: string, units: number): number => letters(text.slice(0, units));

export interface Range {
  readonly start: number;
  readonly end: number;
}

/** Without the spaces at its ends; null when nothing is left. */
export function trimmed(text: string, { start, end }: Range): Range | null {
  const all = lettersOf(text);
  let [from, to] = [Math.max(0, start), Math.min(all.length, end)];
  while (from < to && /\s/u.test(all[from] ?? '')) from += 1;
  while (to > from && /\s/u.test(all[to - 1] ?? '')) to -= 1;
  return from < to ? { start: from, end: to } : null;
}

export const sliceOf = (text: string, { start, end }: Range): string => lettersOf(text).slice(start, end).join('');

/** The words of a text: what the keyboard goes along. */
export function wordsOf(text: string): Range[] {
  const words: Range[] = [];
  for (const match of text.matchAll(/[\p{L}\p{N}\p{M}_'’-]+|[^\s\p{L}\p{N}\p{M}]/gu)) {
    const start = lettersUpTo(text, match.index);
    words.push({ start, end: start + letters(match[0]) });
  }
  return words;
}

export const overlapping = <T extends Range>(spans: readonly T[], range: Range): T | undefined =>
  spans.find(({ start, end }) => start < range.end && range.start < end);

/** Why this cannot be marked beside what is; said before it is refused at submit. */
export function refusal(schema: Schema, entities: readonly Span[], range: Range): string | null {
  const { 'x-min-span': least, 'x-max-span': most, 'x-no-overlap': apart, maxItems } = schema;
  const length = range.end - range.start;
  if (typeof least === 'number' && length < least) return `At least ${least} letters; these are ${length}`;
  if (typeof most === 'number' && length > most) return `At most ${most} letters; these are ${length}`;
  if (typeof maxItems === 'number' && entities.length >= maxItems)
    return `There are ${maxItems} already, and there may be no more`;
  const other = apart === true ? overlapping(entities, range) : undefined;
  if (other) return `This overlaps the ${other.label} from ${other.start} to ${other.end}; take that away first`;
  const twin = entities.find(({ start, end }) => start === range.start && end === range.end);
  return twin ? `This is marked as ${twin.label} already` : null;
}

/** Entities in the order of the answer. */
export const entitiesOf = (value: Json | undefined): Span[] =>
  isList(value)
    ? value
        .filter(isObject)
        .flatMap(({ id, start, end, label }) =>
          typeof id === 'string' && typeof start === 'number' && typeof end === 'number'
            ? [{ id, start, end, label: typeof label === 'string' ? label : '' }]
            : [],
        )
    : [];

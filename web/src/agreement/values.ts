/**
 * Answers to one question, compared: a choice, several, a text, spans of a text. Pure, and the same for the adjudicator's screen and for layouts. Lists are sets here:
 * in which order somebody marked or ticked says nothing, and neither do the ids that were made up meanwhile.
 */
import type { Json } from '@tandem/client';

import { isList, isObject, same } from '~/lib/json';
import type { PairAgreement } from './compare';

type Value = Json | undefined;

/** Nothing was answered; a box that is not ticked is as good as one that nobody has been in. */
export function isBlank(value: Value): boolean {
  if (value === undefined || value === null || value === false) return true;
  if (typeof value === 'string') return value.trim() === '';
  return isList(value) && value.length === 0;
}

/** What an item of a list says: its id and the letters that a span repeats are no part of that. */
export function meaningOf(item: Json): Json {
  if (!isObject(item)) return item;
  const isSpan = typeof item.start === 'number' && typeof item.end === 'number';
  return Object.fromEntries(Object.entries(item).filter(([name]) => name !== 'id' && !(isSpan && name === 'text')));
}

/** Equal meanings have equal names, in whatever order their keys came. */
export function nameOfItem(item: Json): string {
  const told = meaningOf(item);
  return JSON.stringify(isObject(told) ? Object.entries(told).sort(([a], [b]) => (a < b ? -1 : 1)) : told);
}

const itemsOf = (value: Value): ReadonlyMap<string, Json> =>
  new Map((isList(value) ? value : []).map((item) => [nameOfItem(item), item]));

/**
 * Equal or not; of lists the share that both have (F1, as `agreement:token_f1` takes it for letters).
 * @param ordered a ranking: a list too, but the order is the answer
 */
export function valueLikeness(one: Value, other: Value, ordered = false): number {
  if (isBlank(one) || isBlank(other)) return Number(isBlank(one) && isBlank(other));
  if (!isList(one) || !isList(other)) return Number(same(one ?? null, other ?? null));
  if (ordered) return Number(same(one.map(nameOfItem), other.map(nameOfItem)));
  const [a, b] = [itemsOf(one), itemsOf(other)];
  const shared = [...a.keys()].filter((name) => b.has(name)).length;
  return (2 * shared) / (a.size + b.size);
}

export const saysTheSame = (one: Value, other: Value, ordered = false): boolean => valueLikeness(one, other, ordered) === 1;

/** One question, as each answer has it. */
export interface Question {
  readonly key: string;
  /** Undefined: not answered. */
  readonly values: readonly Value[];
  /** A ranking: the order is the answer. */
  readonly ordered?: boolean;
}

export interface ComparedValues {
  /** Mean likeness of every two answers; null with fewer than two. */
  readonly likeness: number | null;
  readonly isAgreed: boolean;
  readonly pairs: readonly PairAgreement[];
  /** Which answer is most like the others, of those that say something. */
  readonly middle: number;
}

export function compareValues({ values, ordered = false }: Question): ComparedValues {
  const pairs = values.flatMap((one, i) =>
    values.slice(i + 1).map((other, more): PairAgreement => {
      const j = i + 1 + more;
      return { answers: [i, j], value: valueLikeness(one, other, ordered) };
    }),
  );
  const likeOthers = values.map((value, at) =>
    isBlank(value) ? -1 : pairs.reduce((sum, { answers, value }) => sum + (answers.includes(at) ? value : 0), 0),
  );
  const middle = likeOthers.reduce((best, sum, at) => (sum > (likeOthers[best] ?? 0) + 1e-9 ? at : best), 0);
  return {
    likeness: pairs.length === 0 ? null : pairs.reduce((sum, { value }) => sum + value, 0) / pairs.length,
    isAgreed: pairs.every(({ value }) => value === 1),
    pairs,
    middle,
  };
}

/** Something that some of the answers list. */
export interface Entry {
  readonly name: string;
  readonly item: Json;
  /** Who has it. */
  readonly answers: readonly number[];
}

/** Everything that is in any of the lists, each once; spans by where they begin. */
export function entriesOf(values: readonly Value[]): readonly Entry[] {
  const found = new Map<string, { item: Json; answers: number[] }>();
  values.forEach((value, answer) => {
    for (const [name, item] of itemsOf(value)) {
      const known = found.get(name);
      if (known) known.answers.push(answer);
      else found.set(name, { item, answers: [answer] });
    }
  });
  const start = ({ item }: { item: Json }): number => (isObject(item) && typeof item.start === 'number' ? item.start : 0);
  return [...found].map(([name, entry]) => ({ name, ...entry })).sort((a, b) => start(a) - start(b));
}

/** How two answers agree over several questions, the regions being one of them. */
export function overall(parts: readonly (readonly PairAgreement[])[]): readonly PairAgreement[] {
  const [first = []] = parts;
  return first.map(({ answers }, at) => ({
    answers,
    value: parts.reduce((sum, pairs) => sum + (pairs[at]?.value ?? 0), 0) / parts.length,
  }));
}

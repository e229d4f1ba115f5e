/** Other people's answers as a layout is given them: an object each, with who gave it and the `output`. Layouts can be bound to anything. */
import type { Json } from '@tandem/client';

import { saysTheSame } from '~/agreement/values';
import { isList, isObject, written, type JsonObject } from './json';
import { regionsIn, type AnswerRegion } from './regions-compared';
import { sliceOf, type Range } from './spans';
import type { Schema } from './tree';

export interface GivenAnswer {
  readonly by: string;
  readonly output: JsonObject;
  /** null: it says nothing about regions. */
  readonly regions: readonly AnswerRegion[] | null;
}

export function answersOf(value: Json | undefined): GivenAnswer[] {
  if (value === undefined || !isList(value)) return [];
  return value.filter(isObject).map((entry, at) => {
    const by = entry.user_name ?? entry.user ?? entry.user_id;
    return {
      by: typeof by === 'string' ? by : `Answer ${at + 1}`,
      output: isObject(entry.output) ? entry.output : {},
      regions: regionsIn(entry.regions),
    };
  });
}

/** What is asked for in any of them. */
export const namesOf = (answers: readonly GivenAnswer[]): string[] =>
  [...new Set(answers.flatMap(({ output }) => Object.keys(output)))].sort();

export const isSpan = (item: Json): item is Record<string, Json> & Range =>
  isObject(item) && typeof item.start === 'number' && typeof item.end === 'number';

const isSpans = (value: Json | undefined): boolean => isList(value) && value.length > 0 && value.every(isSpan);

/** What answers keep is in the layout's order already, choices too: of what are no objects another order is another answer, as of a ranking. */
export function alike(one: Json | undefined, other: Json | undefined): boolean {
  const isOrdered = isList(one) && one.every((item) => !isObject(item));
  return saysTheSame(one, other, isOrdered);
}

export const differs = (answers: readonly GivenAnswer[], name: string): boolean =>
  answers.some(({ output }) => !alike(output[name], answers[0]?.output[name]));

/** What marks letters of the text. */
export const spansNames = (answers: readonly GivenAnswer[]): string[] =>
  namesOf(answers).filter((name) => answers.some(({ output }) => isSpans(output[name])));

/** One value of an answer as people read it; spans as the letters they cover. */
export function readable(value: Json | undefined, source: string): string {
  if (value === undefined || value === null) return '—';
  if (!isList(value)) return written(value);
  const items = value.map((item) => (isSpan(item) ? `${written(item.label ?? null)}: ${sliceOf(source, item)}` : written(item)));
  return items.join(', ');
}

/**
 * Which part of the answers a decision is about: what is called as its place is (`resolved_entities` is about `entities`), else the only list there is, spans before others.
 * @returns null: all of it
 */
export function subjectOf(path: string, schema: Schema, answers: readonly GivenAnswer[]): string | null {
  const name = path.split('.').at(-1) ?? '';
  const names = namesOf(answers);
  const called = [name, name.replace(/^(resolved|final|agreed)_/, ''), name.replace(/_(resolved|final|agreed)$/, '')];
  const found = called.find((one) => names.includes(one));
  if (found !== undefined || schema.type !== 'array') return found ?? null;
  return spansNames(answers)[0] ?? names.find((one) => answers.some(({ output }) => isList(output[one]))) ?? null;
}

/** What an answer says about it. A decision that is a list is one, whatever the answer is. */
export function decisionOf(subject: string | null, schema: Schema, { output }: GivenAnswer): Json {
  const said = subject === null ? output : (output[subject] ?? null);
  if (schema.type !== 'array' || isList(said)) return said;
  return said === null ? [] : [said];
}

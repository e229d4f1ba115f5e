/** What was decided, in words. */
import type { Json } from '@tandem/client';

import { isBlank } from '~/agreement/values';
import { isList, isObject } from '~/lib/json';
import type { Adjudication } from './adjudication';
import type { Decided, Thing } from './decisions';
import type { FieldThing } from './field-decisions';

export function decisionOf(decided: Decided | null, answers: readonly string[]): string {
  switch (decided?.kind) {
    case undefined:
      return 'open';
    case 'left_out':
      return 'left out';
    case 'changed':
      return 'as you changed it';
    case 'taken':
      return `as ${decided.answers.map((at) => answers[at] ?? '').join(' and ')}`;
  }
}

export const namesOf = ({ answers }: Adjudication): readonly string[] => answers.map(({ name }) => name);

/** How a value of an attribute is written. */
export function valueText(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === true) return 'yes';
  if (value === false) return 'no';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** How long a value may be in one line. */
const LINE = 160;

/** An answer to a question, in one line; options by what people read, spans by the letters that they cover. */
export function answerText(value: Json | undefined, names: ReadonlyMap<string, string>): string {
  if (isBlank(value) || value === undefined) return 'nothing';
  const item = (one: Json): string => {
    if (typeof one === 'string') return names.get(one) ?? one;
    if (!isObject(one)) return valueText(one);
    const { label, text, start, end } = one;
    if (typeof start !== 'number' || typeof end !== 'number') return valueText(one);
    const letters = typeof text === 'string' ? `“${text}”` : `${start} to ${end}`;
    return typeof label === 'string' ? `${letters} ${names.get(label) ?? label}` : letters;
  };
  const said = isList(value) ? value.map(item).join(', ') : item(value);
  return said.length > LINE ? `${said.slice(0, LINE)}…` : said;
}

/** Of a field that answers differ in. */
export function fieldDifference({ values }: FieldThing, answers: readonly string[]): string {
  const given = values.flatMap((value, at) => (isBlank(value) ? [] : [at]));
  if (given.length === values.length) return 'answers differ';
  return given.length > 1
    ? `${given.length} of ${answers.length} answered it`
    : `only ${answers[given[0] ?? 0] ?? 'one'} answered it`;
}

/** Attributes in which the answers differ, each with the values that there are. */
export function attributesOf({
  members,
  differs,
}: Thing): readonly { readonly name: string; readonly values: readonly (readonly [string, number])[] }[] {
  if (!differs.includes('attributes')) return [];
  const names = new Set(members.flatMap(({ region }) => Object.keys(region.attributes)));
  names.delete('group');
  return [...names].flatMap((name) => {
    const values = new Map<string, number>();
    members.forEach(({ region }, at) => {
      const said = JSON.stringify(region.attributes[name]) as string | undefined;
      if (!values.has(said ?? '')) values.set(said ?? '', at);
    });
    return values.size < 2 ? [] : [{ name, values: [...values] }];
  });
}

/**
 * Places in an answer and how one is spelled: `topic`, `translations[3]`, `answers["odd name"]`. Each has one spelling, which is its key in the live
 * document and names the field in errors; the server spells alike (`domain/tests/layout/places.json`).
 */
import type { Json } from '@tandem/client';

import { isList, isObject } from './json';

/** From `$.output` down: names, and places in lists from 0. */
export type Place = readonly (string | number)[];

/** A name as the grammar of expressions has it. */
const PLAIN = /^(?:[A-Za-z_]|[^\x00-\x7f])(?:[A-Za-z0-9_]|[^\x00-\x7f])*/u; // eslint-disable-line no-control-regex -- all of ASCII

export const spelled = (place: Place): string =>
  place
    .map((step, at) => {
      if (typeof step === 'number') return `[${step}]`;
      if (PLAIN.exec(step)?.[0] !== step) return `[${JSON.stringify(step)}]`;
      return at === 0 ? step : `.${step}`;
    })
    .join('');

/** @returns null: it is no place, or spelled in another way than `spelled` does */
export function readPlace(key: string): Place | null {
  const place: (string | number)[] = [];
  let rest = key;
  while (rest !== '') {
    const bracket = /^\[("(?:[^"\\]|\\.)*"|\d+)\]/u.exec(rest);
    const name = bracket ? null : PLAIN.exec(place.length === 0 ? rest : rest.replace(/^\./, ''));
    if (bracket?.[1] !== undefined) place.push(parsed(bracket[1]));
    else if (name) place.push(name[0]);
    else return null;
    rest = rest.slice(bracket ? bracket[0].length : (name?.[0].length ?? 0) + (place.length === 1 ? 0 : 1));
  }
  return place.length > 0 && spelled(place) === key ? place : null;
}

function parsed(text: string): string | number {
  try {
    return JSON.parse(text) as string | number;
  } catch {
    // What JSON does not read is spelled by nobody: the comparison with `spelled` refuses it.
    return '';
  }
}

/** What is there. */
export function valueAt(value: Json, place: Place): Json | undefined {
  let at: Json | undefined = value;
  for (const step of place) {
    if (isObject(at)) at = typeof step === 'string' && Object.hasOwn(at, step) ? at[step] : undefined;
    else if (isList(at) && typeof step === 'number') at = at[step];
    else return undefined;
  }
  return at;
}

/** The same value with another one at this place. What lies beside it is the same object as before; lists are filled up with null. */
export function withValueAt(value: Json | undefined, place: Place, next: Json | undefined): Json {
  const [step, ...rest] = place;
  if (step === undefined) return next ?? null;
  if (typeof step === 'number') {
    const list = isList(value) ? [...value] : [];
    while (list.length <= step) list.push(null);
    list[step] = withValueAt(list[step], rest, next);
    return list;
  }
  const object = isObject(value) ? value : {};
  if (next === undefined && rest.length === 0)
    return Object.fromEntries(Object.entries(object).filter(([name]) => name !== step));
  // No assignment: a name like `__proto__` is a name.
  const entries = new Map(Object.entries(object));
  entries.set(step, withValueAt(entries.get(step), rest, next));
  return Object.fromEntries(entries);
}

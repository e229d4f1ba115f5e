/** What the language of layouts asks of JSON values, as `domain/src/layout` answers it. */
import type { Json } from '@tandem/client';

import { isList, isObject } from '~/lib/json';

export { isList, isObject, same } from '~/lib/json';

export type JsonObject = Readonly<Record<string, Json>>;

/** Not `null`, `false`, 0, or an empty text, list or object. */
export function isSomething(value: Json): boolean {
  if (isList(value)) return value.length > 0;
  if (isObject(value)) return Object.keys(value).length > 0;
  return value !== null && value !== false && value !== 0 && value !== '';
}

/** As if it had not been filled in. */
export function isEmpty(value: Json | undefined): boolean {
  if (value === undefined || value === null) return true;
  if (typeof value === 'string') return value.trim() === '';
  return isList(value) && value.length === 0;
}

/** Letters as people count them: Unicode code points, not UTF-16 units. */
export const lettersOf = (text: string): string[] => Array.from(text);

/** How many. */
export const letters = (text: string): number => lettersOf(text).length;

/** -1, 0 or 1 by code points, where `<` goes by UTF-16 units. */
export function order(left: string, right: string): number {
  const [a, b] = [lettersOf(left), lettersOf(right)];
  for (let at = 0; at < a.length && at < b.length; at += 1) {
    const difference = (a[at]?.codePointAt(0) ?? 0) - (b[at]?.codePointAt(0) ?? 0);
    if (difference !== 0) return Math.sign(difference);
  }
  return Math.sign(a.length - b.length);
}

/** As people read it; nothing is an empty text. */
export const written = (value: Json): string => (value === null ? '' : typeof value === 'string' ? value : JSON.stringify(value));

/** Telling JSON values apart. */
import type { Json } from '@tandem/client';

export const isObject = (value: Json | undefined): value is Record<string, Json> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const isList = (value: Json | undefined): value is Json[] => Array.isArray(value);

/** Equal by all they hold. */
export function same(left: Json, right: Json): boolean {
  if (left === right) return true;
  if (isList(left) && isList(right))
    return left.length === right.length && left.every((item, at) => same(item, right[at] ?? null));
  if (!isObject(left) || !isObject(right)) return false;
  const names = Object.keys(left);
  return (
    names.length === Object.keys(right).length &&
    names.every((name) => Object.hasOwn(right, name) && same(left[name] ?? null, right[name] ?? null))
  );
}

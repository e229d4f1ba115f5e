/** A value of the answer into the live document, kept as its field is: what others type or tick in it meanwhile stays as far as it can. */
import { uuidv7, type FieldStore, type Json } from '@tandem/client';

import { nameOfItem } from '~/agreement/values';
import { isList, isObject } from './json';
import type { Output } from './tree';

/** @param value null: nothing */
export function writeField(fields: FieldStore, key: string, { kept_as: kept }: Pick<Output, 'kept_as'>, value: Json): void {
  switch (kept) {
    case 'regions':
      return;
    case 'value':
      fields.setValue(key, value);
      return;
    case 'text':
      // What is there as something else is no text that could be edited.
      if (value === null) fields.clear(key);
      else fields.setText(key, typeof value === 'string' ? value : JSON.stringify(value));
      return;
    case 'set':
      fields.transact(() => writeSet(fields, key, value));
      return;
    case 'items':
      fields.transact(() => writeItems(fields, key, value));
  }
}

const listOf = (value: Json): readonly Json[] => (isList(value) ? value : value === null ? [] : [value]);

function writeSet(fields: FieldStore, key: string, value: Json): void {
  const wanted = new Set(listOf(value).filter((name) => typeof name === 'string'));
  const entry = fields.get(key);
  if (entry?.kind === 'value') fields.clear(key);
  const now = entry?.kind === 'map' ? entry.entries : {};
  for (const name of Object.keys(now)) if (!wanted.has(name)) fields.removeEntry(key, name);
  for (const name of wanted) if (now[name] !== true) fields.setEntry(key, name, true);
}

/** What is there already keeps its id: whoever looks at it looks at the same one. */
function writeItems(fields: FieldStore, key: string, value: Json): void {
  const entry = fields.get(key);
  if (entry?.kind === 'value') fields.clear(key);
  const now = entry?.kind === 'map' ? entry.entries : {};
  const there = new Set<string>();
  const wanted = new Map(
    listOf(value)
      .filter(isObject)
      .map((item) => [nameOfItem(item), item]),
  );
  for (const [id, item] of Object.entries(now)) {
    const name = nameOfItem(item);
    if (wanted.has(name)) there.add(name);
    else fields.removeEntry(key, id);
  }
  for (const [name, { id, ...item }] of wanted) {
    if (there.has(name)) continue;
    const isFree = typeof id === 'string' && now[id] === undefined;
    fields.setEntry(key, isFree ? id : uuidv7(), item);
  }
}

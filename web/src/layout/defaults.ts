/**
 * What fields have at first. A default is written once into the live document, as if somebody had entered it, and only where nobody has been: a field that was
 * emptied on purpose keeps an entry of nothing, and one whose default was taken back is not given it again while the task is open.
 */
import type { FieldStore, Json } from '@tandem/client';

import { seenFields } from './fields';
import { isList, type JsonObject } from './json';
import { spelled } from './place';
import type { Layout, Output } from './tree';

export class Defaults {
  readonly #given = new Set<string>();

  constructor(
    private readonly layout: Layout,
    private readonly fields: FieldStore,
  ) {}

  /** Of the fields that are to be seen just now. @returns whether anything was filled in */
  fill(variables: JsonObject): boolean {
    const missing = seenFields(this.layout, variables).flatMap(({ output, place, initial }) => {
      const key = spelled(place);
      if (initial === undefined || this.#given.has(key) || this.fields.get(key) !== undefined) return [];
      return [{ key, output, initial }];
    });
    if (missing.length === 0) return false;
    this.fields.transact(() => {
      for (const { key, output, initial } of missing) {
        this.#given.add(key);
        this.#write(key, output, initial);
      }
    });
    return true;
  }

  #write(key: string, { kept_as: kept }: Output, initial: Json): void {
    if (kept === 'text' && typeof initial === 'string') this.fields.setText(key, initial);
    else if (kept === 'value') this.fields.setValue(key, initial);
    else if (kept === 'set')
      for (const value of isList(initial) ? initial : [initial])
        if (typeof value === 'string') this.fields.setEntry(key, value, true);
  }
}

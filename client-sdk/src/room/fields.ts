/**
 * What people enter besides shapes: one entry of the document's `fields` for each place of the answer. As with regions an unchanged field
 * keeps its snapshot object, and a component that shows one field hears of that one only.
 *
 * Texts and maps are emptied, never removed: whoever types into one at that moment must not type into nothing.
 */
import { simpleDiffStringWithCursor } from 'lib0/diff';
import * as Y from 'yjs';

import type { FieldCaret, FieldsChange, FieldSnapshot, FieldStore, Listener, Unsubscribe } from '../surface.js';
import { Emitter } from '../util/emitter.js';
import { KeyedEmitters } from '../util/keyed-emitters.js';
import type { Json } from '../wire/types.js';
import { authorOf } from './origins.js';
import type { RegionsHost } from './regions.js';
import { sharedAt } from './shared-type.js';
import { touched } from './touched.js';

/** Reads an entry. Undefined: there is none, or it is of a kind that no field has (another program wrote it). */
function read(value: unknown): FieldSnapshot | undefined {
  if (value === undefined) return undefined;
  if (value instanceof Y.Text) return Object.freeze({ kind: 'text', text: value.toJSON() });
  if (value instanceof Y.Map) return Object.freeze({ kind: 'map', entries: Object.freeze((value as Y.Map<Json>).toJSON()) });
  if (value instanceof Y.AbstractType || value instanceof Uint8Array) return undefined;
  return Object.freeze({ kind: 'value', value: value as Json });
}

export class Fields implements FieldStore {
  readonly #snapshots = new Map<string, FieldSnapshot>();
  readonly #any = new Emitter();
  readonly #changes = new Emitter<[FieldsChange]>();
  readonly #byKey = new KeyedEmitters();
  #keys: readonly string[] | undefined;
  #doc: Y.Doc;
  #map: Y.Map<unknown>;

  constructor(
    private readonly host: Pick<RegionsHost, 'origin' | 'assertWritable'>,
    doc: Y.Doc,
  ) {
    this.#doc = doc;
    this.#map = doc.getMap('fields');
    this.#map.observeDeep(this.#observe);
    for (const key of this.#map.keys()) this.#read(key);
  }

  /** The room has another document now. */
  rebind(doc: Y.Doc): void {
    this.#map.unobserveDeep(this.#observe);
    this.#doc = doc;
    this.#map = doc.getMap('fields');
    this.#map.observeDeep(this.#observe);
    this.#refresh(new Set([...this.#snapshots.keys(), ...this.#map.keys()]), 'others');
  }

  get(key: string): FieldSnapshot | undefined {
    return this.#snapshots.get(key);
  }

  keys(): readonly string[] {
    return (this.#keys ??= Object.freeze([...this.#snapshots.keys()].sort()));
  }

  subscribe(listener: Listener): Unsubscribe {
    return this.#any.on(listener);
  }

  subscribeField(key: string, listener: Listener): Unsubscribe {
    return this.#byKey.on(key, listener);
  }

  onChange(listener: (change: FieldsChange) => void): Unsubscribe {
    return this.#changes.on(listener);
  }

  setValue(key: string, value: Json): void {
    this.transact(() => this.#map.set(key, value));
  }

  setText(key: string, text: string, caret = text.length): void {
    this.transact(() => {
      const before = this.#snapshots.get(key);
      // Nothing is begun for nothing: an empty field that stays empty is no edit.
      if (text === '' && before?.kind !== 'text') return;
      const shared = sharedAt(this.#map, key, 'text');
      const { index, remove, insert } = simpleDiffStringWithCursor(shared.toJSON(), text, caret);
      if (remove > 0) shared.delete(index, remove);
      if (insert !== '') shared.insert(index, insert);
    });
  }

  setEntry(key: string, id: string, item: Json): void {
    this.transact(() => sharedAt(this.#map, key, 'map').set(id, item));
  }

  removeEntry(key: string, id: string): boolean {
    return this.transact(() => {
      const entries = this.#map.get(key);
      if (!(entries instanceof Y.Map) || !entries.has(id)) return false;
      entries.delete(id);
      return true;
    });
  }

  clear(key: string): boolean {
    return this.transact(() => {
      const value = this.#map.get(key);
      if (value instanceof Y.Text) {
        const { length } = value;
        value.delete(0, length);
        return length > 0;
      }
      if (value instanceof Y.Map) {
        const { size } = value;
        value.clear();
        return size > 0;
      }
      this.#map.delete(key);
      return value !== undefined;
    });
  }

  caret(key: string, index: number): FieldCaret | undefined {
    const text = this.#map.get(key);
    if (!(text instanceof Y.Text)) return undefined;
    const at = Math.max(0, Math.min(index, text.length));
    // It holds on to the letter before it, so what others write right there stands behind it.
    return { key, position: Y.createRelativePositionFromTypeIndex(text, at, -1) };
  }

  indexOf({ position }: FieldCaret): number | undefined {
    return Y.createAbsolutePositionFromRelativePosition(position, this.#doc)?.index;
  }

  transact<T>(change: () => T): T {
    this.host.assertWritable();
    return this.#doc.transact(change, this.host.origin);
  }

  dispose(): void {
    this.#map.unobserveDeep(this.#observe);
    this.#any.clear();
    this.#changes.clear();
    this.#byKey.clear();
  }

  readonly #observe = (events: Y.YEvent<Y.AbstractType<unknown>>[], transaction: Y.Transaction): void => {
    this.#refresh(touched(this.#map, events), authorOf(transaction.origin));
  };

  #refresh(keys: Set<string>, by: FieldsChange['by']): void {
    const changed = [...keys].filter((key) => {
      const before = this.#snapshots.get(key);
      return this.#read(key) !== before;
    });
    if (changed.length === 0) return;
    this.#keys = undefined;
    for (const key of changed) this.#byKey.emit(key);
    this.#any.emit();
    this.#changes.emit({ changed, by });
  }

  #read(key: string): FieldSnapshot | undefined {
    const snapshot = read(this.#map.get(key));
    if (snapshot) this.#snapshots.set(key, snapshot);
    else this.#snapshots.delete(key);
    return snapshot;
  }
}

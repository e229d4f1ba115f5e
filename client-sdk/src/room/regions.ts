/**
 * The kept shapes, with what a screen of 10,000 of them needs: an unchanged region keeps its snapshot object, the list is made
 * only when somebody reads it, and a component that shows one region hears of that one only.
 */
import * as Y from 'yjs';

import type {
  Listener,
  NewRegion,
  RegionPatch,
  RegionRelation,
  RegionsChange,
  RegionSnapshot,
  RegionStore,
  Unsubscribe,
} from '../surface.js';
import { Emitter } from '../util/emitter.js';
import { KeyedEmitters } from '../util/keyed-emitters.js';
import { uuidv7 } from '../util/uuid.js';
import { authorOf } from './origins.js';
import { newRegionMap, patchRegionMap, readRegion, type RegionMap } from './region.js';
import { deleteRelation, Incoming, setRelation } from './relations.js';
import { touched } from './touched.js';

/** The room as this store needs it. */
export interface RegionsHost {
  readonly origin: object;
  readonly userId: string | undefined;
  now(): number;
  /** Throws when edits are not accepted here. */
  assertWritable(): void;
  /** A region is about to be removed, in this transaction. */
  leaving(region: RegionSnapshot): void;
}

/** How `list()` is sorted, for whoever sorts a part of it. */
export const byDrawingOrder = (a: RegionSnapshot, b: RegionSnapshot): number =>
  a.z - b.z || a.createdAt - b.createdAt || (a.id < b.id ? -1 : Number(a.id > b.id));

type Swap = readonly [before: RegionSnapshot, after: RegionSnapshot];

/** More changes than this at once, and sorting anew is quicker than looking for each. */
const FEW = 32;

/** The list with some regions replaced; undefined when it has to be made anew. One edit among 10,000 shapes must not sort them all. */
function swapped(list: readonly RegionSnapshot[] | undefined, swaps: readonly Swap[]): readonly RegionSnapshot[] | undefined {
  const sameOrder = swaps.every(([before, after]) => byDrawingOrder(before, after) === 0);
  if (!list || swaps.length > FEW || !sameOrder) return undefined;
  const copy = [...list];
  for (const [before, after] of swaps) copy[copy.indexOf(before)] = after;
  return Object.freeze(copy);
}

export class Regions implements RegionStore {
  readonly #snapshots = new Map<string, RegionSnapshot>();
  readonly #any = new Emitter();
  readonly #changes = new Emitter<[RegionsChange]>();
  readonly #byRegion = new KeyedEmitters();
  readonly #incoming = new Incoming();
  #list: readonly RegionSnapshot[] | undefined;
  #doc: Y.Doc;
  #map: Y.Map<RegionMap>;

  constructor(
    private readonly host: RegionsHost,
    doc: Y.Doc,
  ) {
    this.#doc = doc;
    this.#map = doc.getMap('regions');
    this.#map.observeDeep(this.#observe);
    this.#map.forEach((value, id) => this.#read(id, value));
  }

  /** The room has another document now. */
  rebind(doc: Y.Doc): void {
    this.#map.unobserveDeep(this.#observe);
    this.#doc = doc;
    this.#map = doc.getMap('regions');
    this.#map.observeDeep(this.#observe);
    this.#refresh(new Set([...this.#snapshots.keys(), ...this.#map.keys()]), 'others');
  }

  get(id: string): RegionSnapshot | undefined {
    return this.#snapshots.get(id);
  }

  list(): readonly RegionSnapshot[] {
    return (this.#list ??= Object.freeze([...this.#snapshots.values()].sort(byDrawingOrder)));
  }

  get size(): number {
    return this.#snapshots.size;
  }

  subscribe(listener: Listener): Unsubscribe {
    return this.#any.on(listener);
  }

  subscribeRegion(id: string, listener: Listener): Unsubscribe {
    return this.#byRegion.on(id, listener);
  }

  onChange(listener: (change: RegionsChange) => void): Unsubscribe {
    return this.#changes.on(listener);
  }

  add(region: NewRegion): string {
    const id = region.id ?? uuidv7(this.host.now());
    this.transact(() => this.#map.set(id, newRegionMap(region, this.host.userId, this.host.now())));
    return id;
  }

  update(id: string, patch: RegionPatch): boolean {
    return this.transact(() => {
      const map = this.#map.get(id);
      if (!(map instanceof Y.Map)) return false;
      patchRegionMap(map, patch);
      return true;
    });
  }

  remove(id: string): boolean {
    return this.transact(() => {
      if (!this.#map.has(id)) return false;
      const region = this.#snapshots.get(id);
      if (region) this.host.leaving(region);
      this.#part(id);
      this.#map.delete(id);
      return true;
    });
  }

  relate(from: string, relation: RegionRelation): boolean {
    return this.transact(() => {
      const map = this.#map.get(from);
      if (!(map instanceof Y.Map) || !this.#map.has(relation.to)) return false;
      setRelation(map, relation);
      return true;
    });
  }

  unrelate(from: string, relation: Pick<RegionRelation, 'to' | 'label'>): boolean {
    return this.transact(() => {
      const map = this.#map.get(from);
      return map instanceof Y.Map && deleteRelation(map, relation);
    });
  }

  relatedTo(id: string): readonly string[] {
    return this.#incoming.to(id);
  }

  /** Nothing is related to what goes: in the transaction in which it goes, so that undo brings back both. */
  #part(id: string): void {
    for (const from of this.#incoming.to(id)) {
      const map = this.#map.get(from);
      if (!(map instanceof Y.Map)) continue;
      for (const relation of this.#snapshots.get(from)?.relations ?? []) if (relation.to === id) deleteRelation(map, relation);
    }
  }

  transact<T>(change: () => T): T {
    this.host.assertWritable();
    return this.#doc.transact(change, this.host.origin);
  }

  dispose(): void {
    this.#map.unobserveDeep(this.#observe);
    this.#any.clear();
    this.#changes.clear();
    this.#byRegion.clear();
  }

  readonly #observe = (events: Y.YEvent<Y.AbstractType<unknown>>[], transaction: Y.Transaction): void => {
    this.#refresh(touched(this.#map, events), authorOf(transaction.origin));
  };

  #refresh(ids: Set<string>, by: RegionsChange['by']): void {
    const added: string[] = [];
    const changed: string[] = [];
    const removed: string[] = [];
    const swaps: Swap[] = [];
    for (const id of ids) {
      const before = this.#snapshots.get(id);
      const after = this.#read(id, this.#map.get(id));
      if (before && after) {
        changed.push(id);
        swaps.push([before, after]);
      } else if (after) added.push(id);
      else if (before) removed.push(id);
    }
    if (added.length + changed.length + removed.length === 0) return;
    this.#list = added.length + removed.length === 0 ? swapped(this.#list, swaps) : undefined;
    for (const id of [...added, ...changed, ...removed]) this.#byRegion.emit(id);
    this.#any.emit();
    this.#changes.emit({ added, changed, removed, by });
  }

  #read(id: string, value: unknown): RegionSnapshot | undefined {
    const snapshot = readRegion(id, value);
    this.#incoming.renew(id, this.#snapshots.get(id), snapshot);
    if (snapshot) this.#snapshots.set(id, snapshot);
    else this.#snapshots.delete(id);
    return snapshot;
  }
}

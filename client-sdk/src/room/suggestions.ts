/**
 * What models suggest, and what people decided about it.
 *
 *   suggestions[id] = JSON { label, geometry, attributes, z, score?, source, created_at }     written by the server alone
 *   verdicts[id]    = 'accepted' | 'rejected'                 also of what is suggested elsewhere, under an id of its own
 *
 * A suggestion that was accepted is a region of its id, so two who accept at once make one region; and a region stands for its suggestion whatever the
 * verdict says, which may be another's who rejected at that moment.
 */
import * as Y from 'yjs';

import type {
  Listener,
  RegionPatch,
  RegionStore,
  SuggestionSnapshot,
  SuggestionStore,
  Unsubscribe,
  Verdict,
} from '../surface.js';
import { Emitter } from '../util/emitter.js';
import { record } from '../wire/check.js';
import type { Json } from '../wire/types.js';
import { geometry } from './region.js';

const number = (value: unknown): number => (typeof value === 'number' && Number.isFinite(value) ? value : 0);

/** @returns undefined for what is no suggestion (another program wrote it): it is left alone and not shown */
function read(id: string, value: unknown): SuggestionSnapshot | undefined {
  if (typeof value !== 'object' || value === null || value instanceof Y.AbstractType) return undefined;
  const { label, attributes, z, score, source, created_at, ...rest } = value as Record<string, unknown>;
  if (typeof label !== 'string') return undefined;
  try {
    return Object.freeze({
      id,
      label,
      geometry: Object.freeze(geometry(rest['geometry'], 'geometry')),
      attributes: Object.freeze({
        ...(attributes === undefined ? {} : (record(attributes, 'attributes') as Record<string, Json>)),
      }),
      author: null,
      z: number(z),
      createdAt: number(created_at),
      relations: [],
      score: typeof score === 'number' && score >= 0 && score <= 1 ? score : null,
      source: typeof source === 'string' ? source : '',
    });
  } catch {
    return undefined;
  }
}

const verdictOf = (value: unknown): Verdict | null => (value === 'accepted' || value === 'rejected' ? value : null);

/** The surest first; those that say nothing of it last. */
export const bySureness = (a: SuggestionSnapshot, b: SuggestionSnapshot): number =>
  (b.score ?? -1) - (a.score ?? -1) || (a.id < b.id ? -1 : Number(a.id > b.id));

export class Suggestions implements SuggestionStore {
  readonly #snapshots = new Map<string, SuggestionSnapshot>();
  readonly #any = new Emitter();
  readonly #stop: Unsubscribe;
  #open: readonly SuggestionSnapshot[] | undefined;
  #map: Y.Map<unknown>;
  #verdicts: Y.Map<unknown>;

  constructor(
    private readonly regions: RegionStore,
    doc: Y.Doc,
  ) {
    [this.#map, this.#verdicts] = this.#bind(doc);
    this.#stop = regions.onChange(({ added, removed }) => {
      if ([...added, ...removed].some((id) => this.#snapshots.has(id))) this.#changed();
    });
  }

  /** The room has another document now. */
  rebind(doc: Y.Doc): void {
    this.#unbind();
    this.#snapshots.clear();
    [this.#map, this.#verdicts] = this.#bind(doc);
    this.#changed();
  }

  get(id: string): SuggestionSnapshot | undefined {
    return this.#snapshots.get(id);
  }

  get size(): number {
    return this.#snapshots.size;
  }

  verdict(id: string): Verdict | null {
    return this.regions.get(id) ? 'accepted' : verdictOf(this.#verdicts.get(id));
  }

  open(): readonly SuggestionSnapshot[] {
    return (this.#open ??= Object.freeze(
      [...this.#snapshots.values()].filter(({ id }) => this.verdict(id) === null).sort(bySureness),
    ));
  }

  subscribe(listener: Listener): Unsubscribe {
    return this.#any.on(listener);
  }

  accept(id: string, changes: RegionPatch = {}): boolean {
    return this.regions.transact(() => {
      const suggestion = this.#snapshots.get(id);
      if (!suggestion || this.verdict(id) !== null) return false;
      const { label, geometry, attributes, z } = suggestion;
      this.regions.add({ id, label, geometry, attributes: { ...attributes }, z });
      this.regions.update(id, changes);
      this.#verdicts.set(id, 'accepted' satisfies Verdict);
      return true;
    });
  }

  reject(id: string): boolean {
    return this.regions.transact(() => {
      if (!this.#snapshots.has(id) || this.verdict(id) !== null) return false;
      this.#verdicts.set(id, 'rejected' satisfies Verdict);
      return true;
    });
  }

  note(id: string, verdict: Verdict): boolean {
    return this.regions.transact(() => {
      if (this.verdict(id) !== null) return false;
      this.#verdicts.set(id, verdict);
      return true;
    });
  }

  dispose(): void {
    this.#unbind();
    this.#stop();
    this.#any.clear();
  }

  #bind(doc: Y.Doc): [Y.Map<unknown>, Y.Map<unknown>] {
    const [map, verdicts] = [doc.getMap('suggestions'), doc.getMap('verdicts')];
    map.forEach((value, id) => this.#read(id, value));
    map.observe(this.#observe);
    verdicts.observe(this.#changed);
    return [map, verdicts];
  }

  #unbind(): void {
    this.#map.unobserve(this.#observe);
    this.#verdicts.unobserve(this.#changed);
  }

  readonly #observe = (event: Y.YMapEvent<unknown>): void => {
    for (const id of event.keysChanged) this.#read(id as string, this.#map.get(id as string));
    this.#changed();
  };

  readonly #changed = (): void => {
    this.#open = undefined;
    this.#any.emit();
  };

  #read(id: string, value: unknown): void {
    const snapshot = value === undefined ? undefined : read(id, value);
    if (snapshot) this.#snapshots.set(id, snapshot);
    else this.#snapshots.delete(id);
  }
}

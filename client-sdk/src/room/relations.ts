/**
 * Relations in the Yjs form of the region that they go from: each a plain value under a key of its own beside the region's other entries. A map of them
 * within the region would be lost when two people relate it for the first time at once; so both stay, and the same said twice is there once.
 */
import type * as Y from 'yjs';

import type { RegionRelation, RegionSnapshot } from '../surface.js';

const PREFIX = 'relation:';

const keyOf = ({ to, label }: Pick<RegionRelation, 'to' | 'label'>): string => `${PREFIX}${to}:${label}`;

/** Whether an entry of a region is a relation: the region is whole without it. */
export const isRelationKey = (key: string | null): boolean => key?.startsWith(PREFIX) === true;

const NONE: readonly RegionRelation[] = Object.freeze([]);

const before = (a: RegionRelation, b: RegionRelation): number => {
  const [one, other] = [keyOf(a), keyOf(b)];
  return one < other ? -1 : Number(one > other);
};

/** What is no relation (another program wrote it) is left alone and not shown. */
function read(value: unknown): RegionRelation | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { to, label, directed } = value as Record<string, unknown>;
  return typeof to === 'string' && typeof label === 'string'
    ? Object.freeze({ to, label, directed: directed === true })
    : undefined;
}

/** By where they go, then by label. */
export function relationsOf(map: Y.Map<unknown>): readonly RegionRelation[] {
  const found: RegionRelation[] = [];
  for (const key of map.keys()) {
    const relation = isRelationKey(key) ? read(map.get(key)) : undefined;
    if (relation) found.push(relation);
  }
  return found.length === 0 ? NONE : Object.freeze(found.sort(before));
}

export function setRelation(map: Y.Map<unknown>, { to, label, directed }: RegionRelation): void {
  map.set(keyOf({ to, label }), { to, label, directed });
}

/** @returns whether there was one */
export function deleteRelation(map: Y.Map<unknown>, relation: Pick<RegionRelation, 'to' | 'label'>): boolean {
  const key = keyOf(relation);
  const had = map.has(key);
  if (had) map.delete(key);
  return had;
}

/** Who has a relation to whom, so that nobody has to look through all regions for it. */
export class Incoming {
  readonly #from = new Map<string, Set<string>>();

  to(id: string): readonly string[] {
    return [...(this.#from.get(id) ?? [])];
  }

  renew(id: string, before: RegionSnapshot | undefined, after: RegionSnapshot | undefined): void {
    if (before?.relations === after?.relations) return;
    for (const { to } of before?.relations ?? []) this.#from.get(to)?.delete(id);
    for (const { to } of after?.relations ?? []) {
      const from = this.#from.get(to) ?? new Set();
      this.#from.set(to, from.add(id));
    }
  }
}

/**
 * What somebody is writing and has not saved: kept on this device until it is saved or thrown away, so that neither a reload nor a step back loses it.
 */
import type { Shelf } from './keep';

export type Kept<T> = T & {
  /** When it was last changed, milliseconds since 1970. */
  readonly at: number;
};

type Device = Pick<Shelf, 'getItem' | 'setItem' | 'removeItem'>;

/** @param id what it is a change of; null: something new */
export interface DraftShelf<T> {
  readonly get: (from: Device, projectId: string, id: string | null) => Kept<T> | null;
  readonly put: (to: Device, projectId: string, id: string | null, kept: Kept<T>) => void;
  readonly drop: (from: Device, projectId: string, id: string | null) => void;
}

/** @param read null: it is nothing of the kind */
export function draftShelf<T extends object>(prefix: string, read: (found: Record<string, unknown>) => T | null): DraftShelf<T> {
  const keyOf = (projectId: string, id: string | null): string => `${prefix}:${projectId}:${id ?? 'new'}`;
  return {
    get: (from, projectId, id) => {
      try {
        const found = JSON.parse(from.getItem(keyOf(projectId, id)) ?? 'null') as Record<string, unknown> | null;
        const work = found && read(found);
        return work && typeof found.at === 'number' ? { ...work, at: found.at } : null;
      } catch {
        return null;
      }
    },
    put: (to, projectId, id, kept) => void to.setItem(keyOf(projectId, id), JSON.stringify(kept)),
    drop: (from, projectId, id) => from.removeItem(keyOf(projectId, id)),
  };
}

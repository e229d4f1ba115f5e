import type { TaskRoom } from '@tandem/client';
import * as Y from 'yjs';

/** Who ever wrote what, by undo too: a region's being there (`id`), or one thing about it (`id/label`, `id/attributes/group`). */
export interface Ledger {
  watch(room: TaskRoom, who: string): void;
  /** Everything that was ever written. */
  places(): readonly string[];
  isOnly(place: string, who: string): boolean;
  writers(place: string): ReadonlySet<string>;
}

const NOBODY: ReadonlySet<string> = new Set();

export function ledger(): Ledger {
  const kept = new Map<string, Set<string>>();
  const write = (place: string, who: string): void => {
    const writers = kept.get(place) ?? new Set();
    kept.set(place, writers.add(who));
  };
  const writers = (place: string): ReadonlySet<string> => kept.get(place) ?? NOBODY;
  return {
    watch(room, who) {
      // Not the list's own events: a value that is written again as it was is a change to undo, and to nobody else.
      room.doc.getMap('regions').observeDeep((events, transaction) => {
        if (!transaction.local) return;
        for (const event of events) {
          if (event instanceof Y.YMapEvent)
            event.keysChanged.forEach((key: string) => write([...event.path, key].join('/'), who));
        }
      });
    },
    places: () => [...kept.keys()],
    isOnly: (place, who) => [...writers(place)].every((one) => one === who),
    writers,
  };
}

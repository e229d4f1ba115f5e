import { useEffect, useState } from 'react';

import type { DraftShelf, Kept } from './draft-shelf';
import { device } from './keep';

interface Writing<T> {
  readonly projectId: string;
  /** What it is a change of; null: something new. */
  readonly id: string | null;
  /** As it was when it was opened. */
  readonly begin: T;
  readonly now: T;
  /** Whether there is something in it that the server does not have. */
  readonly dirty: boolean;
  readonly isSame: (one: T, other: T) => boolean;
}

/** Keeps what is written as long as it is not saved. @returns what was kept before, until `settle` is called: it was taken up, or is not wanted */
export function useDraftShelf<T extends object>(
  shelf: DraftShelf<T>,
  { projectId, id, begin, now, dirty, isSame }: Writing<T>,
): { offered: Kept<T> | null; settle: () => void } {
  const [offered, setOffered] = useState(() => {
    const found = shelf.get(device, projectId, id);
    return found && !isSame(found, begin) ? found : null;
  });
  const isChanged = dirty && now !== begin;
  useEffect(() => {
    // Until it is answered, the offer is what is kept.
    if (offered) return;
    if (isChanged) shelf.put(device, projectId, id, { ...now, at: Date.now() });
    else if (!dirty) shelf.drop(device, projectId, id);
  }, [shelf, projectId, id, now, isChanged, dirty, offered]);
  return {
    offered,
    settle: () => {
      shelf.drop(device, projectId, id);
      setOffered(null);
    },
  };
}

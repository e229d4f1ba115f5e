import type { RoomSnapshot, TaskRoom } from '@tandem/client';
import { useMemo } from 'react';

import { useLive } from '~/lib/use-store';
import { stillWhileHandingIn } from './answered';

/** Changes twice with each edit: whoever shows it listens for itself (`useSnapshot`). */
type Saving = 'saveState' | 'pending';
const SAVING: ReadonlySet<string> = new Set<Saving>(['saveState', 'pending']);

/** How a room is, but for how far the saving of edits is: the whole workbench hangs on this, and must not be made anew with each stroke. */
export type RoomState = Omit<RoomSnapshot, Saving>;

/** Reads the same object until something of it changes. */
export function stateOf(room: Pick<TaskRoom, 'snapshot'>): () => RoomState {
  let kept = room.snapshot();
  return () => {
    const now = room.snapshot();
    if (!isSame(kept, now)) kept = now;
    return kept;
  };
}

const isSame = (one: RoomSnapshot, other: RoomSnapshot): boolean =>
  one === other || (Object.keys(one) as (keyof RoomSnapshot)[]).every((name) => SAVING.has(name) || one[name] === other[name]);

export const useRoomState = (room: TaskRoom): RoomState =>
  useLive(
    room,
    useMemo(() => {
      const [state, still] = [stateOf(room), stillWhileHandingIn<RoomState>(room.taskId)];
      return () => still(state);
    }, [room]),
  );

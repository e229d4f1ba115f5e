/* eslint-disable react-hooks/set-state-in-effect -- rooms and desks are opened and closed by effects; what they opened is their state */
import type { RoomSnapshot, TaskRoom } from '@tandem/client';
import { useEffect, useState, useSyncExternalStore } from 'react';

import type { Size } from '~/geometry/points';
import { device } from '~/lib/keep';
import { useBackend } from '~/session/backend';
import { Desk } from '~/tools/desk';
import { createMarks } from '~/tools/marks';
import { Follow } from '~/tools/follow';
import { createLook } from '~/tools/seeing';
import { toast } from '~/ui/toast';
import { helper, segmenter } from './assistant';

/** Null: there is none to join yet. */
export function useRoom(taskId: string | null): TaskRoom | null {
  const { live } = useBackend();
  const [room, setRoom] = useState<TaskRoom | null>(null);
  useEffect(() => {
    if (taskId === null) return;
    const joined = live.subscribeTask(taskId);
    setRoom(joined);
    return () => {
      setRoom(null);
      joined.close();
    };
  }, [live, taskId]);
  return room;
}

export const useSnapshot = (room: TaskRoom): RoomSnapshot =>
  useSyncExternalStore(
    (listener) => room.subscribe(listener),
    () => room.snapshot(),
  );

export interface Bench {
  readonly desk: Desk;
  readonly follow: Follow;
}

/** One for all tasks of this page. */
const look = createLook(device);

const frames = {
  request: (run: (time: number) => void) => requestAnimationFrame(run),
  cancel: (handle: number) => cancelAnimationFrame(handle),
  get still() {
    return matchMedia('(prefers-reduced-motion: reduce)').matches;
  },
};

/** A desk in a room, once the size of the picture is known. */
export function useBench(room: TaskRoom, width: number | undefined, height: number | undefined): Bench | null {
  const { user, workspace_id: workspace } = useBackend().me;
  const userId = user.id;
  const [bench, setBench] = useState<Bench | null>(null);
  useEffect(() => {
    if (width === undefined || height === undefined) return;
    const image: Size = { width, height };
    const reader = { id: userId, marks: createMarks(device, userId, room.taskId) };
    const owner = `${workspace}.${userId}`;
    const desk = new Desk({ room, image, frames, notify: toast, owner, look, reader, assistant: helper, segmenter });
    const follow = new Follow(room, desk.camera);
    setBench({ desk, follow });
    return () => {
      setBench(null);
      follow.dispose();
      desk.dispose();
    };
  }, [room, width, height, userId, workspace]);
  return bench;
}

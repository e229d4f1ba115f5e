/**
 * The room of a task and the desk in it. Both are opened before the browser paints, so that a task that follows another is on the screen in one frame
 * instead of three; they are closed afterwards, when nothing on the screen hangs on them any more.
 */
import type { RoomSnapshot, TaskRoom } from '@tandem/client';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';

import type { Size } from '~/geometry/points';
import { device } from '~/lib/keep';
import { useLive } from '~/lib/use-store';
import { useBackend } from '~/session/backend';
import { Desk } from '~/tools/desk';
import { shapeShelf } from '~/tools/kept-shape';
import { createMarks } from '~/tools/marks';
import { Follow } from '~/tools/follow';
import { createLook } from '~/tools/seeing';
import { toast } from '~/ui/toast';
import { stillWhileHandingIn } from './answered';
import { helper, segmenter } from './assistant';
import { leaveRoom, takeRoom } from './rooms-ahead';

/** Null: there is none to join yet. */
export function useRoom(taskId: string | null): TaskRoom | null {
  const { live } = useBackend();
  const [room, setRoom] = useState<TaskRoom | null>(null);
  const opened = useRef<TaskRoom | null>(null);
  useLayoutEffect(() => {
    if (taskId === null) return;
    opened.current = takeRoom(live, taskId);
    setRoom(opened.current);
    return () => setRoom(null);
  }, [live, taskId]);
  useEffect(() => {
    const mine = opened.current;
    return () => {
      if (mine) leaveRoom(mine);
    };
  }, [live, taskId]);
  // Of the task before, in the moment in which this one's is not there: nothing of this one may be shown in it.
  return room?.taskId === taskId ? room : null;
}

export function useSnapshot(room: TaskRoom): RoomSnapshot {
  const still = useMemo(() => stillWhileHandingIn<RoomSnapshot>(room.taskId), [room]);
  return useLive(room, () => still(() => room.snapshot()));
}

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
  const opened = useRef<Bench | null>(null);
  useLayoutEffect(() => {
    opened.current = null;
    if (width === undefined || height === undefined) return;
    const image: Size = { width, height };
    const reader = { id: userId, marks: createMarks(device, userId, room.taskId) };
    const owner = `${workspace}.${userId}`;
    const shelf = shapeShelf(device, userId, room.taskId);
    const desk = new Desk({ room, image, frames, notify: toast, owner, look, reader, shelf, assistant: helper, segmenter });
    const follow = new Follow(room, desk.camera);
    opened.current = { desk, follow };
    setBench(opened.current);
    return () => setBench(null);
  }, [room, width, height, userId, workspace]);
  useEffect(() => {
    const mine = opened.current;
    return () => {
      mine?.follow.dispose();
      mine?.desk.dispose();
    };
  }, [room, width, height, userId, workspace]);
  return bench;
}

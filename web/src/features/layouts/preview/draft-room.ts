/* eslint-disable react-hooks/set-state-in-effect -- a session is opened and closed by an effect; what it opened is its state */
/** A task's room that nobody else is in: what is entered in a preview can be undone, and goes nowhere. */
import { memoryPersistence, Session, type TaskRoom } from '@tandem/client';
import { useEffect, useState } from 'react';

/** A session that waits for its token never dials. */
const NEVER = new Promise<string>(() => undefined);
const NOBODY = { current: () => NEVER, refresh: () => NEVER };

/** @returns null until it is there; with another `round` it is empty again */
export function useDraftRoom(taskId: string, userId: string, round: number): TaskRoom | null {
  const [room, setRoom] = useState<TaskRoom | null>(null);
  useEffect(() => {
    const session = new Session({ url: `${location.origin}/ws`, tokens: NOBODY, storage: memoryPersistence(), userId });
    const opened = session.subscribeTask(taskId);
    setRoom(opened);
    return () => {
      setRoom(null);
      opened.close();
      session.close();
    };
  }, [taskId, userId, round]);
  return room;
}

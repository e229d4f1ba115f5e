/**
 * Whom my comments concern is said to the server once they are written, so that people hear of them who are elsewhere (decision 0046). What could not be said,
 * offline perhaps, is kept and said when the connection is back, or when the task is opened the next time.
 */
import { ApiError, ok, type TaskRoom } from '@tandem/client';
import { useEffect } from 'react';

import { useBackend } from '~/session/backend';
import { concerns, unsaid } from './telling';

export function useTelling(room: TaskRoom, taskId: string): void {
  const { api, me } = useBackend();
  useEffect(() => {
    const waiting = unsaid(taskId);
    let busy = false;

    const tell = async (name: string): Promise<void> => {
      const [id = '', commentId = ''] = name.split(' ');
      const thread = room.threads.get(id);
      const told = thread && concerns(thread, commentId, me.user.id);
      // Taken back meanwhile, or it concerns nobody any more.
      if (!told) {
        waiting.drop(name);
        return;
      }
      try {
        const path = { task_id: taskId };
        await ok(api.POST('/api/v1/tasks/{task_id}/comments/tell', { params: { path }, body: told }));
      } catch (error) {
        // A refusal stays one; what failed otherwise is said again when the room is back.
        if (!(error instanceof ApiError) || error.retryable) throw error;
      }
      waiting.drop(name);
    };

    const tellAll = async (): Promise<void> => {
      if (busy || room.snapshot().phase !== 'joined') return;
      busy = true;
      try {
        for (let next = waiting.first(); next !== undefined; next = waiting.first()) await tell(next);
      } catch {
        // Offline: it is kept.
      } finally {
        busy = false;
      }
    };

    const stops = [
      room.threads.onChange(({ said, by }) => {
        if (by !== 'mine') return;
        for (const { thread, comment } of said) waiting.add(`${thread} ${comment}`);
        void tellAll();
      }),
      room.subscribe(() => void tellAll()),
    ];
    void tellAll();
    return () => {
      for (const stop of stops) stop();
    };
  }, [api, me, room, taskId]);
}

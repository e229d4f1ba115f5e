/** Goes to a piece of work so that it opens without a pause. */
import { useQueryClient } from '@tanstack/react-query';
import { useLocation } from 'wouter';

import { prefetchImage } from '~/canvas/images';
import { useBackend } from '~/session/backend';
import type { Work } from '~/session/queries';
import { answeredLeases } from './answered';
import { heldOf } from './lease';
import { joinAhead } from './rooms-ahead';
import { layoutQuery } from './task-layout';

/** All that is known of it is laid out, and all that is not is on its way, before the screen is made: none of it waits for another. */
export function useOpenWork(): (work: Work) => Promise<void> {
  const { api, live } = useBackend();
  const client = useQueryClient();
  const [, go] = useLocation();
  return async ({ task, assignment }) => {
    // What is not accepted yet shows nothing of itself.
    const joining = task.is_withheld ? null : joinAhead(live, task.id);
    if (!task.is_withheld) {
      // Where it fails, the screen asks for it itself.
      client.query(layoutQuery(api, task.id, assignment.id)).catch(() => undefined);
    }
    prefetchImage(task.asset);
    client.setQueryData(['task', task.id], task);
    client.setQueryData(['assignment', assignment.id], assignment);
    answeredLeases.set(task.id, heldOf(assignment));
    await joining;
    go(`/projects/${task.project_id}/tasks/${task.id}`);
  };
}

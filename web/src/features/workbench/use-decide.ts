import { ok, type TaskRoom, type components } from '@tandem/client';
import { useMutation, type UseMutationResult } from '@tanstack/react-query';

import { useBackend } from '~/session/backend';
import type { Work } from '~/session/queries';
import { toastError } from '~/ui/toast';
import type { Activity } from './activity';
import type { Held } from './lease';
import { saved } from './use-submit';

export type Decision = components['schemas']['ReviewDecision'];

interface Verdict {
  held: Held;
  decision: Decision;
  reason: string | null;
}

/** What a reviewer says, and the next task with it. */
export function useDecide(
  room: TaskRoom | null,
  activity: Activity,
  onward: (next: Work | null | undefined) => void,
): UseMutationResult<unknown, unknown, Verdict> {
  const { api } = useBackend();
  return useMutation({
    mutationFn: async ({ held, decision, reason }: Verdict) => {
      if (!room) throw new Error('The document is not open yet.');
      await saved(room);
      return ok(
        api.POST('/api/v1/assignments/{assignment_id}/decide', {
          params: { path: { assignment_id: held.assignmentId } },
          body: {
            fencing_token: held.fencingToken,
            decision,
            reason,
            state_vector: room.stateVector(),
            time_spent_ms: activity.spentMs(),
            and_next: true,
          },
        }),
      );
    },
    onSuccess: ({ next }) => onward(next),
    onError: toastError,
  });
}

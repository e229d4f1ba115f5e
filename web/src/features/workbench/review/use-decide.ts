import { ok, type TaskRoom, type ThreadAnchor, type components } from '@tandem/client';
import { useMutation, type UseMutationResult } from '@tanstack/react-query';
import { useRef } from 'react';

import { useBackend } from '~/session/backend';
import type { Work } from '~/session/queries';
import { toastError } from '~/ui/toast';
import type { Activity } from '../activity';
import type { Held } from '../lease';
import { saved } from '../saved';
import { endLease } from '../use-submit';

export type Decision = components['schemas']['ReviewDecision'];

/** What a reviewer leaves on the picture for the author. */
export interface Remark {
  readonly anchor: ThreadAnchor;
  readonly text: string;
  readonly mentions: readonly string[];
}

export interface Said {
  readonly decision: Decision;
  readonly reason: string | null;
  readonly remark: Remark | null;
}

interface Verdict extends Said {
  readonly held: Held;
}

/** What a reviewer says, and the next task with it. */
export function useDecide(
  room: TaskRoom | null,
  activity: Activity,
  onward: (next: Work | null | undefined) => Promise<void>,
): UseMutationResult<unknown, unknown, Verdict> {
  const { api, live } = useBackend();
  /** The remark is on the picture before the server is asked: asked again, it is the same one. */
  const left = useRef<{ lease: string; thread: string; comment: string } | null>(null);
  const leave = (to: TaskRoom, lease: string, { anchor, text, mentions }: Remark): void => {
    const before = left.current;
    if (before?.lease === lease && to.threads.edit(before.thread, before.comment, { text, mentions })) return;
    const thread = to.threads.open(anchor, { text, mentions });
    left.current = { lease, thread, comment: to.threads.get(thread)?.comments[0]?.id ?? '' };
  };
  return useMutation({
    mutationFn: async ({ held, decision, reason, remark }: Verdict) => {
      if (!room) throw new Error('The document is not open yet.');
      if (remark) leave(room, held.assignmentId, remark);
      await saved(room, live);
      const decided = ok(
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
      return endLease(room.taskId, held, decided);
    },
    onSuccess: ({ next }) => onward(next),
    onError: toastError,
  });
}

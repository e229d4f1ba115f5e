/** Whether a task came back to me, and what was said about it. */
import { ok, type TaskRoom, type ThreadSnapshot } from '@tandem/client';
import { useQuery } from '@tanstack/react-query';

import { useLive } from '~/lib/use-store';
import { useBackend } from '~/session/backend';
import type { Assignment } from '~/session/queries';
import { isSentBack, remarksFor } from './remarks';

/** Null: it is not sent back. The first time that a step is open nobody has decided about it yet. */
export function useSentBack(room: TaskRoom, work: Assignment | null): readonly ThreadSnapshot[] | null {
  const { api, me } = useBackend();
  const isAgain = work !== null && work.round > 1 && work.kind !== 'review';
  const found = useQuery({
    queryKey: ['sent-back', work?.id ?? null],
    enabled: isAgain,
    staleTime: Infinity,
    queryFn: async () => {
      const path = { task_id: work?.task_id ?? '' };
      return isSentBack((await ok(api.GET('/api/v1/tasks/{task_id}/annotations', { params: { path } }))).items, me.user.id);
    },
  });
  const threads = useLive(room.threads, () => room.threads.list());
  return isAgain && found.data === true ? remarksFor(threads, me.user.id) : null;
}

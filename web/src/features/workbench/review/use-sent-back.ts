/** Whether a task came back to me, and what was said about it: the comments that are meant for me and not settled. */
import { ok, type TaskRoom, type ThreadSnapshot, type components } from '@tandem/client';
import { useQuery } from '@tanstack/react-query';

import { useLive } from '~/lib/use-store';
import { useBackend } from '~/session/backend';
import type { Assignment } from '~/session/queries';

type Annotation = components['schemas']['Annotation'];

/** Mine, and refused the last time that somebody decided about it. */
export function isSentBack(annotations: readonly Annotation[], me: string): boolean {
  const [newest] = annotations
    .filter(({ user_id }) => user_id === me)
    .sort((a, b) => (b.submitted_at ?? '').localeCompare(a.submitted_at ?? '') || b.version - a.version);
  return newest?.status === 'rejected';
}

/** The newest first. */
export const remarksFor = (threads: readonly ThreadSnapshot[], me: string): readonly ThreadSnapshot[] =>
  threads
    .filter(({ resolved, comments: [first] }) => resolved === null && first && first.author !== me && first.mentions.includes(me))
    .sort((a, b) => b.createdAt - a.createdAt);

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

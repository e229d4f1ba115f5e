import { ok } from '@tandem/client';
import { useQuery } from '@tanstack/react-query';

import { useBackend } from '~/session/backend';
import type { Assignment } from '~/session/queries';
import type { Held } from './lease';

/** What my lease asks of me: which step, and whether to draw, to review or to decide between answers. */
export function useWork(held: Held | null): Assignment | null {
  const { api } = useBackend();
  const id = held?.assignmentId;
  const work = useQuery({
    queryKey: ['assignment', id],
    enabled: id !== undefined,
    staleTime: Infinity,
    queryFn: () => ok(api.GET('/api/v1/assignments/{assignment_id}', { params: { path: { assignment_id: id ?? '' } } })),
  });
  return work.data ?? null;
}

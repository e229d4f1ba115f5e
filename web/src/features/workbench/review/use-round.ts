/** The answer that a review is about, found as the server finds it: the newest of those that were given in the document under review. */
import { ok } from '@tandem/client';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';

import { useBackend } from '~/session/backend';
import type { Layout } from '~/layout/tree';
import type { Assignment } from '~/session/queries';
import type { Desk } from '~/tools/desk';
import type { Candidate } from './answers';
import { newestFirst, roundBefore } from './changes';
import { Round } from './round';

/**
 * @param layout what the answer is put together by; null: the task has none
 * @param candidates undefined: they are not here yet
 */
export function useRound(
  desk: Desk,
  layout: Layout | null,
  work: Assignment | null,
  candidates: readonly Candidate[] | undefined,
): Round | null {
  const { api } = useBackend();
  const isReview = work?.kind === 'review';
  const found = useQuery({
    queryKey: ['under-review', work?.id ?? null],
    enabled: isReview && candidates !== undefined,
    staleTime: Infinity,
    queryFn: async () => {
      for (const { annotation } of newestFirst(candidates ?? [])) {
        if (annotation.assignment_id === null) continue;
        const path = { assignment_id: annotation.assignment_id };
        const { scope } = await ok(api.GET('/api/v1/assignments/{assignment_id}', { params: { path } }));
        if (scope === work?.scope) return annotation.id;
      }
      return null;
    },
  });
  const id = found.data ?? null;
  return useMemo(() => {
    const now = isReview ? candidates?.find(({ annotation }) => annotation.id === id) : undefined;
    return now && candidates ? new Round(desk, now, roundBefore(candidates, now), layout) : null;
  }, [desk, layout, isReview, candidates, id]);
}

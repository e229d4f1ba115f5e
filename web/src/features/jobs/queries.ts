import { ok } from '@tandem/client';
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo } from 'react';

import { useBackend } from '~/session/backend';
import { movedOn, standing, type JobProgress } from './job';

export const jobsKey = (projectId: string): readonly string[] => ['jobs', projectId];

/** The jobs of a project, newest first. Progress comes live; what else there is to know is read when one comes or changes its state. */
export function useJobs(projectId: string, live: ReadonlyMap<string, JobProgress>) {
  const { api } = useBackend();
  const client = useQueryClient();
  const query = useInfiniteQuery({
    queryKey: jobsKey(projectId),
    initialPageParam: '',
    queryFn: ({ pageParam }) =>
      ok(
        api.GET('/api/v1/projects/{project_id}/jobs', {
          params: { path: { project_id: projectId }, query: { limit: 50, ...(pageParam ? { cursor: pageParam } : {}) } },
        }),
      ),
    getNextPageParam: (page) => page.next_cursor ?? null,
  });
  const changed = standing(live);
  useEffect(() => {
    if (changed !== '') void client.invalidateQueries({ queryKey: jobsKey(projectId) });
  }, [client, projectId, changed]);
  const read = query.data?.pages;
  const jobs = useMemo(() => read?.flatMap((page) => page.items).map((job) => movedOn(job, live.get(job.id))), [read, live]);
  return { ...query, jobs };
}

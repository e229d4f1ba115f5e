import { ok } from '@tandem/client';
import { useEffect } from 'react';

import { prefetchImage } from '~/canvas/images';
import { useBackend } from '~/session/backend';

const QUIET_MS = 1500;

/** The pictures of what I would be given next are fetched while I work on this task. */
export function usePrefetch(projectId: string, taskId: string): void {
  const { api } = useBackend();
  useEffect(() => {
    const abort = new AbortController();
    const fetchAhead = async (): Promise<void> => {
      const { tasks } = await ok(
        api.GET('/api/v1/projects/{project_id}/next', {
          params: { path: { project_id: projectId } },
          signal: abort.signal,
        }),
      );
      // Looked at without being mine to work on, this task may itself be next.
      for (const task of tasks.filter((ahead) => ahead.id !== taskId)) prefetchImage(task.asset);
    };
    // Only a head start: when it fails, the task loads its picture itself.
    const timer = setTimeout(() => void fetchAhead().catch(() => undefined), QUIET_MS);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [api, projectId, taskId]);
}

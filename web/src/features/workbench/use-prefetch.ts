import { ok } from '@tandem/client';
import { useEffect } from 'react';

import { prefetchImage } from '~/canvas/images';
import { useBackend } from '~/session/backend';

const QUIET_MS = 1500;

/** The pictures of the next tasks in the queue are fetched while I work on this one. */
export function usePrefetch(projectId: string, taskId: string): void {
  const { api } = useBackend();
  useEffect(() => {
    const abort = new AbortController();
    const fetchAhead = async (): Promise<void> => {
      const { items } = await ok(
        api.GET('/api/v1/projects/{project_id}/tasks', {
          params: { path: { project_id: projectId }, query: { status: 'pending', limit: 3 } },
          signal: abort.signal,
        }),
      );
      for (const task of items.filter((item) => item.id !== taskId && !item.is_withheld).slice(0, 2)) {
        prefetchImage(
          await ok(
            api.GET('/api/v1/assets/{asset_id}', {
              params: { path: { asset_id: task.asset.id } },
              signal: abort.signal,
            }),
          ),
        );
      }
    };
    // Only a head start: when it fails, the task loads its picture itself.
    const timer = setTimeout(() => void fetchAhead().catch(() => undefined), QUIET_MS);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [api, projectId, taskId]);
}

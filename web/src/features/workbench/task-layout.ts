/** The layout that a task is worked on with, if its project has one. */
import { ApiError, ok } from '@tandem/client';
import { useQuery, type UseQueryResult } from '@tanstack/react-query';

import { useBackend } from '~/session/backend';
import type { Layout } from '~/layout/tree';

interface TaskLayout {
  readonly layout_id: string | null;
  readonly tree: Layout | null;
}

/** The compiled form that this workbench knows. */
const FORMAT = 1;

/** Whether the layout has a place for the canvas. */
export const drawsOn = ({ components }: Layout): boolean => components.includes('ImageAnnotator');

/** Of the next task the layout of the one before is shown until its own is there: they rarely differ. */
export function useTaskLayout(taskId: string): UseQueryResult<Layout | null> {
  const { api } = useBackend();
  // Asked by its path alone, so that this workbench goes with servers that have no layouts.
  const get = api.GET as unknown as (path: string, init: object) => Parameters<typeof ok<TaskLayout>>[0];
  return useQuery({
    queryKey: ['layout', taskId],
    queryFn: async () => {
      try {
        const { tree } = await ok(get('/api/v1/tasks/{task_id}/layout', { params: { path: { task_id: taskId } } }));
        if (tree && tree.format !== FORMAT)
          throw new Error('This task has a layout of a later kind. Reload the page to get the workbench that shows it.');
        return tree;
      } catch (error) {
        if (error instanceof ApiError && error.status === 404) return null;
        throw error;
      }
    },
    // A task keeps the layout its work began with.
    staleTime: Infinity,
    placeholderData: (before) => before,
  });
}

/** The layout that a task is worked on with, if its project has one. */
import { ApiError, ok } from '@tandem/client';
import { useQuery, type UseQueryResult } from '@tanstack/react-query';

import { useBackend } from '~/session/backend';
import type { Layout } from '~/layout/tree';

/** The compiled form that this workbench knows. */
const FORMAT = 1;

/** Whether the layout has a place for the canvas. */
export const drawsOn = ({ components }: Layout): boolean => components.includes('ImageAnnotator');

/** Of the next task the layout of the one before is shown until its own is there: they rarely differ. */
export function useTaskLayout(taskId: string): UseQueryResult<Layout | null> {
  const { api } = useBackend();
  return useQuery({
    queryKey: ['layout', taskId],
    queryFn: async () => {
      try {
        const found = await ok(api.GET('/api/v1/tasks/{task_id}/layout', { params: { path: { task_id: taskId } } }));
        const tree = found.tree as Layout | null;
        if (tree && tree.format !== FORMAT)
          throw new Error('This task has a layout of a later kind. Reload the page to get the workbench that shows it.');
        return tree;
      } catch (error) {
        // A server of before layouts: while nodes are being renewed, this page may come from a newer one.
        if (error instanceof ApiError && error.status === 404) return null;
        throw error;
      }
    },
    // A task keeps the layout its work began with.
    staleTime: Infinity,
    placeholderData: (before) => before,
  });
}

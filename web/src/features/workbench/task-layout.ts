/** The layout that a task is worked on with, if its project has one. */
import { ApiError, ok, type Api } from '@tandem/client';
import { queryOptions, useQuery, type UseQueryResult } from '@tanstack/react-query';
import { useMemo } from 'react';

import { useBackend } from '~/session/backend';
import { useOfMyLeases } from '~/session/live';
import type { Layout } from '~/layout/tree';
import { answeredLeases, stillWhileHandingIn } from './answered';

/** The compiled form that this workbench knows. */
const FORMAT = 1;

/** Whether the layout has a place for the canvas. */
export const drawsOn = ({ components }: Layout): boolean => components.includes('ImageAnnotator');

/** What versions say, by id: it never changes, and what is the same is not rendered anew because a lease came. */
const known = new Map<string, Layout>();

/** @param mine the lease it is worked on with, if it is mine */
export const layoutQuery = (api: Api, taskId: string, mine: string | null) =>
  queryOptions({
    queryKey: ['layout', taskId, mine],
    queryFn: async () => {
      try {
        const found = await ok(api.GET('/api/v1/tasks/{task_id}/layout', { params: { path: { task_id: taskId } } }));
        const tree = found.tree as Layout | null;
        if (tree && tree.format !== FORMAT)
          throw new Error('This task has a layout of a later kind. Reload the page to get the workbench that shows it.');
        const same = known.get(found.layout_id ?? '');
        if (tree && found.layout_id && !same) known.set(found.layout_id, tree);
        return same ?? tree;
      } catch (error) {
        // A server of before layouts: while nodes are being renewed, this page may come from a newer one.
        if (error instanceof ApiError && error.status === 404) return null;
        throw error;
      }
    },
    // A task keeps the layout its work began with, and so does a step of it.
    staleTime: Infinity,
  });

/**
 * A step may have a layout of its own, so whoever takes the task may see another than before. Of the next task the layout of the one before is shown until
 * its own is there: they rarely differ.
 */
export function useTaskLayout(taskId: string): UseQueryResult<Layout | null> {
  const { api } = useBackend();
  const still = useMemo(() => stillWhileHandingIn<string>(taskId), [taskId]);
  const told = useOfMyLeases(({ leases }) => still(() => leases.find(({ task_id }) => task_id === taskId)?.assignment_id ?? ''));
  const mine = told === '' ? answeredLeases.get(taskId)?.assignmentId : told;
  return useQuery({ ...layoutQuery(api, taskId, mine ?? null), placeholderData: (before) => before });
}

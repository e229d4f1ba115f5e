import { ok } from '@tandem/client';
import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import { useMemo } from 'react';

import { useBackend } from '~/session/backend';
import { allSteps } from '../branches';
import { readForm } from '../form';
import { useWorkflows } from '../queries';
import { namesOfSteps, type Names, type TaskNote, type Transition } from './timeline';

/** The newest first. */
export function useTransitions(taskId: string): UseQueryResult<readonly Transition[]> {
  const { api } = useBackend();
  return useQuery({
    queryKey: ['transitions', taskId],
    queryFn: async () =>
      (await ok(api.GET('/api/v1/tasks/{task_id}/transitions', { params: { path: { task_id: taskId } } }))).items,
  });
}

/** The newest of them; only whoever steers may ask. */
export function useNotes(taskId: string, enabled: boolean): UseQueryResult<readonly TaskNote[]> {
  const { api } = useBackend();
  return useQuery({
    queryKey: ['notes', taskId],
    enabled,
    queryFn: async () =>
      (await ok(api.GET('/api/v1/tasks/{task_id}/notes', { params: { path: { task_id: taskId }, query: { limit: 100 } } })))
        .items,
  });
}

/** What steps are called: a task may have come through several versions, of which the newest says it. */
export function useStepNames(projectId: string): Names {
  const { data } = useWorkflows(projectId);
  return useMemo(() => {
    const oldestFirst = [...(data ?? [])].sort((a, b) => a.version - b.version);
    const steps = oldestFirst.flatMap((workflow) => {
      const form = readForm(workflow.form);
      return typeof form === 'string' ? [] : allSteps(form.steps);
    });
    return namesOfSteps(steps);
  }, [data]);
}

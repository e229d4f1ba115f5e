import { ok, type components } from '@tandem/client';
import { useQuery, type UseQueryResult } from '@tanstack/react-query';

import { useSettled } from '~/lib/use-settled';
import { useBackend } from '~/session/backend';
import { closedSteps } from './progress';

type Schemas = components['schemas'];
export type Workflow = Schemas['Workflow'];
export type CheckedWorkflow = Schemas['CheckedWorkflow'];
export type PredefinedWorkflow = Schemas['PredefinedWorkflow'];

export function useWorkflows(projectId: string): UseQueryResult<Workflow[]> {
  const { api } = useBackend();
  return useQuery({
    queryKey: ['workflows', projectId],
    queryFn: async () => {
      const page = await ok(api.GET('/api/v1/projects/{project_id}/workflows', { params: { path: { project_id: projectId } } }));
      return page.items;
    },
  });
}

/** What is wrong with a form, asked a moment after it was last changed. */
export function useCheck(form: Readonly<Record<string, unknown>>): UseQueryResult<CheckedWorkflow> & { settled: boolean } {
  const { api } = useBackend();
  const asked = useSettled(form, 300);
  const check = useQuery({
    queryKey: ['workflow-check', JSON.stringify(asked)],
    queryFn: () => ok(api.POST('/api/v1/workflows/check', { body: { form: asked } })),
    placeholderData: (before) => before,
    staleTime: Infinity,
    gcTime: 60_000,
  });
  return { ...check, settled: asked === form && !check.isPlaceholderData && !check.isPending };
}

/** Why I may not work in the steps of the active version. It changes with my rights and my work, not with everybody's: it is asked now and then. */
export function useClosedSteps(projectId: string, workflowId: string): ReadonlyMap<string, readonly string[]> {
  const { api } = useBackend();
  const { data } = useQuery({
    queryKey: ['closed-steps', projectId, workflowId],
    queryFn: async () =>
      closedSteps(
        await ok(api.GET('/api/v1/projects/{project_id}/workflow-progress', { params: { path: { project_id: projectId } } })),
      ),
    refetchInterval: 60_000,
    placeholderData: (before) => before,
  });
  return data ?? NONE_CLOSED;
}

const NONE_CLOSED: ReadonlyMap<string, readonly string[]> = new Map();

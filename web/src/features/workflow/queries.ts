import { ok, type components } from '@tandem/client';
import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import { useEffect, useState } from 'react';

import { useBackend } from '~/session/backend';
import { useMembers } from '~/session/queries';
import { readProgress, type StepProgress } from './progress';

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

/** The value as it is when it has not changed for a moment. */
export function useSettled<T>(value: T, ms: number): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(() => value), ms);
    return () => clearTimeout(timer);
  }, [value, ms]);
  return settled;
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

/** null: not known yet. `key` changes when tasks move. */
export function useProgress(projectId: string, workflowId: string, key: string): ReadonlyMap<string, StepProgress> | null {
  const { api } = useBackend();
  const members = useMembers(projectId);
  const { data } = useQuery({
    queryKey: ['workflow-progress', projectId, workflowId, key],
    queryFn: () =>
      ok(api.GET('/api/v1/projects/{project_id}/workflow-progress', { params: { path: { project_id: projectId } } })),
    refetchInterval: 20_000,
    placeholderData: (before) => before,
  });
  const faces = new Map((members.data ?? []).map((member) => [member.user.id, member.user]));
  return data == null ? null : readProgress(data, workflowId, faces);
}

import { ok, type components } from '@tandem/client';
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';

import { useBackend } from '~/session/backend';
import { useMembers } from '~/session/queries';
import { momentsOf, type Span } from './span';
import { sortSuited, type Asked, type Suited } from './suited';

type Schemas = components['schemas'];
export type StepTaskState = Schemas['StepTaskState'];

export interface StepFilter {
  readonly state: StepTaskState;
  readonly q: string;
  readonly userId: string | null;
  /** When they came into the step. */
  readonly span: Span;
}

export function useStepTasks(projectId: string, step: string, { state, q, userId, span }: StepFilter) {
  const { api } = useBackend();
  return useInfiniteQuery({
    queryKey: ['step-tasks', projectId, step, state, q, userId, span],
    initialPageParam: '',
    queryFn: ({ pageParam }) =>
      ok(
        api.GET('/api/v1/projects/{project_id}/steps/{step}/tasks', {
          params: {
            path: { project_id: projectId, step },
            query: {
              state,
              limit: 100,
              ...(q ? { q } : {}),
              ...(userId ? { user_id: userId } : {}),
              ...momentsOf(span, new Date()),
              ...(pageParam ? { cursor: pageParam } : {}),
            },
          },
        }),
      ),
    getNextPageParam: (page) => page.next_cursor ?? null,
  });
}

/** Asks for the pages anew when `key` changes: a burst of changes is one reload. */
export function useReload(projectId: string, step: string, key: string): void {
  const client = useQueryClient();
  const first = useRef(key);
  useEffect(() => {
    if (first.current === key) return;
    first.current = key;
    const timer = setTimeout(() => void client.invalidateQueries({ queryKey: ['step-tasks', projectId, step] }), 400);
    return () => clearTimeout(timer);
  }, [client, projectId, step, key]);
}

/** Everybody in the project: who may have the task in this step first, then the others, each with what speaks against them. */
export function useSuited(projectId: string, taskId: string, step: string, except: readonly string[]): Asked {
  const { api } = useBackend();
  const members = (useMembers(projectId).data ?? []).map((member) => member.user).filter((user) => !except.includes(user.id));
  const asked = useQuery({
    queryKey: ['assignees', taskId],
    queryFn: () => ok(api.GET('/api/v1/tasks/{task_id}/assignees', { params: { path: { task_id: taskId } } })),
    // What spoke against somebody when it was last asked may be over: nobody is turned down by an answer of before.
    staleTime: 0,
    gcTime: 0,
  });
  const found = new Map(asked.data?.items.map((one) => [one.user_id, one]));
  const suited = members.map((user): Suited => {
    const open = found.get(user.id)?.steps.find((open) => open.step === step);
    return { user, reasons: open ? open.reasons.map((reason) => reason.text) : null };
  });
  return {
    people: sortSuited(suited),
    failure: asked.isError ? { error: asked.error, retry: () => void asked.refetch() } : null,
  };
}

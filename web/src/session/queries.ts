import { ok, type Api, type components } from '@tandem/client';
import { queryOptions, useInfiniteQuery, useQuery, type UseQueryResult } from '@tanstack/react-query';

import { useBackend } from './backend';

type Schemas = components['schemas'];
export type Me = Schemas['Me'];
export type Project = Schemas['Project'];
export type Task = Schemas['Task'];
export type TaskStatus = Schemas['TaskStatus'];
export type Asset = Schemas['Asset'];
export type LabelDef = Schemas['LabelDef'];
export type ProjectMember = Schemas['ProjectMember'];
export type ProjectRole = Schemas['ProjectRole'];
export type Assignment = Schemas['Assignment'];
export type Work = Schemas['Work'];
export type Progress = Schemas['Progress'];
export type UserSummary = Schemas['UserSummary'];
export type Model = Schemas['Model'];

export function useMe(): Me {
  const { api, me } = useBackend();
  return useQuery({ queryKey: ['me'], queryFn: () => ok(api.GET('/api/v1/me')), initialData: me, staleTime: 30_000 }).data;
}

/** Whether I may do an action of docs/permissions.md in a project. */
export function useMay(projectId: string): (action: string) => boolean {
  const me = useMe();
  const mine = me.projects.find((p) => p.project_id === projectId);
  return (action) => mine?.may.includes(action) ?? me.workspace_role === 'admin';
}

export function useProjects(): UseQueryResult<Project[]> {
  const { api } = useBackend();
  return useQuery({
    queryKey: ['projects'],
    queryFn: async () => (await ok(api.GET('/api/v1/projects'))).items,
  });
}

export function useProject(projectId: string): UseQueryResult<Project> {
  const { api } = useBackend();
  return useQuery({
    queryKey: ['project', projectId],
    queryFn: () => ok(api.GET('/api/v1/projects/{project_id}', { params: { path: { project_id: projectId } } })),
  });
}

export function useTask(taskId: string): UseQueryResult<Task> {
  const { api } = useBackend();
  return useQuery({
    queryKey: ['task', taskId],
    queryFn: () => ok(api.GET('/api/v1/tasks/{task_id}', { params: { path: { task_id: taskId } } })),
    // The image's address in it runs out; long before that a fresh one is wanted on opening.
    staleTime: 60_000,
  });
}

export interface TaskFilter {
  readonly status: TaskStatus | null;
  readonly q: string;
}

export function useTasks(projectId: string, filter: TaskFilter) {
  const { api } = useBackend();
  return useInfiniteQuery({
    queryKey: ['tasks', projectId, filter],
    initialPageParam: '',
    queryFn: ({ pageParam }) =>
      ok(
        api.GET('/api/v1/projects/{project_id}/tasks', {
          params: {
            path: { project_id: projectId },
            query: {
              limit: 100,
              ...(filter.status ? { status: filter.status } : {}),
              ...(filter.q ? { q: filter.q } : {}),
              ...(pageParam ? { cursor: pageParam } : {}),
            },
          },
        }),
      ),
    getNextPageParam: (page) => page.next_cursor ?? null,
    placeholderData: (before) => before,
  });
}

export function useMembers(projectId: string): UseQueryResult<ProjectMember[]> {
  const { api } = useBackend();
  return useQuery({
    queryKey: ['members', projectId],
    queryFn: async () => {
      const page = await ok(
        api.GET('/api/v1/projects/{project_id}/members', {
          params: { path: { project_id: projectId } },
        }),
      );
      return page.items;
    },
  });
}

/** Everybody in the workspace; only its admins may ask. */
export function useUsers(enabled: boolean): UseQueryResult<UserSummary[]> {
  const { api } = useBackend();
  return useQuery({
    queryKey: ['users'],
    enabled,
    queryFn: async () => (await ok(api.GET('/api/v1/users'))).items,
  });
}

/** The workspace's models that run in browsers, by name. */
export const modelsQuery = (api: Api) =>
  queryOptions({
    queryKey: ['models'],
    queryFn: async () => (await ok(api.GET('/api/v1/models'))).items,
    staleTime: 60_000,
  });

export function useModels(): UseQueryResult<Model[]> {
  return useQuery(modelsQuery(useBackend().api));
}

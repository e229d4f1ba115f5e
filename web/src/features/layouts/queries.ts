import { ok, type components } from '@tandem/client';
import { useQuery, type UseQueryResult } from '@tanstack/react-query';

import { useSettled } from '~/lib/use-settled';
import { useBackend } from '~/session/backend';
import { byName, type Component, type Components } from './code/components';

type Schemas = components['schemas'];
export type LayoutVersion = Schemas['Layout'];
export type LayoutDetail = Schemas['LayoutDetail'];
export type CheckedLayout = Schemas['CheckedLayout'];

export const layoutsKey = (projectId: string): readonly [string, string] => ['layouts', projectId];

/** @param everyMs while somebody edits one: what others save meanwhile should not come as a surprise */
export function useLayouts(projectId: string, everyMs?: number): UseQueryResult<LayoutVersion[]> {
  const { api } = useBackend();
  return useQuery({
    queryKey: layoutsKey(projectId),
    queryFn: async () =>
      (await ok(api.GET('/api/v1/projects/{project_id}/layouts', { params: { path: { project_id: projectId } } }))).items,
    ...(everyMs ? { refetchInterval: everyMs } : {}),
  });
}

export function useLayout(projectId: string, id: string): UseQueryResult<LayoutDetail> {
  const { api } = useBackend();
  return useQuery({
    queryKey: [...layoutsKey(projectId), id],
    queryFn: () =>
      ok(
        api.GET('/api/v1/projects/{project_id}/layouts/{layout_id}', {
          params: { path: { project_id: projectId, layout_id: id } },
        }),
      ),
  });
}

const NONE: Components = new Map();

/** What layouts are made of. It changes with the server's version only. */
export function useComponents(): Components {
  const { api } = useBackend();
  const { data } = useQuery({
    queryKey: ['layout-components'],
    queryFn: async () => byName((await ok(api.GET('/api/v1/layout-components'))).components as unknown as Component[]),
    staleTime: Infinity,
  });
  return data ?? NONE;
}

export interface Check {
  /** Null: nothing has been checked yet. */
  readonly result: CheckedLayout | null;
  /** The text that it was found of. */
  readonly of: string;
  /** It is of the text as it is now. */
  readonly settled: boolean;
  readonly failed: boolean;
}

/** What is wrong with a text and what it becomes, asked a moment after it was last changed. A question that is out of date is called off. */
export function useCheck(projectId: string, text: string): Check {
  const { api } = useBackend();
  const asked = useSettled(text, 250);
  const { data, isError, isPlaceholderData } = useQuery({
    queryKey: ['layout-check', projectId, asked],
    queryFn: async ({ signal }) => ({
      of: asked,
      result: await ok(
        api.POST('/api/v1/projects/{project_id}/layouts/check', {
          params: { path: { project_id: projectId } },
          body: { source: asked },
          signal,
        }),
      ),
    }),
    placeholderData: (before) => before,
    staleTime: Infinity,
    gcTime: 60_000,
  });
  return {
    result: data?.result ?? null,
    of: data?.of ?? '',
    settled: asked === text && data !== undefined && !isPlaceholderData,
    failed: isError,
  };
}

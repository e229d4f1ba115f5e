import { ok, type components } from '@tandem/client';
import { useQuery, type UseQueryResult } from '@tanstack/react-query';

import { useBackend } from '~/session/backend';

type Schemas = components['schemas'];
export type NodeView = Schemas['NodeView'];
export type NodeState = Schemas['NodeState'];
export type Nodes = Schemas['Nodes'];
export type ActorTree = Schemas['ActorTree'];
export type ActorNode = Schemas['ActorNode'];
export type TaskNode = Schemas['TaskNode'];
export type BusyHandler = Schemas['BusyHandler'];

/** Nodes tell of themselves every two seconds. */
const EVERY = 2_000;

export function useNodes(): UseQueryResult<Nodes> {
  const { api } = useBackend();
  return useQuery({
    queryKey: ['nodes'],
    queryFn: () => ok(api.GET('/api/v1/admin/nodes')),
    refetchInterval: EVERY,
    staleTime: 0,
  });
}

/** Of the node that answers: behind a load balancer not always the same. */
export function useActors(): UseQueryResult<ActorTree> {
  const { api } = useBackend();
  return useQuery({
    queryKey: ['actors'],
    queryFn: () => ok(api.GET('/api/v1/admin/actors')),
    refetchInterval: EVERY,
    staleTime: 0,
  });
}

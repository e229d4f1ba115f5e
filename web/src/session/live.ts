import type {
  ProjectRoom,
  ProjectSnapshot,
  SessionApi,
  SessionState,
  UserRoom,
  UserSnapshot,
  WorkflowRoom,
  WorkflowSnapshot,
} from '@tandem/client';
import { useSyncExternalStore } from 'react';

import { useBackend } from './backend';
import { sharedRooms, type SharedRoom } from './shared-rooms';

const useShared = <T extends { readonly failure: unknown }>(room: Pick<SharedRoom<T>, 'subscribe' | 'snapshot'>): T =>
  useSyncExternalStore(room.subscribe, room.snapshot);

const projects = sharedRooms<ProjectSnapshot, ProjectRoom>((live, id) => live.subscribeProject(id), {
  joined: false,
  progress: null,
  people: [],
  jobs: new Map(),
  failure: null,
});

/** Progress of a project, its jobs, and who is here. */
export function useProjectLive(projectId: string): ProjectSnapshot {
  return useShared(projects(useBackend().live, projectId));
}

const workflows = sharedRooms<WorkflowSnapshot, WorkflowRoom>((live, id) => live.subscribeWorkflow(id), {
  joined: false,
  workflowId: null,
  steps: null,
  workers: [],
  failure: null,
});

/** How the work of a project stands, step by step. */
export function useWorkLive(projectId: string): WorkflowSnapshot {
  return useShared(workflows(useBackend().live, projectId));
}

const mine = sharedRooms<UserSnapshot, UserRoom>((live) => live.subscribeUser(), {
  joined: false,
  leases: [],
  expiring: [],
  failure: null,
});

/** My own leases. */
export function useMyLeases(): UserSnapshot {
  return useShared(mine(useBackend().live, 'me'));
}

/** Told what becomes of my leases. */
export const onMyLeases = (live: SessionApi, listener: Parameters<UserRoom['onLease']>[0]): (() => void) =>
  mine(live, 'me').enter((room) => room.onLease(listener));

/** One thing about them, as text: a lease of another task that comes or goes renders nothing anew. */
export function useOfMyLeases(read: (mine: UserSnapshot) => string): string {
  const room = mine(useBackend().live, 'me');
  return useSyncExternalStore(room.subscribe, () => read(room.snapshot()));
}

export function useConnection(): SessionState {
  const { live } = useBackend();
  return useSyncExternalStore(
    (listener) => live.onState(listener),
    () => live.state,
  );
}

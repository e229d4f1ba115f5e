import type { ProjectSnapshot, SessionState, UserSnapshot, WorkflowSnapshot } from '@tandem/client';
import { useCallback, useEffect, useState, useSyncExternalStore } from 'react';

import { useBackend } from './backend';

interface Room<T> {
  snapshot: () => T;
  subscribe: (listener: () => void) => () => void;
  close: () => void;
}

/** What a room shows, which is open as long as the component is on the screen. `open` must be the same function while the room is the same. */
function useRoom<T>(open: () => Room<T>, before: T): T {
  const [snapshot, setSnapshot] = useState(before);
  useEffect(() => {
    const room = open();
    const show = (): void => setSnapshot(room.snapshot());
    show();
    const stop = room.subscribe(show);
    return () => {
      stop();
      room.close();
    };
  }, [open]);
  return snapshot;
}

const NOT_YET: ProjectSnapshot = { joined: false, progress: null, people: [], jobs: new Map(), failure: null };

/** Progress of a project, its jobs, and who is here. */
export function useProjectLive(projectId: string): ProjectSnapshot {
  const { live } = useBackend();
  const open = useCallback(() => live.subscribeProject(projectId), [live, projectId]);
  return useRoom(open, NOT_YET);
}

const NO_WORK: WorkflowSnapshot = { joined: false, workflowId: null, steps: null, workers: [], failure: null };

/** How the work of a project stands, step by step. */
export function useWorkLive(projectId: string): WorkflowSnapshot {
  const { live } = useBackend();
  const open = useCallback(() => live.subscribeWorkflow(projectId), [live, projectId]);
  return useRoom(open, NO_WORK);
}

const NO_LEASES: UserSnapshot = { joined: false, leases: [], expiring: [], failure: null };

/** My own leases. */
export function useMyLeases(): UserSnapshot {
  const { live } = useBackend();
  const open = useCallback(() => live.subscribeUser(), [live]);
  return useRoom(open, NO_LEASES);
}

export function useConnection(): SessionState {
  const { live } = useBackend();
  return useSyncExternalStore(
    (listener) => live.onState(listener),
    () => live.state,
  );
}

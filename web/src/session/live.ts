import type { ProjectSnapshot, SessionState, UserSnapshot, WorkflowSnapshot } from '@tandem/client';
import { useEffect, useState, useSyncExternalStore } from 'react';

import { useBackend } from './backend';

const NOT_YET: ProjectSnapshot = { joined: false, progress: null, people: [], failure: null };

/** Progress of a project and who is here, as long as the component is on the screen. */
export function useProjectLive(projectId: string): ProjectSnapshot {
  const { live } = useBackend();
  const [snapshot, setSnapshot] = useState(NOT_YET);
  useEffect(() => {
    const room = live.subscribeProject(projectId);
    const show = (): void => setSnapshot(room.snapshot());
    show();
    const stop = room.subscribe(show);
    return () => {
      stop();
      room.close();
    };
  }, [live, projectId]);
  return snapshot;
}

const NO_WORK: WorkflowSnapshot = { joined: false, workflowId: null, steps: null, workers: [], failure: null };

/** How the work of a project stands, step by step, as long as the component is on the screen. */
export function useWorkLive(projectId: string): WorkflowSnapshot {
  const { live } = useBackend();
  const [snapshot, setSnapshot] = useState(NO_WORK);
  useEffect(() => {
    const room = live.subscribeWorkflow(projectId);
    const show = (): void => setSnapshot(room.snapshot());
    show();
    const stop = room.subscribe(show);
    return () => {
      stop();
      room.close();
    };
  }, [live, projectId]);
  return snapshot;
}

/** My own leases, live. */
export function useMyLeases(): UserSnapshot {
  const { live } = useBackend();
  const [snapshot, setSnapshot] = useState<UserSnapshot>({ joined: false, leases: [], expiring: [], failure: null });
  useEffect(() => {
    const room = live.subscribeUser();
    const show = (): void => setSnapshot(room.snapshot());
    show();
    const stop = room.subscribe(show);
    return () => {
      stop();
      room.close();
    };
  }, [live]);
  return snapshot;
}

export function useConnection(): SessionState {
  const { live } = useBackend();
  return useSyncExternalStore(
    (listener) => live.onState(listener),
    () => live.state,
  );
}

import { ok, type MyLease } from '@tandem/client';
import { useQuery } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';

import { useBackend } from '~/session/backend';
import { onMyLeases, useOfMyLeases } from '~/session/live';
import { toastError } from '~/ui/toast';
import type { Activity } from './activity';
import { accept, heldOf, isLost, myLease, renew, standing, type Held, type Standing } from './lease';
import { answeredLeases, leaving, stillWhileHandingIn } from './answered';
import { given } from './rooms-ahead';
import type { RoomState } from './use-room-state';

/** Hands off for longer than this, and the lease may run out: somebody else can have the task. */
const ACTIVE_MS = 5 * 60_000;
/** So long accepting waits for the document. */
const ACCEPT_MS = 2_000;

export interface LeaseState {
  readonly held: Held | null;
  readonly standing: Standing;
  /** What the admin who took it back wrote; null: nothing, or nobody did. */
  readonly lostBecause: string | null;
  /** It runs out soon because I do nothing here. */
  readonly expiring: boolean;
  /** I am still here. */
  readonly keep: () => void;
}

/**
 * My lease on an open task: found, accepted, and what to say when it is gone. The server renews it while it sees me work here; of keys,
 * scrolling and reading it knows nothing, so its warning is answered for me if I had a hand on anything.
 */
export function useLease(taskId: string, room: RoomState, leaseSeconds: number | undefined, activity: Activity): LeaseState {
  const backend = useBackend();
  const { api, me } = backend;
  const live = useLeasesOn(taskId);
  const [answered, setAnswered] = useState<Held | null>(() => answeredLeases.get(taskId) ?? null);
  const now = myLease(taskId, live.leases, answered, room.lease, me.user.id);
  const [had, setHad] = useState<{ readonly taskId: string; readonly lease: Held } | null>(null);
  if (now && (had?.taskId !== taskId || had.lease.assignmentId !== now.assignmentId)) setHad({ taskId, lease: now });
  // That it is gone is told before my own submit is answered. Until then it is not lost, but on its way.
  const held = now ?? (had?.taskId === taskId && leaving.has(had.lease.assignmentId) ? had.lease : null);

  useEffect(() => answeredLeases.onSet((id, lease) => id === taskId && setAnswered(lease)), [taskId]);

  const assignmentId = held?.assignmentId;
  const accepted = useRef<string | null>(null);
  const isOpen = room.phase === 'joined';
  useEffect(() => {
    if (!held || accepted.current === held.assignmentId) return;
    const now = (): void => {
      accepted.current = held.assignmentId;
      // Failing to accept costs nothing: the lease holds either way, and a lost one is told by the room.
      accept(api, held).catch(() => undefined);
    };
    // The document goes first; a connection that does not come must not keep the task unaccepted.
    const timer = setTimeout(now, isOpen ? 0 : ACCEPT_MS);
    return () => clearTimeout(timer);
    // eslint-disable-next-line react-hooks/exhaustive-deps -- once for each lease, not for each renewal
  }, [api, assignmentId, isOpen]);

  const latest = useRef(held);
  useEffect(() => {
    latest.current = held;
  });
  const keep = useCallback(() => {
    const now = latest.current;
    if (now === null) return;
    activity.touch();
    renew(api, now).then(
      (assignment) => setAnswered(heldOf(assignment)),
      (error: unknown) => (isLost(error) ? setAnswered(null) : toastError(error)),
    );
  }, [api, activity]);
  useEffect(() => {
    if (assignmentId === undefined) return;
    return onMyLeases(backend.live, (event, lease) => {
      if (event === 'given') given(backend.live, lease.task_id);
      if (event !== 'expiring' || lease.assignment_id !== assignmentId) return;
      if (activity.within(Math.min(ACTIVE_MS, (leaseSeconds ?? 1800) * 1000))) keep();
    });
  }, [backend.live, assignmentId, leaseSeconds, activity, keep]);

  const facts = {
    mine: held !== null,
    had: had?.taskId === taskId,
    lease: room.lease,
    userId: me.user.id,
    readOnly: room.readOnly,
    status: room.status,
    known: live.joined,
  };
  const lostBecause = useEnding(held === null && had?.taskId === taskId ? had.lease.assignmentId : null);
  const expiring = held !== null && live.expiring.includes(held.assignmentId);
  return { held, standing: standing(facts), lostBecause, expiring, keep };
}

interface LeasesOn {
  readonly joined: boolean;
  readonly leases: readonly MyLease[];
  readonly expiring: readonly string[];
}

/** What my leases say of one task. */
function useLeasesOn(taskId: string): LeasesOn {
  const still = useMemo(() => stillWhileHandingIn<string>(taskId), [taskId]);
  const said = useOfMyLeases(({ joined, leases, expiring }) =>
    still(() => {
      const here = leases.filter(({ task_id }) => task_id === taskId);
      const soon = expiring.filter((id) => here.some(({ assignment_id }) => assignment_id === id));
      return JSON.stringify({ joined, leases: here, expiring: soon } satisfies LeasesOn);
    }),
  );
  return useMemo(() => JSON.parse(said) as LeasesOn, [said]);
}

/** Why a lease of mine was taken from me, asked when it is gone. */
function useEnding(assignmentId: string | null): string | null {
  const { api } = useBackend();
  const { data } = useQuery({
    queryKey: ['assignment-ended', assignmentId],
    enabled: assignmentId !== null,
    staleTime: Infinity,
    queryFn: () =>
      ok(api.GET('/api/v1/assignments/{assignment_id}', { params: { path: { assignment_id: assignmentId ?? '' } } })),
  });
  return data?.status === 'reassigned' ? (data.reason ?? null) : null;
}

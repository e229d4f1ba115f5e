import type { RoomSnapshot } from '@tandem/client';
import { useEffect, useRef, useState } from 'react';

import { useBackend } from '~/session/backend';
import { useMyLeases } from '~/session/live';
import type { Activity } from './activity';
import { accept, heldOf, isLost, myLease, renew, standing, type Held, type Standing } from './lease';
import { answeredLeases } from './answered';

const CHECK_MS = 10_000;
/** Hands off for longer than this, and the lease may run out: somebody else can have the task. */
const ACTIVE_MS = 5 * 60_000;

export interface LeaseState {
  readonly held: Held | null;
  readonly standing: Standing;
}

/** My lease on an open task: found, accepted, renewed while I work, and what to say when it is gone. */
export function useLease(taskId: string, room: RoomSnapshot, leaseSeconds: number | undefined, activity: Activity): LeaseState {
  const { api, me } = useBackend();
  const live = useMyLeases();
  const [answered, setAnswered] = useState<Held | null>(() => answeredLeases.get(taskId) ?? null);
  const held = myLease(taskId, live.leases, answered, room.lease, me.user.id);
  const [hadFor, setHadFor] = useState<string | null>(null);
  if (held && hadFor !== taskId) setHadFor(taskId);

  useEffect(() => answeredLeases.onSet((id, lease) => id === taskId && setAnswered(lease)), [taskId]);

  const assignmentId = held?.assignmentId;
  const accepted = useRef<string | null>(null);
  useEffect(() => {
    if (!held || accepted.current === held.assignmentId) return;
    accepted.current = held.assignmentId;
    // Failing to accept costs nothing: the lease holds either way, and a lost one is told by the room.
    accept(api, held).catch(() => undefined);
    // eslint-disable-next-line react-hooks/exhaustive-deps -- once for each lease, not for each renewal
  }, [api, assignmentId]);

  const latest = useRef(held);
  useEffect(() => {
    latest.current = held;
  });
  useEffect(() => {
    if (assignmentId === undefined || leaseSeconds === undefined) return;
    const timer = setInterval(
      () => {
        const now = latest.current;
        const due = now !== null && now.expiresAt - Date.now() < leaseSeconds * 600;
        if (!due || !activity.within(Math.min(ACTIVE_MS, leaseSeconds * 1000))) return;
        renew(api, now).then(
          (assignment) => setAnswered(heldOf(assignment)),
          (error: unknown) => isLost(error) && setAnswered(null),
        );
      },
      Math.min(CHECK_MS, leaseSeconds * 200),
    );
    return () => clearInterval(timer);
  }, [api, assignmentId, leaseSeconds, activity]);

  const facts = {
    mine: held !== null,
    had: hadFor === taskId,
    lease: room.lease,
    userId: me.user.id,
    readOnly: room.readOnly,
    status: room.status,
  };
  return { held, standing: standing(facts) };
}

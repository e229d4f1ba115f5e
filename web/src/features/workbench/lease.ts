import { ApiError, ok, type Api, type LeaseView, type MyLease } from '@tandem/client';

import type { Assignment, Work } from '~/session/queries';

/** A lease as I act on it. */
export interface Held {
  readonly assignmentId: string;
  readonly fencingToken: number;
  readonly expiresAt: number;
}

export const heldOf = (a: Assignment): Held => ({
  assignmentId: a.id,
  fencingToken: a.fencing_token,
  expiresAt: Date.parse(a.expires_at),
});
export const heldLive = (l: MyLease): Held => ({
  assignmentId: l.assignment_id,
  fencingToken: l.fencing_token,
  expiresAt: Date.parse(l.expires_at),
});

/**
 * The lease I hold on a task. The live list is the truth; what a REST answer just said bridges the moment until it is told
 * there, and only as long as the room agrees that the lease is mine.
 */
export function myLease(
  taskId: string,
  live: readonly MyLease[],
  answered: Held | null,
  room: LeaseView | null,
  userId: string,
): Held | null {
  const told = live.find((lease) => lease.task_id === taskId);
  // A renewal is answered before it is told.
  if (told && answered?.assignmentId === told.assignment_id && answered.expiresAt > Date.parse(told.expires_at)) return answered;
  if (told) return heldLive(told);
  return answered && room?.assignment_id === answered.assignmentId && room.user_id === userId ? answered : null;
}

/** What there is to say about the lease of an open task. */
export type Standing =
  | { readonly kind: 'mine' }
  | { readonly kind: 'read_only'; readonly reason: string }
  /** I had it. */
  | { readonly kind: 'lost'; readonly to: string | null }
  /** Somebody else works on it; I may help. */
  | { readonly kind: 'helping'; readonly holder: string }
  | { readonly kind: 'free' }
  | { readonly kind: 'done' }
  /** My leases are not told yet, so it may be mine: nothing is said that would have to be taken back. */
  | { readonly kind: 'unknown' };

export interface Facts {
  readonly mine: boolean;
  /** I held it earlier in this visit. */
  readonly had: boolean;
  readonly lease: LeaseView | null;
  readonly userId: string;
  readonly readOnly: string | null;
  readonly status: string | null;
  /** My leases were told. */
  readonly known: boolean;
}

const OPEN: ReadonlySet<string> = new Set(['pending', 'assigned', 'in_progress']);

export function standing({ mine, had, lease, userId, readOnly, status, known }: Facts): Standing {
  if (mine) return { kind: 'mine' };
  const holder = lease && lease.user_id !== userId ? lease.user_name : null;
  const isOver = status !== null && !OPEN.has(status);
  if (had && (holder !== null || !isOver)) return { kind: 'lost', to: holder };
  if (readOnly !== null) return { kind: 'read_only', reason: readOnly };
  if (holder !== null) return { kind: 'helping', holder };
  if (isOver) return { kind: 'done' };
  return { kind: known && lease === null ? 'free' : 'unknown' };
}

export const claim = (api: Api, taskId: string): Promise<Work> =>
  ok(api.POST('/api/v1/tasks/{task_id}/claim', { params: { path: { task_id: taskId } } }));

export const renew = (api: Api, held: Held): Promise<Assignment> =>
  ok(
    api.POST('/api/v1/assignments/{assignment_id}/renew', {
      params: { path: { assignment_id: held.assignmentId } },
      body: { fencing_token: held.fencingToken },
    }),
  );

export const accept = (api: Api, held: Held): Promise<Assignment> =>
  ok(
    api.POST('/api/v1/assignments/{assignment_id}/accept', {
      params: { path: { assignment_id: held.assignmentId } },
      body: { fencing_token: held.fencingToken },
    }),
  );

export const release = (api: Api, held: Held): Promise<Assignment> =>
  ok(
    api.POST('/api/v1/assignments/{assignment_id}/release', {
      params: { path: { assignment_id: held.assignmentId } },
      body: { fencing_token: held.fencingToken },
    }),
  );

export const skip = (api: Api, held: Held, reason: string): Promise<Assignment> =>
  ok(
    api.POST('/api/v1/assignments/{assignment_id}/skip', {
      params: { path: { assignment_id: held.assignmentId } },
      body: { fencing_token: held.fencingToken, reason: reason.trim() === '' ? null : reason.trim() },
    }),
  );

/** Whether an error means that my lease is no more. */
export const isLost = (error: unknown): boolean =>
  error instanceof ApiError && ['lease_stale', 'lease_expired', 'lease_not_active', 'lease_not_yours'].includes(error.code);

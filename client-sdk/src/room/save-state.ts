/** What to tell a person about their edits. Never more than is certain: "saved" means on the server's disk. */
import type { RoomPhase, SaveState, SessionState } from '../surface.js';

export interface SaveFacts {
  readonly phase: RoomPhase;
  readonly session: SessionState;
  readonly pending: number;
  readonly durable: boolean;
  readonly readOnly: string | null;
  readonly refusals: number;
}

/** No connection, and not merely because the first one is still being made. */
function isOffline(session: SessionState): boolean {
  switch (session.status) {
    case 'waiting':
    case 'closed':
      return true;
    case 'connecting':
      return session.attempt > 0;
    case 'idle':
    case 'open':
      return false;
  }
}

export function saveState(facts: SaveFacts): SaveState {
  if (facts.refusals > 0) return 'refused';
  if (facts.readOnly !== null) return 'read_only';
  if (facts.phase === 'failed' || facts.phase === 'closed') return facts.pending > 0 ? 'offline' : 'saved';
  if (isOffline(facts.session)) return 'offline';
  if (facts.phase !== 'joined') return 'saving';
  if (facts.pending === 0) return 'saved';
  return facts.durable ? 'saving' : 'waiting_for_disk';
}

import type { Channel, ChannelControl } from '../session/channel.js';
import type { Session } from '../session/session.js';
import type { Listener, RoomFailure, SessionInfo, SessionState, Unsubscribe, UserRoom, UserSnapshot } from '../surface.js';
import { Emitter } from '../util/emitter.js';
import { Cached } from '../util/signal.js';
import type { ErrorMessage, LeaseEvent, MyLease, Subscribed, Topic } from '../wire/types.js';

export const createUserRoom = (session: Session): UserRoom => new LiveUserRoom(session);

/** After these I still hold the lease. */
const HELD: ReadonlySet<LeaseEvent> = new Set<LeaseEvent>(['given', 'accepted', 'renewed']);

class LiveUserRoom implements UserRoom, Channel {
  readonly #view = new Cached<UserSnapshot>(() =>
    Object.freeze({ joined: this.#joined, leases: Object.freeze([...this.#leases.values()]), failure: this.#failure }),
  );
  readonly #events = new Emitter<[LeaseEvent, MyLease]>();
  readonly #leases = new Map<string, MyLease>();
  #joined = false;
  #failure: RoomFailure | null = null;

  constructor(private readonly session: Session) {
    session.attach(this);
  }

  snapshot(): UserSnapshot {
    return this.#view.get();
  }

  subscribe(listener: Listener): Unsubscribe {
    return this.#view.subscribe(listener);
  }

  onLease(listener: (event: LeaseEvent, lease: MyLease) => void): Unsubscribe {
    return this.#events.on(listener);
  }

  close(): void {
    this.session.detach(this);
  }

  topic(info: SessionInfo): Topic {
    return { kind: 'user', id: info.user.id };
  }

  holds(): { lineage: null; state_vector: null } {
    return { lineage: null, state_vector: null };
  }

  joined(message: Subscribed): void {
    if (!message.user) return;
    this.#joined = true;
    this.#leases.clear();
    for (const lease of message.user.leases) this.#leases.set(lease.assignment_id, lease);
    this.#view.invalidate();
  }

  control(message: ChannelControl): void {
    if (message.type !== 'lease_changed') return;
    const { event, lease } = message;
    if (HELD.has(event)) this.#leases.set(lease.assignment_id, lease);
    else this.#leases.delete(lease.assignment_id);
    this.#view.invalidate();
    this.#events.emit(event, lease);
  }

  hot(): void {
    // A person has no document.
  }

  refused(): void {
    // Nothing is ever sent.
  }

  warned(): void {
    // Nothing is ever sent.
  }

  failed({ code, message }: Pick<ErrorMessage, 'code' | 'message'>): void {
    this.#failure = { code, message };
    this.#view.invalidate();
  }

  parted(): void {
    this.#joined = false;
    this.#view.invalidate();
  }

  sessionChanged(state: SessionState): void {
    if (state.status === 'closed') this.failed({ code: 'session_closed', message: state.reason });
  }
}

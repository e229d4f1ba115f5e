import type { ChannelControl } from '../session/channel.js';
import type { Session } from '../session/session.js';
import type { SessionInfo, Unsubscribe, UserRoom, UserSnapshot } from '../surface.js';
import { Emitter } from '../util/emitter.js';
import type { LeaseEvent, MyLease, Notification, Subscribed, Topic } from '../wire/types.js';
import { Watching } from './watching.js';

export const createUserRoom = (session: Session): UserRoom => new LiveUserRoom(session);

/** After these I still hold the lease. */
const HELD: ReadonlySet<LeaseEvent> = new Set<LeaseEvent>(['given', 'accepted', 'renewed', 'expiring']);

/** What I hold, and what I am told of. */
class LiveUserRoom extends Watching<UserSnapshot> implements UserRoom {
  readonly #events = new Emitter<[LeaseEvent, MyLease]>();
  readonly #told = new Emitter<[Notification]>();
  readonly #leases = new Map<string, MyLease>();
  readonly #expiring = new Set<string>();

  constructor(session: Session) {
    super(session);
    session.attach(this);
  }

  onLease(listener: (event: LeaseEvent, lease: MyLease) => void): Unsubscribe {
    return this.#events.on(listener);
  }

  onNotification(listener: (notification: Notification) => void): Unsubscribe {
    return this.#told.on(listener);
  }

  topic(info: SessionInfo): Topic {
    return { kind: 'user', id: info.user.id };
  }

  joined(message: Subscribed): void {
    if (!message.user) return;
    this.isJoined = true;
    this.#leases.clear();
    this.#expiring.clear();
    for (const lease of message.user.leases) this.#leases.set(lease.assignment_id, lease);
    this.view.invalidate();
  }

  control(message: ChannelControl): void {
    if (message.type === 'notified') this.#told.emit(message.notification);
    if (message.type !== 'lease_changed') return;
    const { event, lease } = message;
    if (HELD.has(event)) this.#leases.set(lease.assignment_id, lease);
    else this.#leases.delete(lease.assignment_id);
    if (event === 'expiring') this.#expiring.add(lease.assignment_id);
    else this.#expiring.delete(lease.assignment_id);
    this.view.invalidate();
    this.#events.emit(event, lease);
  }

  protected look(): UserSnapshot {
    return Object.freeze({
      joined: this.isJoined,
      leases: Object.freeze([...this.#leases.values()]),
      expiring: Object.freeze([...this.#expiring]),
      failure: this.failure,
    });
  }
}

import type { Channel, ChannelControl, ChannelHost, Link } from '../session/channel.js';
import type { Listener, RoomFailure, SessionInfo, SessionState, Unsubscribe } from '../surface.js';
import { Cached } from '../util/signal.js';
import type { ErrorMessage, Subscribed, Topic } from '../wire/types.js';

/** A room one only watches: the state once, then what changes. It has no document, and nothing is ever sent to it. */
export abstract class Watching<Snapshot> implements Channel {
  protected readonly view = new Cached<Snapshot>(() => this.look());
  protected isJoined = false;
  protected failure: RoomFailure | null = null;

  protected constructor(protected readonly session: ChannelHost) {}

  abstract topic(info: SessionInfo): Topic;
  abstract joined(message: Subscribed, link: Link): void;
  abstract control(message: ChannelControl): void;
  protected abstract look(): Snapshot;

  snapshot(): Snapshot {
    return this.view.get();
  }

  subscribe(listener: Listener): Unsubscribe {
    return this.view.subscribe(listener);
  }

  close(): void {
    this.session.detach(this);
  }

  holds(): { lineage: null; state_vector: null } {
    return { lineage: null, state_vector: null };
  }

  hot(): void {
    // No document.
  }

  refused(): void {
    // Nothing is sent.
  }

  warned(): void {
    // Nothing is sent.
  }

  failed({ code, message }: Pick<ErrorMessage, 'code' | 'message'>): void {
    this.failure = { code, message };
    this.view.invalidate();
  }

  /** What was known stays on the screen; `joined` says that it may be old. */
  parted(): void {
    this.isJoined = false;
    this.view.invalidate();
  }

  sessionChanged(state: SessionState): void {
    if (state.status === 'closed') this.failed({ code: 'session_closed', message: state.reason });
  }
}

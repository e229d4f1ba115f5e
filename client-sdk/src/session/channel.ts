/** What the session and its rooms say to each other. */
import type { SessionInfo, SessionState } from '../surface.js';
import type { ClientHot, ServerHot } from '../wire/hot.js';
import type { ClientControl, ErrorMessage, ServerControl, Subscribed, Topic } from '../wire/types.js';

type WithoutChannel<T> = T extends { channel: number } ? Omit<T, 'channel'> : never;

/** Messages about one topic. */
export type ChannelControl = Extract<
  ServerControl,
  {
    type:
      | 'presence_diff'
      | 'ghosts_reset'
      | 'task_changed'
      | 'durability_changed'
      | 'link_changed'
      | 'rights_changed'
      | 'project_diff'
      | 'jobs_changed'
      | 'workflow_state'
      | 'workflow_diff'
      | 'lease_changed'
      | 'notified';
  }
>;

/** A subscription on one connection. Dead once the connection or the subscription has ended: then every `send` is refused. */
export interface Link {
  /** Never used twice on one connection. */
  readonly number: number;
  readonly info: SessionInfo;
  readonly congested: boolean;
  hot(message: WithoutChannel<ClientHot>): boolean;
  control(message: WithoutChannel<ClientControl>): boolean;
  /** Leave and join again, because the room and the server no longer agree. */
  resubscribe(): void;
}

/** One topic as the session sees it: a room. */
export interface Channel {
  /** Of a task's room. */
  readonly taskId?: string;
  topic(info: SessionInfo): Topic;
  /** What the room has already, sent along with `subscribe`. */
  holds(): { lineage: string | null; state_vector: string | null };
  joined(message: Subscribed, link: Link): void;
  control(message: ChannelControl): void;
  hot(message: ServerHot): void;
  /** An edit of this channel was not taken. */
  refused(seq: number, error: ErrorMessage): void;
  /** Something else of ours was not taken: a ghost, a presence. It is lost, nothing more. */
  warned(error: ErrorMessage): void;
  /** The server will not let us join. */
  failed(error: ErrorMessage): void;
  /** The connection (or the subscription) is gone; the session is already at work on another. */
  parted(): void;
  sessionChanged(state: SessionState): void;
}

/** What a room may ask of its session. */
export interface ChannelHost {
  readonly state: SessionState;
  readonly info: SessionInfo | undefined;
  attach(channel: Channel): void;
  detach(channel: Channel): void;
}

import type { Channel, ChannelControl, Link } from '../session/channel.js';
import type { Session } from '../session/session.js';
import type { Listener, ProjectRoom, ProjectSnapshot, RoomFailure, SessionState, Unsubscribe } from '../surface.js';
import { Cached } from '../util/signal.js';
import type { ErrorMessage, PersonHere, Progress, ProjectDiff, Subscribed, Topic } from '../wire/types.js';

export const createProjectRoom = (session: Session, projectId: string): ProjectRoom => new LiveProjectRoom(session, projectId);

/** Progress and people of a project: the state once, then what changes. */
class LiveProjectRoom implements ProjectRoom, Channel {
  readonly #view = new Cached<ProjectSnapshot>(() =>
    Object.freeze({
      joined: this.#joined,
      progress: this.#progress,
      people: Object.freeze([...this.#people.values()]),
      failure: this.#failure,
    }),
  );
  readonly #people = new Map<string, PersonHere>();
  #joined = false;
  #progress: Progress | null = null;
  #failure: RoomFailure | null = null;

  constructor(
    private readonly session: Session,
    readonly projectId: string,
  ) {
    session.attach(this);
  }

  snapshot(): ProjectSnapshot {
    return this.#view.get();
  }

  subscribe(listener: Listener): Unsubscribe {
    return this.#view.subscribe(listener);
  }

  close(): void {
    this.session.detach(this);
  }

  topic(): Topic {
    return { kind: 'project', id: this.projectId };
  }

  holds(): { lineage: null; state_vector: null } {
    return { lineage: null, state_vector: null };
  }

  joined(message: Subscribed, _link: Link): void {
    if (!message.project) return;
    this.#joined = true;
    this.#progress = message.project.progress;
    this.#people.clear();
    for (const person of message.project.people) this.#people.set(person.user.id, person);
    this.#view.invalidate();
  }

  control(message: ChannelControl): void {
    if (message.type === 'project_diff') this.#apply(message);
  }

  hot(): void {
    // A project has no document.
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

  /** What was known stays on the screen; `joined` says that it may be old. */
  parted(): void {
    this.#joined = false;
    this.#view.invalidate();
  }

  sessionChanged(state: SessionState): void {
    if (state.status === 'closed') this.failed({ code: 'session_closed', message: state.reason });
  }

  #apply({ progress, here, left }: ProjectDiff): void {
    if (progress) this.#progress = progress;
    for (const person of here) this.#people.set(person.user.id, person);
    for (const user of left) this.#people.delete(user);
    this.#view.invalidate();
  }
}

import type { ChannelControl } from '../session/channel.js';
import type { Session } from '../session/session.js';
import type { ProjectRoom, ProjectSnapshot } from '../surface.js';
import type { JobProgress, PersonHere, Progress, ProjectDiff, Subscribed, Topic } from '../wire/types.js';
import { Watching } from './watching.js';

export const createProjectRoom = (session: Session, projectId: string): ProjectRoom => new LiveProjectRoom(session, projectId);

/** Progress, people and jobs of a project. */
class LiveProjectRoom extends Watching<ProjectSnapshot> implements ProjectRoom {
  readonly #people = new Map<string, PersonHere>();
  #progress: Progress | null = null;
  #jobs: ReadonlyMap<string, JobProgress> = new Map();

  constructor(
    session: Session,
    readonly projectId: string,
  ) {
    super(session);
    session.attach(this);
  }

  topic(): Topic {
    return { kind: 'project', id: this.projectId };
  }

  joined(message: Subscribed): void {
    if (!message.project) return;
    this.isJoined = true;
    this.#progress = message.project.progress;
    this.#people.clear();
    // Those there are follow at once.
    this.#jobs = new Map();
    for (const person of message.project.people) this.#people.set(person.user.id, person);
    this.view.invalidate();
  }

  control(message: ChannelControl): void {
    if (message.type === 'project_diff') this.#apply(message);
    else if (message.type === 'jobs_changed') this.#follow(message.jobs);
  }

  protected look(): ProjectSnapshot {
    const people = Object.freeze([...this.#people.values()]);
    return Object.freeze({ joined: this.isJoined, progress: this.#progress, people, jobs: this.#jobs, failure: this.failure });
  }

  #follow(jobs: readonly JobProgress[]): void {
    // A map of its own each time: who was given one compares it with the next.
    this.#jobs = new Map([...this.#jobs, ...jobs.map((job) => [job.id, job] as const)]);
    this.view.invalidate();
  }

  #apply({ progress, here, left }: ProjectDiff): void {
    if (progress) this.#progress = progress;
    for (const person of here) this.#people.set(person.user.id, person);
    for (const user of left) this.#people.delete(user);
    this.view.invalidate();
  }
}

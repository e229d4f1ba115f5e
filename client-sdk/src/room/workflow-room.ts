import type { ChannelControl } from '../session/channel.js';
import type { Session } from '../session/session.js';
import type { WorkflowRoom, WorkflowSnapshot } from '../surface.js';
import type { StepCounts, StepWorker, Topic, WorkflowDiff, WorkflowState } from '../wire/types.js';
import { Watching } from './watching.js';

export const createWorkflowRoom = (session: Session, projectId: string): WorkflowRoom => new LiveWorkflowRoom(session, projectId);

/** The work of a project: the whole once, then what changes. */
class LiveWorkflowRoom extends Watching<WorkflowSnapshot> implements WorkflowRoom {
  readonly #workers = new Map<string, StepWorker>();
  #steps: ReadonlyMap<string, StepCounts> | null = null;
  #workflowId: string | null = null;

  constructor(
    session: Session,
    readonly projectId: string,
  ) {
    super(session);
    session.attach(this);
  }

  topic(): Topic {
    return { kind: 'workflow', id: this.projectId };
  }

  joined(): void {
    // Nothing is known before the `workflow_state` that follows.
  }

  control(message: ChannelControl): void {
    if (message.type === 'workflow_state') this.#begin(message);
    // A diff of a state that was not read would be half the truth.
    else if (message.type === 'workflow_diff' && this.isJoined) this.#apply(message);
  }

  protected look(): WorkflowSnapshot {
    return Object.freeze({
      joined: this.isJoined,
      workflowId: this.#workflowId,
      steps: this.#steps,
      workers: Object.freeze([...this.#workers.values()]),
      failure: this.failure,
    });
  }

  #begin({ workflow_id, steps, workers }: WorkflowState): void {
    this.isJoined = true;
    this.#workflowId = workflow_id;
    this.#steps = new Map(steps.map((counts) => [counts.step, counts]));
    this.#workers.clear();
    for (const worker of workers) this.#workers.set(worker.assignment_id, worker);
    this.view.invalidate();
  }

  #apply({ workflow_id, steps, workers, left }: WorkflowDiff): void {
    this.#workflowId = workflow_id;
    if (steps.length > 0)
      this.#steps = new Map([...(this.#steps ?? []), ...steps.map((counts) => [counts.step, counts] as const)]);
    for (const assignment of left) this.#workers.delete(assignment);
    for (const worker of workers) this.#workers.set(worker.assignment_id, worker);
    this.view.invalidate();
  }
}

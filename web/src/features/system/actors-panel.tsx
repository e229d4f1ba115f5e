import { PencilLine } from 'lucide-react';
import type { ReactNode } from 'react';
import { Link } from 'wouter';

import { bytes } from '~/lib/time';
import { Empty } from '~/ui/feedback';
import type { ActorNode, ActorTree, BusyHandler, TaskNode } from './queries';

/** A message waiting longer than this is worth a colour. */
const SLOW_MS = 50;

const NAMES: Record<string, string> = {
  journal: 'Journal',
  timer: 'Timer',
  jobs: 'Jobs',
  neighbours: 'Other nodes',
  node: 'Node',
};

const STATES: Record<string, string> = { starting: 'Starting', up: 'Up', stopped: 'Stopped', gave_up: 'Gave up' };

/** `0.4 ms`, `31 ms`, `2.1 s`. */
export function waits(ms: number): string {
  if (ms >= 1000) return `${(ms / 1000).toFixed(1)} s`;
  return ms < 10 ? `${ms.toFixed(1)} ms` : `${Math.round(ms)} ms`;
}

const restarts = (n: number): string => (n === 1 ? '1 restart' : `${n} restarts`);

export const ActorsPanel = ({ tree }: { tree: ActorTree }): ReactNode => (
  <div className="system-live">
    <dl className="figures num">
      <Figure name="Connections" value={tree.sessions} />
      <Figure name="People" value={tree.people} />
      <Figure name="Projects" value={tree.projects} />
      <Figure name="Documents" value={tree.tasks} />
      <Figure
        name="Waiting for the disk"
        value={tree.durable ? bytes(tree.waiting_bytes) : `${bytes(tree.waiting_bytes)}, disk away`}
        bad={!tree.durable}
      />
    </dl>
    <ul className="roots" aria-label="Parts there is one of">
      {tree.root.map((actor) => (
        <Root key={actor.kind} actor={actor} />
      ))}
    </ul>
    {tree.busy.length > 0 && <Busy handlers={tree.busy} />}
    <Tasks tasks={tree.my_tasks} count={tree.my_task_count} />
  </div>
);

const Figure = ({ name, value, bad }: { name: string; value: number | string; bad?: boolean }): ReactNode => (
  <div className="figure">
    <dt>{name}</dt>
    <dd className={bad ? 'bad-text' : undefined}>{value}</dd>
  </div>
);

const Root = ({ actor }: { actor: ActorNode }): ReactNode => (
  <li className="root">
    <span className={`pill ${actor.state === 'up' ? 'pill-good' : actor.state === 'starting' ? 'pill-warn' : 'pill-bad'}`}>
      {NAMES[actor.kind] ?? actor.kind}: {STATES[actor.state] ?? actor.state}
    </span>
    <small className="muted num">
      {actor.restarts > 0 && restarts(actor.restarts)}
      {actor.restarts > 0 && actor.mailbox_ms !== null && ' · '}
      {actor.mailbox_ms !== null && `answers in ${waits(actor.mailbox_ms)}`}
    </small>
  </li>
);

const Busy = ({ handlers }: { handlers: readonly BusyHandler[] }): ReactNode => (
  <div className="busy" role="note" aria-label="Busy for long">
    <strong>Busy for long</strong>
    <ul>
      {handlers.map((handler) => (
        <li key={`${handler.thread} ${handler.message}`} className="num">
          {handler.message} of a {handler.actor} actor on {handler.thread}, for {waits(handler.ms)}
        </li>
      ))}
    </ul>
  </div>
);

function Tasks({ tasks, count }: { tasks: readonly TaskNode[]; count: number }): ReactNode {
  if (tasks.length === 0) {
    return (
      <div className="rows">
        <Empty icon={<PencilLine size={20} />} title="Nobody has a task of this workspace open here">
          A task shows up here the moment somebody opens it.
        </Empty>
      </div>
    );
  }
  return (
    <>
      <div className="grid-table tasks-table" role="table" aria-label="Tasks of this workspace that are open">
        <div className="grid-head" role="row">
          {['Task', 'People', 'Edits', 'Refused', 'Size', 'Answers in'].map((name) => (
            <span key={name} role="columnheader">
              {name}
            </span>
          ))}
        </div>
        {tasks.map((task) => (
          <TaskRow key={task.id} task={task} />
        ))}
      </div>
      {count > tasks.length && (
        <p className="muted num">
          {tasks.length} of {count} open tasks
        </p>
      )}
    </>
  );
}

const TaskRow = ({ task }: { task: TaskNode }): ReactNode => (
  <div className="grid-row num" role="row" data-testid="open-task">
    <span className="node-name" role="cell">
      <Link
        className="task-link truncate"
        href={`/projects/${task.project_id}/tasks/${task.id ?? ''}`}
        title={task.id ?? undefined}
        aria-label={`Task ${task.id ?? ''}`}
      >
        {task.id?.slice(-12)}
      </Link>
      <small className="muted">
        {STATES[task.state] ?? task.state}
        {!task.loaded && ', loading'}
        {task.not_on_disk && ', writing'}
        {task.restarts > 0 && `, ${restarts(task.restarts)}`}
      </small>
    </span>
    <span role="cell">{task.members}</span>
    <span role="cell">{task.edits}</span>
    <span role="cell" className={task.refused > 0 ? 'bad-text' : 'muted'}>
      {task.refused}
    </span>
    <span role="cell">{bytes(task.document_bytes)}</span>
    <span role="cell" className={task.mailbox_ms === null || task.mailbox_ms > SLOW_MS ? 'bad-text' : 'muted'}>
      {task.mailbox_ms === null ? 'no answer' : waits(task.mailbox_ms)}
    </span>
  </div>
);

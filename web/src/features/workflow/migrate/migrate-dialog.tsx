/** Moves the tasks of a project to a version of its workflow: first what would happen, then, if that is wanted, that. */
import './migrate.css';

import { ok } from '@tandem/client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import { Link } from 'wouter';

import { useBackend } from '~/session/backend';
import { useTask } from '~/session/queries';
import { Button } from '~/ui/controls';
import { Dialog } from '~/ui/dialog';
import { explain } from '~/ui/explain';
import { toast } from '~/ui/toast';
import type { Workflow } from '../queries';
import { looked, movable, moveAll, movedWords, NONE_MOVED, type Misfits, type Moved } from './moving';

interface MigrateProps {
  workflow: Workflow;
  onClose: () => void;
}

/** `seen`: so far. `isDone`: all of it was looked at. */
interface Run {
  readonly seen: Moved;
  readonly isDone: boolean;
}

const NOTHING: Run = { seen: NONE_MOVED, isDone: false };

export function MigrateDialog({ workflow, onClose }: MigrateProps): ReactNode {
  const { api } = useBackend();
  const client = useQueryClient();
  const [plan, setPlan] = useState<Run>(NOTHING);
  const [real, setReal] = useState<Run | null>(null);
  const stopped = useRef(false);
  const called = `${workflow.name} v${workflow.version}`;

  const ask = (dryRun: boolean) => async (after: string | null) =>
    ok(
      api.POST('/api/v1/workflows/{workflow_id}/migrate', {
        params: { path: { workflow_id: workflow.id } },
        body: { dry_run: dryRun, after },
      }),
    );
  const rehearse = useMutation({
    mutationFn: () =>
      moveAll(
        ask(true),
        (seen) => setPlan({ seen, isDone: false }),
        () => stopped.current,
      ),
    onMutate: () => setPlan(NOTHING),
    onSuccess: (seen) => setPlan({ seen, isDone: true }),
  });
  const move = useMutation({
    mutationFn: () =>
      moveAll(
        ask(false),
        (seen) => setReal({ seen, isDone: false }),
        () => stopped.current,
      ),
    onMutate: () => setReal(NOTHING),
    onSuccess: (seen) => {
      setReal({ seen, isDone: !stopped.current });
      toast(`${movable(seen) === 1 ? '1 task is' : `${movable(seen)} tasks are`} on ${called} now`, 'good');
    },
    onSettled: () => {
      for (const key of ['workflows', 'step-tasks', 'tasks', 'closed-steps', 'transitions'])
        void client.invalidateQueries({ queryKey: [key] });
    },
  });
  const { mutate: begin } = rehearse;
  useEffect(() => {
    stopped.current = false;
    begin();
    return () => {
      stopped.current = true;
    };
  }, [begin]);

  const now = real ?? plan;
  const failed = move.error ?? rehearse.error;
  const isRunning = move.isPending || rehearse.isPending;
  const count = movable(plan.seen);
  return (
    <Dialog
      open
      onClose={() => !move.isPending && onClose()}
      title={`Move tasks to ${called}`}
      description="Tasks that are done stay as they are. What was answered and drawn is kept."
    >
      <div className="migrate" aria-live="polite" aria-busy={isRunning}>
        {isRunning && (
          <p className="migrate-progress num" role="status">
            {move.isPending
              ? `${looked(now.seen)} of ${looked(plan.seen)} tasks …`
              : `Looking: ${looked(now.seen)} tasks so far …`}
            <progress max={looked(plan.seen) || 1} {...(move.isPending ? { value: looked(now.seen) } : {})} aria-label="Tasks" />
          </p>
        )}
        {(now.isDone || real !== null) && !isRunning && (
          <ul className="consequences" data-testid="migration">
            {movedWords(now.seen, called, real !== null).map((sentence) => (
              <li key={sentence}>{sentence}</li>
            ))}
          </ul>
        )}
        {!isRunning && real !== null && !real.isDone && <p>It was stopped before the end. Move again to go on.</p>}
        {!isRunning && <MisfitList projectId={workflow.project_id} misfits={now.seen.misfits} />}
        {failed !== null && !isRunning && (
          <p className="field-error" role="alert">
            {explain(failed).detail}
            {real !== null && movable(real.seen) > 0 && ` ${movable(real.seen)} were moved before that.`}
          </p>
        )}
        {plan.isDone && count > 0 && workflow.status === 'draft' && <p>It is a draft: activate it, then move tasks to it.</p>}
      </div>
      <div className="dialog-actions">
        {move.isPending ? (
          <Button onClick={() => (stopped.current = true)}>Stop</Button>
        ) : (
          <Button onClick={onClose}>{real?.isDone ? 'Close' : 'Not now'}</Button>
        )}
        {rehearse.isError && <Button onClick={() => begin()}>Look again</Button>}
        {!real?.isDone && plan.isDone && count > 0 && workflow.status !== 'draft' && (
          <Button
            look="solid"
            busy={move.isPending}
            onClick={() => {
              stopped.current = false;
              move.mutate();
            }}
          >
            {count === 1 ? 'Move 1 task' : `Move ${count} tasks`}
          </Button>
        )}
      </div>
    </Dialog>
  );
}

function MisfitList({ projectId, misfits }: { projectId: string; misfits: readonly Misfits[] }): ReactNode {
  if (misfits.length === 0) return null;
  return (
    <section aria-label="What does not fit">
      <h3 className="migrate-head">What does not fit, and why</h3>
      <ul className="migrate-misfits">
        {misfits.map(({ reason, count, tasks }) => (
          <li key={reason}>
            <p>
              <strong className="num">{count}</strong> {reason}
            </p>
            <p className="migrate-tasks">
              {tasks.map((id) => (
                <TaskLink key={id} projectId={projectId} id={id} />
              ))}
              {count > tasks.length && <span className="muted">and {count - tasks.length} more</span>}
            </p>
          </li>
        ))}
      </ul>
    </section>
  );
}

function TaskLink({ projectId, id }: { projectId: string; id: string }): ReactNode {
  const task = useTask(id).data;
  return (
    <Link className="truncate" href={`/projects/${projectId}/tasks/${id}`}>
      {task?.external_id ?? task?.asset.filename ?? 'a task'}
    </Link>
  );
}

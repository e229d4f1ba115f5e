import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, type ReactNode } from 'react';
import { useLocation } from 'wouter';

import { useBackend } from '~/session/backend';
import { useMyLeases } from '~/session/live';
import type { Task } from '~/session/queries';
import { Button } from '~/ui/controls';
import { Failed } from '~/ui/feedback';
import { answeredLeases } from './answered';
import { accept, claim, heldLive, heldOf, type Held } from './lease';

/**
 * A task that shows what is in it only to whoever accepts it. Opening one that I hold is accepting it; one that I do not hold has to be taken first, and
 * nothing of it is seen before.
 */
export function Withheld({ task }: { task: Task }): ReactNode {
  const { api } = useBackend();
  const client = useQueryClient();
  const live = useMyLeases();
  const [, go] = useLocation();
  const told = live.leases.find((lease) => lease.task_id === task.id);
  const held = answeredLeases.get(task.id) ?? (told && heldLive(told));
  const assignmentId = held?.assignmentId;

  const open = useMutation({
    mutationFn: async (mine: Held | undefined) => {
      const lease = mine ?? heldOf((await claim(api, task.id)).assignment);
      answeredLeases.set(task.id, heldOf(await accept(api, lease)));
      await client.invalidateQueries({ queryKey: ['task', task.id] });
    },
    // A lease that is no more must not be tried again.
    onError: () => answeredLeases.set(task.id, null),
  });
  const { mutate } = open;
  const tried = useRef<string | null>(null);
  useEffect(() => {
    if (!held || tried.current === held.assignmentId) return;
    tried.current = held.assignmentId;
    mutate(held);
    // eslint-disable-next-line react-hooks/exhaustive-deps -- once for each lease
  }, [assignmentId, mutate]);

  const back = <Button onClick={() => go(`/projects/${task.project_id}`)}>Back to the project</Button>;
  if (open.error) {
    return (
      <main className="page">
        <Failed error={open.error} retry={() => mutate(undefined)} />
        {back}
      </main>
    );
  }
  if (held || open.isPending) return <main className="page" aria-busy="true" aria-label="Accepting the task" />;
  return (
    <main className="page">
      <div className="empty" data-testid="withheld">
        <h2>This task opens when you take it</h2>
        <p>In this step nobody sees a task before accepting it, so that all of them get done.</p>
        <Button look="solid" onClick={() => mutate(undefined)}>
          Take this task
        </Button>
        {back}
      </div>
    </main>
  );
}

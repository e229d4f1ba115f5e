/** Doing to tasks what an admin decided, one after the other, and saying what came of it. */
import { ok, type components } from '@tandem/client';
import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useRef, useState } from 'react';

import { useBackend, type Backend } from '~/session/backend';
import { explain } from '~/ui/explain';
import { toast } from '~/ui/toast';
import type { Step } from '../form';
import { applies, doneWords, holdersOf, labelOf, namesOf, type StepTask } from './actions';
import { keeperIn, waitsFor } from './holds';

export interface Person {
  readonly id: string;
  readonly name: string;
}

export type Order =
  | { readonly verb: 'assign'; readonly to: readonly Person[]; readonly force: boolean; readonly reason: string | null }
  | { readonly verb: 'evict'; readonly reason: string; readonly then: 'pool' | 'hold' | Person }
  | { readonly verb: ReasonVerb; readonly reason: string }
  | { readonly verb: 'resolve'; readonly output: unknown; readonly reason: string }
  | { readonly verb: 'priority'; readonly priority: number; readonly reason: string | null };

/** What needs a reason, and nothing more. */
export type ReasonVerb = 'hold' | 'resume' | 'finish' | 'reopen' | 'complete' | 'archive' | 'reset' | 'undo';

type Back = () => Promise<void>;
type Api = Backend['api'];

const onTask = (task: StepTask): { params: { path: { task_id: string } } } => ({ params: { path: { task_id: task.id } } });

async function evict(api: Api, assignment: string, reason: string, then: 'pool' | 'hold' | Person): Promise<void> {
  const body = { reason, then: typeof then === 'string' ? { to: then } : { to: 'person' as const, user_id: then.id } };
  await ok(api.POST('/api/v1/assignments/{assignment_id}/evict', { params: { path: { assignment_id: assignment } }, body }));
}

/**
 * The step that keeps a task, which is not always the one it is listed in: that may be where people saw it last.
 * @returns null: none does. Somebody put it aside, with a reason that is a word of the server's.
 */
async function keeperOf(api: Api, task: StepTask, here: string, steps: readonly Step[]): Promise<string | null> {
  const waits = task.held === null ? 'resumed' : waitsFor(task.held);
  if (waits === 'resumed') return here;
  const standing = await ok(api.GET('/api/v1/tasks/{task_id}/standing', onTask(task)));
  return keeperIn(standing.value, waits, here, steps);
}

/** One task. @returns how to take it back, where that can be done. */
async function carryOut(
  api: Api,
  step: string,
  steps: readonly Step[],
  task: StepTask,
  order: Exclude<Order, { verb: 'priority' }>,
): Promise<Back | null> {
  const steer = async (body: components['schemas']['SteerTask']): Promise<void> => {
    await ok(api.POST('/api/v1/tasks/{task_id}/steer', { ...onTask(task), body }));
  };
  const back = (reason: string): Back => {
    return () => steer({ action: 'undo', reason });
  };
  switch (order.verb) {
    case 'assign': {
      const [to] = order.to;
      if (!to) return null;
      const body = { user_id: to.id, step, force: order.force, reason: order.reason };
      const work = await ok(api.POST('/api/v1/tasks/{task_id}/assign', { ...onTask(task), body }));
      return () => evict(api, work.assignment.id, 'Assigned by mistake', 'pool');
    }
    case 'evict': {
      // Several may answer the same step. What comes next is said with the last of them: a task is held once, and a person has one place in it.
      const holders = holdersOf(task);
      for (const [index, holder] of holders.entries()) {
        await evict(api, holder.assignment_id, order.reason, index === holders.length - 1 ? order.then : 'pool');
      }
      return order.then === 'hold' ? () => steer({ action: 'resume', reason: 'Taken back by mistake' }) : null;
    }
    case 'hold':
      await steer({ action: 'hold', reason: order.reason });
      return () => steer({ action: 'resume', reason: 'Held by mistake' });
    case 'resume':
      await steer({ action: 'resume', reason: order.reason });
      return () => steer({ action: 'hold', reason: task.held ?? 'Resumed by mistake' });
    case 'finish':
    case 'reopen': {
      const keeper = await keeperOf(api, task, step, steps);
      await steer(
        keeper === null ? { action: 'resume', reason: order.reason } : { action: order.verb, step: keeper, reason: order.reason },
      );
      return back(order.verb === 'finish' ? 'Let go on by mistake' : 'Tried again by mistake');
    }
    case 'resolve': {
      const keeper = await keeperOf(api, task, step, steps);
      if (keeper === null) throw new Error('It was put aside by hand. Let it go on, or begin a step anew.');
      await steer({ action: 'resolve', step: keeper, output: order.output, reason: order.reason });
      return back('Decided by mistake');
    }
    case 'complete':
      await steer({ action: 'complete', reason: order.reason });
      return back('Completed by mistake');
    case 'archive':
      await steer({ action: 'archive', reason: order.reason });
      return back('Archived by mistake');
    case 'reset':
      await steer({ action: 'reset', step, reason: order.reason });
      return back('Begun anew by mistake');
    case 'undo':
      await steer({ action: 'undo', reason: order.reason });
      return null;
  }
}

/** All in one call. */
async function reorder(api: Api, project: string, tasks: readonly string[], priority: number, reason: string | null) {
  const body = { task_ids: [...tasks], priority, reason };
  return ok(api.POST('/api/v1/projects/{project_id}/tasks/priority', { params: { path: { project_id: project } }, body }));
}

/** As many as the server takes in one call. */
const SHARED_OUT = 500;

interface SharedOut {
  readonly backs: readonly Back[];
  readonly failed: readonly { readonly task: StepTask; readonly why: string }[];
}

/** Many tasks to one person or to several in turn, in one call. */
async function shareOut(
  api: Api,
  project: string,
  step: string,
  tasks: readonly StepTask[],
  order: Extract<Order, { verb: 'assign' }>,
): Promise<SharedOut> {
  const body = {
    task_ids: tasks.map((task) => task.id),
    user_ids: order.to.map((person) => person.id),
    step,
    force: order.force,
    reason: order.reason,
  };
  const path = { project_id: project };
  const { items } = await ok(api.POST('/api/v1/projects/{project_id}/tasks/assign', { params: { path }, body }));
  const given = new Map(items.map((item) => [item.task_id, item]));
  return {
    backs: items.flatMap(({ assignment }) =>
      assignment ? [() => evict(api, assignment.id, 'Assigned by mistake', 'pool')] : [],
    ),
    failed: tasks.flatMap((task) => {
      const item = given.get(task.id);
      if (item?.assignment) return [];
      return [{ task, why: item?.refused[0]?.reason.text ?? 'Nobody of them could be given it.' }];
    }),
  };
}

export interface Steering {
  /** How many of how many are done, while it lasts. */
  readonly busy: { readonly done: number; readonly of: number } | null;
  run(order: Order, tasks: readonly StepTask[]): Promise<void>;
}

/** `steps`: all of the workflow that is shown, those of branches too. */
export function useSteering(project: string, at: Step, steps: readonly Step[]): Steering {
  const step = at.id;
  const { api } = useBackend();
  const client = useQueryClient();
  const [busy, setBusy] = useState<Steering['busy']>(null);
  const running = useRef(false);

  const reload = useCallback(() => void client.invalidateQueries({ queryKey: ['step-tasks', project] }), [client, project]);

  const takeBack = useCallback(
    async (backs: readonly Back[]) => {
      const ends = await Promise.allSettled(backs.map((back) => back()));
      reload();
      const failed = ends.find((end) => end.status === 'rejected');
      if (failed) toast(`Not all of it could be undone. ${explain(failed.reason).detail}`, 'bad');
      else toast('Undone', 'good');
    },
    [reload],
  );

  const run = useCallback(
    async (order: Order, chosen: readonly StepTask[]) => {
      const tasks = chosen.filter((task) => applies(order.verb, task, at));
      if (running.current || tasks.length === 0) return;
      running.current = true;
      const backs: Back[] = [];
      const failed: { task: StepTask; why: string }[] = [];
      try {
        if (order.verb === 'priority') {
          const ids = tasks.map((task) => task.id);
          const { changed } = await reorder(api, project, ids, order.priority, order.reason);
          for (const was of new Set(changed.map((task) => task.was))) {
            const of = changed.filter((task) => task.was === was).map((task) => task.task_id);
            backs.push(async () => {
              await reorder(api, project, of, was, 'Changed by mistake');
            });
          }
        } else if (order.verb === 'assign' && tasks.length > 1) {
          for (let at = 0; at < tasks.length; at += SHARED_OUT) {
            setBusy({ done: at, of: tasks.length });
            const some = tasks.slice(at, at + SHARED_OUT);
            try {
              const shared = await shareOut(api, project, step, some, order);
              backs.push(...shared.backs);
              failed.push(...shared.failed);
            } catch (error) {
              failed.push(...some.map((task) => ({ task, why: explain(error).detail })));
            }
          }
        } else {
          for (const [index, task] of tasks.entries()) {
            setBusy({ done: index, of: tasks.length });
            try {
              const back = await carryOut(api, step, steps, task, order);
              if (back) backs.push(back);
            } catch (error) {
              failed.push({ task, why: explain(error).detail });
            }
          }
        }
      } catch (error) {
        failed.push(...tasks.map((task) => ({ task, why: explain(error).detail })));
      } finally {
        running.current = false;
        setBusy(null);
        reload();
      }
      const done = tasks.length - failed.length;
      const undo = backs.length > 0 ? { label: 'Undo', run: () => void takeBack(backs) } : undefined;
      if (done > 0) toast(doneWords(order.verb, done, aim(order)), 'good', undo);
      const first = failed[0];
      if (first) {
        const more = failed.length > 1 ? ` ${failed.length - 1} more could not be changed.` : '';
        toast(`${labelOf(first.task)}: ${first.why}${more}`, 'bad');
      }
    },
    [api, project, at, step, steps, reload, takeBack],
  );
  return { busy, run };
}

function aim(order: Order): string | undefined {
  if (order.verb === 'assign') return namesOf(order.to.map((user) => ({ user })));
  if (order.verb === 'priority') return String(order.priority);
  return order.verb === 'evict' && typeof order.then === 'object' ? order.then.name : undefined;
}

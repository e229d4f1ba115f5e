/** Where the tasks of a project are, step by step, as the boxes show it. */
import type { WorkflowSnapshot } from '@tandem/client';

import { allSteps } from './branches';
import { at, isForPeople, neededBy, transitionsOf, type Form, type Step } from './form';

export interface StepProgress {
  readonly waiting: number;
  readonly working: number;
  readonly done: number;
  readonly held: number;
  readonly people: readonly { readonly id: string; readonly name: string; readonly color: string }[];
  /** Their leases: one may end and another begin while every count stays what it was. */
  readonly leases: readonly string[];
}

export const NO_PROGRESS: StepProgress = { waiting: 0, working: 0, done: 0, held: 0, people: [], leases: [] };

/** @returns none while nothing is known, or where it is about another version: its boxes are not these. */
export function progressOf(live: WorkflowSnapshot, workflowId: string): ReadonlyMap<string, StepProgress> | null {
  if (live.steps === null || live.workflowId !== workflowId) return null;
  const found = new Map<string, StepProgress>();
  for (const { step, waiting, working, done, held } of live.steps.values()) {
    const here = live.workers.filter((worker) => worker.step === step);
    const people = new Map(here.map(({ user }) => [user.id, user]));
    const leases = here.map((worker) => worker.assignment_id);
    found.set(step, { waiting, working, done, held, people: [...people.values()], leases });
  }
  return found;
}

/** How many tasks somebody holds, by step. */
export function heldBy(workers: WorkflowSnapshot['workers'], user: string): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const worker of workers) if (worker.user.id === user) found.set(worker.step, (found.get(worker.step) ?? 0) + 1);
  return found;
}

/** Has any task come this far? */
export const isReached = ({ waiting, working, done, held }: StepProgress): boolean => waiting + working + done + held > 0;

/** How much of a step is done. */
export interface Share {
  /** 0 to 1. */
  readonly share: number;
  /** `36 of 50 tasks`. */
  readonly words: string;
}

/**
 * Of the tasks that have come to a step, or, where several people answer each, of the answers asked for: what of those is given for tasks that are not
 * through yet is not known, so that they count as not begun and the share is never said too high.
 * @returns null: nothing has come here, or nobody works here.
 */
export function shareOf(step: Step, { waiting, working, done, held }: StepProgress): Share | null {
  const needed = neededBy(step);
  if (needed === 0) return null;
  const open = needed === 1 ? waiting + working + held : needed * (Math.max(waiting, working) + held);
  const all = done + open;
  if (all === 0) return null;
  return { share: done / all, words: `${done} of ${all} ${needed === 1 ? (all === 1 ? 'task' : 'tasks') : 'answers'}` };
}

export const percentOf = (share: number): string => {
  // Not all of it until it is all of it.
  const percent = share < 1 ? Math.min(99, Math.round(share * 100)) : 100;
  return `${percent}%`;
};

/**
 * Steps that a task has come to. What works by itself keeps no count: tasks went through it where they came to a step after it, and could.
 * @param completed tasks of the project that are done.
 */
export function reachedIn(form: Form, progress: ReadonlyMap<string, StepProgress>, completed: number): ReadonlySet<string> {
  const counted = (step: Step): boolean => allSteps([step]).some((one) => isReached(progress.get(one.id) ?? NO_PROGRESS));
  const reached = new Set(form.steps.filter(counted).map((step) => step.id));
  if (completed > 0) {
    reached.add('completed');
    for (const step of form.steps) if (step.type === 'complete') reached.add(step.id);
  }
  const first = form.steps[0]?.id;
  const ways = transitionsOf(form);
  const passes = new Set(form.steps.filter((step) => !isForPeople(step.type)).map((step) => step.id));
  const between = [...passes].filter((id) => !reached.has(id) && leadsThrough(id, ways, reached, passes, first));
  return new Set([...reached, ...between]);
}

/** Whether it lies on a way of such steps alone, from one that was reached to one that was reached. */
function leadsThrough(
  id: string,
  ways: ReturnType<typeof transitionsOf>,
  reached: ReadonlySet<string>,
  passes: ReadonlySet<string>,
  first: string | undefined,
): boolean {
  const meets = (from: string, next: (id: string) => readonly string[], is: (id: string) => boolean): boolean => {
    const seen = new Set([from]);
    const open = [from];
    for (let here = open.pop(); here !== undefined; here = open.pop()) {
      for (const other of next(here)) {
        if (is(other)) return true;
        if (passes.has(other) && !seen.has(other)) {
          seen.add(other);
          open.push(other);
        }
      }
    }
    return false;
  };
  const after = (from: string): readonly string[] => ways.filter((way) => way.from === from).map((way) => way.to);
  const before = (to: string): readonly string[] => ways.filter((way) => way.to === to).map((way) => way.from);
  const was = (other: string): boolean => reached.has(other);
  return meets(id, after, was) && (id === first || meets(id, before, (other) => was(other) || other === first));
}

/** Why I may not work in a step, in words; steps where I may are not in it. */
export function closedSteps(answer: unknown): ReadonlyMap<string, readonly string[]> {
  const steps = at(answer, 'steps');
  const found = new Map<string, readonly string[]>();
  for (const step of Array.isArray(steps) ? (steps as unknown[]) : []) {
    const [id, closed] = [at(step, 'step'), at(step, 'closed')];
    const reasons = Array.isArray(closed) ? closed.map((reason) => at(reason, 'text')) : [];
    const words = reasons.filter((reason): reason is string => typeof reason === 'string');
    if (typeof id === 'string' && words.length > 0) found.set(id, words);
  }
  return found;
}

/** Where the tasks of a project are, step by step, as the boxes show it. */
import type { WorkflowSnapshot } from '@tandem/client';

import { at } from './form';

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

/** Has any task come this far? */
export const isReached = ({ waiting, working, done, held }: StepProgress): boolean => waiting + working + done + held > 0;

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

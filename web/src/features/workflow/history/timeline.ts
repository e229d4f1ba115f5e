/** How a task came to where it is, as sentences: the newest first, as the server tells it. */
import type { components } from '@tandem/client';

import { at, isRecord, nameOf, type Step } from '../form';

export type Transition = components['schemas']['StateTransition'];

export type TaskNote = components['schemas']['TaskNote'];

export type WayEntry = { readonly took: Transition } | { readonly note: TaskNote };

/** Steps and notes in one, the newest first as each of them is. */
export function woven(way: readonly Transition[], notes: readonly TaskNote[]): readonly WayEntry[] {
  const when = (entry: WayEntry): number => Date.parse('note' in entry ? entry.note.created_at : entry.took.occurred_at);
  const all: WayEntry[] = [...way.map((took) => ({ took })), ...notes.map((note) => ({ note }))];
  return all.sort((a, b) => when(b) - when(a));
}

export interface Names {
  readonly steps: ReadonlyMap<string, string>;
}

export const namesOfSteps = (steps: readonly Step[]): Names => ({ steps: new Map(steps.map((step) => [step.id, nameOf(step)])) });

const ENDS: ReadonlyMap<string, string> = new Map([
  ['completed', 'Done'],
  ['archived', 'Archived'],
  ['held', 'Held'],
]);

const INNER: ReadonlyMap<string, string> = new Map([
  ['escalated', 'held'],
  ['failed', 'failed'],
  ['running', 'runs'],
  ['waiting', 'waits to try again'],
  ['adjudicating', 'somebody decides'],
  ['consensus', 'answers are brought together'],
  ['drawing', 'draws lots'],
]);

/** A state as XState writes it, by the names of the steps: `Annotate`, `Both (Read, Ask: failed)`. */
export function stateWords(value: unknown, { steps }: Names): string {
  if (typeof value === 'string') return ENDS.get(value) ?? steps.get(value) ?? value;
  if (!isRecord(value)) return '';
  const own = isRecord(value.work) ? value.work : typeof value.work === 'string' ? { [value.work]: '' } : value;
  return Object.entries(own)
    .map(([name, inner]) => stepWords(name, inner, { steps }))
    .join(', ');
}

function stepWords(id: string, inner: unknown, names: Names): string {
  const name = names.steps.get(id) ?? id;
  if (typeof inner === 'string') {
    const how = INNER.get(inner);
    return how === undefined ? name : `${name}: ${how}`;
  }
  const branches = at(inner, 'branches');
  if (!isRecord(branches)) return name;
  const within = Object.values(branches)
    .map((branch) => (branch === 'completed' ? '' : stateWords(branch, names)))
    .filter((words) => words !== '');
  return within.length > 0 ? `${name} (${within.join(', ')})` : name;
}

/** `answered.label` and the like: what happened, and in which step. */
const EVENTS: readonly (readonly [string, (step: string) => string])[] = [
  ['answered.', (step) => `Answered ${step}`],
  ['adjudicated.', (step) => `Decided between the answers of ${step}`],
  ['decided.', (step) => `Decided in ${step}`],
  ['finished.', (step) => `Ended ${step} by hand`],
  ['released.', (step) => `Let go on from ${step}`],
  ['resolved.', (step) => `Decided by hand what comes of ${step}`],
  ['reopened.', (step) => `Tried ${step} again`],
  ['task.reset.', (step) => `Began ${step} anew`],
  ['xstate.done.actor.', (step) => `${step} answered`],
  ['xstate.error.actor.', (step) => `${step} failed`],
  ['timer.', () => 'Time was over'],
];

const WHOLE: ReadonlyMap<string, string> = new Map([
  ['task.hold', 'Held'],
  ['task.resume', 'Resumed'],
  ['task.complete', 'Completed as it stood'],
  ['task.archive', 'Archived'],
  ['task.undo', 'Moved one step back'],
  ['task.migrate', 'Moved to another version of the workflow'],
  ['xstate.init', 'Began'],
]);

export function eventWords({ event, trigger }: Transition, { steps }: Names): string {
  const whole = WHOLE.get(event);
  if (whole !== undefined) return trigger === 'skips' ? 'Held: it was skipped too often' : whole;
  for (const [start, words] of EVENTS) {
    if (!event.startsWith(start)) continue;
    const id = event.slice(start.length).replace(/:consensus$/, '');
    return words(steps.get(id) ?? id);
  }
  return event;
}

const PROGRAMS: ReadonlyMap<string, string> = new Map([
  ['begun', 'by itself'],
  ['timer', 'by itself, after a time'],
  ['program', 'by a program'],
  ['children', 'by itself'],
]);

export const whoWords = ({ actor_name: name, actor_id: id, trigger }: Transition): string =>
  name ?? (id === null ? (PROGRAMS.get(trigger) ?? 'by itself') : 'somebody who left');

/** `4 min 12 s`, `2 h 5 min`, `3 days 4 h`: how long it had stood there before. */
export function lasted(ms: number): string {
  const seconds = Math.round(ms / 1000);
  const parts = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3_600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ] as const;
  const first = parts.findIndex(([n]) => n > 0);
  if (first < 0) return 'less than a second';
  return parts
    .slice(first, first + 2)
    .filter(([n]) => n > 0)
    .map(([n, unit]) => `${n} ${unit}`)
    .join(' ');
}

export interface Asked {
  readonly condition: string;
  readonly held: boolean;
}

/** The conditions that were asked on the way, in order. */
export function askedOf(guards: unknown): readonly Asked[] {
  return (Array.isArray(guards) ? (guards as unknown[]) : []).flatMap((tried) => {
    const [condition, held] = [at(tried, 'guard'), at(tried, 'held')];
    return typeof condition === 'string' && typeof held === 'boolean' ? [{ condition, held }] : [];
  });
}

/** Whether the last step can be undone: none since the task came to this version is left, then not. As the server finds it (store/src/pg/flow/undo.rs). */
export function canUndo(newestFirst: readonly Transition[]): boolean {
  let undone = 0;
  for (const { event, trigger, from } of newestFirst) {
    if (trigger === 'migration') return false;
    if (event === 'task.undo') undone += 1;
    else if (undone > 0) undone -= 1;
    else return from !== null;
  }
  return false;
}

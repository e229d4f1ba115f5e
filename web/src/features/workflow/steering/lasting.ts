/** How long tasks of a step take, and which of them take too long. */
import type { components } from '@tandem/client';

import { lasted } from '../history/timeline';
import { at, type Step } from '../form';
import { isAtWork, type StepTask, type StepTaskPerson } from './actions';

export type StepSummary = components['schemas']['StepSummary'];

/** So much longer than others took is worth a look. */
const LONG = 3;
/** Nobody is slow within this time. */
const LEAST_MS = 60_000;

/** Active work where it was told, else from its beginning to its end, or to now. */
export function spentBy(person: StepTaskPerson, now: number): number {
  if (person.time_spent_ms !== null) return person.time_spent_ms;
  const start = Date.parse(person.accepted_at ?? person.assigned_at);
  const end = person.submitted_at === null ? now : Date.parse(person.submitted_at);
  return Math.max(0, end - start);
}

export interface Lasting {
  readonly ms: number;
  /** Under way, and for longer than others took. */
  readonly long: boolean;
}

/** Of whoever is at it longest; done: of whoever took longest. Null: nobody has begun. */
export function lastingOf(task: StepTask, average: number | null, now: number): Lasting | null {
  const working = task.people.filter(isAtWork);
  const people = working.length > 0 ? working : task.people;
  if (people.length === 0) return null;
  const ms = Math.max(...people.map((person) => spentBy(person, now)));
  const limit = average === null ? Infinity : Math.max(LEAST_MS, average * LONG);
  return { ms, long: working.length > 0 && ms > limit };
}

/** An ISO 8601 duration of days, hours, minutes and seconds, as a step's lease has it; in milliseconds. */
export function durationMs(text: unknown): number | null {
  const found = typeof text === 'string' ? /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/.exec(text) : null;
  if (!found) return null;
  const [days, hours, minutes, seconds] = found.slice(1).map((part: string | undefined) => Number(part ?? 0));
  return (((days ?? 0) * 24 + (hours ?? 0)) * 60 + (minutes ?? 0)) * 60_000 + (seconds ?? 0) * 1000;
}

const RULES: ReadonlyMap<string, string> = new Map([
  ['queue', 'It was next in the queue'],
  ['kept', 'It was kept for them'],
  ['picked', 'They picked it'],
  ['by_hand', 'An admin gave it to them'],
  ['handed_over', 'A colleague handed it over'],
  ['least_loaded', 'They held the fewest tasks'],
  ['round_robin', 'It was their turn'],
  ['quality_weighted', 'They had the highest score'],
]);

/** Why they have it, in words; null: that was not kept. */
export function whyTheirs(metadata: unknown): string | null {
  const rule = at(metadata, 'because', 'rule');
  return typeof rule === 'string' ? (RULES.get(rule) ?? rule.replaceAll('_', ' ')) : null;
}

export interface Fact {
  readonly name: string;
  readonly words: string;
}

/**
 * What is known of somebody's work before it is taken from them. A lease is renewed for as long as they work (docs/workflows.md, Leases), so its end says
 * when they were last noticed: a third of its time before at the latest.
 */
export function factsOf(person: StepTaskPerson, step: Step, leaseSeconds: number, now: number): readonly Fact[] {
  const lease = durationMs(at(step, 'assignment', 'lease')) ?? leaseSeconds * 1000;
  const begun = Date.parse(person.assigned_at);
  const renewed = Date.parse(person.expires_at) - lease;
  const noticed = renewed > begun + 1000 ? `${lasted(Math.max(0, now - renewed))} ago, or later` : 'not since it was given';
  const why = whyTheirs(person.assignment_metadata);
  return [
    { name: 'Progress', words: person.accepted_at === null ? 'not begun' : 'under way' },
    { name: 'Time spent', words: lasted(spentBy(person, now)) },
    { name: 'Last noticed at work', words: noticed },
    ...(why === null ? [] : [{ name: 'Why they have it', words: why }]),
  ];
}

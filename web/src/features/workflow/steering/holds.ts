/** Why a task waits for an admin, which step keeps it there, and what the server would take about it. Its words are those of the statechart. */
import { at, isForPeople, isRecord, type Step } from '../form';

/**
 * What it waits for. `released`: a hold step, until somebody lets it go. `repaired`: the step came to nothing and is opened anew or decided by hand.
 * `resumed`: it was put aside, and goes on where it was.
 */
export type WaitsFor = 'released' | 'repaired' | 'resumed';

const BROKEN: ReadonlySet<string> = new Set(['timeout', 'no_agreement', 'failed']);

export function waitsFor(held: string): WaitsFor {
  if (held === 'hold') return 'released';
  return BROKEN.has(held) ? 'repaired' : 'resumed';
}

const REASONS: ReadonlyMap<string, string> = new Map([
  ['timeout', 'The time for it ran out'],
  ['no_agreement', 'No agreement was reached'],
  ['failed', 'The program failed'],
  ['no_route', 'No arrow out of its step fits'],
  ['hold', 'Waits to be let go on'],
]);

/** The reason as it is read: the server's words in ours, what a person wrote as it is. */
export const holdWords = (held: string): string => REASONS.get(held) ?? `Held: ${held}`;

/** States in which a step waits for an admin; see `escalated` in the server's `domain/src/workflow/build`. */
const STUCK: ReadonlySet<unknown> = new Set(['escalated', 'failed']);

/** Where in `value` (a state as XState writes it) a state has such a child: the names of those states, in order. */
function parentsOf(value: unknown, is: (child: unknown, name: string) => boolean): readonly string[] {
  if (!isRecord(value)) return [];
  return Object.entries(value).flatMap(([name, child]) => (is(child, name) ? [name] : parentsOf(child, is)));
}

/** Which steps keep the task, of those that wait for what `want` says. */
function keptBy(value: unknown, want: Exclude<WaitsFor, 'resumed'>, steps: readonly Step[]): readonly string[] {
  if (want === 'repaired') return parentsOf(value, (child) => STUCK.has(child));
  const holds = new Set(steps.filter((step) => step.type === 'hold').map((step) => step.id));
  return parentsOf(value, (child, name) => child === 'open' && holds.has(name));
}

/** The step that keeps a task which is listed in the step `here`. @returns null: it was put aside as a whole. */
export function keeperIn(
  value: unknown,
  want: Exclude<WaitsFor, 'resumed'>,
  here: string,
  steps: readonly Step[],
): string | null {
  const kept = keptBy(value, want, steps);
  if (kept.includes(here)) return here;
  return kept[0] ?? (value === 'held' ? null : here);
}

/** Whether the step is over only when somebody says so. */
export const endsByHand = (step: Step): boolean => isForPeople(step.type) && at(step, 'completion', 'type') === 'manual';

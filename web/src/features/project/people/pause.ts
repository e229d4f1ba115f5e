/** A pause of a person: what is asked, and how it is read. */
import type { components } from '@tandem/client';

export type PauseMember = components['schemas']['PauseMember'];

/** `until` as a field of the browser writes it, in local time; empty: until somebody lets them go on. */
export function pauseProblem(reason: string, until: string, now: number): { reason?: string; until?: string } {
  return {
    ...(reason.trim() === '' ? { reason: 'Say why: they read it.' } : {}),
    ...(until !== '' && !(Date.parse(until) > now)
      ? { until: 'That is over already. Leave it empty for a pause without an end.' }
      : {}),
  };
}

export const pauseBody = (reason: string, until: string): PauseMember => ({
  reason: reason.trim(),
  until: until === '' ? null : new Date(until).toISOString(),
});

const day = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', hour12: false });

/** `until 3 Dec, 09:00: on leave`. */
export function pauseWords({ reason, until }: PauseMember): string {
  const end = until ? `until ${day.format(new Date(until))}` : '';
  return [end, reason ?? ''].filter((part) => part !== '').join(': ');
}

const MINE: ReadonlySet<string> = new Set([
  'paused',
  'outside_hours',
  'day_off',
  'daily_capacity',
  'holds_too_many',
  'skipped_too_often',
]);

interface Closed {
  readonly closed: readonly { readonly code: string; readonly text: string }[];
}

/** What keeps new tasks from me wherever they come from: my pause, my hours, what I may hold. Each once. */
export const keptFromMe = (steps: readonly Closed[]): readonly string[] => [
  ...new Set(steps.flatMap(({ closed }) => closed.filter(({ code }) => MINE.has(code)).map(({ text }) => text))),
];

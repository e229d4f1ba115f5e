/** Since when tasks are in a step: the spans one chooses from, as moments. */

export const SPANS = [
  ['any', 'Any time'],
  ['today', 'Today'],
  ['week', 'The last 7 days'],
  ['between', 'Between …'],
] as const;
export type SpanKind = (typeof SPANS)[number][0];

export interface Span {
  readonly kind: SpanKind;
  /** Days, `2026-11-30`, of which the last is in it; empty: open. */
  readonly from: string;
  readonly to: string;
}

export const ANY_TIME: Span = { kind: 'any', from: '', to: '' };

const midnight = (day: string, plus = 0): Date => {
  const [year, month, date] = day.split('-').map(Number);
  return new Date(year ?? 0, (month ?? 1) - 1, (date ?? 1) + plus);
};

/** By the clock of whoever looks. `until` is not in it. */
export function momentsOf({ kind, from, to }: Span, now: Date): { since?: string; until?: string } {
  const today = new Date(now.getFullYear(), now.getMonth(), now.getDate());
  switch (kind) {
    case 'any':
      return {};
    case 'today':
      return { since: today.toISOString() };
    case 'week':
      return { since: new Date(today.getFullYear(), today.getMonth(), today.getDate() - 6).toISOString() };
    case 'between':
      return {
        ...(from === '' ? {} : { since: midnight(from).toISOString() }),
        ...(to === '' ? {} : { until: midnight(to, 1).toISOString() }),
      };
  }
}

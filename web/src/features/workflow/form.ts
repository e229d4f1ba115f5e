/**
 * A workflow's form as the editor holds it: what it shows by name, and everything else untouched. Reading is lenient (what is wrong is the
 * server's to say, see problems.ts); only what cannot be drawn at all is refused here.
 */
export const KINDS = [
  'annotation',
  'review',
  'adjudication',
  'consensus',
  'auto_process',
  'conditional',
  'percentage_router',
  'collaborator_router',
  'sampling',
  'webhook',
  'model',
  'external_agent',
  'hold',
  'parallel',
  'complete',
  'archive',
] as const;
export type Kind = (typeof KINDS)[number];

export const ENDS = ['completed', 'archived'] as const;
export const isEnd = (id: string): boolean => id === 'completed' || id === 'archived';

export type Fields = Readonly<Record<string, unknown>>;

export interface Step extends Fields {
  readonly id: string;
  readonly type: string;
  readonly name?: string;
}

export interface Transition extends Fields {
  readonly from: string;
  readonly to: string;
  readonly condition?: Fields;
}

export interface Form extends Fields {
  readonly id: string;
  readonly name?: string;
  readonly steps: readonly Step[];
  readonly transitions?: readonly Transition[];
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export const isRecord = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

/** `value[a][b]`, where there is such a thing. */
export function at(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>((here, key) => (isRecord(here) ? here[key] : undefined), value);
}

/** The same object with `path` set; undefined takes it out, and objects that are empty then with it. */
export function withAt<T extends Fields>(value: T, path: readonly string[], to: unknown): T {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  const inner = rest.length === 0 ? to : withAt(isRecord(value[key]) ? value[key] : {}, rest, to);
  const gone = inner === undefined || (rest.length > 0 && isRecord(inner) && Object.keys(inner).length === 0);
  if (gone) return Object.fromEntries(Object.entries(value).filter(([name]) => name !== key)) as T;
  return { ...value, [key]: inner };
}

/** @returns the form, or in words why it cannot be drawn. */
export function readForm(value: unknown): Form | string {
  if (!isRecord(value)) return 'A workflow is a JSON object.';
  if (typeof value.id !== 'string') return 'A workflow has an "id", which is a text.';
  if (!Array.isArray(value.steps)) return 'A workflow has "steps", which is a list.';
  const steps = value.steps as unknown[];
  const step = steps.findIndex((s) => !isRecord(s) || typeof s.id !== 'string' || typeof s.type !== 'string');
  if (step >= 0) return `Step ${step + 1} needs an "id" and a "type", both texts.`;
  const transitions = value.transitions ?? [];
  if (!Array.isArray(transitions)) return '"transitions" is a list.';
  const bad = (transitions as unknown[]).findIndex((t) => !isRecord(t) || typeof t.from !== 'string' || typeof t.to !== 'string');
  if (bad >= 0) return `Transition ${bad + 1} needs "from" and "to", both texts.`;
  return value as unknown as Form;
}

export const nameOf = (step: Step): string => (step.name?.trim() ? step.name : step.id);
export const isForPeople = (kind: string): boolean => ['annotation', 'review', 'adjudication'].includes(kind);
/** Whether a task can come to wait in it: for people, for an admin, for a way on. */
export const mayKeep = (kind: string): boolean => !['complete', 'archive'].includes(kind);
export const isAutomatic = (kind: string): boolean => ['auto_process', 'webhook', 'model', 'external_agent'].includes(kind);

/** How many people answer; 0: nobody works on it. */
export function neededBy(step: Step): number {
  if (!isForPeople(step.type)) return 0;
  const count = at(step, 'completion', 'count');
  return typeof count === 'number' ? count : 1;
}

/** Where it leads, written out: without any transitions the steps follow one another. */
export function transitionsOf(form: Form): readonly Transition[] {
  if (form.transitions && form.transitions.length > 0) return form.transitions;
  return form.steps.map((step, index) => ({ from: step.id, to: form.steps[index + 1]?.id ?? 'completed' }));
}

export const conditionOf = (transition: Transition): Fields => transition.condition ?? {};
export const conditionKind = (transition: Transition): string => {
  const kind = conditionOf(transition).type;
  return typeof kind === 'string' ? kind : 'on_complete';
};

const percent = (rate: unknown): string => (typeof rate === 'number' ? `${Math.round(rate * 10_000) / 100}%` : 'a share');

/** A condition in words, for an arrow; empty: always. */
export function conditionWords(transition: Transition): string {
  const c = conditionOf(transition);
  const limit = (sign: string): string => (typeof c.threshold === 'number' ? ` (${sign} ${c.threshold})` : '');
  switch (conditionKind(transition)) {
    case 'on_agreement':
      return `agreement${limit('≥')}`;
    case 'on_disagreement':
      return `disagreement${limit('<')}`;
    case 'expression':
      return typeof c.expression === 'string' ? c.expression : '';
    case 'sample':
      return `${percent(c.rate)} sampled`;
    case 'percentage':
      return percent(c.rate);
    case 'on_decision':
      return typeof c.decision === 'string' ? c.decision.replace('_', ' ') : '';
    case 'worked_on': {
      const users = Array.isArray(c.users) ? c.users.map(String).join(' or ') : '';
      return `${users} worked on ${typeof c.step === 'string' ? c.step : 'a step'}`;
    }
    default:
      return '';
  }
}

/** Where somebody dragged the boxes to; of the rest the layout decides. */
export function positionsOf(form: Form): ReadonlyMap<string, Point> {
  const kept = at(form, 'settings', 'editor', 'positions');
  const found = new Map<string, Point>();
  for (const [id, place] of Object.entries(isRecord(kept) ? kept : {})) {
    if (!Array.isArray(place)) continue;
    const [x, y] = place as unknown[];
    if (typeof x === 'number' && typeof y === 'number') found.set(id, { x, y });
  }
  return found;
}

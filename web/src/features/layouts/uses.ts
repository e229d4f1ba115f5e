/** What a layout may be active for: all work of the project, one kind of it, or one step of the workflow. More special goes first. */
import { isForPeople, nameOf, readForm } from '~/features/workflow/form';
import type { Workflow } from '~/features/workflow/queries';
import type { LayoutVersion } from './queries';

export type Use = LayoutVersion['uses'][number];
type Kind = NonNullable<Use['kind']>;

export const ALL_WORK: Use = { step: null, kind: null };

const KINDS: readonly (readonly [Kind, string])[] = [
  ['annotation', 'Annotation'],
  ['review', 'Review'],
  ['adjudication', 'Adjudication'],
];

const isSameUse = (one: Use, other: Use): boolean =>
  (one.step ?? null) === (other.step ?? null) && (one.kind ?? null) === (other.kind ?? null);

export const isUsedFor = ({ uses }: Pick<LayoutVersion, 'uses'>, use: Use): boolean => uses.some((one) => isSameUse(one, use));

/** Steps of the active workflow that people work in: id and name. */
export function stepsOf(workflows: readonly Workflow[]): readonly (readonly [string, string])[] {
  const active = workflows.find(({ status }) => status === 'active');
  const form = active ? readForm(active.form) : null;
  if (form === null || typeof form === 'string') return [];
  return form.steps.filter(({ type }) => isForPeople(type)).map((step) => [step.id, nameOf(step)]);
}

/** In words, each; all other work is not among them. */
export const inWords = ({ uses }: Pick<LayoutVersion, 'uses'>): string[] =>
  uses.flatMap(({ step, kind }) => {
    const words = [step && `step ${step}`, KINDS.find(([known]) => known === kind)?.[1].toLowerCase()].filter(Boolean);
    return words.length > 0 ? [words.join(', ')] : [];
  });

/** As the value of a choice, and back. */
export const written = ({ step, kind }: Use): string => (step ? `step:${step}` : kind ? `kind:${kind}` : '');

export function readUse(value: string | undefined): Use {
  if (value?.startsWith('step:')) return { step: value.slice(5), kind: null };
  const kind = KINDS.find(([known]) => value === `kind:${known}`)?.[0];
  return kind ? { step: null, kind } : ALL_WORK;
}

export const choices = (steps: readonly (readonly [string, string])[]): readonly (readonly [string, string])[] => [
  ...KINDS.map(([kind, name]) => [`kind:${kind}`, `${name} only`] as const),
  ...steps.map(([id, name]) => [`step:${id}`, `The step ${name} only`] as const),
];

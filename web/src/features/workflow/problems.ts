/** From a problem's JSON Pointer to what is drawn there. */
import type { components } from '@tandem/client';

import type { Form } from './form';

export type Problem = components['schemas']['WorkflowProblem'];

export type Target =
  | { readonly kind: 'step'; readonly id: string }
  | { readonly kind: 'transition'; readonly index: number }
  | { readonly kind: 'workflow' };

export interface Placed {
  readonly target: Target;
  /** What is left of the pointer below the target, e.g. `/completion/count`. */
  readonly rest: string;
  readonly problem: Problem;
}

export function placed(form: Form, problem: Problem): Placed {
  const [, part, index, ...rest] = problem.path.split('/');
  const below = rest.length > 0 ? `/${rest.join('/')}` : '';
  const n = Number(index);
  if (part === 'steps') {
    const step = form.steps[n];
    if (step) return { target: { kind: 'step', id: step.id }, rest: below, problem };
  }
  if (part === 'transitions' && Number.isInteger(n) && n >= 0) {
    return { target: { kind: 'transition', index: n }, rest: below, problem };
  }
  return { target: { kind: 'workflow' }, rest: problem.path, problem };
}

export const sameTarget = (a: Target | null, b: Target | null): boolean => {
  if (a === null || b === null) return a === b;
  if (a.kind === 'step') return b.kind === 'step' && a.id === b.id;
  if (a.kind === 'transition') return b.kind === 'transition' && a.index === b.index;
  return b.kind === 'workflow';
};

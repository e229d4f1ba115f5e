/** The steps within steps: those of a parallel step's branches. */
import { at, isRecord, type Step } from './form';

/** Every step of the form, those of branches after the step they belong to. */
export function allSteps(steps: readonly Step[]): readonly Step[] {
  return steps.flatMap((step) => [step, ...branchesOf(step).flatMap((branch) => allSteps(branch.steps))]);
}

export interface Branch {
  readonly id: string;
  readonly steps: readonly Step[];
}

/** Those of a parallel step. What is no branch, or no step, is left out: the server says so while it is written. */
export function branchesOf(step: Step): readonly Branch[] {
  const isStep = (one: unknown): one is Step => isRecord(one) && typeof one.id === 'string' && typeof one.type === 'string';
  const branches = Array.isArray(step.branches) ? (step.branches as unknown[]) : [];
  return branches.map((branch, index) => {
    const [id, inner] = [at(branch, 'id'), at(branch, 'steps')];
    return { id: typeof id === 'string' ? id : `${index + 1}`, steps: Array.isArray(inner) ? inner.filter(isStep) : [] };
  });
}

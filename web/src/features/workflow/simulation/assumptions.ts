/** What a simulation supposes, as the dialog holds it, and as the server reads it. */
import { at, isForPeople, nameOf, neededBy, type Form, type Step } from '../form';

export interface StepGuess {
  readonly step: string;
  readonly name: string;
  /** Half of the pieces of work take less. */
  readonly seconds: number;
  /** Percent; null: nothing is compared here. */
  readonly agreement: number | null;
  /** Percent of the reviews; null: no review. The rest is sent back. */
  readonly approve: number | null;
}

export interface Guess {
  readonly tasks: number;
  readonly seed: number;
  readonly labelers: number;
  readonly reviewers: number;
  readonly adjudicators: number;
  readonly steps: readonly StepGuess[];
}

export const MOST_TASKS = 20_000;
const SECONDS: Readonly<Record<string, number>> = { annotation: 90, review: 30, adjudication: 60 };
/** Of ten pieces of work two take longer than this many times the usual. */
const SPREAD = 1.8;

/** Steps for people, those in branches too. */
export function workSteps(form: Form): readonly Step[] {
  const within = (step: Step): readonly Step[] => {
    const branches = Array.isArray(step.branches) ? (step.branches as unknown[]) : [];
    const inner = branches.flatMap((branch) => {
      const steps = at(branch, 'steps');
      return Array.isArray(steps) ? (steps as Step[]) : [];
    });
    return [step, ...inner.flatMap(within)];
  };
  return form.steps.flatMap(within).filter((step) => isForPeople(step.type));
}

export function firstGuess(form: Form): Guess {
  const steps = workSteps(form);
  return {
    tasks: 1000,
    seed: 1,
    labelers: 5,
    reviewers: steps.some((step) => step.type === 'review') ? 2 : 0,
    adjudicators: steps.some((step) => step.type === 'adjudication' || at(step, 'consensus') !== undefined) ? 1 : 0,
    steps: steps.map((step) => ({
      step: step.id,
      name: nameOf(step),
      seconds: SECONDS[step.type] ?? 60,
      agreement: neededBy(step) > 1 ? 80 : null,
      approve: step.type === 'review' ? 90 : null,
    })),
  };
}

/** As `POST /workflows/{id}/simulate` reads it. */
export function assumptionsOf({ tasks, seed, labelers, reviewers, adjudicators, steps }: Guess): Record<string, unknown> {
  return {
    tasks,
    seed,
    people: { labelers, reviewers, adjudicators },
    steps: Object.fromEntries(
      steps.map(({ step, seconds, agreement, approve }) => [
        step,
        {
          duration: { type: 'log_normal', median_seconds: seconds, spread: SPREAD },
          ...(agreement === null ? {} : { agreement: agreement / 100 }),
          ...(approve === null ? {} : { approve: approve / 100, request_changes: (100 - approve) / 100 }),
        },
      ]),
    ),
  };
}

/** What an admin may say came of a step that came to nothing, by the kind of the step. */
import { at, isRecord, type Step } from '../form';

/** An answer that somebody gave in the step, as the task's context has it. */
export interface GivenAnswer {
  readonly by: string;
  readonly data: unknown;
}

/** `review`: a decision. `answers`: which of them stands. `program`: what it would have answered. */
export type OutcomeKind = 'review' | 'answers' | 'program';

export function outcomeKind(step: Step | undefined): OutcomeKind {
  if (step?.type === 'review') return 'review';
  return step !== undefined && ['annotation', 'adjudication', 'consensus'].includes(step.type) ? 'answers' : 'program';
}

export const DECISIONS = ['approve', 'request_changes', 'reject'] as const;
export type Decision = (typeof DECISIONS)[number];

/** As a reviewer's own decision would have come out of the step. */
export const decisionOutput = (decision: Decision, reason: string): object => ({ decision, by: null, reason, sampled: true });

/** The answers that the step had, or, of a consensus step, those before it. */
export function answersIn(context: unknown, step: string): readonly GivenAnswer[] {
  const own = at(context, 'steps', step, 'answers');
  const all = Array.isArray(own) && own.length > 0 ? own : at(context, 'answers');
  return (Array.isArray(all) ? (all as unknown[]) : []).flatMap((answer) => {
    const by = at(answer, 'by');
    return typeof by === 'string' ? [{ by, data: at(answer, 'data') }] : [];
  });
}

/** What was measured stays beside the answer that stands, for the conditions that follow. */
export function answerOutput(context: unknown, step: string, stands: GivenAnswer | null): object {
  const measured = at(context, 'steps', step, 'output');
  const answers = answersIn(context, step);
  return {
    ...(isRecord(measured) ? measured : {}),
    agreed: false,
    next: 'resolved',
    result: stands?.data ?? null,
    answers,
    count: answers.length,
  };
}

/** @returns what was written, or in words why it is none. */
export function jsonOutput(text: string): { readonly output: unknown } | string {
  if (text.trim() === '') return { output: null };
  try {
    return { output: JSON.parse(text) as unknown };
  } catch (error) {
    return `This is not JSON: ${error instanceof Error ? error.message : 'it cannot be read'}`;
  }
}

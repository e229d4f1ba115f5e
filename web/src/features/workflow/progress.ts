/** Where the tasks of a project are, step by step. Drawn where the server tells it; a workflow is seen without. */
import { at, isRecord } from './form';

export interface StepProgress {
  readonly waiting: number;
  readonly working: number;
  readonly done: number;
  readonly people: readonly { readonly id: string; readonly name: string; readonly color: string }[];
}

const count = (value: unknown): number => (typeof value === 'number' ? value : 0);

type Faces = ReadonlyMap<string, StepProgress['people'][number]>;

/** @returns none where the answer is about another version: its boxes are not these. */
export function readProgress(answer: unknown, workflowId: string, faces: Faces): ReadonlyMap<string, StepProgress> | null {
  const steps = at(answer, 'steps');
  if (at(answer, 'workflow_id') !== workflowId || !Array.isArray(steps)) return null;
  const found = new Map<string, StepProgress>();
  for (const step of steps as unknown[]) {
    if (!isRecord(step) || typeof step.step !== 'string') continue;
    const people = Array.isArray(step.people) ? (step.people as unknown[]) : [];
    const known = people.flatMap((person) => {
      const face = faces.get(String(at(person, 'user_id')));
      return face ? [face] : [];
    });
    found.set(step.step, {
      waiting: count(step.waiting),
      working: count(step.working),
      done: count(step.done),
      people: [...new Map(known.map((face) => [face.id, face])).values()],
    });
  }
  return found;
}

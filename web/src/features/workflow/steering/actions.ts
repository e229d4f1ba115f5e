/** What an admin can do to tasks of a step, to which of them, and what it means for whom, in words. */
import type { components } from '@tandem/client';

import { at, isForPeople, neededBy, type Step } from '../form';
import { endsByHand, waitsFor } from './holds';

export type StepTask = components['schemas']['StepTask'];
export type StepTaskPerson = components['schemas']['StepTaskPerson'];

export const VERBS = [
  'assign',
  'evict',
  'hold',
  'resume',
  'finish',
  'reopen',
  'resolve',
  'complete',
  'archive',
  'reset',
  'undo',
  'priority',
] as const;
export type Verb = (typeof VERBS)[number];

export const VERB_NAMES: Readonly<Record<Verb, string>> = {
  assign: 'Assign',
  evict: 'Take back',
  hold: 'Hold',
  resume: 'Resume',
  finish: 'Let go on',
  reopen: 'Try again',
  resolve: 'Decide by hand',
  complete: 'Complete',
  archive: 'Archive',
  reset: 'Begin this step anew',
  undo: 'One step back',
  priority: 'Priority',
};

export const isAtWork = (person: StepTaskPerson): boolean => person.status === 'assigned' || person.status === 'accepted';
export const holdersOf = (task: StepTask): readonly StepTaskPerson[] => task.people.filter(isAtWork);
export const labelOf = (task: StepTask): string => task.external_id ?? task.filename;
const isOver = (task: StepTask): boolean => ['completed', 'cancelled'].includes(task.status);

/** What the button says: what ends a step by hand is no hold that is let go. */
export const verbName = (verb: Verb, step: Step | undefined): string =>
  verb === 'finish' && step && endsByHand(step) ? 'End the step' : VERB_NAMES[verb];

/** Whether it makes sense to ask for it; the server has the last word. */
export function applies(verb: Verb, task: StepTask, step?: Step): boolean {
  const waits = task.held === null ? null : waitsFor(task.held);
  switch (verb) {
    case 'assign':
      return task.held === null && (task.places?.free ?? 0) > 0;
    case 'evict':
      return holdersOf(task).length > 0;
    case 'hold':
      return task.held === null && !isOver(task);
    case 'resume':
      return waits === 'resumed';
    case 'reopen':
    case 'resolve':
      return waits === 'repaired';
    case 'finish':
      return waits === 'released' || (waits === null && task.places !== null && step !== undefined && endsByHand(step));
    case 'complete':
    case 'archive':
    case 'priority':
    case 'reset':
      return !isOver(task);
    case 'undo':
      return true;
  }
}

const count = (n: number, one: string, many = `${one}s`): string => (n === 1 ? `One ${one}` : `${n} ${many}`);

export function namesOf(people: readonly { readonly user: { readonly name: string } }[]): string {
  const names = [...new Set(people.map((person) => person.user.name))];
  if (names.length <= 1) return names[0] ?? '';
  const shown = names.length > 3 ? [...names.slice(0, 2), `${names.length - 2} others`] : names;
  return `${shown.slice(0, -1).join(', ')} and ${shown.at(-1) ?? ''}`;
}

/** Whether the next holder goes on from what the last one drew: the step says so, or else it depends on how many answer. */
export function handsOn(step: Step | undefined): boolean {
  const said = at(step, 'assignment', 'drafts');
  if (said === 'continue' || said === 'discard') return said === 'continue';
  return step === undefined || neededBy(step) <= 1;
}

/** What becomes of what somebody drew and did not submit. */
function drafts(holders: readonly StepTaskPerson[], step: Step | undefined): string[] {
  if (holders.length === 0) return [];
  const names = namesOf(holders);
  const whose =
    new Set(holders.map((holder) => holder.user.id)).size === 1 ? `${names}'s draft is kept` : `The drafts of ${names} are kept`;
  return [
    handsOn(step)
      ? `${whose}: whoever has the task next goes on from there.`
      : `${whose} with the task; whoever has it next starts from nothing, as this step says.`,
  ];
}

/** What will happen, one sentence each, before anybody says yes. */
export function consequences(verb: Verb, tasks: readonly StepTask[], step: Step | undefined): readonly string[] {
  const holders = tasks.flatMap(holdersOf);
  const kept = drafts(holders, step);
  const told = holders.length > 0 ? [`${namesOf(holders)} ${holders.length === 1 ? 'is' : 'are'} told, with your reason.`] : [];
  const stopped = holders.length > 0 ? [`${namesOf(holders)} can no longer submit ${tasks.length === 1 ? 'it' : 'them'}.`] : [];
  switch (verb) {
    case 'assign':
      return tasks.length > 1
        ? [`${tasks.length} tasks go to the people you choose, in turn. They are told at once.`]
        : ['One task goes to the person you choose, who is told at once.'];
    case 'evict':
      return [...stopped, ...kept, ...told];
    case 'hold':
      return ['Nobody is given it before somebody resumes it.', ...stopped, ...kept, ...told];
    case 'resume':
      return tasks.some((task) => task.held === 'no_route')
        ? [
            'It asks its arrows once more. Where still none fits it is held again: begin a step anew, or complete or archive it instead.',
          ]
        : ['It goes on where it was, and is given out again.'];
    case 'finish':
      return step && endsByHand(step)
        ? [
            'The step is over with the answers it has now, and the task goes to the next one.',
            ...stopped,
            ...kept,
            ...(holders.length > 0 ? [`${namesOf(holders)} ${holders.length === 1 ? 'is' : 'are'} told.`] : []),
          ]
        : ['The hold is over: it goes to the next step.'];
    case 'reopen':
      return step === undefined || isForPeople(step.type) || step.type === 'consensus'
        ? [
            'The step begins once more, and is given out again. Answers that were given in it no longer count, and stay in the history.',
          ]
        : ['The program is called once more. If it fails again, the task is held again.'];
    case 'resolve':
      return ['The step is over with what you say came of it, and the task goes to the next one.'];
    case 'archive':
      return [
        'It is set aside for good: nobody works on it any more, and it does not count as done.',
        ...stopped,
        ...kept,
        ...told,
      ];
    case 'complete':
      return [
        'It is done as it stands; no further step is worked on. Answers that were submitted count.',
        ...stopped,
        ...kept,
        ...told,
      ];
    case 'reset':
      return [
        'Answers that were submitted in this step no longer count, and stay in the history. The step is given out again.',
        ...stopped,
        ...kept,
        ...told,
      ];
    case 'undo':
      return [
        'It goes back to where it was before its last step; what came of that step no longer counts, and stays in the history.',
        ...stopped,
        ...kept,
      ];
    case 'priority':
      return [];
  }
}

/** What was done, for the note at the edge of the screen. */
export function doneWords(verb: Verb, done: number, to?: string): string {
  const what = count(done, 'task');
  switch (verb) {
    case 'assign':
      return `${what} assigned to ${to ?? 'somebody'}`;
    case 'evict':
      return to ? `${what} given to ${to}` : `${what} taken back`;
    case 'hold':
      return `${what} held`;
    case 'resume':
      return `${what} resumed`;
    case 'finish':
      return `${what} let go on`;
    case 'reopen':
      return `${what}: tried again`;
    case 'resolve':
      return `${what} decided by hand`;
    case 'archive':
      return `${what} archived`;
    case 'complete':
      return `${what} completed`;
    case 'reset':
      return `${what}: step begun anew`;
    case 'undo':
      return `${what} moved one step back`;
    case 'priority':
      return `${what}: priority ${to ?? ''}`;
  }
}

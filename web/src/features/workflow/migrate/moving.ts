/** Moving a project's tasks to a version of its workflow, a page at a time: what was found, added up. */
import type { components } from '@tandem/client';

export type Page = components['schemas']['MigratedTasks'];
export type Misfits = components['schemas']['Misfits'];

export interface Moved {
  /** Go on where they are, by the rules of that version. */
  readonly stay: number;
  /** Nobody has worked on them: they begin once more. */
  readonly beginAnew: number;
  readonly misfits: readonly Misfits[];
}

export const NONE_MOVED: Moved = { stay: 0, beginAnew: 0, misfits: [] };
/** Tasks that are named of each reason. */
const NAMED = 5;

export const movable = ({ stay, beginAnew }: Moved): number => stay + beginAnew;
export const left = ({ misfits }: Moved): number => misfits.reduce((sum, { count }) => sum + count, 0);
export const looked = (moved: Moved): number => movable(moved) + left(moved);

/** The most frequent reason first. */
export function added(moved: Moved, page: Page): Moved {
  const misfits = new Map(moved.misfits.map((one) => [one.reason, one]));
  for (const { reason, count, tasks } of page.misfits) {
    const before = misfits.get(reason);
    misfits.set(reason, {
      reason,
      count: (before?.count ?? 0) + count,
      tasks: [...(before?.tasks ?? []), ...tasks].slice(0, NAMED),
    });
  }
  return {
    stay: moved.stay + page.stay,
    beginAnew: moved.beginAnew + page.begin_anew,
    misfits: [...misfits.values()].sort((a, b) => b.count - a.count),
  };
}

/** All pages, one after the other. `show` is told after each; what was moved before a failure, or before it was stopped, is moved. */
export async function moveAll(
  ask: (after: string | null) => Promise<Page>,
  show: (moved: Moved) => void,
  stopped: () => boolean,
): Promise<Moved> {
  let moved = NONE_MOVED;
  let after: string | null = null;
  do {
    const page: Page = await ask(after);
    moved = added(moved, page);
    after = page.next;
    show(moved);
  } while (after !== null && !stopped());
  return moved;
}

/** What would happen, or did, one sentence each. */
export function movedWords(moved: Moved, called: string, isDone: boolean): readonly string[] {
  if (looked(moved) === 0) return [`Every task that is not done is on ${called} already.`];
  const sentences: string[] = [];
  /** `3 tasks go`, `1 task would go`. */
  const does = (n: number, verb: string, thirdPerson: string): string =>
    `${n === 1 ? '1 task' : `${n} tasks`} ${isDone ? (n === 1 ? thirdPerson : verb) : `would ${verb}`}`;
  const { stay, beginAnew } = moved;
  const kept = left(moved);
  if (stay > 0) {
    const are = stay === 1 ? 'it is' : 'they are';
    sentences.push(`${does(stay, 'go', 'goes')} on where ${are}, by the rules of ${called}. Whoever is at work stays at it.`);
  }
  if (beginAnew > 0) {
    sentences.push(`${does(beginAnew, 'begin', 'begins')} anew: nobody has worked on ${beginAnew === 1 ? 'it' : 'them'} yet.`);
  }
  if (kept > 0) {
    sentences.push(
      `${does(kept, 'stay', 'stays')} on ${kept === 1 ? 'its version' : 'their versions'}, and can be finished there.`,
    );
  }
  return sentences;
}

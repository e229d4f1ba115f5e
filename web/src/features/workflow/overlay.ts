/** What a simulation says, drawn over the picture: the work of each step as colours and words, the share of the tasks on each arrow. */
import { allSteps } from './branches';
import { transitionsOf, type Form } from './form';

/** As the server answers it (docs/workflows.md, "Simulation"); times are seconds. */
export interface Simulated {
  readonly tasks: number;
  readonly paths: readonly { readonly steps: readonly string[]; readonly share: number }[];
  /** Share of the tasks on paths too rare to be listed. */
  readonly other_paths: number;
  readonly steps: readonly {
    readonly step: string;
    /** Share of the tasks that ever came to it. */
    readonly tasks: number;
    readonly work_per_task: number;
    readonly work_per_piece: number;
    readonly queue_wait: number;
  }[];
  readonly teams: readonly {
    readonly team: string;
    readonly people: number;
    readonly work: number;
    readonly utilisation: number;
  }[];
  readonly finish: { readonly all: number | null; readonly half: number | null; readonly nine_tenths: number | null };
  readonly bottleneck: { readonly step: string; readonly team: string; readonly utilisation: number } | null;
  readonly ends: Readonly<Record<'completed' | 'archived' | 'held' | 'starved' | 'stuck' | 'failed' | 'waiting', number>>;
}

export interface Heat {
  /** 0: no work here; 1: the most work of all steps. */
  readonly level: number;
  readonly words: string;
  /** The same at length. */
  readonly about: string;
  readonly isBottleneck: boolean;
}

export function timeWords(seconds: number): string {
  const units = [
    [86_400, 'd'],
    [3_600, 'h'],
    [60, 'min'],
  ] as const;
  for (const [size, unit] of units) if (seconds >= size) return `${Math.round((seconds / size) * 10) / 10} ${unit}`;
  return `${Math.round(seconds)} s`;
}

export function percentWords(share: number): string {
  if (share > 0 && share < 0.01) return '<1%';
  return `${Math.round(share * 100)}%`;
}

/** Decisions between answers are told apart by the server and belong to the same box. */
const boxOf = (step: string): string => step.replace(/ \(adjudication\)$/, '');

/** Boxes are coloured by the work they cost, as a share of the most. */
export function heatOf({ steps, bottleneck }: Simulated): ReadonlyMap<string, Heat> {
  const found = new Map<string, { work: number; share: number; piece: number; wait: number }>();
  for (const load of steps) {
    const id = boxOf(load.step);
    const before = found.get(id) ?? { work: 0, share: 0, piece: 0, wait: 0 };
    found.set(id, {
      work: before.work + load.work_per_task,
      share: Math.max(before.share, load.tasks),
      piece: Math.max(before.piece, load.work_per_piece),
      wait: Math.max(before.wait, load.queue_wait),
    });
  }
  const most = Math.max(0, ...[...found.values()].map((load) => load.work));
  const slow = bottleneck && boxOf(bottleneck.step);
  return new Map(
    [...found].map(([id, { work, share, piece, wait }]): [string, Heat] => [
      id,
      {
        level: most > 0 ? work / most : 0,
        words: `${timeWords(piece)}${wait >= 1 ? ` · waits ${timeWords(wait)}` : ''}`,
        about: `${percentWords(share)} of the tasks come here. One takes ${timeWords(piece)} of work, and waits ${timeWords(wait)} before it.`,
        isBottleneck: id === slow,
      },
    ]),
  );
}

/**
 * The share of the tasks that takes each transition, by its place in the form. Paths name the steps at which something was done; between two of
 * them the shortest way through steps that take no time (routers, our own handlers) is meant. Where two arrows join the same boxes nobody knows
 * which of them was taken, and neither has a number.
 */
export function sharesOf(form: Form, { paths, steps }: Simulated): ReadonlyMap<number, number> {
  const transitions = transitionsOf(form);
  const done = new Set(steps.map((load) => boxOf(load.step)));
  const inner = innerSteps(form);
  const twins = new Set(transitions.filter((t, i) => transitions.some((o, j) => i !== j && o.from === t.from && o.to === t.to)));
  const shares = new Map<number, number>();
  for (const { steps: visited, share } of paths) {
    const boxes = visited.map(boxOf).map((id) => inner.get(id) ?? id);
    const taken = new Set<number>();
    // A task begins at the first step, also where nothing is done there.
    const begin = form.steps[0]?.id;
    const way = begin !== undefined && boxes[0] !== begin ? [begin, ...boxes] : boxes;
    for (let at = 0; at + 1 < way.length; at++) {
      const [from, to] = [way[at], way[at + 1]];
      if (from === undefined || to === undefined || (from === to && inner.has(visited[at] ?? ''))) continue;
      for (const index of shortestWay(transitions, from, to, done)) taken.add(index);
    }
    for (const index of taken) {
      const transition = transitions[index];
      if (transition && !twins.has(transition)) shares.set(index, (shares.get(index) ?? 0) + share);
    }
  }
  return shares;
}

/** Steps of branches, each with the parallel step it is in. */
function innerSteps(form: Form): ReadonlyMap<string, string> {
  return new Map(
    form.steps
      .flatMap((step) => allSteps([step]).map((inner) => [inner.id, step.id] as const))
      .filter(([inner, outer]) => inner !== outer),
  );
}

/** Places of the transitions on it; empty: there is none. */
function shortestWay(
  transitions: ReturnType<typeof transitionsOf>,
  from: string,
  to: string,
  done: ReadonlySet<string>,
): readonly number[] {
  const seen = new Set([from]);
  let ways: { readonly at: string; readonly by: readonly number[] }[] = [{ at: from, by: [] }];
  while (ways.length > 0) {
    const further: typeof ways = [];
    for (const { at, by } of ways) {
      for (const [index, transition] of transitions.entries()) {
        if (transition.from !== at) continue;
        if (transition.to === to) return [...by, index];
        if (seen.has(transition.to) || done.has(transition.to)) continue;
        seen.add(transition.to);
        further.push({ at: transition.to, by: [...by, index] });
      }
    }
    ways = further;
  }
  return [];
}

/** What it comes to, in sentences. */
export function verdictOf(form: Form, simulated: Simulated): readonly string[] {
  const { tasks, finish, bottleneck, ends } = simulated;
  const name = (id: string): string => form.steps.find((step) => step.id === boxOf(id))?.name ?? boxOf(id);
  const sentences: string[] = [];
  if (finish.all !== null) sentences.push(`All ${tasks} tasks are done after ${timeWords(finish.all)} of work time.`);
  else if (finish.half !== null) sentences.push(`Not all tasks end: ${percentWords(ends.completed + ends.archived)} do.`);
  else sentences.push('No task ends.');
  if (finish.half !== null && finish.nine_tenths !== null) {
    sentences.push(`Half of those that end after ${timeWords(finish.half)}, nine tenths after ${timeWords(finish.nine_tenths)}.`);
  }
  if (bottleneck) {
    sentences.push(
      `The bottleneck is ${name(bottleneck.step)}: it takes ${percentWords(bottleneck.utilisation)} of the ${bottleneck.team}' time.`,
    );
  }
  const WHY: readonly (readonly [keyof Simulated['ends'], string])[] = [
    ['held', 'wait for an admin'],
    ['starved', 'wait for people there are not'],
    ['stuck', 'go round in circles'],
    ['failed', 'fail at a condition that cannot be answered'],
    ['waiting', 'wait for something that never comes'],
  ];
  for (const [end, words] of WHY) if (ends[end] > 0) sentences.push(`${percentWords(ends[end])} ${words}.`);
  return sentences;
}

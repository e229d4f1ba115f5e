/**
 * Answers to one task, region by region: what is the same thing in each of them, and what they say differently about it. Pure, and the same for the adjudicator's
 * screen and for layouts.
 */
import { same } from '~/lib/json';
import type { Json } from '@tandem/client';

import type { Size } from '~/geometry/points';
import { bounds } from '~/geometry/shapes';
import { bestFirst, bestTotal, type Edge } from './assignment';
import { alikePairs, type Compared } from './pairs';

/** From this likeness on two regions of one label are the same thing: two boxes of one size, moved by half their width, have 0.33. */
export const SAME_LABEL = 0.3;
/** Of two labels they must lie on each other well (the 0.5 of PASCAL VOC): a wheel on a car is no disagreement about the car. */
export const OTHER_LABEL = 0.5;
/** From here on shapes are equal for all that a careful hand can do; workflows that ask for agreement ask for 0.8 by default too. */
export const AGREED = 0.8;

/** What answers differ in. `only`: not all of them have it. */
export type Difference = 'only' | 'label' | 'shape' | 'attributes';

export interface Member<R> {
  /** Which of the answers. */
  readonly answer: number;
  readonly region: R;
}

/** One thing on the picture, as each answer has it. */
export interface Group<R> {
  /** The same for the same answers, in whatever order they came. */
  readonly key: string;
  /** At most one of each answer, in their order. */
  readonly members: readonly Member<R>[];
  /** Mean likeness of its members, two by two; null with only one. */
  readonly likeness: number | null;
  /** The first of what it differs in; `agreed`: nothing. */
  readonly kind: Difference | 'agreed';
  readonly differs: readonly Difference[];
  /** How much of the agreement it costs, 0 to 1; a little on top where attributes differ. */
  readonly cost: number;
  /** Its member that is most like the others. */
  readonly middle: Member<R>;
}

export interface PairAgreement {
  readonly answers: readonly [number, number];
  readonly value: number;
}

export interface Comparison<R> {
  readonly groups: readonly Group<R>[];
  /** Every two answers, once. */
  readonly pairs: readonly PairAgreement[];
  /** Their mean; null with fewer than two answers. */
  readonly agreement: number | null;
}

interface Identified extends Compared {
  readonly id: string;
}

/** The order in which differences are told: what weighs most first. */
const WEIGHT: readonly Difference[] = ['label', 'only', 'shape', 'attributes'];
const ATTRIBUTES_COST = 0.1;

/** A group's id is made up by whoever groups: it says nothing about the picture. */
const meaning = ({ group: _, ...attributes }: Readonly<Record<string, Json>>): Json => attributes;

const mean = (numbers: readonly number[]): number | null =>
  numbers.length === 0 ? null : numbers.reduce((sum, number) => sum + number, 0) / numbers.length;

/** How alike regions of different answers are. Regions are counted through all answers. */
class Likenesses {
  readonly #of = new Map<number, Map<number, number>>();

  add(a: number, b: number, weight: number): void {
    for (const [from, to] of [
      [a, b],
      [b, a],
    ] as const) {
      const known = this.#of.get(from);
      if (known) known.set(to, weight);
      else this.#of.set(from, new Map([[to, weight]]));
    }
  }

  of(region: number): ReadonlyMap<number, number> {
    return this.#of.get(region) ?? new Map<number, number>();
  }

  between(a: number, b: number): number {
    return this.#of.get(a)?.get(b) ?? 0;
  }
}

interface Placed<R> extends Member<R> {
  /** Which of all regions. */
  readonly at: number;
}

/**
 * As the server counts it (`agreement:iou`): regions of the same label are matched, the best pair first; the sum of their likeness over as many as the one with
 * more regions drew. Two who both found nothing agree.
 */
function pairAgreement(edges: readonly Edge[], left: readonly Compared[], right: readonly Compared[]): number {
  const most = Math.max(left.length, right.length);
  if (most === 0) return 1;
  const alike = edges.filter((edge) => left[edge.left]?.label === right[edge.right]?.label);
  return bestFirst(alike).reduce((sum, { weight }) => sum + weight, 0) / most;
}

/** Adds one answer to what was found before it: first what has the same label, then what is left. */
function joined<R extends Identified>(groups: Placed<R>[][], answer: readonly Placed<R>[], alike: Likenesses): void {
  const groupOf = new Map<number, number>();
  groups.forEach((group, g) => group.forEach(({ at }) => groupOf.set(at, g)));
  /** Mean over all members, so that a chain of neighbours does not become one thing. */
  const likeGroups = ({ at }: Placed<R>): ReadonlyMap<number, number> => {
    const sums = new Map<number, number>();
    for (const [other, weight] of alike.of(at)) {
      const g = groupOf.get(other);
      if (g !== undefined) sums.set(g, (sums.get(g) ?? 0) + weight / (groups[g]?.length ?? 1));
    }
    return sums;
  };
  const hasLabel = (g: number, label: string): boolean => groups[g]?.some(({ region }) => region.label === label) ?? false;
  const edges = answer.flatMap((region, right) =>
    [...likeGroups(region)].map(([left, weight]): Edge => ({ left, right, weight })),
  );
  const labelled = edges.filter(
    ({ left, right, weight }) => weight >= SAME_LABEL && hasLabel(left, answer[right]?.region.label ?? ''),
  );
  const first = bestTotal(labelled);
  const [taken, placed] = [new Set(first.map(({ left }) => left)), new Set(first.map(({ right }) => right))];
  const rest = edges.filter(({ left, right, weight }) => weight >= OTHER_LABEL && !taken.has(left) && !placed.has(right));
  const pairs = [...first, ...bestTotal(rest)];
  const goesTo = new Map(pairs.map(({ left, right }) => [right, left]));
  answer.forEach((region, right) => {
    const group = groups[goesTo.get(right) ?? -1];
    if (group) group.push(region);
    else groups.push([region]);
  });
}

function groupOf<R extends Identified>(members: readonly Placed<R>[], answers: number, alike: Likenesses): Group<R> {
  const pairs = members.flatMap((a, i) => members.slice(i + 1).map((b) => ({ a, b, likeness: alike.between(a.at, b.at) })));
  const [first] = members;
  if (!first) throw new Error('a group has members');
  const labels = new Set(members.map(({ region }) => region.label));
  const about = meaning(first.region.attributes);
  const found = new Set<Difference>();
  if (members.length < answers) found.add('only');
  if (labels.size > 1) found.add('label');
  if (pairs.some(({ likeness }) => likeness < AGREED)) found.add('shape');
  if (labels.size === 1 && members.some(({ region }) => !same(meaning(region.attributes), about))) found.add('attributes');
  const differs = WEIGHT.filter((difference) => found.has(difference));
  const agreeing = pairs.reduce((sum, { a, b, likeness }) => sum + (a.region.label === b.region.label ? likeness : 0), 0);
  const most = (answers * (answers - 1)) / 2;
  const likeOthers = ({ at }: Placed<R>): number => members.reduce((sum, other) => sum + alike.between(at, other.at), 0);
  const middle = members.reduce((best, member) => (likeOthers(member) > likeOthers(best) + 1e-9 ? member : best), first);
  return {
    key: members
      .map(({ region }) => region.id)
      .sort()
      .join(' '),
    members,
    likeness: mean(pairs.map(({ likeness }) => likeness)),
    kind: differs[0] ?? 'agreed',
    differs,
    cost: (most === 0 ? 0 : 1 - agreeing / most) + (found.has('attributes') ? ATTRIBUTES_COST : 0),
    middle,
  };
}

/** @param answers the regions of each; ids are told apart through all of them */
export function compare<R extends Identified>(answers: readonly (readonly R[])[], image: Size): Comparison<R> {
  let at = 0;
  const placed = answers.map((regions, answer) => regions.map((region): Placed<R> => ({ answer, region, at: at++ })));
  const alike = new Likenesses();
  const pairs = answers.flatMap((left, i) =>
    answers.slice(i + 1).map((right, more): PairAgreement => {
      const j = i + 1 + more;
      const edges = alikePairs(left, right, image);
      for (const edge of edges) alike.add(placed[i]?.[edge.left]?.at ?? 0, placed[j]?.[edge.right]?.at ?? 0, edge.weight);
      return { answers: [i, j], value: pairAgreement(edges, left, right) };
    }),
  );
  const groups: Placed<R>[][] = [];
  for (const answer of placed) joined(groups, answer, alike);
  return {
    groups: groups.map((members) => groupOf(members, answers.length, alike)),
    pairs,
    agreement: mean(pairs.map(({ value }) => value)),
  };
}

const sizeOf = <R extends Compared>({ middle }: Group<R>): number => {
  const { width, height } = bounds(middle.region.geometry);
  return width * height;
};

/** What is to be decided: what costs most agreement first, of equals the larger. */
export const conflictsOf = <R extends Identified>(groups: readonly Group<R>[]): readonly Group<R>[] =>
  groups
    .filter(({ kind }) => kind !== 'agreed')
    .sort((a, b) => b.cost - a.cost || sizeOf(b) - sizeOf(a) || (a.key < b.key ? -1 : 1));

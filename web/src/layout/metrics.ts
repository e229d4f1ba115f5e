/** How much answers agree, by the numbers that a layout may ask for: as `domain/src/agreement` has them. */
import type { Json } from '@tandem/client';

import { nominalAlpha, unitsOf } from '~/agreement/alpha';
import { alike, isSpan, namesOf, spansNames, type GivenAnswer } from './given-answers';
import { isList } from './json';
import { comparedRegions } from './regions-compared';

type Answers = readonly GivenAnswer[];

export interface Metric {
  readonly name: string;
  /** null: these answers have no such number. */
  readonly of: (answers: Answers) => number | null;
  /** A share; alpha is none: it may be below 0. */
  readonly isShare: boolean;
  readonly needs: string;
}

/** Every two answers, once. */
const pairsOf = <T>(answers: readonly T[]): [T, T][] =>
  answers.flatMap((one, at) => answers.slice(at + 1).map((other): [T, T] => [one, other]));

const mean = (numbers: readonly number[]): number | null =>
  numbers.length === 0 ? null : numbers.reduce((sum, number) => sum + number, 0) / numbers.length;

const agree = (a: GivenAnswer, b: GivenAnswer, name: string): boolean => alike(a.output[name], b.output[name]);

/** Each letter with each label that it has; a text of a task is short enough. */
function labelled({ output }: GivenAnswer, name: string): ReadonlySet<string> {
  const spans = output[name];
  const letters = new Set<string>();
  for (const { start, end, label } of isList(spans) ? spans.filter(isSpan) : [])
    for (let at = start; at < end && at - start < MAX_SPAN; at += 1) letters.add(`${at} ${JSON.stringify(label)}`);
  return letters;
}
const MAX_SPAN = 100_000;

function f1(one: ReadonlySet<string>, other: ReadonlySet<string>): number {
  const total = one.size + other.size;
  return total === 0 ? 1 : (2 * [...one].filter((letter) => other.has(letter)).length) / total;
}

const TWO = 'needs two answers';

export const METRICS: Readonly<Record<string, Metric>> = {
  exact_match: {
    name: 'Whole answers that are equal',
    of: (answers) => {
      const names = namesOf(answers);
      return mean(pairsOf(answers).map(([a, b]) => Number(names.every((name) => agree(a, b, name)))));
    },
    isShare: true,
    needs: TWO,
  },
  percentage: {
    name: 'Fields that are equal',
    of: (answers) => {
      const names = namesOf(answers);
      return mean(pairsOf(answers).flatMap(([a, b]) => names.map((name) => Number(agree(a, b, name)))));
    },
    isShare: true,
    needs: TWO,
  },
  krippendorff_alpha: {
    name: 'Krippendorff’s alpha',
    of: (answers) => nominalAlpha(unitsOf(answers.map(({ output }) => output as Json))),
    isShare: false,
    needs: 'needs a field that two have answered',
  },
  token_f1: {
    name: 'Letters marked alike (F1)',
    of: (answers) => {
      const [name] = spansNames(answers);
      return name === undefined ? null : mean(pairsOf(answers.map((answer) => labelled(answer, name))).map(([a, b]) => f1(a, b)));
    },
    isShare: true,
    needs: 'needs marked letters in an answer',
  },
  iou: {
    name: 'Regions: how much they overlap',
    of: (answers) => comparedRegions(answers.map(({ regions }) => regions))?.agreement ?? null,
    isShare: true,
    needs: 'needs regions in two answers',
  },
};

/** Where nothing is drawn, nothing overlaps; where nothing is marked, no letters are alike. */
export const measurable = (answers: Answers): readonly string[] =>
  Object.keys(METRICS).filter((name) => {
    if (name === 'iou') return answers.some(({ regions }) => regions !== null && regions.length > 0);
    return name !== 'token_f1' || spansNames(answers).length > 0;
  });

/** As people read it; alpha as it is published. */
export const measured = ({ isShare }: Metric, value: number): string =>
  isShare ? `${Math.round(value * 100)} %` : value.toFixed(2).replace('-', '−');

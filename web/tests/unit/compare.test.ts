import { describe, expect, test } from 'vitest';

import { bestFirst, bestTotal, type Edge } from '~/agreement/assignment';
import { compare, conflictsOf } from '~/agreement/compare';
import type { Geometry } from '~/geometry/shapes';

const IMAGE = { width: 1280, height: 860 };

interface Shown {
  id: string;
  label: string;
  geometry: Geometry;
  attributes: Record<string, string | boolean>;
}

const box = (id: string, label: string, x: number, y = 0, width = 100, height = 100): Shown => ({
  id,
  label,
  geometry: { kind: 'box', x, y, width, height },
  attributes: {},
});
const kinds = (...answers: Shown[][]): string[] => compare(answers, IMAGE).groups.map(({ kind }) => kind);
const total = (edges: readonly Edge[]): number => edges.reduce((sum, { weight }) => sum + weight, 0);

describe('who goes with whom', () => {
  const edges: Edge[] = [
    { left: 0, right: 0, weight: 0.9 },
    { left: 0, right: 1, weight: 0.8 },
    { left: 1, right: 0, weight: 0.8 },
  ];

  test('the best total goes before the best pair', () => {
    expect(total(bestFirst(edges))).toBeCloseTo(0.9);
    expect(bestTotal(edges).map(({ left, right }) => [left, right])).toEqual([[0, 1], [1, 0]]); // prettier-ignore
  });

  test('no other way of pairing is better', () => {
    // mulberry32, so that a failure can be had again.
    let state = 7;
    const next = (): number => {
      state = (state + 0x6d2b79f5) >>> 0;
      let t = Math.imul(state ^ (state >>> 15), state | 1);
      t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
      return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
    };
    const best = (pairs: readonly Edge[], left: number, used: ReadonlySet<number>): number => {
      if (left === 5) return 0;
      const options = pairs.filter((edge) => edge.left === left && !used.has(edge.right));
      const taken = options.map((edge) => edge.weight + best(pairs, left + 1, new Set([...used, edge.right])));
      return Math.max(best(pairs, left + 1, used), ...taken);
    };
    for (let round = 0; round < 60; round++) {
      const some: Edge[] = [];
      for (let left = 0; left < 5; left++)
        for (let right = 0; right < 4 + (round % 4); right++) if (next() < 0.6) some.push({ left, right, weight: next() });
      const found = bestTotal(some);
      expect(new Set(found.map(({ left }) => left)).size).toBe(found.length);
      expect(new Set(found.map(({ right }) => right)).size).toBe(found.length);
      expect(total(found)).toBeCloseTo(best(some, 0, new Set()), 9);
    }
  });
});

describe('answers region by region', () => {
  test('what is the same in all of them is agreed', () => {
    expect(kinds([box('a', 'car', 0)], [box('b', 'car', 2)], [box('c', 'car', 4)])).toEqual(['agreed']);
  });

  test('the same thing in another shape, under another label, with other attributes', () => {
    expect(kinds([box('a', 'car', 0)], [box('b', 'car', 30)])).toEqual(['shape']);
    expect(kinds([box('a', 'car', 0)], [box('b', 'bus', 0)])).toEqual(['label']);
    expect(kinds([box('a', 'car', 0)], [{ ...box('b', 'car', 0), attributes: { parked: true } }])).toEqual(['attributes']);
  });

  test('what only some of them have says how many', () => {
    const { groups } = compare([[box('a', 'car', 0)], [box('b', 'car', 2)], []], IMAGE);
    expect(groups.map(({ kind, members }) => [kind, members.length])).toEqual([['only', 2]]);
  });

  test('the ids of groups of shapes are nobody’s opinion', () => {
    const grouped = (id: string, group: string): Shown => ({ ...box(id, 'car', 0), attributes: { group } });
    expect(kinds([grouped('a', 'x')], [grouped('b', 'y')])).toEqual(['agreed']);
  });

  test('the label goes first: a person in front of a car is not the car', () => {
    const { groups } = compare(
      [[box('a', 'car', 0), box('b', 'person', 5)], [box('c', 'person', 0), box('d', 'car', 5)]], // prettier-ignore
      IMAGE,
    );
    expect(groups.map(({ members }) => members.map(({ region }) => region.id))).toEqual([['a', 'd'], ['b', 'c']]); // prettier-ignore
  });

  test('two labels on the same place are one thing only where they lie on each other well', () => {
    expect(kinds([box('a', 'car', 0)], [box('b', 'bus', 45)])).toEqual(['only', 'only']);
    expect(kinds([box('a', 'car', 0)], [box('b', 'bus', 20)])).toEqual(['label']);
  });

  test('neighbours in a row do not become one thing by way of each other', () => {
    const { groups } = compare([[box('a', 'car', 0)], [box('b', 'car', 40)], [box('c', 'car', 85)]], IMAGE);
    expect(groups).toHaveLength(2);
  });

  test('a group is called the same in whatever order the answers come', () => {
    const [one, other] = [[box('a', 'car', 0)], [box('b', 'car', 30)]];
    expect(compare([one, other], IMAGE).groups[0]?.key).toBe(compare([other, one], IMAGE).groups[0]?.key);
  });

  test('the middle one is most like the others', () => {
    const { groups } = compare([[box('a', 'car', 0)], [box('b', 'car', 20)], [box('c', 'car', 40)]], IMAGE);
    expect(groups[0]?.middle.region.id).toBe('b');
  });

  test('what costs most agreement is decided first', () => {
    const { groups } = compare(
      [
        [box('near', 'car', 0), box('alone', 'car', 300), box('far', 'car', 600)],
        [box('near2', 'car', 15), box('far2', 'car', 645)],
      ],
      IMAGE,
    );
    expect(conflictsOf(groups).map(({ members }) => members[0]?.region.id)).toEqual(['alone', 'far', 'near']);
  });
});

describe('agreement', () => {
  test('is the server’s: the sum of overlaps over as many as the one with more boxes drew', () => {
    const { agreement, pairs } = compare([[box('a', 'car', 0), box('b', 'car', 500)], [box('c', 'car', 50)]], IMAGE);
    expect(agreement).toBeCloseTo(1 / 3 / 2);
    expect(pairs).toEqual([{ answers: [0, 1], value: agreement }]);
  });

  test('two who both found nothing agree, and one alone has no agreement', () => {
    expect(compare([[], []], IMAGE).agreement).toBe(1);
    expect(compare([[box('a', 'car', 0)]], IMAGE).agreement).toBeNull();
  });

  test('of three is the mean of the pairs', () => {
    const { agreement, pairs } = compare([[box('a', 'car', 0)], [box('b', 'car', 0)], []], IMAGE);
    expect(pairs.map(({ value }) => value)).toEqual([1, 0, 0]);
    expect(agreement).toBeCloseTo(1 / 3);
  });
});

test('a thousand polygons in each of five answers are compared while one waits', () => {
  const polygon = (answer: number, n: number): Shown => {
    const [cx, cy] = [(n % 40) * 30 + 20 + answer * 0.7, Math.floor(n / 40) * 30 + 20 + answer * 0.4];
    const points = Array.from({ length: 16 }, (_, i): [number, number] => {
      const [turn, radius] = [(Math.PI * i) / 8, 13 + ((i * 7 + answer) % 5)];
      return [cx + radius * Math.cos(turn), cy + radius * Math.sin(turn)];
    });
    return {
      id: `${answer}-${n}`,
      label: n % 3 ? 'car' : 'bus',
      geometry: { kind: 'polygon', parts: [[points]] },
      attributes: {},
    };
  };
  const answers = Array.from({ length: 5 }, (_, a) => Array.from({ length: 1000 }, (__, n) => polygon(a, n)));
  const begun = performance.now();
  const { groups } = compare(answers, IMAGE);
  const took = performance.now() - begun;
  expect(groups).toHaveLength(1000);
  // Far above what it takes alone: this machine may be doing something else.
  expect(took).toBeLessThan(20_000);
});

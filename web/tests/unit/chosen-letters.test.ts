import type { Peer } from '@tandem/client';
import { describe, expect, it } from 'vitest';

import { namesAbove, joined } from '~/geometry/text-lines';
import { chosenFrom, othersIn, placeIn, withPlace } from '~/layout/chosen-letters';
import { saidOf } from '~/layout/components/others-in-text';

const user = (name: string) => ({ id: name, name, email: `${name}@example.org`, color: '#0072b2' });
const peer = (id: number, name: string, selection: string[], editing: string | null): Peer =>
  ({ peer: id, user: user(name), role: 'labeler', state: { selection, editing } }) as unknown as Peer;

describe('letters that somebody has chosen', () => {
  it('go with what else is selected, and are found again', () => {
    const selection = withPlace(['a-region'], { from: 9, to: 4 });
    expect(selection).toEqual(['letters:9-4', 'a-region']);
    expect(placeIn(selection)).toEqual({ from: 9, to: 4 });
    expect(chosenFrom({ from: 9, to: 4 })).toEqual({ start: 4, end: 9 });
  });

  it('are replaced by the next, and taken away alone', () => {
    const first = withPlace(['a-region'], { from: 1, to: 2 });
    expect(withPlace(first, { from: 3, to: 3 })).toEqual(['letters:3-3', 'a-region']);
    expect(withPlace(first, null)).toEqual(['a-region']);
  });

  it('are none where another version or a stranger wrote something else', () => {
    for (const entry of ['letters:1', 'letters:-1-2', 'letters:1-2-3', 'letters:a-b', 'letters:99999999999-1', 'region'])
      expect(placeIn([entry])).toBeNull();
  });

  it('count in the field that somebody says to be in, and not my own', () => {
    const peers = [
      peer(1, 'Me', ['letters:0-1'], 'field:entities'),
      peer(2, 'Ben', ['letters:0-4'], 'field:entities'),
      peer(3, 'Rita', ['letters:0-4'], 'field:places'),
      peer(4, 'Tom', ['letters:0-4'], null),
      peer(5, 'Uma', ['region'], 'field:entities'),
    ];
    expect(othersIn(peers, 1, 'field:entities')).toEqual([{ peer: 2, user: user('Ben'), from: 0, to: 4 }]);
  });

  it('are said in words: what is chosen, or by which word the caret is', () => {
    const at = (from: number, to: number) => [{ peer: 2, user: user('Ben'), from, to }];
    const text = 'Maria Berg met 🐺 Tom.';
    expect(saidOf(text, at(0, 10))).toBe('Ben has chosen “Maria Berg”');
    expect(saidOf(text, at(17, 15))).toBe('Ben has chosen “🐺”');
    expect(saidOf(text, at(12, 12))).toBe('Ben is at “met”');
    expect(saidOf(text, at(90, 90))).toBe('Ben is at the end');
    expect(saidOf('word '.repeat(40), at(0, 200)).length).toBeLessThan(90);
    expect(saidOf(text, [...at(0, 5), { peer: 3, user: user('Rita'), from: 11, to: 14 }])).toBe(
      'Ben has chosen “Maria”. Rita has chosen “met”',
    );
    expect(saidOf(text, [])).toBe('');
  });
});

describe('stretches of a text on the screen', () => {
  const rect = (x: number, y: number, width = 20, height = 18) => ({ x, y, width, height });

  it('are one where they touch on a line, and as many as there are lines', () => {
    expect(joined([rect(0, 0), rect(20, 1), rect(0, 32), rect(60, 32)])).toEqual([rect(0, 0, 40, 19), rect(0, 32), rect(60, 32)]);
  });

  it('leave out what takes no room', () => {
    expect(joined([rect(0, 0), rect(20, 0, 0)])).toEqual([rect(0, 0)]);
  });

  it('have their names above the caret, and within the text', () => {
    const flag = (x: number, y: number) => ({ caret: rect(x, y, 0), width: 50, height: 14 });
    expect(namesAbove([flag(10, 40)], 200)).toEqual([{ x: 10, y: 26 }]);
    expect(namesAbove([flag(190, 40)], 200)).toEqual([{ x: 150, y: 26 }]);
  });

  it('have names that cover none of the others', () => {
    const flag = (x: number, y = 40) => ({ caret: rect(x, y, 0), width: 50, height: 14 });
    expect(namesAbove([flag(10), flag(20)], 200)).toEqual([
      { x: 10, y: 26 },
      { x: 62, y: 26 },
    ]);
    expect(namesAbove([flag(150), flag(150)], 200)).toEqual([
      { x: 150, y: 26 },
      { x: 98, y: 26 },
    ]);
    expect(namesAbove([flag(0), flag(0)], 60)).toEqual([
      { x: 0, y: 26 },
      { x: 0, y: 12 },
    ]);
    expect(namesAbove([flag(10), flag(10, 72)], 200)).toEqual([
      { x: 10, y: 26 },
      { x: 10, y: 58 },
    ]);
  });
});

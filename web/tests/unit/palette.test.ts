import { describe, expect, test, vi } from 'vitest';

import { choicesOf, found, type Choice } from '~/hotkeys/choices';
import type { CommandId } from '~/hotkeys/commands';

const choice = (title: string, group = 'Edit'): Choice => ({ title, group, key: null, run: () => undefined });
const titles = (list: readonly Choice[]): string[] => list.map(({ title }) => title);

describe('finding something to do', () => {
  const all = [
    choice('Undo my last change'),
    choice('Polygon', 'Tools'),
    choice('Polygon to mask', 'Shapes'),
    choice('Zoom in', 'View'),
  ];

  test('nothing typed shows all', () => {
    expect(found(all, '  ')).toBe(all);
  });

  test('every word must be there, in any order, in the title or its group', () => {
    expect(titles(found(all, 'mask poly'))).toEqual(['Polygon to mask']);
    expect(titles(found(all, 'tools pol'))).toEqual(['Polygon']);
    expect(found(all, 'polygon nothing')).toEqual([]);
  });

  test('what begins with the word comes before what has it inside', () => {
    expect(titles(found([choice('Join into one'), choice('Into the back'), choice('Printout')], 'into'))).toEqual([
      'Into the back',
      'Join into one',
      'Printout',
    ]);
  });

  test('only what can be done now is listed, and a key that a label has is the label’s', () => {
    vi.stubGlobal('KeyboardEvent', Event);
    const done: string[] = [];
    const labels = new Map([['road', 'e']]);
    const keys = {
      labels,
      moved: new Map(),
      ceded: new Set<string>(),
      shown: labels,
      taken: new Set(['e']),
      idle: new Set<CommandId>(['box']),
    };
    const list = choicesOf(
      {
        box: () => done.push('box'),
        ellipse: () => done.push('ellipse'),
        undo: () => done.push('undo'),
        nudgeLeft: () => done.push('nudge'),
      },
      [{ name: 'road' }],
      keys,
      (name) => done.push(name),
    );
    expect(list.map(({ title, key }) => [title, key])).toEqual([
      ['Ellipse', null],
      ['Undo my last change', 'Control+z'],
      ['road', 'e'],
    ]);
    for (const { run } of list) run();
    expect(done).toEqual(['ellipse', 'undo', 'road']);
    vi.unstubAllGlobals();
  });
});

import { describe, expect, test } from 'vitest';

import { COMMANDS } from '~/hotkeys/commands';
import { keyOf, withoutShift } from '~/hotkeys/keyboard';
import { commandOf } from '~/hotkeys/keymap';
import { freeLabelKey, labelKeys } from '~/hotkeys/registry';

const press = (key: string, held: Partial<Record<'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey', boolean>> = {}) =>
  keyOf({ key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...held });

describe('keys', () => {
  test('no key means two things', () => {
    const keys = Object.values(COMMANDS).flatMap((command) => [...command.keys]);
    expect(new Set(keys).size).toBe(keys.length);
  });

  test.each([
    ['z', { ctrlKey: true }, 'undo'],
    ['z', { metaKey: true }, 'undo'],
    ['Z', { ctrlKey: true, shiftKey: true }, 'redo'],
    ['?', { shiftKey: true }, 'help'],
    ['+', { shiftKey: true }, 'zoomIn'],
    ['Enter', { ctrlKey: true }, 'submit'],
    ['ArrowLeft', { shiftKey: true }, 'nudgeLeft'],
    ['ArrowDown', { altKey: true }, 'nextRegion'],
    ['B', {}, 'box'],
  ] as const)('%s with %o is %s', (key, held, command) => {
    expect(commandOf(press(key, held))).toBe(command);
  });

  test('Shift+B is not B', () => {
    expect(commandOf(press('B', { shiftKey: true }))).toBe('cuboid');
  });
});

describe('a key with Shift', () => {
  const held = { ctrlKey: false, metaKey: false, altKey: false, shiftKey: true };
  test.each([
    ['T', 'KeyT', 't'],
    ['!', 'Digit1', '1'],
    ['1', 'Digit1', '1'],
    ['Ц', 'KeyW', 'w'],
    ['Ä', 'Quote', 'ä'],
    ['?', 'Slash', null],
    ['ArrowLeft', 'ArrowLeft', null],
  ])('%s (%s) is %s without it', (key, code, plain) => {
    expect(withoutShift({ key, code, ...held })).toBe(plain);
  });

  test('is none where another is held as well, or Shift is not', () => {
    expect(withoutShift({ key: 'T', code: 'KeyT', ...held, ctrlKey: true })).toBeNull();
    expect(withoutShift({ key: 't', code: 'KeyT', ...held, shiftKey: false })).toBeNull();
  });
});

describe('label keys', () => {
  test('a new label gets a key that no label has and no command: a tenth has none', () => {
    const labels = Array.from({ length: 9 }, (_, n) => ({ name: `l${n}`, hotkey: String(n + 1) }));
    expect(freeLabelKey([])).toBe('1');
    expect(freeLabelKey([{ name: 'car', hotkey: '1' }])).toBe('2');
    expect(freeLabelKey(labels.slice(0, 8))).toBe('9');
    const tenth = freeLabelKey(labels);
    expect(tenth === null || commandOf(tenth) === undefined).toBe(true);
  });

  test('the project’s keys go first, the rest get the digits that are left', () => {
    const keys = labelKeys([{ name: 'car' }, { name: 'person', hotkey: '1' }, { name: 'tree', hotkey: 'T' }]);
    expect([...keys]).toEqual([
      ['person', '1'],
      ['tree', 't'],
      ['car', '2'],
    ]);
  });

  test('a label never takes a command’s key or another label’s', () => {
    const keys = labelKeys([
      { name: 'bus', hotkey: 'b' },
      { name: 'cab', hotkey: 'c' },
      { name: 'cow', hotkey: 'c' },
    ]);
    expect(keys.get('bus')).toBe('1');
    expect(keys.get('cab')).toBe('c');
    expect(keys.get('cow')).toBe('2');
  });

  test('the tenth label without a key has none', () => {
    const keys = labelKeys(Array.from({ length: 12 }, (_, n) => ({ name: `label ${n}` })));
    expect(keys.size).toBe(9);
  });
});

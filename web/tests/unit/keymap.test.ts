import { beforeEach, describe, expect, test } from 'vitest';

import { keyOf, pressedKeys } from '~/hotkeys/keyboard';
import { commandOf, firstKey, given, keysFrom, keysOf, myKeys, refusal, usual, withoutKeys } from '~/hotkeys/keymap';
import { labelKeys } from '~/hotkeys/registry';

const held = { ctrlKey: false, metaKey: false, altKey: false, shiftKey: false };

beforeEach(() => myKeys.set({}));

describe('keys of one’s own', () => {
  test('a key given to a command is taken from the one that had it', () => {
    const mine = given({}, 'ellipse', 'b');
    expect(mine).toEqual({ ellipse: ['b'], box: [] });
    expect([commandOf('b', mine), commandOf('e', mine), keysOf('box', mine)]).toEqual(['ellipse', undefined, []]);
  });

  test('the key a command has anyway is no change', () => {
    expect(given({}, 'box', 'b')).toEqual({});
    expect(given(given({}, 'box', 'Alt+b'), 'box', 'b')).toEqual({});
  });

  test('back to the usual leaves what others have been given since', () => {
    const mine = given({}, 'ellipse', 'b');
    expect(usual(mine, 'box')).toEqual({ ellipse: ['b'], box: [] });
    expect(usual(usual(mine, 'ellipse'), 'box')).toEqual({});
  });

  test('a command may have no key at all', () => {
    expect(withoutKeys({}, 'box')).toEqual({ box: [] });
    myKeys.set({ box: [] });
    expect([firstKey('box'), commandOf('b')]).toEqual([undefined, undefined]);
  });

  test('what is kept is read as far as it makes sense here', () => {
    expect(
      keysFrom({ box: ['z'], gone: ['y'], escape: ['x'], ellipse: 'e', polygon: [1, 'z', 'Control+w'], cut: ['x'] }),
    ).toEqual({
      box: ['z'],
      polygon: [],
    });
    expect([keysFrom(null), keysFrom('x'), keysFrom([1])]).toEqual([{}, {}, {}]);
  });

  test.each([
    ['Control+w', /browser/],
    ['Tab', /control/],
    ['Shift', /together/],
    ['ArrowLeft', /Arrows/],
    [' ', /Space/],
  ])('%s is refused with the reason', (key, why) => expect(refusal(key)).toMatch(why));

  test.each(['b', 'Control+b', 'Alt+ArrowUp', '+', 'Control++', 'F2', 'ж'])('%s can be had', (key) =>
    expect(refusal(key)).toBeNull(),
  );

  test('a label does not get a key that somebody has given to a command that does not yield it', () => {
    myKeys.set(given({}, 'box', 'u'));
    expect(labelKeys([{ name: 'cup', hotkey: 'u' }]).get('cup')).toBe('1');
    expect(labelKeys([{ name: 'bus', hotkey: 'b' }]).get('bus')).toBe('b');
  });
});

describe('other keyboards than the American one', () => {
  test('what is typed with AltGr is what it types', () => {
    const getModifierState = (name: string): boolean => name === 'AltGraph';
    expect(keyOf({ ...held, key: '[', ctrlKey: true, altKey: true, getModifierState })).toBe('[');
  });

  test('letters of other scripts do what their places do', () => {
    expect(pressedKeys({ ...held, key: 'и', code: 'KeyB' })).toEqual(['и', 'b']);
    expect(pressedKeys({ ...held, key: 'Я', code: 'KeyZ', ctrlKey: true, shiftKey: true })).toEqual([
      'Control+Shift+я',
      'Control+Shift+z',
    ]);
  });

  test('Latin letters are what they are, wherever they lie', () => {
    expect(pressedKeys({ ...held, key: 'z', code: 'KeyY' })).toEqual(['z']);
    expect(pressedKeys({ ...held, key: 'ö', code: 'Semicolon' })).toEqual(['ö']);
  });

  test('digits that need Shift are had without, where that types nothing of meaning', () => {
    expect(pressedKeys({ ...held, key: '&', code: 'Digit1' })).toEqual(['&', '1']);
    expect(pressedKeys({ ...held, key: '1', code: 'Digit1', shiftKey: true })).toEqual(['1']);
    expect(pressedKeys({ ...held, key: '!', code: 'Digit1', shiftKey: true })).toEqual(['!']);
  });

  test('with Alt a digit is a digit', () => {
    expect(keyOf({ ...held, key: '¡', code: 'Digit1', altKey: true })).toBe('Alt+1');
  });
});

// @vitest-environment happy-dom
import { cleanup, renderHook } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { useHotkeys } from '~/hotkeys/use-hotkeys';

const done: string[] = [];
const handlers = Object.fromEntries(
  (['submit', 'flush', 'palette', 'undo', 'redo', 'copy', 'duplicate', 'box', 'remove', 'help', 'ungroup'] as const).map((id) => [
    id,
    () => done.push(id),
  ]),
);

/** @returns whether the browser is kept from doing its own */
function press(target: Element, key: string, held: KeyboardEventInit = {}): boolean {
  const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...held });
  target.dispatchEvent(event);
  return event.defaultPrevented;
}

const control = (html: string): Element => {
  document.body.innerHTML = html;
  const element = document.body.querySelector('input, select, textarea, [contenteditable]');
  if (!element) throw new Error('nothing there');
  return element;
};

describe('keys in the controls of forms', () => {
  beforeEach(() => {
    done.length = 0;
    const labels = new Map([['car', '1'], ['tree', 'g']]); // prettier-ignore
    renderHook(() => useHotkeys(handlers, labels, (name, also) => done.push(also ? `${name} too` : name), new Set()));
  });
  afterEach(() => {
    cleanup();
    document.body.innerHTML = '';
  });

  const CONTROLS = ['<input type="text">', '<input type="search">', '<input type="number">', '<input type="date">', '<textarea></textarea>', '<select></select>', '<div contenteditable="true"></div>']; // prettier-ignore

  test.each(CONTROLS)('%s: submit, send and find work, and the browser saves no page', (html) => {
    const element = control(html);
    const held = { ctrlKey: true };
    expect([press(element, 'Enter', held), press(element, 's', held), press(element, 'k', { metaKey: true })]).toEqual([true, true, true]); // prettier-ignore
    expect(done).toEqual(['submit', 'flush', 'palette']);
  });

  test.each(CONTROLS)('%s: what is typed stays there', (html) => {
    const element = control(html);
    for (const key of ['b', '1', 'g', 'Enter', 'Backspace', '?']) expect(press(element, key)).toBe(false);
    expect(press(element, '!', { shiftKey: true, code: 'Digit1' })).toBe(false);
    expect(done).toEqual([]);
  });

  test('undo, redo and copying in a text field are the field’s own; in a list they are the document’s', () => {
    const keys = [['z'], ['z', true], ['y'], ['c']] as const;
    for (const [key, shiftKey = false] of keys) expect(press(control('<input>'), key, { ctrlKey: true, shiftKey })).toBe(false);
    for (const [key, shiftKey = false] of keys) press(control('<select></select>'), key, { ctrlKey: true, shiftKey });
    expect(done).toEqual(['undo', 'redo', 'redo', 'copy']);
  });

  test('while a dialog is open none of them does anything, and neither does the browser', () => {
    const element = control('<div role="dialog"><input></div>');
    expect(press(element, 's', { ctrlKey: true })).toBe(true);
    expect(press(element, 'c', { ctrlKey: true })).toBe(false);
    expect(done).toEqual([]);
  });

  test('what no command has stays the browser’s', () => {
    expect(press(control('<input>'), 'f', { ctrlKey: true })).toBe(false);
  });

  test('a label’s key with Shift is for what was just drawn, too, unless a command has it', () => {
    press(document.body, '!', { shiftKey: true, code: 'Digit1' });
    press(document.body, 'G', { shiftKey: true, code: 'KeyG' });
    press(document.body, 'g', { code: 'KeyG' });
    expect(done).toEqual(['car too', 'ungroup', 'tree']);
  });
});

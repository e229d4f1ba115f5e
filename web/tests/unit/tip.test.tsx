// @vitest-environment happy-dom
import { act } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { IconButton } from '~/ui/controls';
import { Tip, TipProvider } from '~/ui/tip';
import { DELAY_MS, READING_MS } from '~/ui/tip-watch';

let root: Root;

beforeEach(() => {
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  document.body.innerHTML = '<div id="app"></div>';
  root = createRoot(at('#app'));
  act(() => {
    show('Hide');
  });
});

afterEach(() => {
  act(() => {
    root.unmount();
  });
  vi.useRealTimers();
});

const show = (eye: string): void =>
  root.render(
    <TipProvider>
      <IconButton label="Box" keys="b">
        <svg />
      </IconButton>
      <Tip text={eye} side="right">
        <button type="button" id="eye">
          <span id="within" />
        </button>
      </Tip>
      <p id="text">nothing to say</p>
    </TipProvider>,
  );

const at = (query: string): Element => {
  const found = document.querySelector(query);
  if (!found) throw new Error(`there is no ${query}`);
  return found;
};
const shown = (): string | null => document.querySelector('[role=tooltip]')?.textContent ?? null;
const send = (target: EventTarget, event: Event): void =>
  act(() => {
    target.dispatchEvent(event);
  });
const point = (query: string, pointerType = 'mouse'): void =>
  send(at(query), new PointerEvent('pointerover', { bubbles: true, pointerType }));
const wait = (ms: number): void =>
  act(() => {
    vi.advanceTimersByTime(ms);
  });

test('a tip comes when the pointer rests, with the key, and goes when the pointer does', () => {
  point('[aria-label=Box]');
  wait(DELAY_MS - 1);
  expect(shown()).toBeNull();
  wait(1);
  expect(shown()).toContain('Box');
  expect(shown()).toContain('B');
  point('#text');
  expect(shown()).toBeNull();
});

test('along a row the next tip comes at once, and later it takes its time again', () => {
  point('[aria-label=Box]');
  wait(DELAY_MS);
  point('#within');
  expect(shown()).toBe('Hide');
  point('#text');
  wait(READING_MS);
  point('#within');
  expect(shown()).toBeNull();
});

test('who presses knows what it is: the tip goes, and does not come back while the pointer stays', () => {
  point('#eye');
  wait(DELAY_MS);
  send(at('#eye'), new PointerEvent('pointerdown', { bubbles: true }));
  expect(shown()).toBeNull();
  point('#within');
  wait(DELAY_MS);
  expect(shown()).toBeNull();
});

test('a finger is shown none, Escape takes it away, and a window that is left has none', () => {
  point('#eye', 'touch');
  wait(DELAY_MS);
  expect(shown()).toBeNull();
  point('#eye');
  wait(DELAY_MS);
  send(document, new KeyboardEvent('keydown', { key: 'Escape' }));
  expect(shown()).toBeNull();
  point('#text');
  point('#eye');
  send(at('#eye'), new PointerEvent('pointerout', { bubbles: true, relatedTarget: null }));
  wait(DELAY_MS);
  expect(shown()).toBeNull();
});

test('it follows what it says, and describes the control unless that has the same name', async () => {
  point('#eye');
  wait(DELAY_MS);
  expect(at('#eye').getAttribute('aria-describedby')).toBe(at('[role=tooltip]').id);
  await act(async () => {
    show('Show');
    // What changed is told after the present turn.
    await Promise.resolve();
  });
  expect(shown()).toBe('Show');
  point('[aria-label=Box]');
  expect(at('#eye').hasAttribute('aria-describedby')).toBe(false);
  expect(at('[aria-label=Box]').hasAttribute('aria-describedby')).toBe(false);
});

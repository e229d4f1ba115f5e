// @vitest-environment happy-dom
import { act } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { IconButton } from '~/ui/controls';
import { Tip, TipProvider } from '~/ui/tip';
import { DELAY_MS, READING_MS } from '~/ui/tip-watch';

let root: Root;

beforeEach(async () => {
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  document.body.innerHTML = '<div id="app"></div>';
  root = createRoot(document.querySelector('#app') as HTMLElement);
  await render('Hide');
});

afterEach(async () => {
  await act(() => root.unmount());
  vi.useRealTimers();
});

const render = (eye: string): Promise<void> =>
  act(async () =>
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
    ),
  );

const at = (query: string): Element => document.querySelector(query) as Element;
const shown = (): string | null => document.querySelector('[role=tooltip]')?.textContent ?? null;
const point = (query: string, pointerType = 'mouse'): Promise<void> =>
  act(async () => void at(query).dispatchEvent(new PointerEvent('pointerover', { bubbles: true, pointerType })));
const wait = (ms: number): Promise<void> => act(async () => void vi.advanceTimersByTime(ms));

test('a tip comes when the pointer rests, with the key, and goes when the pointer does', async () => {
  await point('[aria-label=Box]');
  await wait(DELAY_MS - 1);
  expect(shown()).toBeNull();
  await wait(1);
  expect(shown()).toContain('Box');
  expect(shown()).toContain('B');
  await point('#text');
  expect(shown()).toBeNull();
});

test('along a row the next tip comes at once, and later it takes its time again', async () => {
  await point('[aria-label=Box]');
  await wait(DELAY_MS);
  await point('#within');
  expect(shown()).toBe('Hide');
  await point('#text');
  await wait(READING_MS);
  await point('#within');
  expect(shown()).toBeNull();
});

test('who presses knows what it is: the tip goes, and does not come back while the pointer stays', async () => {
  await point('#eye');
  await wait(DELAY_MS);
  await act(async () => void at('#eye').dispatchEvent(new PointerEvent('pointerdown', { bubbles: true })));
  expect(shown()).toBeNull();
  await point('#within');
  await wait(DELAY_MS);
  expect(shown()).toBeNull();
});

test('a finger is shown none, Escape takes it away, and a window that is left has none', async () => {
  await point('#eye', 'touch');
  await wait(DELAY_MS);
  expect(shown()).toBeNull();
  await point('#eye');
  await wait(DELAY_MS);
  await act(async () => void document.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape' })));
  expect(shown()).toBeNull();
  await point('#text');
  await point('#eye');
  await act(async () => void at('#eye').dispatchEvent(new PointerEvent('pointerout', { bubbles: true, relatedTarget: null })));
  await wait(DELAY_MS);
  expect(shown()).toBeNull();
});

test('it follows what it says, and describes the control unless that has the same name', async () => {
  await point('#eye');
  await wait(DELAY_MS);
  expect(at('#eye').getAttribute('aria-describedby')).toBe(at('[role=tooltip]').id);
  await render('Show');
  await act(async () => vi.waitFor(() => expect(shown()).toBe('Show')));
  await point('[aria-label=Box]');
  expect(at('#eye').hasAttribute('aria-describedby')).toBe(false);
  expect(at('[aria-label=Box]').hasAttribute('aria-describedby')).toBe(false);
});

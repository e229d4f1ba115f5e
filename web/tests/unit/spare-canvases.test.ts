// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { allOf, giveBack, takeCanvases } from '~/canvas/spare-canvases';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.runAllTimers();
  vi.useRealTimers();
});

test('the board that follows gets the canvases of the one before, with nothing of it on the screen', () => {
  const canvases = takeCanvases();
  document.body.append(...allOf(canvases));
  canvases.picture.style.visibility = 'visible';
  canvases.picture.style.transform = 'matrix(2, 0, 0, 2, 5, 5)';
  canvases.overlay.style.transform = 'matrix(2, 0, 0, 2, 5, 5)';
  giveBack(canvases);
  expect(allOf(canvases).some((canvas) => canvas.isConnected)).toBe(false);
  const next = takeCanvases();
  expect(allOf(next)).toEqual(allOf(canvases));
  expect([...next.shapes, ...next.under, next.picture].map(({ style }) => [style.visibility, style.transform])).toEqual(
    Array.from({ length: 5 }, () => ['hidden', '']),
  );
  expect([next.overlay.style.visibility, next.overlay.style.transform]).toEqual(['', '']);
});

test('two boards at once have canvases of their own, and nothing is kept for nobody', () => {
  const [one, other] = [takeCanvases(), takeCanvases()];
  expect(allOf(one).some((canvas) => allOf(other).includes(canvas))).toBe(false);
  giveBack(one);
  giveBack(other);
  expect(takeCanvases().picture).toBe(other.picture);
  giveBack(other);
  vi.advanceTimersByTime(5_000);
  expect(takeCanvases().picture).not.toBe(other.picture);
});

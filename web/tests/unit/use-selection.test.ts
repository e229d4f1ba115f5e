// @vitest-environment happy-dom
import { act, cleanup, renderHook } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { useSelection } from '~/features/workbench/use-selection';
import { createStore } from '~/lib/store';
import type { Desk } from '~/tools/desk';

const desk = { selection: createStore<readonly string[]>([]), pressed: createStore(false) };

describe('what is selected, for the panels around the picture', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['requestAnimationFrame', 'setTimeout'] });
    desk.selection.set([]);
    desk.pressed.set(false);
  });
  afterEach(() => {
    cleanup();
    vi.useRealTimers();
  });
  const shown = () => renderHook(() => useSelection(desk as unknown as Desk)).result;

  test('is told at once when it was not pressed on the picture', () => {
    const result = shown();
    act(() => desk.selection.set(['a']));
    expect(result.current).toEqual(['a']);
  });

  test('follows a press on the picture by one frame, and is then the newest', () => {
    const result = shown();
    act(() => {
      desk.pressed.set(true);
      desk.selection.set(['a']);
      desk.selection.set(['b']);
    });
    expect(result.current).toEqual([]);
    act(() => void vi.advanceTimersToNextFrame());
    act(() => void vi.advanceTimersByTime(1));
    expect(result.current).toEqual(['b']);
  });
});

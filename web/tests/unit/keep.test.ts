// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { device, dropAll } from '~/lib/keep';

const refuse = (name: string) => (): never => {
  throw new DOMException('no', name);
};
const full = { getItem: () => 'before', setItem: refuse('QuotaExceededError'), removeItem: () => undefined, key: () => null, length: 1 }; // prettier-ignore

/** A browser that was told to keep nothing throws at the mere mention. */
function forbid(): void {
  vi.stubGlobal('localStorage', undefined);
  Object.defineProperty(globalThis, 'localStorage', { configurable: true, get: refuse('SecurityError') });
}

describe('what the browser keeps', () => {
  const there = Object.getOwnPropertyDescriptor(globalThis, 'localStorage');
  beforeEach(() => {
    vi.resetModules();
    localStorage.clear();
  });
  afterEach(() => {
    vi.unstubAllGlobals();
    if (there) Object.defineProperty(globalThis, 'localStorage', there);
  });

  test('is there the next time', () => {
    expect(device.setItem('a', '1')).toBe(true);
    expect(device.getItem('a')).toBe('1');
    device.removeItem('a');
    expect(device.getItem('a')).toBeNull();
  });

  test('goes by the beginning of its name', () => {
    for (const key of ['x.1', 'x.2', 'y']) device.setItem(key, '1');
    dropAll('x.');
    expect(localStorage.length).toBe(1);
    expect(device.getItem('y')).toBe('1');
  });

  test('a full storage says that it kept nothing, and what was there stays', () => {
    vi.stubGlobal('localStorage', full);
    expect(device.setItem('a', '1')).toBe(false);
    expect(device.getItem('a')).toBe('before');
  });

  test('a storage that is forbidden is empty', () => {
    forbid();
    expect(device.setItem('a', '1')).toBe(false);
    expect([device.getItem('a'), device.key(0), device.length]).toEqual([null, null, 0]);
    expect(() => device.removeItem('a')).not.toThrow();
  });

  test.each([
    ['full', () => vi.stubGlobal('localStorage', full)],
    ['forbidden', forbid],
  ])('no screen breaks over a storage that is %s', async (_, close) => {
    close();
    const { rememberProject, lastProject } = await import('~/features/home/last-project');
    const { setTheme, theme } = await import('~/app/theme');
    const { chooseModel, chosenModel } = await import('~/features/workbench/chosen-model');
    const { keep, leave } = await import('~/session/account');
    const { unsaid } = await import('~/features/workbench/comments/telling');
    rememberProject('p');
    lastProject();
    setTheme('dark');
    expect(theme.get()).toBe('dark');
    chooseModel('m');
    expect(chosenModel.get()).toBe('m');
    keep({} as Parameters<typeof keep>[0]);
    leave();
    unsaid('t').add('c');
  });
});

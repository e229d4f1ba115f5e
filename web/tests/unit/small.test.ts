import { describe, expect, test, vi } from 'vitest';

import { initials, inkOn } from '~/lib/color';
import { createStore } from '~/lib/store';
import { aboutSeconds, ago, bytes, countdown } from '~/lib/time';
import { takeLinkToken } from '~/session/link';

describe('a sign-in link', () => {
  test('its token leaves the address bar at once', () => {
    const replaceState = vi.fn();
    const token = takeLinkToken({ pathname: '/sign-in', hash: '#token=abc.def', search: '' }, { replaceState });
    expect(token).toBe('abc.def');
    expect(replaceState).toHaveBeenCalledWith(null, '', '/sign-in');
  });

  test('other addresses are left alone', () => {
    const replaceState = vi.fn();
    expect(takeLinkToken({ pathname: '/projects', hash: '#token=x', search: '' }, { replaceState })).toBeNull();
    expect(replaceState).not.toHaveBeenCalled();
  });
});

describe('the time that is left', () => {
  test.each([
    [58_000, 'In about 1 minute'],
    [54_000, 'In about 50 seconds'],
    [12_000, 'In about 10 seconds'],
    [3_000, 'Any moment now'],
    [-1_000, 'Any moment now'],
    [118_000, 'In about 2 minutes'],
  ])('%d ms', (ms, text) => {
    expect(aboutSeconds(ms)).toBe(text);
  });
});

describe('a store', () => {
  test('tells of changes, not of the same value again', () => {
    const store = createStore(1);
    const told = vi.fn();
    const stop = store.subscribe(told);
    store.set(1);
    store.update((n) => n + 1);
    stop();
    store.set(9);
    expect(told).toHaveBeenCalledTimes(1);
  });
});

describe('words', () => {
  test('times', () => {
    expect(countdown(65_000)).toBe('1:05');
    expect(countdown(3_725_000)).toBe('1:02:05');
    expect(countdown(-5)).toBe('0:00');
    const now = Date.parse('2026-11-20T12:00:00Z');
    expect(ago('2026-11-20T11:59:40Z', now)).toBe('just now');
    expect(ago('2026-11-20T09:00:00Z', now)).toBe('3 hours ago');
    expect(bytes(840_000)).toBe('840 kB');
  });

  test('initials of any name', () => {
    expect(initials('Anna Berger')).toBe('AB');
    expect(initials('Chloé')).toBe('C');
    expect(initials('  ')).toBe('?');
  });

  test('text on a person’s colour reads', () => {
    expect(inkOn('#ffe066')).toBe('#16171b');
    expect(inkOn('#2b2f77')).toBe('#ffffff');
    expect(inkOn('nonsense')).toMatch(/^#/);
  });
});

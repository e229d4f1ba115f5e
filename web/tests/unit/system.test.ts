import { describe, expect, test } from 'vitest';

import { waits } from '~/features/system/actors-panel';
import { heard, stateOf } from '~/features/system/nodes-panel';
import type { NodeView } from '~/features/system/queries';

const node = (over: Partial<NodeView>): NodeView => ({
  id: '0192f0c1-0000-7000-8000-000000000001',
  host: 'a',
  version: '0.1.0',
  state: 'ready',
  drain_requested: false,
  started_at: '2026-11-28T10:00:00Z',
  silent_ms: 0,
  connections: 3,
  rooms: 1,
  durable: true,
  ...over,
});

describe('a node', () => {
  test('says how far its drain is', () => {
    expect(stateOf(node({}))).toBe('Takes people');
    expect(stateOf(node({ drain_requested: true }))).toBe('Asked to drain');
    expect(stateOf(node({ state: 'draining' }))).toBe('Draining');
    expect(stateOf(node({ state: 'draining', connections: 0 }))).toBe('Drained');
    expect(stateOf(node({ state: 'gone' }))).toBe('Gone');
  });

  test('was heard a moment, seconds or minutes ago', () => {
    expect([400, 12_300, 61_000, 190_000].map(heard)).toEqual(['now', '12 s ago', '1 min ago', '3 min ago']);
  });
});

test('a wait is told with as many digits as matter', () => {
  expect([0.21, 31.4, 2_140].map(waits)).toEqual(['0.2 ms', '31 ms', '2.1 s']);
});

/** One suite for every store. */
import { IDBFactory } from 'fake-indexeddb';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';

import { indexedDbPersistence, memoryPersistence, type Persistence } from '../src/index.js';
import type { IdbFactory } from '../src/persistence/idb.js';

const TASK = 'task-1';

function updateOf(key: string): Uint8Array {
  const doc = new Y.Doc();
  doc.getMap('m').set(key, 1);
  return Y.encodeStateAsUpdate(doc);
}

function keys(updates: readonly Uint8Array[]): string[] {
  const doc = new Y.Doc();
  for (const update of updates) Y.applyUpdate(doc, update);
  return [...doc.getMap('m').keys()].sort();
}

// Its own types want the DOM's; only what the store uses is promised here.
const factory = (): IdbFactory => new (IDBFactory as unknown as new () => IdbFactory)();

describe.each<[string, () => Persistence]>([
  ['memory', memoryPersistence],
  ['IndexedDB', () => indexedDbPersistence({ name: 'tandem-u1', indexedDB: factory() })],
])('the store in %s', (_name, open) => {
  it('has nothing of a task never seen', async () => {
    const store = open();
    expect(await store.load(TASK)).toBeNull();
    expect(await store.undelivered()).toEqual([]);
  });

  it('gives back what was appended, of this task only', async () => {
    const store = open();
    await store.append(TASK, 'l1', updateOf('a'), null);
    await store.append(TASK, 'l1', updateOf('b'), null);
    await store.append('task-2', 'l9', updateOf('z'), null);
    const stored = await store.load(TASK);
    expect(stored).toMatchObject({ lineage: 'l1', undelivered: false });
    expect(keys(stored?.updates ?? [])).toEqual(['a', 'b']);
  });

  it('keeps hundreds of edits through loading again and again', async () => {
    const store = open();
    for (let i = 0; i < 150; i += 1) await store.append(TASK, 'l1', updateOf(`k${i}`), i % 2 ? 'me' : null);
    await store.load(TASK);
    await store.append(TASK, 'l1', updateOf('last'), null);
    const stored = await store.load(TASK);
    expect(keys(stored?.updates ?? [])).toHaveLength(151);
    expect(stored?.undelivered).toBe(true);
  });

  it('knows which tasks have undelivered edits', async () => {
    const store = open();
    await store.append(TASK, 'l1', updateOf('a'), 'me');
    await store.append('task-2', 'l1', updateOf('a'), null);
    expect(await store.undelivered()).toEqual([TASK]);
    await store.delivered(TASK, 'l1', 'me', new Map());
    expect(await store.undelivered()).toEqual([]);
    expect((await store.load(TASK))?.undelivered).toBe(false);
  });

  it('counts a closed tab’s edits as delivered with those who loaded them, not those made since', async () => {
    const store = open();
    await store.append(TASK, 'l1', updateOf('a'), 'tab1');
    const seen = await store.load(TASK);
    await store.append(TASK, 'l1', updateOf('b'), 'tab1');
    await store.delivered(TASK, 'l1', 'tab2', seen?.marks ?? new Map());
    expect(await store.undelivered()).toEqual([TASK]);
    const now = await store.load(TASK);
    await store.delivered(TASK, 'l1', 'tab2', now?.marks ?? new Map());
    expect(await store.undelivered()).toEqual([]);
  });

  it('gives a document made before the first join its lineage', async () => {
    const store = open();
    await store.append(TASK, null, updateOf('a'), 'me');
    expect(await store.load(TASK)).toMatchObject({ lineage: null, undelivered: true });
    await store.adopt(TASK, 'l1');
    const stored = await store.load(TASK);
    expect(stored).toMatchObject({ lineage: 'l1', undelivered: true });
    expect(keys(stored?.updates ?? [])).toEqual(['a']);
    await store.delivered(TASK, 'l1', 'me', new Map());
    expect(await store.undelivered()).toEqual([]);
    await store.adopt(TASK, 'l1');
    expect(await store.load(TASK)).toMatchObject({ lineage: 'l1' });
  });

  it('sets a copy aside: kept, and never loaded again as the task’s', async () => {
    const store = open();
    await store.append(TASK, 'l1', updateOf('old'), 'me');
    await store.setAside({ taskId: TASK, lineage: 'l1', reason: 'lineage_changed', state: updateOf('old'), at: 5 });
    expect(await store.load(TASK)).toBeNull();
    expect(await store.undelivered()).toEqual([]);
    await store.append(TASK, 'l2', updateOf('new'), null);
    expect(keys((await store.load(TASK))?.updates ?? [])).toEqual(['new']);
    const [aside] = await store.asides(TASK);
    expect(aside).toMatchObject({ lineage: 'l1', reason: 'lineage_changed', at: 5 });
    expect(keys(aside ? [aside.state] : [])).toEqual(['old']);
    expect(await store.asides('task-2')).toEqual([]);
  });

  it('forgets a task whole', async () => {
    const store = open();
    await store.append(TASK, 'l1', updateOf('a'), 'me');
    await store.setAside({ taskId: TASK, lineage: 'l0', reason: 'refused', state: updateOf('b'), at: 1 });
    await store.append('task-2', 'l1', updateOf('c'), 'me');
    await store.forget(TASK);
    expect(await store.load(TASK)).toBeNull();
    expect(await store.asides(TASK)).toEqual([]);
    expect(await store.undelivered()).toEqual(['task-2']);
  });
});

describe('the store in IndexedDB', () => {
  it('is still there in the next tab', async () => {
    const indexedDB = factory();
    const first = indexedDbPersistence({ name: 'tandem-u1', indexedDB });
    await first.append(TASK, 'l1', updateOf('a'), 'me');
    first.close();
    const next = indexedDbPersistence({ name: 'tandem-u1', indexedDB });
    expect(await next.undelivered()).toEqual([TASK]);
    const other = indexedDbPersistence({ name: 'tandem-u2', indexedDB });
    expect(await other.undelivered()).toEqual([]);
  });

  it('is refused in words where the platform has none', async () => {
    await expect(indexedDbPersistence({ name: 'x' }).load(TASK)).rejects.toThrow('this platform has no IndexedDB');
  });
});

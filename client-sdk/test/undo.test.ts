import { describe, expect, it, vi } from 'vitest';

import type { TaskRoom } from '../src/index.js';
import { MemoryServer } from '../src/testing/index.js';
import { box, ids, pass, TASK, together, useFakeClock } from './support.js';

useFakeClock();

const two = async (): Promise<{ server: MemoryServer; ann: TaskRoom; bob: TaskRoom }> => {
  const server = new MemoryServer();
  const { rooms } = await together(server, 'ann', 'bob');
  const [ann, bob] = rooms as [TaskRoom, TaskRoom];
  return { server, ann, bob };
};

describe('undo', () => {
  it('takes back my last change, never a colleague’s, also when theirs came between', async () => {
    const { ann, bob } = await two();
    const a = ann.regions.add({ label: 'a', geometry: box() });
    await pass();
    const b = bob.regions.add({ label: 'b', geometry: box() });
    await pass();
    expect(ann.undo.undo()).toBe(true);
    await pass();
    expect(ids(ann)).toEqual([b]);
    expect(ids(bob)).toEqual([b]);
    expect(ann.undo.undo()).toBe(false);
    expect(ann.undo.redo()).toBe(true);
    await pass();
    expect(ids(bob)).toEqual([a, b].sort());
  });

  it('is one step per change, however quickly they follow each other', async () => {
    const { ann } = await two();
    const first = ann.regions.add({ label: '1', geometry: box() });
    const second = ann.regions.add({ label: '2', geometry: box() });
    ann.undo.undo();
    expect(ids(ann)).toEqual([first]);
    ann.undo.redo();
    expect(ids(ann)).toEqual([first, second].sort());
  });

  it('takes a whole gesture back at once, and only that', async () => {
    const { ann } = await two();
    const id = ann.regions.add({ label: 'a', geometry: box(0) });
    ann.undo.beginGesture();
    for (let x = 1; x <= 10; x += 1) {
      ann.regions.update(id, { geometry: box(x) });
      await pass(100);
    }
    ann.undo.endGesture();
    ann.regions.update(id, { label: 'b' });
    ann.undo.undo();
    expect(ann.regions.get(id)).toMatchObject({ label: 'a', geometry: box(10) });
    ann.undo.undo();
    expect(ann.regions.get(id)).toMatchObject({ geometry: box(0) });
    ann.undo.undo();
    expect(ann.regions.get(id)).toBeUndefined();
    expect(ann.undo.canUndo).toBe(false);
  });

  it('of several changes in one transact is one step', async () => {
    const { ann, bob } = await two();
    ann.regions.transact(() => {
      ann.regions.add({ label: 'a', geometry: box() });
      ann.regions.add({ label: 'b', geometry: box() });
    });
    await pass();
    expect(bob.regions.size).toBe(2);
    ann.undo.undo();
    await pass();
    expect(bob.regions.size).toBe(0);
  });

  it('restores what I deleted, whole, also what a colleague had drawn and changed', async () => {
    const { ann, bob } = await two();
    const id = bob.regions.add({ label: 'b', geometry: box(7), attributes: { a: 1 }, z: 4 });
    await pass();
    bob.regions.update(id, { geometry: box(8), attributes: { b: 2 } });
    await pass();
    const before = ann.regions.get(id);
    ann.regions.remove(id);
    await pass();
    expect(bob.regions.get(id)).toBeUndefined();
    ann.undo.undo();
    await pass();
    expect(ann.regions.get(id)).toEqual(before);
    expect(bob.regions.get(id)).toEqual(before);
    // And it is a living region: both can go on with it.
    bob.regions.update(id, { label: 'again' });
    await pass();
    expect(ann.regions.get(id)?.label).toBe('again');
  });

  it('reaches back past a deletion to the changes before it', async () => {
    const { ann } = await two();
    const id = ann.regions.add({ label: 'a', geometry: box(1) });
    ann.regions.update(id, { geometry: box(2) });
    ann.regions.remove(id);
    ann.undo.undo();
    expect(ann.regions.get(id)?.geometry).toEqual(box(2));
    ann.undo.undo();
    expect(ann.regions.get(id)?.geometry).toEqual(box(1));
    ann.undo.undo();
    expect(ann.regions.get(id)).toBeUndefined();
    ann.undo.redo();
    ann.undo.redo();
    expect(ann.regions.get(id)?.geometry).toEqual(box(2));
    ann.undo.redo();
    expect(ann.regions.get(id)).toBeUndefined();
  });

  it('does not overwrite what a colleague changed after me', async () => {
    const { ann, bob } = await two();
    const id = ann.regions.add({ label: 'start', geometry: box() });
    await pass();
    ann.regions.update(id, { label: 'mine' });
    await pass();
    bob.regions.update(id, { label: 'theirs' });
    await pass();
    expect(ann.undo.undo()).toBe(false);
    await pass();
    expect(ann.regions.get(id)?.label).toBe('theirs');
    expect(bob.regions.get(id)?.label).toBe('theirs');
    // The next press is for the step before.
    expect(ann.undo.undo()).toBe(true);
    expect(ann.regions.get(id)).toBeUndefined();
    expect(ann.undo.redo()).toBe(true);
    expect(ann.regions.get(id)?.label).toBe('theirs');
  });

  it('leaves a shape whole when two people changed it at once', async () => {
    // Who wins is up to chance: whoever did, presses undo.
    for (let n = 0; n < 20; n += 1) {
      const { ann, bob } = await two();
      const id = ann.regions.add({ label: 'a', geometry: box(1) });
      await pass();
      ann.regions.update(id, { geometry: box(2) });
      bob.regions.update(id, { geometry: box(3) });
      await pass();
      ann.undo.undo();
      await pass();
      bob.undo.undo();
      await pass();
      expect(ann.regions.get(id)).toBeDefined();
      expect(bob.regions.get(id)).toEqual(ann.regions.get(id));
    }
  });

  it('brings a shape back whole that somebody changed while I deleted it', async () => {
    const { ann, bob } = await two();
    const id = ann.regions.add({ label: 'a', geometry: box(1), attributes: { n: 1 } });
    await pass();
    const before = ann.regions.get(id);
    ann.regions.remove(id);
    bob.regions.update(id, { geometry: box(3), label: 'b', attributes: { n: 2 } });
    await pass();
    expect(bob.regions.get(id)).toBeUndefined();
    ann.undo.undo();
    await pass();
    expect(ann.regions.get(id)).toEqual(before);
    expect(bob.regions.get(id)).toEqual(before);
  });

  it('takes back my part of a region and leaves the colleague’s part', async () => {
    const { ann, bob } = await two();
    const id = bob.regions.add({ label: 'car', geometry: box(1) });
    await pass();
    ann.regions.update(id, { geometry: box(2) });
    await pass();
    bob.regions.update(id, { label: 'bus' });
    await pass();
    ann.undo.undo();
    await pass();
    expect(bob.regions.get(id)).toMatchObject({ label: 'bus', geometry: box(1) });
  });

  it('survives a colleague deleting what I changed', async () => {
    const { ann, bob } = await two();
    const id = ann.regions.add({ label: 'a', geometry: box(1) });
    ann.regions.update(id, { geometry: box(2) });
    await pass();
    bob.regions.remove(id);
    await pass();
    ann.undo.undo();
    await pass();
    expect(bob.regions.get(id)).toBeUndefined();
    expect(ann.saveState).toBe('saved');
  });

  it('still works after a reconnect, and is saved like any edit', async () => {
    const { server, ann, bob } = await two();
    ann.regions.add({ label: 'a', geometry: box() });
    await pass();
    server.cutAll();
    ann.undo.undo();
    expect(ann.saveState).not.toBe('saved');
    await pass(3_000);
    expect(ann.saveState).toBe('saved');
    expect(bob.regions.size).toBe(0);
    expect(server.task(TASK).doc.getMap('regions').size).toBe(0);
  });

  it('tells when there is something to undo', async () => {
    const { ann, bob } = await two();
    const told = vi.fn();
    ann.undo.subscribe(told);
    bob.regions.add({ label: 'b', geometry: box() });
    await pass();
    expect(told).not.toHaveBeenCalled();
    expect(ann.undo.canUndo).toBe(false);
    ann.regions.add({ label: 'a', geometry: box() });
    expect(told).toHaveBeenCalled();
    expect([ann.undo.canUndo, ann.undo.canRedo]).toEqual([true, false]);
    ann.undo.undo();
    expect([ann.undo.canUndo, ann.undo.canRedo]).toEqual([false, true]);
  });
});

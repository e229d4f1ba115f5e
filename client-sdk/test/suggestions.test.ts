import { describe, expect, it } from 'vitest';

import type { TaskRoom } from '../src/index.js';
import { MemoryServer } from '../src/testing/index.js';
import { box, pass, TASK, together, useFakeClock } from './support.js';

useFakeClock();

const [CAR, DOG, BUS] = [1, 2, 3].map((n) => `0192f0c1-0000-7000-8000-00000000000${n}`) as [string, string, string];

/** Two people on a task for which a model suggests a car (0.5), a dog (0.9) and a bus, of which it does not say how sure it is. */
async function suggested(): Promise<{ ann: TaskRoom; bob: TaskRoom; model: TaskRoom; server: MemoryServer }> {
  const server = new MemoryServer();
  const { rooms } = await together(server, 'ann', 'bob', 'model');
  const [ann, bob, model] = rooms as [TaskRoom, TaskRoom, TaskRoom];
  const entry = (label: string, score?: number): object => ({
    label,
    geometry: box(),
    attributes: { occluded: true },
    z: 3,
    source: 'yolo 8',
    created_at: 5,
    ...(score === undefined ? {} : { score }),
  });
  const map = model.doc.getMap('suggestions');
  model.doc.transact(() => {
    map.set(CAR, entry('car', 0.5));
    map.set(DOG, entry('dog', 0.9));
    map.set(BUS, entry('bus'));
  });
  await pass();
  return { ann, bob, model, server };
}

const open = (room: TaskRoom): string[] => room.suggestions.open().map(({ label }) => label);

describe('suggestions', () => {
  it('come with the surest first, whole, and are no regions', async () => {
    const { ann } = await suggested();
    expect(open(ann)).toEqual(['dog', 'car', 'bus']);
    expect(ann.suggestions.get(DOG)).toEqual({
      id: DOG,
      label: 'dog',
      geometry: box(),
      attributes: { occluded: true },
      author: null,
      relations: [],
      z: 3,
      createdAt: 5,
      score: 0.9,
      source: 'yolo 8',
    });
    expect(ann.suggestions.get(BUS)?.score).toBeNull();
    expect(ann.regions.size).toBe(0);
    expect(ann.suggestions.open()).toBe(ann.suggestions.open());
  });

  it('become regions of their ids when accepted, in one step of undo, live for others', async () => {
    const { ann, bob, server } = await suggested();
    expect(ann.suggestions.accept(CAR, { attributes: { color: 'red' } })).toBe(true);
    await pass();
    expect(bob.regions.get(CAR)).toMatchObject({ label: 'car', z: 3, attributes: { occluded: true, color: 'red' } });
    expect(bob.regions.get(CAR)?.author).not.toBeNull();
    expect([open(ann), open(bob)]).toEqual([
      ['dog', 'bus'],
      ['dog', 'bus'],
    ]);
    expect(server.task(TASK).disk.getMap('verdicts').toJSON()).toEqual({ [CAR]: 'accepted' });
    ann.undo.undo();
    await pass();
    expect([bob.regions.size, open(bob).length, ann.undo.canUndo]).toEqual([0, 3, false]);
    ann.undo.redo();
    await pass();
    expect([bob.regions.size, open(bob).length]).toEqual([1, 2]);
  });

  it('are gone when rejected, and undo brings them back', async () => {
    const { ann, bob } = await suggested();
    expect(ann.suggestions.reject(DOG)).toBe(true);
    expect(ann.suggestions.reject(DOG)).toBe(false);
    expect(ann.suggestions.accept(DOG)).toBe(false);
    await pass();
    expect([open(bob), bob.suggestions.verdict(DOG), bob.regions.size]).toEqual([['car', 'bus'], 'rejected', 0]);
    ann.undo.undo();
    await pass();
    expect(open(bob)).toEqual(['dog', 'car', 'bus']);
  });

  it('accepted by two at once are one region', async () => {
    const { ann, bob } = await suggested();
    ann.suggestions.accept(CAR);
    bob.suggestions.accept(CAR);
    await pass();
    expect([ann.regions.list().map(({ id }) => id), open(ann)]).toEqual([[CAR], ['dog', 'bus']]);
    expect(bob.regions.list()).toEqual(ann.regions.list());
  });

  it('accepted by one and rejected by the other at once are accepted: nobody’s work goes', async () => {
    const { ann, bob } = await suggested();
    ann.suggestions.accept(CAR);
    bob.suggestions.reject(CAR);
    await pass();
    expect([ann, bob].map((room) => [room.suggestions.verdict(CAR), room.regions.size])).toEqual([
      ['accepted', 1],
      ['accepted', 1],
    ]);
  });

  it('that were accepted stay decided when their region is deleted', async () => {
    const { ann, bob } = await suggested();
    ann.suggestions.accept(CAR);
    await pass();
    bob.regions.remove(CAR);
    await pass();
    expect([open(ann), ann.suggestions.verdict(CAR)]).toEqual([['dog', 'bus'], 'accepted']);
  });

  it('several in one transaction are one step of undo', async () => {
    const { ann } = await suggested();
    ann.regions.transact(() => [CAR, DOG].forEach((id) => ann.suggestions.accept(id)));
    ann.undo.undo();
    expect([ann.regions.size, open(ann).length, ann.undo.canUndo]).toEqual([0, 3, false]);
  });

  it('of another form are not shown and harm nothing', async () => {
    const { ann, model } = await suggested();
    model.doc.getMap('suggestions').set(BUS, { label: 'bus', geometry: { kind: 'box' } });
    model.doc.getMap('suggestions').set(CAR, 'nonsense');
    model.doc.getMap('verdicts').set(DOG, 'maybe');
    await pass();
    expect(open(ann)).toEqual(['dog']);
  });

  it('that are made elsewhere are decided once for everybody, in one step with what that does', async () => {
    const { ann, bob } = await suggested();
    ann.regions.transact(() => {
      ann.fields.setText('topic', 'billing');
      expect(ann.suggestions.note('said-1', 'accepted')).toBe(true);
    });
    await pass();
    expect(bob.suggestions.verdict('said-1')).toBe('accepted');
    expect(bob.suggestions.note('said-1', 'rejected')).toBe(false);
    ann.undo.undo();
    await pass();
    expect(bob.suggestions.verdict('said-1')).toBeNull();
    expect(bob.fields.get('topic')).toEqual({ kind: 'text', text: '' });
  });
});

import { describe, expect, it } from 'vitest';

import type { RegionRelation, TaskRoom } from '../src/index.js';
import { MemoryServer } from '../src/testing/index.js';
import { box, pass, together, useFakeClock } from './support.js';

useFakeClock();

interface World {
  readonly ann: TaskRoom;
  readonly bob: TaskRoom;
  readonly a: string;
  readonly b: string;
}

/** Two people and two regions that both have. */
const world = async (): Promise<World> => {
  const { rooms } = await together(new MemoryServer(), 'ann', 'bob');
  const [ann, bob] = rooms as [TaskRoom, TaskRoom];
  const [a, b] = [1, 20].map((x) => ann.regions.add({ label: 'thing', geometry: box(x) })) as [string, string];
  await pass();
  return { ann, bob, a, b };
};

const to = (id: string, label = 'holds', directed = true): RegionRelation => ({ to: id, label, directed });
const relations = (room: TaskRoom, id: string): readonly RegionRelation[] | undefined => room.regions.get(id)?.relations;

describe('relations', () => {
  it('arrive, are undone and redone as any edit, and leave the region whole', async () => {
    const { ann, bob, a, b } = await world();
    expect(ann.regions.relate(a, to(b))).toBe(true);
    await pass();
    expect(relations(bob, a)).toEqual([to(b)]);
    expect(bob.regions.relatedTo(b)).toEqual([a]);
    ann.undo.undo();
    await pass();
    expect([relations(bob, a), bob.regions.relatedTo(b)]).toEqual([[], []]);
    expect(bob.regions.size).toBe(2);
    ann.undo.redo();
    await pass();
    expect(relations(bob, a)).toEqual([to(b)]);
  });

  it('go with either of their regions, and come back with it', async () => {
    const { ann, bob, a, b } = await world();
    ann.regions.relate(a, to(b));
    await pass();
    for (const end of [a, b]) {
      ann.regions.remove(end);
      await pass();
      expect(bob.regions.list().flatMap((region) => region.relations)).toEqual([]);
      ann.undo.undo();
      await pass();
      expect(relations(bob, a)).toEqual([to(b)]);
    }
  });

  it('of two people to one region at once both stay, and the same said twice is there once', async () => {
    const { ann, bob, a, b } = await world();
    ann.regions.relate(a, to(b, 'holds'));
    bob.regions.relate(a, to(b, 'owns'));
    bob.regions.relate(a, to(b, 'holds'));
    await pass();
    const both = [to(b, 'holds'), to(b, 'owns')];
    expect([relations(ann, a), relations(bob, a)]).toEqual([both, both]);
  });

  it('are removed one by one; what is gone cannot be related', async () => {
    const { ann, bob, a, b } = await world();
    ann.regions.relate(a, to(b, 'holds'));
    ann.regions.relate(a, to(b, 'owns'));
    expect(ann.regions.unrelate(a, { to: b, label: 'holds' })).toBe(true);
    expect(ann.regions.unrelate(a, { to: b, label: 'holds' })).toBe(false);
    await pass();
    expect(relations(bob, a)).toEqual([to(b, 'owns')]);
    ann.regions.remove(b);
    expect(ann.regions.relate(a, to(b))).toBe(false);
    expect(ann.regions.relate(b, to(a))).toBe(false);
  });

  it('leave an unrelated region the very object it was', async () => {
    const { ann, a, b } = await world();
    const before = ann.regions.get(b);
    ann.regions.relate(a, to(b));
    expect(ann.regions.get(b)).toBe(before);
  });
});

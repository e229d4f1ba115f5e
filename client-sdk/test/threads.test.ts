import { describe, expect, it, vi } from 'vitest';
import * as Y from 'yjs';

import {
  anchorAt,
  anchorOn,
  anchorPlace,
  memoryPersistence,
  type Geometry,
  type TaskRoom,
  type ThreadsChange,
} from '../src/index.js';
import { MemoryServer } from '../src/testing/index.js';
import { box, pass, person, TASK, together, useFakeClock } from './support.js';

useFakeClock();

const two = async (): Promise<{ server: MemoryServer; ann: TaskRoom; bob: TaskRoom; annId: string; bobId: string }> => {
  const server = new MemoryServer();
  const { rooms, people } = await together(server, 'ann', 'bob');
  const [ann, bob] = rooms as [TaskRoom, TaskRoom];
  const [annId, bobId] = people.map(({ session }) => session.userId ?? '') as [string, string];
  return { server, ann, bob, annId, bobId };
};

const HERE = anchorAt(10, 20);
const texts = (room: TaskRoom, id: string): string[] | undefined => room.threads.get(id)?.comments.map(({ text }) => text);
const placeOf = (room: TaskRoom, id: string): { x: number; y: number } | undefined => {
  const anchor = room.threads.get(id)?.anchor;
  if (!anchor) return undefined;
  return anchorPlace(anchor, anchor.kind === 'region' ? room.regions.get(anchor.region)?.geometry : undefined);
};

describe('threads', () => {
  it('arrive at others with who said what and to whom, and are on the server’s disk when saved', async () => {
    const { server, ann, bob, annId, bobId } = await two();
    const id = ann.threads.open(HERE, { text: 'Is this @bob’s?', mentions: [bobId, bobId] });
    await pass();
    expect(ann.saveState).toBe('saved');
    expect(bob.threads.list()).toEqual([
      {
        id,
        anchor: { kind: 'point', x: 10, y: 20 },
        createdAt: expect.any(Number) as number,
        resolved: null,
        comments: [
          {
            id: expect.any(String) as string,
            author: annId,
            text: 'Is this @bob’s?',
            mentions: [bobId],
            createdAt: expect.any(Number) as number,
            editedAt: null,
          },
        ],
      },
    ]);
    expect(server.task(TASK).disk.getMap('threads').size).toBe(1);
  });

  it('keep both answers of two who reply at once, in one order for both', async () => {
    const { server, ann, bob } = await two();
    const id = ann.threads.open(HERE, { text: 'one' });
    await pass();
    server.cutAll();
    ann.threads.reply(id, { text: 'from ann' });
    bob.threads.reply(id, { text: 'from bob' });
    await pass(5_000);
    expect(texts(ann, id)?.slice().sort()).toEqual(['from ann', 'from bob', 'one']);
    expect(texts(bob, id)).toEqual(texts(ann, id));
  });

  it('keep an answer to what was deleted at the same moment', async () => {
    const { server, ann, bob } = await two();
    const id = ann.threads.open(HERE, { text: 'never mind' });
    await pass();
    server.cutAll();
    const [comment] = ann.threads.get(id)?.comments ?? [];
    ann.threads.remove(id, comment?.id ?? '');
    expect(ann.threads.get(id)).toBeUndefined();
    bob.threads.reply(id, { text: 'I do mind' });
    await pass(5_000);
    expect(texts(ann, id)).toEqual(['I do mind']);
    expect(texts(bob, id)).toEqual(['I do mind']);
  });

  it('let nobody change what another said', async () => {
    const { ann, bob } = await two();
    const id = ann.threads.open(HERE, { text: 'mine' });
    await pass();
    const comment = bob.threads.get(id)?.comments[0]?.id ?? '';
    expect(bob.threads.edit(id, comment, { text: 'yours' })).toBe(false);
    expect(bob.threads.remove(id, comment)).toBe(false);
    expect(ann.threads.edit(id, comment, { text: 'still mine' })).toBe(true);
    await pass();
    expect(bob.threads.get(id)?.comments[0]).toMatchObject({ text: 'still mine', editedAt: expect.any(Number) as number });
  });

  it('are resolved and opened again for all', async () => {
    const { ann, bob, bobId } = await two();
    const id = ann.threads.open(HERE, { text: 'done?' });
    await pass();
    expect(bob.threads.resolve(id)).toBe(true);
    expect(bob.threads.resolve(id)).toBe(false);
    await pass();
    expect(ann.threads.get(id)?.resolved).toEqual({ by: bobId, at: expect.any(Number) as number });
    expect(ann.threads.reopen(id)).toBe(true);
    await pass();
    expect(bob.threads.get(id)?.resolved).toBeNull();
  });

  it('say what was said, by whom, and only of threads that changed', async () => {
    const { ann, bob } = await two();
    const id = ann.threads.open(HERE, { text: 'one' });
    const other = ann.threads.open(HERE, { text: 'other' });
    await pass();
    const before = bob.threads.get(other);
    const told: ThreadsChange[] = [];
    const toldOther = vi.fn();
    bob.threads.onChange((change) => told.push(change));
    bob.threads.subscribeThread(other, toldOther);
    const comment = ann.threads.reply(id, { text: 'two' });
    await pass();
    expect(told).toEqual([{ changed: [id], said: [{ thread: id, comment }], by: 'others' }]);
    expect(toldOther).not.toHaveBeenCalled();
    expect(bob.threads.get(other)).toBe(before);
    expect(bob.threads.reply('0192f0c1-0000-7000-8000-000000000404', { text: 'into the void' })).toBeUndefined();
  });

  it('survive whatever another program wrote there', async () => {
    const { server, ann } = await two();
    server.task(TASK).edit((regions) => {
      const threads = regions.doc?.getMap('threads') ?? new Y.Map();
      const thread = (entries: Record<string, unknown>, comments: Record<string, unknown>): Y.Map<unknown> =>
        new Y.Map(Object.entries({ ...entries, comments: new Y.Map(Object.entries(comments)) }));
      const good = { text: 'good', author: 5, mentions: ['x', 7, null], created_at: 'noon' };
      threads.set('number', 7);
      threads.set('text', new Y.Text('hello'));
      threads.set('no comments', new Y.Map([['anchor', { kind: 'point', x: 1, y: 2 }]]));
      threads.set('no anchor', thread({}, { a: good }));
      threads.set('odd anchor', thread({ anchor: { kind: 'moon', x: 1, y: 2 } }, { a: good }));
      threads.set('nan anchor', thread({ anchor: { kind: 'point', x: '1', y: 2 } }, { a: good }));
      threads.set('silent', thread({ anchor: { kind: 'point', x: 1, y: 2 } }, { a: { text: '  ' }, b: 3, c: new Y.Map() }));
      threads.set(
        'fit',
        thread({ anchor: { kind: 'point', x: 1, y: 2 }, resolved: 'yes', created_at: null }, { a: good, b: [] }),
      );
    });
    await pass();
    expect(ann.threads.list()).toEqual([
      {
        id: 'fit',
        anchor: { kind: 'point', x: 1, y: 2 },
        createdAt: 0,
        resolved: null,
        comments: [{ id: 'a', author: null, text: 'good', mentions: ['x'], createdAt: 0, editedAt: null }],
      },
    ]);
    expect(ann.threads.resolve('silent')).toBe(false);
    expect(ann.threads.reply('number', { text: 'no' })).toBeUndefined();
  });

  it('are there after a reload without a connection', async () => {
    const server = new MemoryServer();
    server.task(TASK);
    const storage = memoryPersistence();
    const before = person(server, 'ann', { storage });
    const room = before.session.subscribeTask(TASK);
    await pass();
    const id = room.threads.open(HERE, { text: 'kept' });
    await pass();
    before.session.close();
    const after = person(server, 'ann', { storage });
    after.online.value = false;
    const again = after.session.subscribeTask(TASK);
    await pass();
    expect(texts(again, id)).toEqual(['kept']);
  });
});

describe('anchors', () => {
  it('go with their region as it is moved and resized, and stay where it was when it goes', async () => {
    const { ann, bob } = await two();
    const region = ann.regions.add({ label: 'a', geometry: box(100, 100, 40, 20) });
    const id = ann.threads.open(anchorOn({ id: region, geometry: box(100, 100, 40, 20) }, 110, 105), { text: 'here' });
    await pass();
    expect(placeOf(bob, id)).toEqual({ x: 110, y: 105 });
    bob.regions.update(region, { geometry: box(200, 300, 40, 20) });
    await pass();
    expect(placeOf(ann, id)).toEqual({ x: 210, y: 305 });
    bob.regions.update(region, { geometry: box(200, 300, 80, 40) });
    await pass();
    expect(placeOf(ann, id)).toEqual({ x: 220, y: 310 });
    bob.regions.remove(region);
    await pass();
    expect(placeOf(ann, id)).toEqual({ x: 220, y: 310 });
    bob.undo.undo();
    bob.regions.update(region, { geometry: box(0, 0, 80, 40) });
    await pass();
    expect(placeOf(ann, id)).toEqual({ x: 20, y: 10 });
  });

  it.each<[string, Geometry, [number, number], [number, number]]>([
    ['ellipse', { kind: 'ellipse', cx: 50, cy: 50, rx: 20, ry: 10, rotation: 0 }, [40, 45], [40, 45]],
    ['turned box', { kind: 'rotated_box', x: 0, y: 40, width: 100, height: 20, rotation: 90 }, [50, 10], [50, 10]],
    ['polygon', { kind: 'polygon', parts: [[[[0, 0], [10, 0], [10, 10]]], [[[90, 90], [100, 90], [100, 100]]]] }, [5, 5], [5, 5]], // prettier-ignore
    ['line', { kind: 'polyline', points: [[0, 7], [30, 7]] }, [12, 9], [12, 7]], // prettier-ignore
    ['point', { kind: 'point', x: 3, y: 4 }, [6, 1], [3, 4]],
    ['skeleton', { kind: 'keypoints', points: [{ x: 0, y: 0, v: 0 }, { x: 10, y: 10, v: 2 }, { x: 30, y: 20, v: 1 }] }, [20, 15], [20, 15]], // prettier-ignore
    ['mask', { kind: 'mask', width: 10, height: 10, counts: [22, 3, 7, 3, 65] }, [3, 3], [3, 3]],
  ])('hold on to every kind of shape: %s', (_, geometry, [x, y], [px, py]) => {
    const place = anchorPlace(anchorOn({ id: 'r', geometry }, x, y), geometry);
    expect(place.x).toBeCloseTo(px, 2);
    expect(place.y).toBeCloseTo(py, 2);
  });
});

describe('undo of comments', () => {
  it('takes my comment back and brings it again', async () => {
    const { ann, bob } = await two();
    const id = ann.threads.open(HERE, { text: 'one' });
    await pass();
    ann.undo.undo();
    await pass();
    expect(bob.threads.list()).toEqual([]);
    ann.undo.redo();
    await pass();
    expect(texts(bob, id)).toEqual(['one']);
    ann.undo.undo();
    await pass();
    expect(bob.threads.list()).toEqual([]);
  });

  it('never takes another’s answer, also one that I had not seen', async () => {
    const { server, ann, bob } = await two();
    const id = ann.threads.open(HERE, { text: 'one' });
    await pass();
    bob.threads.reply(id, { text: 'two' });
    await pass();
    ann.undo.undo();
    await pass();
    expect(texts(ann, id)).toEqual(['two']);
    expect(texts(bob, id)).toEqual(['two']);

    const other = ann.threads.open(HERE, { text: 'three' });
    await pass();
    server.cutAll();
    ann.undo.undo();
    bob.threads.reply(other, { text: 'four' });
    await pass(5_000);
    expect(texts(ann, other)).toEqual(['four']);
    expect(texts(bob, other)).toEqual(['four']);
  });

  it('opens again what I resolved, and leaves the thread whole whoever resolved it at once', async () => {
    const { ann, bob } = await two();
    const id = ann.threads.open(HERE, { text: 'one' });
    await pass();
    ann.threads.resolve(id);
    ann.undo.undo();
    await pass();
    expect(bob.threads.get(id)?.resolved).toBeNull();
    ann.threads.resolve(id);
    bob.threads.resolve(id);
    await pass();
    ann.undo.undo();
    await pass();
    bob.undo.undo();
    await pass();
    expect(texts(ann, id)).toEqual(['one']);
    expect(bob.threads.get(id)).toEqual(ann.threads.get(id));
  });

  it('brings back a comment that I edited or deleted, as it was', async () => {
    const { ann, bob } = await two();
    const id = ann.threads.open(HERE, { text: 'first' });
    const comment = ann.threads.get(id)?.comments[0]?.id ?? '';
    ann.threads.edit(id, comment, { text: 'second' });
    ann.threads.remove(id, comment);
    await pass();
    expect(bob.threads.get(id)).toBeUndefined();
    ann.undo.undo();
    expect(texts(ann, id)).toEqual(['second']);
    ann.undo.undo();
    await pass();
    expect(texts(bob, id)).toEqual(['first']);
  });
});

import { describe, expect, it, vi } from 'vitest';
import * as Y from 'yjs';

import { memoryPersistence, ReadOnlyError, RoomError, type TaskRoom } from '../src/index.js';
import { MemoryServer } from '../src/testing/index.js';
import { box, ids, pass, person, TASK, together, useFakeClock } from './support.js';

useFakeClock();

const two = async (server = new MemoryServer()): Promise<{ server: MemoryServer; ann: TaskRoom; bob: TaskRoom }> => {
  const { rooms } = await together(server, 'ann', 'bob');
  const [ann, bob] = rooms;
  if (!ann || !bob) throw new Error('two rooms');
  return { server, ann, bob };
};

describe('joining', () => {
  it('brings what the server has', async () => {
    const server = new MemoryServer();
    server.task(TASK).edit((regions) => {
      const region = new Y.Map<unknown>();
      regions.set('r1', region);
      region.set('label', 'car');
      region.set('geometry', box());
    });
    const { rooms } = await together(server, 'ann');
    expect(rooms[0]?.regions.get('r1')).toMatchObject({ label: 'car', geometry: box(), author: null });
    expect(rooms[0]?.snapshot()).toMatchObject({ phase: 'joined', saveState: 'saved', role: 'labeler' });
  });

  it('says so when the task does not exist', async () => {
    const { session } = person(new MemoryServer(), 'ann');
    const room = session.subscribeTask(TASK);
    const joined = room.whenJoined();
    const refused = expect(joined).rejects.toMatchObject({ code: 'not_found' });
    await pass();
    await refused;
    expect(room.snapshot()).toMatchObject({ phase: 'failed', failure: { code: 'not_found' } });
  });

  it('delivers what was drawn before the first connection', async () => {
    const server = new MemoryServer();
    server.task(TASK);
    const { session } = person(server, 'ann', { userId: 'u1' });
    const room = session.subscribeTask(TASK);
    const id = room.regions.add({ label: 'car', geometry: box() });
    expect(room.saveState).toBe('saving');
    await pass();
    expect(room.saveState).toBe('saved');
    expect(server.task(TASK).doc.getMap('regions').has(id)).toBe(true);
    expect(room.regions.get(id)?.author).toBe('u1');
  });
});

describe('edits', () => {
  it('reach the other, and are saved when the disk has them', async () => {
    const { ann, bob } = await two();
    const id = ann.regions.add({ label: 'car', geometry: box(), attributes: { occluded: true }, z: 3 });
    expect(ann.saveState).toBe('saving');
    await pass(5);
    expect(ann.saveState).toBe('saved');
    expect(bob.regions.get(id)).toEqual(ann.regions.get(id));
    expect(bob.regions.get(id)).toMatchObject({ label: 'car', attributes: { occluded: true }, z: 3 });
    expect(bob.saveState).toBe('saved');
  });

  it('made in one turn leave as one update', async () => {
    const { server, ann } = await two();
    const before = server.task(TASK).received;
    for (let i = 0; i < 50; i += 1) ann.regions.add({ label: 'car', geometry: box(i) });
    await pass(5);
    expect(server.task(TASK).received - before).toBe(1);
    expect(server.task(TASK).doc.getMap('regions').size).toBe(50);
  });

  it('made one after the other quickly leave at most every 16 ms', async () => {
    const { server, ann } = await two();
    const id = ann.regions.add({ label: 'car', geometry: box() });
    await pass(100);
    const before = server.task(TASK).received;
    for (let i = 0; i < 100; i += 1) {
      ann.regions.update(id, { geometry: box(i) });
      await pass(1);
    }
    await pass(50);
    expect(server.task(TASK).received - before).toBeLessThanOrEqual(8);
    expect(server.task(TASK).received - before).toBeGreaterThanOrEqual(6);
  });

  it('wait for the disk, and say so', async () => {
    const { server, ann, bob } = await two();
    server.task(TASK).durable = false;
    await pass(5);
    expect(ann.saveState).toBe('saved');
    const id = ann.regions.add({ label: 'car', geometry: box() });
    await pass(50);
    expect(ann.saveState).toBe('waiting_for_disk');
    expect(bob.regions.get(id)).toBeDefined();
    server.task(TASK).durable = true;
    await pass(5);
    expect(ann.saveState).toBe('saved');
  });

  it('are saved as far as acknowledged, not further', async () => {
    const { server, ann } = await two();
    server.task(TASK).durable = false;
    ann.regions.add({ label: 'a', geometry: box() });
    await pass(30);
    ann.regions.add({ label: 'b', geometry: box() });
    await pass(30);
    expect(ann.snapshot().pending).toBe(2);
    server.task(TASK).durable = true;
    await pass(5);
    expect(ann.snapshot().pending).toBe(0);
  });

  it('resolve whenSaved', async () => {
    const { ann } = await two();
    ann.regions.add({ label: 'a', geometry: box() });
    const saved = ann.whenSaved();
    await pass(5);
    await expect(saved).resolves.toBeUndefined();
    await expect(ann.whenSaved()).resolves.toBeUndefined();
  });

  it('two movers of one shape agree in the end, on one of the two positions', async () => {
    const { ann, bob } = await two();
    const id = ann.regions.add({ label: 'car', geometry: box() });
    await pass();
    ann.regions.update(id, { geometry: box(100, 100) });
    bob.regions.update(id, { geometry: box(200, 200) });
    await pass();
    expect(ann.regions.get(id)).toEqual(bob.regions.get(id));
    expect([box(100, 100), box(200, 200)]).toContainEqual(ann.regions.get(id)?.geometry);
  });

  it('of a region that is gone change nothing', async () => {
    const { ann, bob } = await two();
    const id = ann.regions.add({ label: 'car', geometry: box() });
    await pass();
    bob.regions.remove(id);
    await pass();
    expect(ann.regions.update(id, { label: 'bus' })).toBe(false);
    expect(ann.regions.remove(id)).toBe(false);
    expect(ann.saveState).toBe('saved');
  });

  it('of attributes merge by key', async () => {
    const { ann, bob } = await two();
    const id = ann.regions.add({ label: 'car', geometry: box(), attributes: { a: 1, b: 1 } });
    await pass();
    ann.regions.update(id, { attributes: { a: 2 } });
    bob.regions.update(id, { attributes: { b: undefined, c: 3 } });
    await pass();
    expect(ann.regions.get(id)?.attributes).toEqual({ a: 2, c: 3 });
    expect(bob.regions.get(id)).toEqual(ann.regions.get(id));
  });
});

describe('a read-only room', () => {
  it('takes no edits and says why', async () => {
    const server = new MemoryServer();
    server.task(TASK).readOnly = 'the task is completed';
    const { rooms } = await together(server, 'ann');
    const [ann] = rooms;
    expect(ann?.saveState).toBe('read_only');
    expect(() => ann?.regions.add({ label: 'a', geometry: box() })).toThrow(ReadOnlyError);
    expect(ann?.undo.undo()).toBe(false);
  });

  it('becomes so and stops being so in place', async () => {
    const server = new MemoryServer();
    const { rooms } = await together(server, 'ann');
    const [ann] = rooms;
    server.task(TASK).changeRights('labeler', 'project_archived');
    await pass();
    expect(ann?.snapshot()).toMatchObject({ phase: 'joined', saveState: 'read_only', readOnly: 'project_archived' });
    expect(() => ann?.regions.add({ label: 'a', geometry: box() })).toThrow(ReadOnlyError);
    server.task(TASK).changeRights('reviewer', null);
    await pass();
    expect(ann?.snapshot()).toMatchObject({ phase: 'joined', role: 'reviewer', readOnly: null });
    ann?.regions.add({ label: 'a', geometry: box() });
    await pass();
    expect(ann?.saveState).toBe('saved');
  });

  it('keeps what was on its way when editing ended, and names it', async () => {
    const server = new MemoryServer();
    const { rooms } = await together(server, 'ann');
    const [ann] = rooms;
    server.task(TASK).changeRights('labeler', 'project_archived');
    // Drawn before the news arrived.
    const id = ann?.regions.add({ label: 'late', geometry: box() });
    await pass();
    await pass();
    expect(ann?.snapshot().refusals).toMatchObject([{ code: 'read_only' }]);
    expect(ann?.snapshot().setAside[0]?.regions.map((region) => region.id)).toEqual([id]);
  });
});

describe('a room one may no longer see', () => {
  it('fails with the reason and is not asked for again', async () => {
    const server = new MemoryServer();
    const { rooms } = await together(server, 'ann');
    const [ann] = rooms;
    server.task(TASK).endAccess();
    await pass();
    expect(ann?.snapshot()).toMatchObject({ phase: 'failed', failure: { code: 'access_ended' } });
  });
});

describe('a task that goes on in another document', () => {
  it('is entered anew at once: what was drawn before stays where it was, what is drawn after is in the new one', async () => {
    const { server, ann, bob } = await two();
    const before = ann.regions.add({ label: 'before', geometry: box() });
    await pass();
    const first = server.task(TASK).doc;
    server.task(TASK).moveDocument();
    await pass(20);
    expect([ann.snapshot().phase, bob.snapshot().phase]).toEqual(['joined', 'joined']);
    expect([ids(ann), ann.snapshot().setAside]).toEqual([[], []]);
    const after = ann.regions.add({ label: 'after', geometry: box() });
    await pass();
    expect([ids(ann), ids(bob), ann.saveState]).toEqual([[after], [after], 'saved']);
    expect([...server.task(TASK).doc.getMap('regions').keys()]).toEqual([after]);
    expect([...first.getMap('regions').keys()]).toEqual([before]);
    ann.undo.undo();
    await pass();
    expect(ids(bob)).toEqual([]);
    expect(ann.undo.canUndo).toBe(false);
  });

  it('keeps aside, by name, what was on its way to the old one', async () => {
    const { server, ann } = await two();
    const late = ann.regions.add({ label: 'late', geometry: box() });
    server.task(TASK).moveDocument();
    await pass();
    expect(ids(ann)).toEqual([]);
    expect(ann.snapshot().setAside).toMatchObject([{ reason: 'lineage_changed', regions: [{ id: late }] }]);
  });
});

describe('a refused edit', () => {
  it('is told, kept aside and in nobody’s document', async () => {
    const { server, ann, bob } = await two();
    const kept = ann.regions.add({ label: 'kept', geometry: box() });
    await pass();
    server.task(TASK).referee = (update) =>
      new TextDecoder().decode(update).includes('forbidden')
        ? { code: 'unknown_label', message: 'no such label', retryable: false }
        : undefined;
    const bad = ann.regions.add({ label: 'forbidden', geometry: box() });
    const saved = expect(ann.whenSaved()).rejects.toBeInstanceOf(RoomError);
    await pass();
    await saved;
    expect(ann.saveState).toBe('refused');
    expect(ann.snapshot().refusals).toMatchObject([{ code: 'unknown_label', message: 'no such label' }]);
    expect(ann.snapshot().setAside).toMatchObject([{ reason: 'refused', regions: [{ id: bad, label: 'forbidden' }] }]);
    expect(ids(ann)).toEqual([kept]);
    expect(ids(bob)).toEqual([kept]);

    ann.dismissRefusals();
    const after = ann.regions.add({ label: 'after', geometry: box() });
    await pass();
    expect(ann.saveState).toBe('saved');
    expect(ids(bob)).toEqual([kept, after].sort());
  });

  it('that may be taken later is sent again in another form', async () => {
    const { server, ann, bob } = await two();
    let refusals = 3;
    server.task(TASK).referee = () => (refusals-- > 0 ? { code: 'overloaded', message: 'busy', retryable: true } : undefined);
    const id = ann.regions.add({ label: 'a', geometry: box() });
    await pass(10_000);
    expect(ann.saveState).toBe('saved');
    expect(ids(bob)).toEqual([id]);
    expect(ann.snapshot().refusals).toEqual([]);
  });

  it('that the server has no room for now waits, with everything drawn meanwhile', async () => {
    const { server, ann, bob } = await two();
    const until = Date.now() + 20_000;
    const asked = vi.fn();
    server.task(TASK).referee = () => {
      asked();
      return Date.now() < until ? { code: 'waiting_for_disk', message: 'too many edits wait', retryable: true } : undefined;
    };
    const drawn: string[] = [];
    for (let i = 0; i < 100; i += 1) {
      drawn.push(ann.regions.add({ label: `${i}`, geometry: box(i) }));
      await pass(150);
    }
    expect(ann.saveState).toBe('saving');
    expect(asked.mock.calls.length).toBeLessThan(12);
    await pass(20_000);
    expect(ann.saveState).toBe('saved');
    expect(ids(bob)).toEqual(drawn.sort());
  });

  it('sent before the room was joined anew is answered by what was sent since', async () => {
    const { server, ann, bob } = await two();
    const channel = server.heard.flatMap((message) => (message.type === 'subscribe' ? [message.channel] : []))[0] ?? 0;
    const [connection] = server.connections;
    const first = ann.regions.add({ label: 'a', geometry: box() });
    await pass();
    connection?.rejoin();
    const late = { code: 'update_refused', message: 'late', retryable: false, field: null, rule: 'malformed' };
    connection?.send({ type: 'error', channel, seq: 1, ...late });
    await pass();
    expect(ann.snapshot()).toMatchObject({ saveState: 'saved', refusals: [], setAside: [] });
    expect(ids(bob)).toEqual([first]);
  });

  it('too big for a frame never leaves, and does not end the connection', async () => {
    const server = new MemoryServer({ maxFrame: 10_000 });
    const { ann, bob } = await two(server);
    const kept = ann.regions.add({ label: 'kept', geometry: box() });
    await pass();
    ann.regions.add({
      label: 'mask',
      geometry: { kind: 'mask', width: 1000, height: 1000, counts: Array.from({ length: 9_000 }, (_, i) => i) },
    });
    await pass(1_000);
    expect(ann.snapshot().refusals).toMatchObject([{ code: 'too_big' }]);
    expect(ids(bob)).toEqual([kept]);
    expect(server.connections.size).toBe(2);
  });
});

describe('subscribing to regions', () => {
  it('gives the same objects until something changes', async () => {
    const { ann, bob } = await two();
    const [a, b] = [ann.regions.add({ label: 'a', geometry: box() }), ann.regions.add({ label: 'b', geometry: box() })];
    await pass();
    const list = bob.regions.list();
    const [snapshotA, snapshotB] = [bob.regions.get(a), bob.regions.get(b)];
    expect(bob.regions.list()).toBe(list);
    ann.regions.update(a, { label: 'z' });
    await pass();
    expect(bob.regions.list()).not.toBe(list);
    expect(bob.regions.get(a)).not.toBe(snapshotA);
    expect(bob.regions.get(b)).toBe(snapshotB);
  });

  it('tells a listener of one region only about that one', async () => {
    const { ann, bob } = await two();
    const [a, b] = [ann.regions.add({ label: 'a', geometry: box() }), ann.regions.add({ label: 'b', geometry: box() })];
    await pass();
    const [ofA, ofAny] = [vi.fn(), vi.fn()];
    const stop = bob.regions.subscribeRegion(a, ofA);
    bob.regions.subscribe(ofAny);
    ann.regions.update(b, { label: 'x' });
    await pass();
    expect(ofA).not.toHaveBeenCalled();
    expect(ofAny).toHaveBeenCalledTimes(1);
    ann.regions.update(a, { attributes: { deep: 1 } });
    await pass();
    expect(ofA).toHaveBeenCalledTimes(1);
    stop();
    ann.regions.remove(a);
    await pass();
    expect(ofA).toHaveBeenCalledTimes(1);
  });

  it('says what changed and by whom', async () => {
    const { ann, bob } = await two();
    const changes = { ann: vi.fn(), bob: vi.fn() };
    ann.regions.onChange(changes.ann);
    bob.regions.onChange(changes.bob);
    const id = ann.regions.add({ label: 'a', geometry: box() });
    await pass();
    expect(changes.ann).toHaveBeenLastCalledWith({ added: [id], changed: [], removed: [], by: 'mine' });
    expect(changes.bob).toHaveBeenLastCalledWith({ added: [id], changed: [], removed: [], by: 'others' });
    ann.undo.undo();
    await pass();
    expect(changes.ann).toHaveBeenLastCalledWith({ added: [], changed: [], removed: [id], by: 'mine' });
  });

  it('leaves out what is no region, and keeps it', async () => {
    const { server, ann } = await two();
    server.task(TASK).edit((regions) => {
      regions.set('broken', 'not a map');
      const wrong = new Y.Map<unknown>();
      regions.set('wrong', wrong);
      wrong.set('label', 'car');
      wrong.set('geometry', { kind: 'box', x: 'left' });
    });
    await pass();
    expect(ann.regions.list()).toEqual([]);
    expect(ann.doc.getMap('regions').size).toBe(2);
  });

  it('orders by z, then age', async () => {
    const { ann } = await two();
    const low = ann.regions.add({ label: 'low', geometry: box(), z: 1 });
    vi.setSystemTime(Date.now() + 5);
    const high = ann.regions.add({ label: 'high', geometry: box(), z: 2 });
    vi.setSystemTime(Date.now() + 5);
    const late = ann.regions.add({ label: 'late', geometry: box(), z: 1 });
    const order = (): string[] => ann.regions.list().map((region) => region.id);
    expect(order()).toEqual([low, late, high]);
    ann.regions.update(late, { label: 'moved' });
    expect(order()).toEqual([low, late, high]);
    expect(ann.regions.list()[1]).toBe(ann.regions.get(late));
    ann.regions.update(low, { z: 3 });
    expect(order()).toEqual([late, high, low]);
  });
});

describe('presence, cursors, ghosts', () => {
  it('show who is here and what they have in hand', async () => {
    const { ann, bob } = await two();
    expect(ann.presence.peers().map((peer) => peer.user.name)).toEqual(['ann', 'bob']);
    ann.presence.setMine({ tool: 'box', label: 'x'.repeat(200) });
    ann.presence.setMine({ selection: ['r1'] });
    await pass(200);
    const me = ann.presence.me ?? -1;
    expect(bob.presence.peer(me)?.state).toMatchObject({ tool: 'box', selection: ['r1'] });
    expect(bob.presence.peer(me)?.state.label).toHaveLength(100);
    bob.close();
    await pass();
    expect(ann.presence.peers().map((peer) => peer.user.name)).toEqual(['ann']);
  });

  it('send cursors in quarter pixels, about 30 a second, the last always', async () => {
    const { server, ann, bob } = await two();
    const cursor = vi.spyOn(server.task(TASK), 'cursor');
    for (let i = 0; i < 100; i += 1) {
      ann.cursors.moveTo(i, i / 3);
      await pass(10);
    }
    await pass(50);
    expect(cursor.mock.calls.length).toBeLessThanOrEqual(32);
    expect(cursor.mock.calls.length).toBeGreaterThanOrEqual(24);
    expect(bob.cursors.others()).toEqual([{ peer: ann.presence.me, x: 99, y: 33 }]);
    expect(ann.cursors.others()).toEqual([]);
    ann.cursors.leave();
    await pass(5);
    expect(bob.cursors.others()).toEqual([]);
  });

  it('send no cursor to nobody, and where it is to whoever comes', async () => {
    const server = new MemoryServer();
    const { rooms } = await together(server, 'ann');
    const cursor = vi.spyOn(server.task(TASK), 'cursor');
    rooms[0]?.cursors.moveTo(7, 8);
    await pass(100);
    expect(cursor).not.toHaveBeenCalled();
    const bob = (await together(server, 'bob')).rooms[0];
    await pass(100);
    expect(bob?.cursors.others()).toMatchObject([{ x: 7, y: 8 }]);
  });

  it('show a ghost while drawing and the shape after, never nothing', async () => {
    const { ann, bob } = await two();
    ann.ghosts.setMine({ region_id: null, tool: 'box', label: 'car', geometry: box(1) });
    await pass(5);
    expect(bob.ghosts.others()).toMatchObject([{ peer: ann.presence.me, label: 'car', geometry: box(1) }]);
    expect(ann.ghosts.others()).toEqual([]);

    const seen: number[] = [];
    const look = (): void => void seen.push(bob.ghosts.others().length + bob.regions.size);
    bob.ghosts.subscribe(look);
    bob.regions.subscribe(look);
    ann.commit({ label: 'car', geometry: box(2) });
    await pass(50);
    expect(Math.min(...seen)).toBeGreaterThanOrEqual(1);
    expect(bob.ghosts.others()).toEqual([]);
    expect(bob.regions.size).toBe(1);
  });

  it('show each of several regions that one person changes together', async () => {
    const { ann, bob } = await two();
    const along = [{ region_id: 'r2', label: 'b', geometry: box(2) }];
    ann.ghosts.setMine({ region_id: 'r1', tool: 'select', label: 'a', geometry: box(1), along });
    await pass(50);
    const { me: peer } = ann.presence;
    expect(bob.ghosts.others()).toEqual([
      { peer, tool: 'select', region_id: 'r1', label: 'a', geometry: box(1) },
      { peer, tool: 'select', region_id: 'r2', label: 'b', geometry: box(2) },
    ]);
    ann.ghosts.clearMine();
    await pass(50);
    expect(bob.ghosts.others()).toEqual([]);
  });

  it('start a new ghost document when nobody draws, and draw on in it', async () => {
    const { server, ann, bob } = await two();
    const first = server.task(TASK).ghostEpoch;
    ann.ghosts.setMine({ region_id: null, tool: 'box', label: 'a', geometry: box(1) });
    await pass(50);
    ann.ghosts.clearMine();
    // Bob starts before he hears that the epoch ended: his ghost is not lost.
    bob.ghosts.setMine({ region_id: null, tool: 'box', label: 'b', geometry: box(2) });
    await pass(100);
    expect(server.task(TASK).ghostEpoch).toBeGreaterThan(first);
    expect(ann.ghosts.others()).toMatchObject([{ label: 'b' }]);
  });

  it('show a newcomer what is being drawn, and take a leaver’s ghost away', async () => {
    const { server, ann } = await two();
    ann.ghosts.setMine({ region_id: 'r1', tool: 'select', label: 'a', geometry: box(1) });
    await pass(50);
    const carol = person(server, 'carol').session.subscribeTask(TASK);
    await pass();
    expect(carol.ghosts.others()).toMatchObject([{ region_id: 'r1' }]);
    ann.close();
    await pass();
    expect(carol.ghosts.others()).toEqual([]);
  });

  it('are whole again after the server dropped a move', async () => {
    const { server, ann, bob } = await two();
    const ghost = vi.spyOn(server.task(TASK), 'ghost').mockImplementationOnce(() => undefined);
    ann.ghosts.setMine({ region_id: null, tool: 'box', label: 'a', geometry: box(1) });
    await pass(50);
    expect(ghost).toHaveBeenCalledTimes(1);
    ann.ghosts.setMine({ region_id: null, tool: 'box', label: 'a', geometry: box(2) });
    await pass(100);
    expect(bob.ghosts.others()).toMatchObject([{ geometry: box(2) }]);
  });

  it('leave nothing in the kept document', async () => {
    const { server, ann } = await two();
    for (let i = 0; i < 200; i += 1) {
      ann.ghosts.setMine({ region_id: null, tool: 'box', label: 'a', geometry: box(i) });
      await pass(20);
    }
    expect(Y.encodeStateAsUpdate(server.task(TASK).doc)).toHaveLength(2);
  });
});

describe('the task', () => {
  it('tells its lease and status', async () => {
    const { server, ann } = await two();
    const lease = {
      assignment_id: 'a',
      user_id: 'u',
      user_name: 'bob',
      status: 'accepted' as const,
      expires_at: '2026-11-20T13:00:00Z',
    };
    server.task(TASK).change('in_progress', lease);
    await pass();
    expect(ann.lease).toEqual(lease);
    expect(ann.snapshot()).toMatchObject({ status: 'in_progress', lease });
  });

  it('gives a state vector that has everything I see', async () => {
    const { server, ann, bob } = await two();
    bob.regions.add({ label: 'b', geometry: box() });
    await pass();
    ann.regions.add({ label: 'a', geometry: box() });
    const mine = Y.decodeStateVector(Uint8Array.from(atob(ann.stateVector()), (c) => c.charCodeAt(0)));
    await pass();
    expect(mine).toEqual(Y.decodeStateVector(Y.encodeStateVector(server.task(TASK).doc)));
  });

  it('gives a snapshot of the document that has my deletions too', async () => {
    const { ann } = await two();
    const id = ann.regions.add({ label: 'a', geometry: box() });
    await pass();
    const bytes = (text: string): Uint8Array => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
    const [vector, before] = [ann.stateVector(), ann.documentSnapshot()];
    ann.regions.remove(id);
    expect(ann.stateVector()).toBe(vector);
    const after = Y.decodeSnapshot(bytes(ann.documentSnapshot()));
    expect(Y.equalSnapshots(after, Y.snapshot(ann.doc))).toBe(true);
    expect(Y.equalSnapshots(after, Y.decodeSnapshot(bytes(before)))).toBe(false);
  });

  it('keeps the same snapshot until something changes', async () => {
    const { ann } = await two();
    const before = ann.snapshot();
    expect(ann.snapshot()).toBe(before);
    ann.regions.add({ label: 'a', geometry: box() });
    expect(ann.snapshot()).not.toBe(before);
  });

  it('closed with edits on their way stays until they are saved', async () => {
    const server = new MemoryServer({ latencyMs: 50 });
    const { storage, session } = person(server, 'ann', { storage: memoryPersistence() });
    server.task(TASK);
    const room = session.subscribeTask(TASK);
    await pass(500);
    room.regions.add({ label: 'a', geometry: box() });
    room.close();
    await pass(500);
    expect(server.task(TASK).doc.getMap('regions').size).toBe(1);
    expect(server.task(TASK).people).toEqual([]);
    expect(await storage.undelivered()).toEqual([]);
    expect(() => room.regions.add({ label: 'b', geometry: box() })).toThrow(ReadOnlyError);
  });
});

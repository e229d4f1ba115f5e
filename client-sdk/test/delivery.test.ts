import { describe, expect, it, vi } from 'vitest';
import * as Y from 'yjs';

import { memoryPersistence, type TaskRoom } from '../src/index.js';
import { MemoryServer } from '../src/testing/index.js';
import { box, ids, pass, person, TASK, together, useFakeClock } from './support.js';

useFakeClock();

const serverIds = (server: MemoryServer): string[] => [...server.task(TASK).doc.getMap('regions').keys()].sort();

const one = async (server: MemoryServer, name = 'ann'): Promise<TaskRoom> => {
  const { rooms } = await together(server, name);
  const [room] = rooms;
  if (!room) throw new Error('a room');
  return room;
};

describe('what is drawn offline', () => {
  it('is kept and delivered on return, and what others drew meanwhile arrives', async () => {
    const server = new MemoryServer();
    const { rooms, people } = await together(server, 'ann', 'bob');
    const [ann, bob] = rooms as [TaskRoom, TaskRoom];
    server.up = false;
    for (const connection of server.connections) if (connection.user?.name === 'ann') connection.socket.cut();
    await pass(50);
    expect(ann.saveState).toBe('offline');
    const [a, b] = [ann.regions.add({ label: 'a', geometry: box() }), bob.regions.add({ label: 'b', geometry: box() })];
    await pass(5_000);
    expect(ann.saveState).toBe('offline');
    expect(ids(bob)).toEqual([b]);
    server.up = true;
    await pass(3_000);
    expect(people[0]?.session.state.status).toBe('open');
    expect(ann.saveState).toBe('saved');
    expect(ids(ann)).toEqual([a, b].sort());
    expect(ids(bob)).toEqual([a, b].sort());
  });

  it('is delivered once, also when the acknowledgement was lost', async () => {
    const server = new MemoryServer();
    const ann = await one(server);
    server.task(TASK).durable = false;
    const id = ann.regions.add({ label: 'a', geometry: box() });
    await pass(50);
    // On disk, but the wire is cut before the acknowledgement leaves.
    server.cutAll();
    server.task(TASK).durable = true;
    const update = vi.spyOn(server.task(TASK), 'update');
    await pass(3_000);
    expect(ann.saveState).toBe('saved');
    expect(update.mock.calls.map(([, , bytes]) => bytes)).toEqual([Uint8Array.of(0, 0)]);
    expect(serverIds(server)).toEqual([id]);
  });

  it('is not called saved because the server has it in memory: only its disk counts', async () => {
    const server = new MemoryServer();
    const ann = await one(server);
    server.task(TASK).durable = false;
    const id = ann.regions.add({ label: 'a', geometry: box() });
    await pass(50);
    server.cutAll();
    await pass(3_000);
    expect(ann.saveState).toBe('waiting_for_disk');
    expect(server.task(TASK).disk.getMap('regions').has(id)).toBe(false);
    server.task(TASK).durable = true;
    await pass();
    expect(ann.saveState).toBe('saved');
    expect(server.task(TASK).disk.getMap('regions').has(id)).toBe(true);
  });

  it('says when people on other servers cannot be seen live, and work goes on', async () => {
    const server = new MemoryServer();
    const ann = await one(server);
    expect(ann.snapshot().linked).toBe(true);
    server.task(TASK).linked = false;
    await pass();
    expect(ann.snapshot().linked).toBe(false);
    const id = ann.regions.add({ label: 'a', geometry: box() });
    await pass(50);
    expect([ann.saveState, serverIds(server)]).toEqual(['saved', [id]]);
    server.task(TASK).linked = true;
    await pass();
    expect(ann.snapshot().linked).toBe(true);
  });

  it('sends nothing on return when nothing is missing', async () => {
    const server = new MemoryServer();
    const ann = await one(server);
    const id = ann.regions.add({ label: 'a', geometry: box() });
    ann.regions.add({ label: 'b', geometry: box() });
    await pass();
    ann.regions.remove(id);
    await pass();
    const before = server.task(TASK).received;
    server.cutAll();
    await pass(3_000);
    expect(ann.saveState).toBe('saved');
    expect(server.task(TASK).received).toBe(before);
  });

  it('delivers a deletion alone', async () => {
    const server = new MemoryServer();
    const ann = await one(server);
    const id = ann.regions.add({ label: 'a', geometry: box() });
    await pass();
    server.up = false;
    server.cutAll();
    await pass();
    ann.regions.remove(id);
    server.up = true;
    await pass(3_000);
    expect(serverIds(server)).toEqual([]);
    expect(ann.saveState).toBe('saved');
  });

  it('delivers edits made between the two messages of joining', async () => {
    const server = new MemoryServer({ latencyMs: 40 });
    server.task(TASK);
    const { session } = person(server, 'ann');
    const room = session.subscribeTask(TASK);
    const drawn: string[] = [];
    for (let i = 0; i < 60; i += 1) {
      drawn.push(room.regions.add({ label: `${i}`, geometry: box(i) }));
      await pass(7);
    }
    await pass(1_000);
    expect(serverIds(server)).toEqual(drawn.sort());
    expect(room.saveState).toBe('saved');
  });
});

describe('a killed server', () => {
  it('loses nothing it acknowledged, and gets the rest again', async () => {
    const server = new MemoryServer();
    const ann = await one(server);
    const saved = ann.regions.add({ label: 'saved', geometry: box() });
    await pass();
    expect(ann.saveState).toBe('saved');
    server.task(TASK).durable = false;
    const unwritten = ann.regions.add({ label: 'unwritten', geometry: box() });
    await pass(50);
    server.crash();
    expect(serverIds(server)).toEqual([saved]);
    const offline = ann.regions.add({ label: 'offline', geometry: box() });
    await pass(1_000);
    server.task(TASK).durable = true;
    server.restart();
    await pass(5_000);
    expect(serverIds(server)).toEqual([saved, unwritten, offline].sort());
    expect(ann.saveState).toBe('saved');
  });

  it('gets a colleague’s unwritten edit back from whoever saw it', async () => {
    const server = new MemoryServer();
    const { rooms, people } = await together(server, 'ann', 'bob');
    const [ann, bob] = rooms as [TaskRoom, TaskRoom];
    const old = ann.regions.add({ label: 'old', geometry: box() });
    await pass();
    server.task(TASK).durable = false;
    const id = ann.regions.add({ label: 'unwritten', geometry: box() });
    ann.regions.remove(old);
    await pass(50);
    expect(ids(bob)).toEqual([id]);
    people[0]?.session.close();
    server.crash();
    server.task(TASK).durable = true;
    server.restart();
    await pass(5_000);
    expect(serverIds(server)).toEqual([id]);
    expect(bob.saveState).toBe('saved');
  });
});

describe('a room that crashes and comes back on the living connection', () => {
  it('is joined again on the same channel, with nothing lost and nothing acknowledged too early', async () => {
    const server = new MemoryServer();
    const { rooms, people } = await together(server, 'ann', 'bob');
    const [ann, bob] = rooms as [TaskRoom, TaskRoom];
    const saved = ann.regions.add({ label: 'saved', geometry: box() });
    await pass();
    server.task(TASK).durable = false;
    const unwritten = ann.regions.add({ label: 'unwritten', geometry: box() });
    await pass(30);
    server.task(TASK).crash();
    for (const connection of server.connections) connection.rejoin();
    const later = ann.regions.add({ label: 'later', geometry: box() });
    await pass(100);
    expect(ann.saveState).toBe('waiting_for_disk');
    server.task(TASK).durable = true;
    await pass();
    expect(serverIds(server)).toEqual([saved, unwritten, later].sort());
    expect(ids(bob)).toEqual(ids(ann));
    expect([ann.saveState, bob.saveState]).toEqual(['saved', 'saved']);
    expect(people.map(({ session }) => session.state.status)).toEqual(['open', 'open']);
  });
});

describe('a member thrown out on the living connection', () => {
  it('joins again, and what was drawn meanwhile is neither lost nor refused', async () => {
    const server = new MemoryServer();
    const ann = await one(server);
    const [connection] = server.connections;
    connection?.throwOut('too_slow', true);
    const drawn = [ann.regions.add({ label: 'a', geometry: box() })];
    await pass(20);
    drawn.push(ann.regions.add({ label: 'b', geometry: box() }));
    expect(ann.snapshot().phase).toBe('joining');
    await pass(1_000);
    expect(serverIds(server)).toEqual(drawn.sort());
    expect(ann.snapshot()).toMatchObject({ phase: 'joined', saveState: 'saved', refusals: [], setAside: [] });
  });

  it('learns from the next answer whether it is for good', async () => {
    const server = new MemoryServer();
    const ann = await one(server);
    vi.spyOn(server, 'hasTask').mockReturnValue(false);
    const [connection] = server.connections;
    connection?.throwOut('document_gone', false);
    await pass(1_000);
    expect(ann.snapshot()).toMatchObject({ phase: 'failed', failure: { code: 'not_found' } });
  });
});

describe('another lineage', () => {
  const replace = (server: MemoryServer): void =>
    server.task(TASK).replaceDocument((regions) => {
      const region = new Y.Map<unknown>();
      regions.set('imported', region);
      region.set('label', 'imported');
      region.set('geometry', box());
    });

  it('is never merged: the content does not double', async () => {
    const server = new MemoryServer();
    const ann = await one(server);
    ann.regions.add({ label: 'a', geometry: box() });
    await pass();
    const changes = vi.fn();
    ann.regions.onChange(changes);
    const before = ann.doc;
    server.cutAll();
    replace(server);
    await pass(3_000);
    expect(ann.doc).not.toBe(before);
    expect(ids(ann)).toEqual(['imported']);
    expect(serverIds(server)).toEqual(['imported']);
    expect(ann.snapshot()).toMatchObject({ saveState: 'saved', setAside: [] });
    expect(changes).toHaveBeenCalled();
    // Undo belongs to the document that is gone.
    expect(ann.undo.canUndo).toBe(false);
  });

  it('keeps what was not delivered aside and tells it', async () => {
    const server = new MemoryServer();
    const { people, rooms } = await together(server, 'ann');
    const [ann] = rooms as [TaskRoom];
    server.up = false;
    server.cutAll();
    await pass();
    const id = ann.regions.add({ label: 'mine', geometry: box() });
    replace(server);
    server.up = true;
    await pass(3_000);
    expect(ids(ann)).toEqual(['imported']);
    expect(ann.snapshot().setAside).toMatchObject([{ reason: 'lineage_changed', regions: [{ id, label: 'mine' }] }]);
    const [aside] = (await people[0]?.storage.asides(TASK)) ?? [];
    const doc = new Y.Doc();
    Y.applyUpdate(doc, aside?.state ?? new Uint8Array());
    expect(doc.getMap('regions').has(id)).toBe(true);

    // The person brings it back by hand.
    const [lost] = ann.snapshot().setAside[0]?.regions ?? [];
    if (lost) ann.regions.add({ ...lost });
    ann.dismissSetAside();
    await pass();
    expect(serverIds(server)).toEqual([id, 'imported'].sort());
  });

  it('does not send a stored copy of the old one', async () => {
    const server = new MemoryServer();
    server.task(TASK);
    const storage = memoryPersistence();
    const first = person(server, 'ann', { storage });
    const room = first.session.subscribeTask(TASK);
    await pass();
    room.regions.add({ label: 'a', geometry: box() });
    await pass();
    first.session.close();
    replace(server);
    const again = person(server, 'ann', { storage }).session.subscribeTask(TASK);
    await pass();
    expect(ids(again)).toEqual(['imported']);
    expect(serverIds(server)).toEqual(['imported']);
  });
});

describe('a closed room', () => {
  it('whose connection was away is delivered after the reconnect, without being opened again', async () => {
    const server = new MemoryServer();
    const { rooms, people } = await together(server, 'ann');
    const [ann] = rooms as [TaskRoom];
    server.up = false;
    server.cutAll();
    await pass();
    const id = ann.regions.add({ label: 'a', geometry: box() });
    await pass();
    ann.close();
    server.up = true;
    await pass(10_000);
    expect(serverIds(server)).toEqual([id]);
    expect(await people[0]?.storage.undelivered()).toEqual([]);
    expect(server.task(TASK).people).toEqual([]);
  });

  it('that waits to join again still does, and stays until its edits are taken', async () => {
    const server = new MemoryServer();
    const ann = await one(server);
    let refusals = 2;
    server.task(TASK).referee = () => (refusals-- > 0 ? { code: 'overloaded', message: 'busy', retryable: true } : undefined);
    const id = ann.regions.add({ label: 'a', geometry: box() });
    await pass(500);
    expect([refusals, serverIds(server)]).toEqual([0, []]);
    ann.close();
    await pass(4_000);
    expect(serverIds(server)).toEqual([id]);
    expect(server.task(TASK).people).toEqual([]);
  });
});

describe('a closed tab', () => {
  it('delivers what it kept when the task is opened again', async () => {
    const server = new MemoryServer();
    server.task(TASK);
    const storage = memoryPersistence();
    const first = person(server, 'ann', { storage });
    const room = first.session.subscribeTask(TASK);
    await pass();
    server.up = false;
    server.cutAll();
    const id = room.regions.add({ label: 'a', geometry: box() });
    await pass();
    room.close();
    first.session.close();
    expect(await storage.undelivered()).toEqual([TASK]);

    server.up = true;
    const again = person(server, 'ann', { storage }).session.subscribeTask(TASK);
    await pass(1);
    expect(ids(again)).toEqual([id]);
    expect(again.saveState).toBe('saving');
    await pass();
    expect(again.saveState).toBe('saved');
    expect(serverIds(server)).toEqual([id]);
    expect(await storage.undelivered()).toEqual([]);
  });

  it('delivers without being opened, when asked to', async () => {
    const server = new MemoryServer();
    server.task(TASK);
    const storage = memoryPersistence();
    const first = person(server, 'ann', { storage });
    const room = first.session.subscribeTask(TASK);
    await pass();
    server.up = false;
    server.cutAll();
    const id = room.regions.add({ label: 'a', geometry: box() });
    await pass();
    first.session.close();

    server.up = true;
    const delivered = person(server, 'ann', { storage }).session.deliverPending();
    await pass(1_000);
    await expect(delivered).resolves.toEqual({ delivered: [TASK], failed: [] });
    expect(serverIds(server)).toEqual([id]);
    expect(server.task(TASK).people).toEqual([]);
  });

  it('keeps what a finished task does not take any more, and says so', async () => {
    const server = new MemoryServer();
    server.task(TASK);
    const storage = memoryPersistence();
    const first = person(server, 'ann', { storage });
    const room = first.session.subscribeTask(TASK);
    await pass();
    server.up = false;
    server.cutAll();
    room.regions.add({ label: 'a', geometry: box() });
    await pass();
    first.session.close();
    server.task(TASK).readOnly = 'the task is completed';
    server.up = true;
    const { session } = person(server, 'ann', { storage });
    const delivered = session.deliverPending();
    await pass(1_000);
    await expect(delivered).resolves.toEqual({ delivered: [], failed: [{ taskId: TASK, reason: 'the task is completed' }] });
    expect(await storage.undelivered()).toEqual([TASK]);
  });

  it('opens offline with the copy this device has', async () => {
    const server = new MemoryServer();
    server.task(TASK);
    const storage = memoryPersistence();
    const first = person(server, 'ann', { storage });
    const room = first.session.subscribeTask(TASK);
    await pass();
    const id = room.regions.add({ label: 'a', geometry: box() });
    await pass();
    first.session.close();
    server.up = false;
    const again = person(server, 'ann', { storage }).session.subscribeTask(TASK);
    await pass(500);
    expect(ids(again)).toEqual([id]);
    expect(again.snapshot()).toMatchObject({ saveState: 'offline', pending: 0 });
  });

  it('has on this device what others drew before it first came, and once', async () => {
    const server = new MemoryServer();
    const { rooms } = await together(server, 'bob');
    const id = rooms[0]?.regions.add({ label: 'a', geometry: box() });
    await pass();
    const storage = memoryPersistence();
    for (let visit = 1; visit <= 3; visit++) {
      const ann = person(server, 'ann', { storage });
      ann.session.subscribeTask(TASK);
      await pass();
      ann.session.close();
      await pass();
    }
    expect((await storage.load(TASK))?.updates).toHaveLength(1);
    server.up = false;
    const offline = person(server, 'ann', { storage }).session.subscribeTask(TASK);
    await pass(500);
    expect(ids(offline)).toEqual([id]);
  });

  it('works on when this device cannot store, and says so', async () => {
    const server = new MemoryServer();
    server.task(TASK);
    const storage = memoryPersistence();
    storage.append = () => Promise.reject(new Error('the disk is full'));
    const room = person(server, 'ann', { storage }).session.subscribeTask(TASK);
    await pass();
    room.regions.add({ label: 'a', geometry: box() });
    await pass();
    expect(room.snapshot()).toMatchObject({ saveState: 'saved', persistenceError: 'the disk is full' });
  });

  it('with two tabs open, one saying "delivered" does not speak for the other', async () => {
    const server = new MemoryServer();
    server.task(TASK);
    const storage = memoryPersistence();
    const [left, right] = [person(server, 'ann', { storage }), person(server, 'ann', { storage })];
    const [a, b] = [left.session.subscribeTask(TASK), right.session.subscribeTask(TASK)];
    await pass();
    for (const connection of server.connections) {
      connection.socket.cut();
      break;
    }
    server.up = false;
    await pass(10);
    a.regions.add({ label: 'offline', geometry: box() });
    b.regions.add({ label: 'online', geometry: box() });
    await pass(100);
    expect(b.saveState).toBe('saved');
    expect(await storage.undelivered()).toEqual([TASK]);
  });
});

describe('refusals across a reconnect', () => {
  it('do not come back from the stored copy', async () => {
    const server = new MemoryServer();
    server.task(TASK).referee = (update) =>
      new TextDecoder().decode(update).includes('forbidden')
        ? { code: 'unknown_label', message: 'no', retryable: false }
        : undefined;
    const storage = memoryPersistence();
    const first = person(server, 'ann', { storage });
    const room = first.session.subscribeTask(TASK);
    await pass();
    room.regions.add({ label: 'forbidden', geometry: box() });
    await pass(1_000);
    expect(room.saveState).toBe('refused');
    first.session.close();
    const again = person(server, 'ann', { storage }).session.subscribeTask(TASK);
    await pass(1_000);
    expect(again.snapshot()).toMatchObject({ saveState: 'saved', refusals: [] });
    expect(ids(again)).toEqual([]);
  });
});

/** Three people who click at random while wires are cut, disks stop and the server is killed: in the end all see the same. */
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';

import type { TaskRoom } from '../src/index.js';
import { MemoryServer } from '../src/testing/index.js';
import { box, pass, seeded, TASK, together, useFakeClock, type Person } from './support.js';

useFakeClock();

interface World {
  readonly server: MemoryServer;
  readonly rooms: TaskRoom[];
  readonly people: Person[];
  readonly random: () => number;
  /** The elements each person removed. */
  readonly removedBy: Map<TaskRoom, Y.ID[]>;
  /** How often "saved" was said and found true. */
  promises: number;
}

const pick = <T>(random: () => number, items: readonly T[]): T | undefined => items[Math.floor(random() * items.length)];

function edit(world: World, room: TaskRoom): void {
  const { random } = world;
  const target = pick(random, room.regions.list());
  const dice = random();
  if (dice < 0.45 || !target) room.regions.add({ label: 'r', geometry: box(Math.floor(random() * 100)) });
  else if (dice < 0.75)
    room.regions.update(target.id, { geometry: box(Math.floor(random() * 100)), attributes: { n: Math.floor(random() * 9) } });
  else if (dice < 0.85) {
    const element = room.doc.getMap('regions')._map.get(target.id);
    if (element) world.removedBy.get(room)?.push(element.id);
    room.regions.remove(target.id);
  } else if (dice < 0.95) room.undo.undo();
  else room.ghosts.setMine({ region_id: null, tool: 'box', label: 'g', geometry: box(random()) });
}

function trouble(world: World): void {
  const { server, random } = world;
  const dice = random();
  if (dice < 0.3) pick(random, [...server.connections])?.socket.cut();
  else if (dice < 0.4) pick(random, [...server.connections])?.socket.freeze();
  else if (dice < 0.6) server.task(TASK).durable = !server.task(TASK).durable;
  else if (dice < 0.75) server.crash();
  else server.restart();
}

/** "Saved" is a promise about the disk at this very moment. */
function holdToPromise(world: World): void {
  const { disk } = world.server.task(TASK);
  const gone = Y.createDeleteSetFromStructStore(disk.store);
  for (const room of world.rooms) {
    if (room.saveState !== 'saved') continue;
    world.promises += 1;
    const onDisk = Y.decodeStateVector(Y.encodeStateVector(disk)).get(room.doc.clientID) ?? 0;
    const mine = Y.decodeStateVector(Y.encodeStateVector(room.doc)).get(room.doc.clientID) ?? 0;
    expect(onDisk).toBeGreaterThanOrEqual(mine);
    for (const id of world.removedBy.get(room) ?? []) expect(Y.isDeleted(gone, id)).toBe(true);
  }
}

async function run(seed: number): Promise<World> {
  const server = new MemoryServer({ latencyMs: 1 + (seed % 30) });
  const { people, rooms } = await together(server, 'ann', 'bob', 'carol');
  await pass(500);
  const world: World = {
    server,
    rooms,
    people,
    random: seeded(seed),
    removedBy: new Map(rooms.map((room) => [room, []])),
    promises: 0,
  };
  for (let step = 0; step < 150; step += 1) {
    const room = pick(world.random, rooms);
    if (room) edit(world, room);
    if (world.random() < 0.15) trouble(world);
    // Now and then nobody edits for long enough to come back from trouble with nothing new.
    await pass(Math.floor(world.random() * (world.random() < 0.2 ? 1_500 : 60)));
    holdToPromise(world);
  }
  server.restart();
  server.task(TASK).durable = true;
  for (const room of rooms) room.ghosts.clearMine();
  await pass(120_000);
  return world;
}

describe('three robots', () => {
  const seeds = Array.from({ length: 25 }, (_, i) => i + 1);

  it.each(seeds)('converge, and whoever is told "saved" has it on disk (seed %i)', async (seed) => {
    const { server, rooms, promises } = await run(seed);
    expect(rooms.map((room) => room.saveState)).toEqual(['saved', 'saved', 'saved']);
    const truth: unknown = server.task(TASK).doc.getMap('regions').toJSON();
    for (const room of rooms) expect(room.doc.getMap('regions').toJSON()).toEqual(truth);
    for (const room of rooms) expect(room.ghosts.others()).toEqual([]);
    expect(promises).toBeGreaterThan(0);
  });
});

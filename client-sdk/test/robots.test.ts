/** Three people who click at random while wires are cut, disks stop and the server is killed: in the end all see the same. */
import { describe, expect, it } from 'vitest';

import type { TaskRoom } from '../src/index.js';
import { MemoryServer } from '../src/testing/index.js';
import { box, pass, seeded, TASK, together, useFakeClock, type Person } from './support.js';

useFakeClock();

interface World {
  readonly server: MemoryServer;
  readonly rooms: TaskRoom[];
  readonly people: Person[];
  readonly random: () => number;
  /** Regions each person was told are saved, and nobody ever removed. */
  readonly promised: Map<string, Set<string>>;
  readonly removed: Set<string>;
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
    world.removed.add(target.id);
    room.regions.remove(target.id);
  } else if (dice < 0.95) undo(world, room);
  else room.ghosts.setMine({ region_id: null, tool: 'box', label: 'g', geometry: box(random()) });
}

/** An undo may take away a region that was promised: then nobody promises it any more. */
function undo(world: World, room: TaskRoom): void {
  const before = new Set(room.regions.list().map((region) => region.id));
  room.undo.undo();
  for (const id of before) if (!room.regions.get(id)) world.removed.add(id);
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

function promise(world: World): void {
  for (const [i, room] of world.rooms.entries()) {
    if (room.saveState !== 'saved') continue;
    const mine = world.promised.get(String(i)) ?? new Set<string>();
    for (const region of room.regions.list()) if (region.author === world.people[i]?.session.userId) mine.add(region.id);
    world.promised.set(String(i), mine);
  }
}

async function run(seed: number): Promise<World> {
  const server = new MemoryServer({ latencyMs: 1 + (seed % 30) });
  const { people, rooms } = await together(server, 'ann', 'bob', 'carol');
  await pass(500);
  const world: World = { server, rooms, people, random: seeded(seed), promised: new Map(), removed: new Set() };
  for (let step = 0; step < 150; step += 1) {
    const room = pick(world.random, rooms);
    if (room) edit(world, room);
    if (world.random() < 0.08) trouble(world);
    await pass(Math.floor(world.random() * 60));
    promise(world);
  }
  server.restart();
  server.task(TASK).durable = true;
  for (const room of rooms) room.ghosts.clearMine();
  await pass(120_000);
  return world;
}

describe('three robots', () => {
  const seeds = Array.from({ length: 40 }, (_, i) => i + 1);

  it.each(seeds)('converge, with everything saved still there (seed %i)', async (seed) => {
    const { server, rooms, promised, removed } = await run(seed);
    expect(rooms.map((room) => room.saveState)).toEqual(['saved', 'saved', 'saved']);
    const truth: unknown = server.task(TASK).doc.getMap('regions').toJSON();
    for (const room of rooms) expect(room.doc.getMap('regions').toJSON()).toEqual(truth);
    for (const room of rooms) expect(room.ghosts.others()).toEqual([]);
    const lost = [...promised.values()]
      .flatMap((mine) => [...mine])
      .filter((id) => !removed.has(id) && !(id in (truth as object)));
    expect(lost).toEqual([]);
  });
});

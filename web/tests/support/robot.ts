import { Session, type RegionSnapshot, type TaskRoom } from '@tandem/client';
import { MemoryServer, type MemorySocket } from '@tandem/client/testing';
import { vi } from 'vitest';

import { Desk } from '~/tools/desk';
import type { DeskLabel } from '~/tools/labels';
import { chance, type Chance } from './chance';
import { anyGesture, type Act } from './gestures';
import { ledger, type Ledger } from './ledger';

/** Four people who do at random what hands can do, in one picture, over the real client and a server in memory that is cut off and killed. */
export interface World {
  readonly seed: number;
  readonly chance: Chance;
  readonly server: MemoryServer;
  readonly people: readonly Person[];
  /** The picture before anybody touched it. */
  readonly beginning: readonly RegionSnapshot[];
  readonly ledger: Ledger;
  /** What was done, the latest last. */
  readonly trace: string[];
  join(name: string): Person;
  close(): void;
}

export interface Person {
  readonly name: string;
  readonly room: TaskRoom;
  readonly desk: Desk;
  readonly session: Session;
  online: boolean;
  /** What is left of a gesture begun. */
  rest: Act[];
}

export const TASK = '0192f0c1-0000-7000-8000-000000000001';
export const IMAGE = { width: 400, height: 300 };
export const LABELS: readonly DeskLabel[] = [
  { name: 'car' },
  { name: 'tree' },
  { name: 'pose', keypoints: ['head', 'left', 'right', 'foot'] },
];
const NAMES = ['Anna', 'Ben', 'Cleo', 'Dan'];
const MARGIN = 64;
const frames = { request: () => 0, cancel: () => undefined, still: true };

const PICTURE: readonly Pick<RegionSnapshot, 'label' | 'geometry'>[] = [
  { label: 'car', geometry: { kind: 'box', x: 40, y: 40, width: 90, height: 60 } },
  { label: 'tree', geometry: { kind: 'ellipse', cx: 260, cy: 90, rx: 60, ry: 30, rotation: 20 } },
  { label: 'tree', geometry: { kind: 'polygon', parts: [[[[60, 160], [180, 150], [190, 240], [70, 250]]]] } }, // prettier-ignore
  { label: 'car', geometry: { kind: 'polyline', points: [[220, 180], [300, 200], [340, 270]] } }, // prettier-ignore
  { label: 'pose', geometry: { kind: 'keypoints', points: [{ x: 210, y: 30, v: 2 }, { x: 190, y: 60, v: 1 }, { x: 0, y: 0, v: 0 }, { x: 215, y: 110, v: 2 }] } }, // prettier-ignore
];

/** Ids and whom Yjs prefers come of chance too: without this a seed would not say what happens. */
export function seedPlatform(seed: number): void {
  const dice = chance(seed ^ 0x5eed);
  vi.spyOn(globalThis.crypto, 'getRandomValues').mockImplementation((array) => {
    if (array instanceof Uint8Array) for (let i = 0; i < array.length; i++) array[i] = dice.whole(0, 255);
    return array;
  });
  const part = (): string =>
    dice
      .whole(0, 2 ** 32 - 1)
      .toString(16)
      .padStart(8, '0');
  vi.spyOn(globalThis.crypto, 'randomUUID').mockImplementation(() => `${part()}-0000-4000-8000-0000${part()}`);
}

/** All that is on its way arrives, and pauses between attempts to connect are over. */
export async function settle(ms = 200): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
}

export async function world(seed: number): Promise<World> {
  const dice = chance(seed);
  const server = new MemoryServer({ latencyMs: dice.whole(1, 20) });
  server.task(TASK);
  const book = ledger();
  const everybody: Person[] = [];

  const join = (name: string): Person => {
    const token = server.token(name);
    const Wire = class extends (server.WebSocket as unknown as new () => MemorySocket) {
      constructor() {
        super();
        if (!person.online) this.cut();
      }
    };
    const session = new Session({
      url: 'ws://memory',
      tokens: { current: () => token, refresh: () => Promise.resolve(token) },
      WebSocket: Wire,
      userId: server.grant(token)?.user.id ?? '',
      random: () => dice.next(),
    });
    const room = session.subscribeTask(TASK);
    room.doc.clientID = dice.whole(1, 2 ** 31);
    const desk = new Desk({ room, image: IMAGE, frames, notify: () => undefined });
    const person: Person = { name, room, desk, session, online: true, rest: [] };
    desk.camera.resize({ width: IMAGE.width + MARGIN, height: IMAGE.height + MARGIN });
    desk.setLabels(LABELS);
    everybody.push(person);
    session.connect();
    return person;
  };

  const importer = join('Importer');
  await settle();
  for (const region of PICTURE) {
    importer.room.regions.add(region);
    await settle(5);
  }
  await settle();
  const beginning = importer.room.regions.list();
  importer.session.close();
  const people = NAMES.map(join);
  await settle();
  for (const { room, name } of people) book.watch(room, name);

  return {
    seed,
    chance: dice,
    server,
    people,
    beginning,
    ledger: book,
    trace: [],
    join,
    close() {
      for (const { desk, session } of everybody) {
        desk.dispose();
        session.close();
      }
    },
  };
}

function wires({ server }: World, person: Person): MemorySocket[] {
  return [...server.connections].flatMap(({ user, socket }) => (user?.name === person.name ? [socket] : []));
}

/** Something goes wrong between a person and the server, or is well again. @returns what, in words */
function trouble(world: World, person: Person): string {
  const { server, chance: dice } = world;
  const task = server.task(TASK);
  const what = dice.next();
  if (!server.up) {
    server.restart();
    return 'the server is back';
  }
  if (!person.online) {
    person.online = true;
    return 'online again';
  }
  if (what < 0.45) {
    person.online = false;
    wires(world, person).forEach((wire) => wire.cut());
    return 'offline';
  }
  if (what < 0.65) {
    wires(world, person).forEach((wire) => wire.cut());
    return 'a wire is cut';
  }
  if (what < 0.75) {
    wires(world, person).forEach((wire) => wire.freeze());
    return 'a wire carries nothing';
  }
  if (what < 0.9) {
    task.durable = !task.durable;
    return task.durable ? 'the disk is back' : 'the disk is gone';
  }
  server.crash();
  return 'the server is killed';
}

export interface Manner {
  readonly gestures: number;
  readonly troubles: boolean;
  /** Everybody passes by what others made, and what was there before. */
  readonly apart: boolean;
}

function lockOthers({ room, desk, session }: Person): void {
  desk.locked.set(new Set(room.regions.list().flatMap(({ id, author }) => (author === session.userId ? [] : [id]))));
}

/** Does what is left of a person's gesture, or some of it. */
function goOn(person: Person, acts: number): void {
  for (const act of person.rest.splice(0, acts)) act(person.desk);
}

export async function play(world: World, { gestures, troubles, apart }: Manner): Promise<void> {
  const { chance: dice, people, trace } = world;
  for (let done = 0; done < gestures;) {
    const person = dice.pick(people);
    if (!person) return;
    if (apart) lockOthers(person);
    if (troubles && dice.is(0.06)) {
      trace.push(`${done} ${person.name}: ${trouble(world, person)}`);
      done += 1;
    } else if (person.rest.length > 0 && dice.is(0.75)) {
      goOn(person, dice.whole(1, person.rest.length));
    } else {
      // What was begun is dropped in the middle, as it stands.
      const { name, acts } = anyGesture(person.desk, LABELS, dice);
      const dropped = person.rest.length > 0 ? `, ${person.rest.length} acts before it dropped` : '';
      trace.push(`${done} ${person.name}: ${name}${dropped}`);
      person.rest = [...acts];
      goOn(person, dice.is(0.6) ? acts.length : dice.whole(1, Math.max(1, acts.length)));
      done += 1;
    }
    if (dice.is(0.7)) await settle(dice.whole(0, dice.is(0.05) ? 3_000 : 60));
  }
}

/** Everybody lets go, every wire and the disk are whole, and all is saved. */
export async function calm({ server, people }: World): Promise<void> {
  for (const person of people) {
    person.rest = [];
    person.online = true;
    person.desk.dispatch({ type: 'cancel' });
  }
  server.restart();
  server.task(TASK).durable = true;
  // As long as the longest pauses between attempts to connect take.
  for (let n = 0; n < 240 && people.some(({ room }) => room.saveState !== 'saved'); n++) await settle(1_000);
  // And as the server takes to see that nobody is at the other end of a wire any more: till then it shows what was in that hand.
  await settle(3 * server.heartbeatMs);
}

/** Two or more people on one memory server, with a clock the test owns. */
import { afterEach, beforeEach, vi } from 'vitest';

import { memoryPersistence, Session, type Geometry, type Persistence, type SessionOptions, type TaskRoom } from '../src/index.js';
import type { MemoryServer } from '../src/testing/index.js';

export const TASK = '0192f0c1-0000-7000-8000-00000000aaaa';

/** mulberry32: the same seed, the same chance. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

export const box = (x = 1, y = 2, width = 10, height = 20): Geometry => ({ kind: 'box', x, y, width, height });

/** Let this many milliseconds pass, with everything that happens in them. */
export const pass = (ms = 100): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

export function useFakeClock(): void {
  beforeEach(() => {
    vi.useFakeTimers({ now: Date.UTC(2026, 10, 20, 12), toFake: ['setTimeout', 'clearTimeout', 'Date'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });
}

export interface Person {
  readonly name: string;
  readonly session: Session;
  readonly storage: Persistence;
  readonly online: { value: boolean; changed: () => void };
}

export function person(server: MemoryServer, name: string, options: Partial<SessionOptions> = {}): Person {
  const storage = options.storage ?? memoryPersistence();
  const listeners = new Set<() => void>();
  const online = { value: true, changed: () => listeners.forEach((listener) => listener()) };
  const token = server.token(name);
  const session = new Session({
    url: 'ws://memory/ws',
    tokens: { current: () => token, refresh: () => Promise.resolve(server.token(name)) },
    WebSocket: server.WebSocket,
    storage,
    random: seeded(name.length),
    network: {
      online: () => online.value,
      subscribe: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
    ...options,
  });
  return { name, session, storage, online };
}

/** These people, in the room of `TASK`, in step with the server. */
export async function together(server: MemoryServer, ...names: string[]): Promise<{ people: Person[]; rooms: TaskRoom[] }> {
  server.task(TASK);
  const people = names.map((name) => person(server, name));
  const rooms = people.map(({ session }) => session.subscribeTask(TASK));
  await pass();
  return { people, rooms };
}

export const ids = (room: TaskRoom): string[] =>
  room.regions
    .list()
    .map((region) => region.id)
    .sort();

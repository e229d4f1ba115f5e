import type { SessionApi, TaskRoom } from '@tandem/client';
import { MemoryServer } from '@tandem/client/testing';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { expectNext, given, joinAhead, leaveRoom, takeRoom } from '~/features/workbench/rooms-ahead';
import { sharedRooms } from '~/session/shared-rooms';
import { seatAt } from '../support/memory-room';

const [FIRST, NEXT] = ['0192f0c1-0000-7000-8000-000000000001', '0192f0c1-0000-7000-8000-000000000002'];

let live: SessionApi & { close(): void };

beforeEach(async () => {
  vi.useFakeTimers();
  const server = new MemoryServer({ latencyMs: 1 });
  server.task(FIRST);
  server.task(NEXT);
  live = seatAt(server, FIRST, 'Anna').session;
  await vi.advanceTimersByTimeAsync(200);
});
afterEach(() => {
  live.close();
  vi.useRealTimers();
});

describe('the room of a task that is about to open', () => {
  test('is joined before its screen is there, and belongs to who takes it', async () => {
    const joining = joinAhead(live, NEXT);
    await vi.advanceTimersByTimeAsync(50);
    await joining;
    const room = takeRoom(live, NEXT);
    expect(room.snapshot().phase).toBe('joined');
    expect(takeRoom(live, NEXT)).not.toBe(room);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(room.snapshot().phase).toBe('joined');
  });

  test('is not waited for where the server takes long to answer', async () => {
    live.close();
    const slow = new MemoryServer({ latencyMs: 1_000 });
    slow.task(FIRST);
    slow.task(NEXT);
    live = seatAt(slow, FIRST, 'Anna').session;
    await vi.advanceTimersByTimeAsync(20_000);
    let went = false;
    void joinAhead(live, NEXT).then(() => (went = true));
    await vi.advanceTimersByTimeAsync(50);
    expect(went).toBe(false);
    await vi.advanceTimersByTimeAsync(50);
    expect(went).toBe(true);
    expect(takeRoom(live, NEXT).snapshot().phase).toBe('joining');
  });

  test('is left again where no screen comes for it', async () => {
    const opened = vi.spyOn(live, 'subscribeTask');
    void joinAhead(live, NEXT);
    void joinAhead(live, NEXT);
    expect(opened).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(6_000);
    const left = opened.mock.results[0]?.value as TaskRoom | undefined;
    expect(left?.snapshot().phase).toBe('closed');
  });

  test('is joined by the news of its lease alone while a next task is asked for, and not otherwise', async () => {
    const opened = vi.spyOn(live, 'subscribeTask');
    given(live, NEXT);
    expect(opened).not.toHaveBeenCalled();
    const done = expectNext();
    given(live, NEXT);
    expect(opened).toHaveBeenCalledTimes(1);
    done();
    given(live, FIRST);
    expect(opened).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(6_000);
  });

  test('is not joined a second time while it is on the screen', async () => {
    const room = takeRoom(live, NEXT);
    const opened = vi.spyOn(live, 'subscribeTask');
    await joinAhead(live, NEXT);
    expect(opened).not.toHaveBeenCalled();
    leaveRoom(room);
    expect(room.snapshot().phase).toBe('closed');
    void joinAhead(live, NEXT);
    expect(opened).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(6_000);
  });

  test('is joined anew where it could not be joined ahead', async () => {
    const gone = '0192f0c1-0000-7000-8000-00000000dead';
    void joinAhead(live, gone);
    await vi.advanceTimersByTimeAsync(200);
    expect(takeRoom(live, gone).snapshot().phase).not.toBe('failed');
  });
});

describe('a room that several parts of a screen look into', () => {
  const room = () => ({
    snapshot: () => ({ failure: failure }),
    subscribe: () => () => undefined,
    close: vi.fn(),
  });
  let failure: string | null;
  let opened: ReturnType<typeof room>[];
  const rooms = sharedRooms<{ failure: string | null }, ReturnType<typeof room>>(
    () => {
      const made = room();
      opened.push(made);
      return made;
    },
    { failure: null },
  );
  beforeEach(() => {
    failure = null;
    opened = [];
  });

  test('is one, and stays from one screen to the next', async () => {
    const shared = rooms(live, 'p');
    expect(rooms(live, 'p')).toBe(shared);
    const [one, other] = [shared.subscribe(() => undefined), shared.subscribe(() => undefined)];
    one();
    other();
    await vi.advanceTimersByTimeAsync(1_000);
    const again = shared.subscribe(() => undefined);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(opened).toHaveLength(1);
    again();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(opened[0]?.close).toHaveBeenCalledTimes(1);
  });

  test('is tried anew by the next who asks where it failed', () => {
    const shared = rooms(live, 'q');
    const stop = shared.subscribe(() => undefined);
    failure = 'access_denied';
    stop();
    expect(opened[0]?.close).toHaveBeenCalledTimes(1);
    shared.subscribe(() => undefined)();
    expect(opened).toHaveLength(2);
  });
});

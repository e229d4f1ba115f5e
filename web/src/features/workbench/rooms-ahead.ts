/** Rooms of tasks that are about to open: joined as soon as the task is known, while the screen for it is still being made. */
import type { SessionApi, TaskRoom } from '@tandem/client';

/** A screen that has not come for its room by then does not come any more. */
const WAIT_MS = 5_000;
/** A server that takes longer to answer is not waited for: the screen comes first, and its shapes when they are there. */
const ANSWER_MS = 80;

interface Ahead {
  readonly live: SessionApi;
  readonly room: TaskRoom;
  readonly timer: ReturnType<typeof setTimeout>;
}

const ahead = new Map<string, Ahead>();
/** Rooms that are on the screen. */
const taken = new Map<TaskRoom, SessionApi>();

/**
 * @returns resolves when the room is joined: the screen of another task is then made, laid out and painted once, with all that is in it. Made before, it
 *   keeps the answer waiting and is painted again for it, which takes longer than the answer does.
 */
export function joinAhead(live: SessionApi, taskId: string): Promise<void> {
  const known = ahead.get(taskId);
  if (known?.live === live) return answered(known.room);
  // Its next step is mine too: who is in the room goes on there, and not a second time beside themselves.
  if ([...taken].some(([room, session]) => room.taskId === taskId && session === live)) return Promise.resolve();
  const room = live.subscribeTask(taskId);
  const timer = setTimeout(() => {
    ahead.delete(taskId);
    room.close();
  }, WAIT_MS);
  ahead.set(taskId, { live, room, timer });
  return answered(room);
}

function answered(room: TaskRoom): Promise<void> {
  return new Promise((done) => {
    const stop = room.subscribe(look);
    const timer = setTimeout(end, ANSWER_MS);
    look();
    function look(): void {
      const { phase } = room.snapshot();
      if (phase !== 'loading' && phase !== 'joining') end();
    }
    function end(): void {
      clearTimeout(timer);
      stop();
      done();
    }
  });
}

let expected = 0;

/** A next task is asked for: which one it is, is told before the answer is read. @returns to be called when it is there, or is not */
export function expectNext(): () => void {
  expected += 1;
  return () => {
    expected -= 1;
  };
}

/** A lease was given to me. */
export function given(live: SessionApi, taskId: string): void {
  if (expected > 0) void joinAhead(live, taskId);
}

/** The room of a task, joined already or not. It belongs to who takes it, until they leave it. */
export function takeRoom(live: SessionApi, taskId: string): TaskRoom {
  const room = roomOf(live, taskId);
  taken.set(room, live);
  return room;
}

export function leaveRoom(room: TaskRoom): void {
  taken.delete(room);
  room.close();
}

function roomOf(live: SessionApi, taskId: string): TaskRoom {
  const found = ahead.get(taskId);
  // Of another session: somebody else signed in.
  if (found?.live !== live) return live.subscribeTask(taskId);
  clearTimeout(found.timer);
  ahead.delete(taskId);
  if (found.room.snapshot().phase !== 'failed') return found.room;
  // It could not be joined then: a task that shows nothing before it is accepted, for one.
  found.room.close();
  return live.subscribeTask(taskId);
}

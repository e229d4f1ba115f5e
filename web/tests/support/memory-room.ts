/** The real client and a server in memory: time is faked, so that a test says when something has arrived. */
import { Session, type TaskRoom } from '@tandem/client';
import type { MemoryServer } from '@tandem/client/testing';

export interface Seat {
  readonly session: Session;
  readonly room: TaskRoom;
  readonly userId: string;
}

/** Somebody at a task that the server knows. */
export function seatAt(server: MemoryServer, task: string, name: string): Seat {
  const token = server.token(name);
  const userId = server.grant(token)?.user.id ?? '';
  const session = new Session({
    url: 'ws://memory',
    tokens: { current: () => token, refresh: () => Promise.resolve(token) },
    WebSocket: server.WebSocket,
    userId,
  });
  session.connect();
  return { session, room: session.subscribeTask(task), userId };
}

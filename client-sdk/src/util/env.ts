/** What the platform lends: time, chance, sockets, the network's state. All of it can be replaced, and tests do. */
import type { Unsubscribe } from '../surface.js';

/** A number in browsers, an object in Node. */
export type TimerHandle = number | object;

export interface Timers {
  /** Milliseconds since 1970. */
  now(): number;
  setTimeout(run: () => void, ms: number): TimerHandle;
  clearTimeout(handle: TimerHandle): void;
}

/** The part of a WebSocket that is used; browsers' and `ws`'s both have it. */
export interface WebSocketLike {
  binaryType: string;
  /** Bytes handed over and not yet on the network. */
  readonly bufferedAmount: number;
  send(data: string | Uint8Array<ArrayBuffer>): void;
  close(code?: number, reason?: string): void;
  onopen: ((event: never) => void) | null;
  onmessage: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
}

export type WebSocketConstructor = new (url: string, protocols: string[]) => WebSocketLike;

/** A hint about the network; a wrong hint costs a little time, never an edit. */
export interface Network {
  online(): boolean;
  subscribe(listener: () => void): Unsubscribe;
}

/** Spelled out, because the platforms' own types promise what others of them do not have. */
interface Platform {
  setTimeout(run: () => void, ms: number): TimerHandle;
  clearTimeout(handle: TimerHandle): void;
  WebSocket?: WebSocketConstructor;
  navigator?: { onLine?: boolean };
  addEventListener?(type: string, listener: () => void): void;
  removeEventListener?(type: string, listener: () => void): void;
}

const platform = globalThis as unknown as Platform;

export const systemTimers: Timers = {
  now: () => Date.now(),
  setTimeout: (run, ms) => platform.setTimeout(run, ms),
  clearTimeout: (handle) => platform.clearTimeout(handle),
};

export const systemNetwork: Network = {
  online: () => platform.navigator?.onLine !== false,
  subscribe(listener) {
    platform.addEventListener?.('online', listener);
    platform.addEventListener?.('offline', listener);
    return () => {
      platform.removeEventListener?.('online', listener);
      platform.removeEventListener?.('offline', listener);
    };
  },
};

/** The platform's WebSocket. Node 20 has none: hand over `ws`'s. */
export function systemWebSocket(): WebSocketConstructor {
  if (!platform.WebSocket) throw new Error('this platform has no WebSocket: pass one, e.g. `WebSocket` of the package `ws`');
  return platform.WebSocket;
}

/** A WebSocket without a network: two ends in one program, in order, until the wire is cut. */
import type { Timers, WebSocketLike } from '../util/env.js';

export type Frame = string | Uint8Array<ArrayBuffer>;

/** The server's end. */
export interface ServerEnd {
  receive(frame: Frame): void;
  closed(code: number): void;
}

export interface Wire {
  readonly timers: Timers;
  /** Milliseconds each way. */
  readonly latencyMs: number;
}

type Handler = ((event: never) => void) | null;

export class MemorySocket implements WebSocketLike {
  binaryType = 'blob';
  bufferedAmount = 0;
  onopen: Handler = null;
  onmessage: Handler = null;
  onclose: Handler = null;
  onerror: Handler = null;
  /** False: no frame arrives any more, in either direction, and nobody is told. */
  #connected = true;
  #open = false;
  #server: ServerEnd | undefined;

  constructor(private readonly wire: Wire) {}

  /** The server takes the connection. */
  accept(server: ServerEnd): void {
    this.#server = server;
    this.#travel(() => {
      this.#open = true;
      this.#fire(this.onopen, {});
    });
  }

  // ---------------------------------------------------------------- the client's end

  send(frame: Frame): void {
    if (!this.#open) throw new Error('the socket is not open');
    // A copy: a sender may use its buffer again.
    const sent = typeof frame === 'string' ? frame : frame.slice();
    this.#travel(() => this.#server?.receive(sent));
  }

  close(code = 1000, reason = ''): void {
    if (!this.#open && !this.#server) return;
    this.#open = false;
    this.#travel(() => this.#server?.closed(code));
    this.wire.timers.setTimeout(() => this.#fire(this.onclose, { code, reason }), this.wire.latencyMs);
  }

  // ---------------------------------------------------------------- the server's end

  deliver(frame: Frame): void {
    this.#travel(() => {
      if (this.#open) this.#fire(this.onmessage, { data: typeof frame === 'string' ? frame : frame.slice().buffer });
    });
  }

  hangUp(code: number, reason = ''): void {
    this.#travel(() => this.#ended(code, reason));
  }

  // ---------------------------------------------------------------- the wire

  /** Cut it: frames on their way are lost, and the client learns it at once. */
  cut(): void {
    if (!this.#connected) return;
    this.#connected = false;
    this.wire.timers.setTimeout(() => this.#ended(1006, ''), 0);
    this.#server?.closed(1006);
  }

  /** Nothing arrives any more, and nobody is told: what a pulled cable looks like. */
  freeze(): void {
    this.#connected = false;
  }

  #travel(arrive: () => void): void {
    this.wire.timers.setTimeout(() => {
      if (this.#connected) arrive();
    }, this.wire.latencyMs);
  }

  #ended(code: number, reason: string): void {
    this.#open = false;
    this.#connected = false;
    this.#fire(this.onclose, { code, reason });
  }

  #fire(handler: Handler, event: object): void {
    handler?.(event as never);
  }
}

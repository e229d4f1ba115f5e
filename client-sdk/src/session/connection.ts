/**
 * One socket from `hello` to its end. When it has ended, whatever its socket still says is not heard: a late event of an
 * old connection can never touch the session's next one.
 */
import { FrameError } from '../wire/check.js';
import { CloseCode, SUBPROTOCOL } from '../wire/close.js';
import { decodeControl, encodeControl } from '../wire/control.js';
import { decodeServerHot, encodeClientHot, type ClientHot, type ServerHot } from '../wire/hot.js';
import type { Bye, ClientControl, ServerControl, Welcome } from '../wire/types.js';
import type { TimerHandle, Timers, WebSocketConstructor, WebSocketLike } from '../util/env.js';

/** From opening the socket to `welcome`. */
const WELCOME_MS = 10_000;
/** How long a peer that was asked directly may stay silent. */
const PROBE_MS = 3_000;
/** More than this waiting in the socket: the network is slower than we are. */
const CONGESTED_BYTES = 64 * 1024;

export type End =
  | { readonly cause: 'closed'; readonly code: number; readonly reason: string; readonly bye: Bye | undefined }
  /** Nothing was heard for too long, or the socket never opened. */
  | { readonly cause: 'silent' }
  | { readonly cause: 'bad_frame'; readonly reason: string };

export interface ConnectionHandler {
  welcome(message: Welcome): void;
  control(message: Exclude<ServerControl, { type: 'welcome' | 'pong' | 'bye' }>): void;
  hot(message: ServerHot): void;
  /** Exactly once, and nothing after it. */
  ended(end: End): void;
}

export interface ConnectionOptions {
  readonly url: string;
  readonly token: string;
  readonly client: string;
  readonly resume: string | undefined;
  readonly WebSocket: WebSocketConstructor;
  readonly timers: Timers;
  readonly stats: ConnectionStats;
}

/** Counted over all connections of a session. */
export interface ConnectionStats {
  /** Frames of a kind this client does not know: a newer server's. */
  unknownFrames: number;
  /** Frames that break the protocol. */
  badFrames: number;
}

export class Connection {
  readonly #socket: WebSocketLike;
  readonly #timers: Timers;
  #handler: ConnectionHandler | undefined;
  #timer: TimerHandle | undefined;
  #heartbeatMs = 0;
  #heardAt: number;
  #sentAt = 0;
  #bye: Bye | undefined;

  constructor(
    private readonly options: ConnectionOptions,
    handler: ConnectionHandler,
  ) {
    this.#timers = options.timers;
    this.#handler = handler;
    this.#heardAt = this.#timers.now();
    this.#socket = new options.WebSocket(options.url, [SUBPROTOCOL]);
    this.#socket.binaryType = 'arraybuffer';
    this.#socket.onopen = () => this.#hello();
    this.#socket.onmessage = (event: { data: unknown }) => this.#message(event.data);
    this.#socket.onclose = (event: { code: number; reason: string }) =>
      this.#end({ cause: 'closed', code: event.code, reason: event.reason, bye: this.#bye });
    // An error is always followed by a close, which says more.
    this.#socket.onerror = () => undefined;
    this.#timer = this.#timers.setTimeout(() => this.#abandon({ cause: 'silent' }), WELCOME_MS);
  }

  /** @returns false when the connection has ended: the message was not sent */
  control(message: ClientControl): boolean {
    return this.#send(encodeControl(message));
  }

  hot(message: ClientHot): boolean {
    return this.#send(encodeClientHot(message));
  }

  /** The network is behind: leave out what is only nice to have. */
  get congested(): boolean {
    return this.#socket.bufferedAmount > CONGESTED_BYTES;
  }

  /** Ask for a sign of life soon, because something hints that the network is gone. */
  probe(): void {
    if (!this.#handler || this.#heartbeatMs === 0) return;
    const asked = this.#timers.now();
    this.control({ type: 'ping', t: asked });
    this.#arm(PROBE_MS, () => {
      if (this.#heardAt < asked) this.#abandon({ cause: 'silent' });
      else this.#beat();
    });
  }

  /** Hang up without a word to the handler. */
  close(code: number = CloseCode.normal, reason = ''): void {
    this.#release();
    this.#socket.close(code, reason);
  }

  #hello(): void {
    const { token, client, resume } = this.options;
    this.control({ type: 'hello', token, client, resume: resume ?? null });
  }

  #send(data: string | Uint8Array<ArrayBuffer>): boolean {
    if (!this.#handler) return false;
    try {
      this.#socket.send(data);
    } catch {
      // The socket is closing; its close event is on the way and tells the rest.
      return false;
    }
    this.#sentAt = this.#timers.now();
    return true;
  }

  #message(data: unknown): void {
    if (!this.#handler) return;
    this.#heardAt = this.#timers.now();
    let deliver: () => void;
    try {
      deliver = this.#read(data);
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      this.options.stats.badFrames += 1;
      this.#abandon({ cause: 'bad_frame', reason: error.message });
      return;
    }
    deliver();
  }

  /** Parses a frame; only a frame that is right is acted on. */
  #read(data: unknown): () => void {
    if (typeof data === 'string') {
      const message = decodeControl(data);
      return message ? () => this.#control(message) : this.#unknown;
    }
    if (!(data instanceof ArrayBuffer)) throw new FrameError('a frame is neither text nor an ArrayBuffer');
    const message = decodeServerHot(new Uint8Array(data));
    return message ? () => this.#handler?.hot(message) : this.#unknown;
  }

  readonly #unknown = (): void => {
    this.options.stats.unknownFrames += 1;
  };

  #control(message: ServerControl): void {
    switch (message.type) {
      case 'welcome':
        this.#heartbeatMs = Math.max(1_000, message.heartbeat_ms);
        this.#beat();
        this.#handler?.welcome(message);
        break;
      case 'pong':
        break;
      case 'bye':
        this.#bye = message;
        break;
      default:
        this.#handler?.control(message);
    }
  }

  /** Send something every heartbeat; hear something every second one. */
  #beat(): void {
    const now = this.#timers.now();
    if (now - this.#heardAt > 2 * this.#heartbeatMs) {
      this.#abandon({ cause: 'silent' });
      return;
    }
    if (now - this.#sentAt >= this.#heartbeatMs / 2) this.control({ type: 'ping', t: now });
    this.#arm(this.#heartbeatMs / 3, () => this.#beat());
  }

  #arm(ms: number, run: () => void): void {
    if (this.#timer !== undefined) this.#timers.clearTimeout(this.#timer);
    this.#timer = this.#timers.setTimeout(run, ms);
  }

  #abandon(end: End): void {
    // 4000 to 4999 is all a browser may say beside 1000; the server only logs it.
    if (this.#handler) this.#socket.close(end.cause === 'bad_frame' ? CloseCode.badFrame : CloseCode.idle, end.cause);
    this.#end(end);
  }

  #end(end: End): void {
    const handler = this.#handler;
    this.#release();
    handler?.ended(end);
  }

  #release(): void {
    this.#handler = undefined;
    if (this.#timer !== undefined) this.#timers.clearTimeout(this.#timer);
    this.#timer = undefined;
    // onerror stays: `ws` throws an error nobody listens to.
    this.#socket.onopen = this.#socket.onmessage = this.#socket.onclose = null;
  }
}

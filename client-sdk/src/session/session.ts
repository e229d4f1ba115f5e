/**
 * The connection to Tandem as the rest of the program sees it: one object that outlives sockets.
 *
 *   idle -> connecting -> open -> waiting -> connecting ...
 *                    any state -> closed (by us, or by a close code that says "do not come back")
 */
import { PACKAGE } from '../package.js';
import { createProjectRoom } from '../room/project-room.js';
import { createTaskRoom } from '../room/task-room.js';
import { createUserRoom } from '../room/user-room.js';
import { createWorkflowRoom } from '../room/workflow-room.js';
import type { Persistence } from '../persistence/types.js';
import { memoryPersistence } from '../persistence/memory.js';
import type {
  Delivery,
  ProjectRoom,
  SessionApi,
  SessionInfo,
  SessionState,
  TaskRoom,
  Unsubscribe,
  UserRoom,
  WorkflowRoom,
  WaitReason,
} from '../surface.js';
import { Emitter } from '../util/emitter.js';
import {
  systemNetwork,
  systemTimers,
  systemWebSocket,
  type Network,
  type TimerHandle,
  type Timers,
  type WebSocketConstructor,
} from '../util/env.js';
import { CloseCode, isFinal } from '../wire/close.js';
import type { ServerControl, Welcome } from '../wire/types.js';
import { askedPause, backoff } from './backoff.js';
import type { Channel, ChannelHost } from './channel.js';
import { Connection, type ConnectionStats, type End } from './connection.js';
import { deliver } from './deliver.js';
import { KeepToken } from './keep-token.js';
import { Subscriptions } from './subscriptions.js';
import { SignInNeeded, singleFlight, type TokenSource } from './tokens.js';

/** A connection that lived this long was a good one: the next failure starts the pauses anew. */
const GOOD_MS = 5_000;

export interface SessionOptions {
  /** Where the server's `/ws` is, e.g. `wss://tandem.example/ws`. */
  url: string;
  tokens: TokenSource;
  /** Needed where the platform has none (Node 20: `WebSocket` of the package `ws`). */
  WebSocket?: WebSocketConstructor;
  timers?: Timers;
  /** Where unsent edits and copies of documents are kept; in memory when absent. */
  storage?: Persistence;
  /** 0 to 1, as `Math.random`. */
  random?: () => number;
  network?: Network;
  /** Name and version of the program, for the server's log. */
  client?: string;
  /** Me, if known before the server says so: who draws while offline. */
  userId?: string;
}

export class Session implements SessionApi, ChannelHost {
  readonly #options: Required<Omit<SessionOptions, 'userId'>>;
  readonly #changed = new Emitter<[SessionState]>();
  readonly #channels = new Set<Channel>();
  readonly #stats: ConnectionStats = { unknownFrames: 0, badFrames: 0 };
  readonly #userId: string | undefined;
  #state: SessionState = { status: 'idle' };
  #info: SessionInfo | undefined;
  #connection: Connection | undefined;
  #subscriptions: Subscriptions | undefined;
  #keepToken: KeepToken | undefined;
  #openedAt = 0;
  #attempt = 0;
  /** The pause the server asked for last, until a connection was good again. */
  #asked = 0;
  /** Grows with every attempt; an answer that comes for an earlier one is not heard. */
  #round = 0;
  #timer: TimerHandle | undefined;
  #nextChannel = 1;
  #tokenRefused = false;
  #delivering = false;
  #stopNetwork: Unsubscribe | undefined;

  constructor(options: SessionOptions) {
    this.#userId = options.userId;
    this.#options = {
      url: options.url,
      tokens: singleFlight(options.tokens),
      WebSocket: options.WebSocket ?? systemWebSocket(),
      timers: options.timers ?? systemTimers,
      storage: options.storage ?? memoryPersistence(),
      random: options.random ?? Math.random,
      network: options.network ?? systemNetwork,
      client: options.client ?? PACKAGE,
    };
  }

  get state(): SessionState {
    return this.#state;
  }

  /** The last `welcome`, also while the connection is away. */
  get info(): SessionInfo | undefined {
    return this.#info;
  }

  /** Me, as far as known. */
  get userId(): string | undefined {
    return this.#info?.user.id ?? this.#userId;
  }

  /** Frames that were not understood, for logs and tests. */
  get stats(): Readonly<ConnectionStats> {
    return this.#stats;
  }

  get storage(): Persistence {
    return this.#options.storage;
  }

  get timers(): Timers {
    return this.#options.timers;
  }

  onState(listener: (state: SessionState) => void): Unsubscribe {
    return this.#changed.on(listener);
  }

  /** Start; the first `subscribe...` does it too. */
  connect(): void {
    if (this.#state.status === 'closed') throw new Error(`the session is closed: ${this.#state.reason}`);
    if (this.#state.status !== 'idle') return;
    this.#stopNetwork = this.#options.network.subscribe(() => this.#networkChanged());
    this.#attemptNow();
  }

  /** Do not wait for the pause to end. */
  retryNow(): void {
    if (this.#state.status === 'waiting') this.#attemptNow();
  }

  subscribeTask(taskId: string): TaskRoom {
    this.#startIfIdle();
    return createTaskRoom(this, taskId);
  }

  subscribeProject(projectId: string): ProjectRoom {
    this.#startIfIdle();
    return createProjectRoom(this, projectId);
  }

  subscribeWorkflow(projectId: string): WorkflowRoom {
    this.#startIfIdle();
    return createWorkflowRoom(this, projectId);
  }

  subscribeUser(): UserRoom {
    this.#startIfIdle();
    return createUserRoom(this);
  }

  /** Deliver what closed tabs and rooms of this person left behind. Call it once after signing in; after each reconnect it is done by itself. */
  async deliverPending(): Promise<Delivery> {
    // Rooms that are open deliver what is theirs.
    const open = new Set([...this.#channels].map((channel) => channel.taskId));
    const tasks = (await this.storage.undelivered()).filter((taskId) => !open.has(taskId));
    return deliver(tasks, (taskId) => this.subscribeTask(taskId));
  }

  /** A room that was closed while the connection was away has nobody else who would. One after the other: a connection may come and go. */
  #deliverAgain(): void {
    if (this.#delivering) return;
    this.#delivering = true;
    const done = (): void => {
      this.#delivering = false;
    };
    this.deliverPending().then(done, done);
  }

  close(): void {
    this.#finish({ status: 'closed', reason: 'closed by this client' });
  }

  /** For rooms. */
  attach(channel: Channel): void {
    this.#channels.add(channel);
    this.#subscriptions?.join(channel);
  }

  /** For rooms. */
  detach(channel: Channel): void {
    this.#channels.delete(channel);
    this.#subscriptions?.leave(channel);
  }

  #startIfIdle(): void {
    if (this.#state.status === 'idle') this.connect();
  }

  // ---------------------------------------------------------------- connecting

  #attemptNow(): void {
    this.#clearTimer();
    this.#round += 1;
    this.#setState({ status: 'connecting', attempt: this.#attempt });
    void this.#dial(this.#round);
  }

  async #dial(round: number): Promise<void> {
    let token: string;
    try {
      token = await (this.#tokenRefused ? this.#options.tokens.refresh() : this.#options.tokens.current());
    } catch (error) {
      if (round === this.#round) this.#noToken(error);
      return;
    }
    if (round !== this.#round) return;
    this.#tokenRefused = false;
    this.#open(token);
  }

  #noToken(error: unknown): void {
    if (error instanceof SignInNeeded) this.#finish({ status: 'closed', code: CloseCode.unauthorized, reason: error.message });
    else this.#wait('token', this.#pause());
  }

  #open(token: string): void {
    const { url, client, WebSocket, timers } = this.#options;
    this.#connection = new Connection(
      { url, token, client, resume: this.#info?.sessionId, WebSocket, timers, stats: this.#stats },
      {
        welcome: (message) => this.#welcome(message),
        control: (message) => this.#control(message),
        hot: (message) => this.#subscriptions?.hot(message),
        ended: (end) => this.#ended(end),
      },
    );
  }

  #welcome(message: Welcome): void {
    const connection = this.#connection;
    if (!connection) return;
    const isFirst = this.#info === undefined;
    const now = this.#options.timers.now();
    const offset = Date.parse(message.server_time) - now;
    const info: SessionInfo = {
      sessionId: message.session_id,
      user: message.user,
      workspaceId: message.workspace_id,
      limits: message.limits,
      clockOffsetMs: Number.isFinite(offset) ? offset : 0,
    };
    this.#info = info;
    this.#openedAt = now;
    this.#keepToken = new KeepToken(this.#options.timers, this.#options.tokens, (token) =>
      connection.control({ type: 'refresh', token }),
    );
    this.#tokenExpires(message.token_expires_at);
    this.#subscriptions = new Subscriptions(connection, info, this.#options, () => this.#nextChannel++);
    this.#setState({ status: 'open', info });
    for (const channel of this.#channels) this.#subscriptions.join(channel);
    if (!isFirst) this.#deliverAgain();
  }

  #tokenExpires(at: string): void {
    const left = Date.parse(at) - (this.#options.timers.now() + (this.#info?.clockOffsetMs ?? 0));
    if (Number.isFinite(left)) this.#keepToken?.expiresIn(left);
  }

  #control(message: Parameters<Subscriptions['control']>[0] | Extract<ServerControl, { type: 'refreshed' }>): void {
    if (message.type === 'refreshed') this.#tokenExpires(message.token_expires_at);
    else this.#subscriptions?.control(message);
  }

  // ---------------------------------------------------------------- losing the connection

  #ended(end: End): void {
    const lived = this.#state.status === 'open' && this.#options.timers.now() - this.#openedAt >= GOOD_MS;
    if (lived) this.#attempt = this.#asked = 0;
    this.#drop();
    if (end.cause === 'closed') this.#closedBy(end);
    else this.#wait(this.#options.network.online() ? 'connection_lost' : 'offline', this.#pause());
  }

  #closedBy({ code, reason, bye }: Extract<End, { cause: 'closed' }>): void {
    const said = bye?.reason ?? reason;
    if (isFinal(code) || (bye && bye.reconnect_after_ms == null)) {
      this.#finish({ status: 'closed', code, reason: said || `the server closed the connection (${code})` });
      return;
    }
    if (code === CloseCode.tokenExpired) {
      this.#tokenRefused = true;
      // At once the first time; if the new token is no better, with pauses like any other failure.
      this.#wait('token', this.#attempt === 0 ? 0 : this.#pause());
      return;
    }
    if (bye?.reconnect_after_ms != null) {
      this.#asked = bye.reconnect_after_ms;
      this.#wait('server_asked', askedPause(this.#asked, this.#options.random));
    } else this.#wait(this.#options.network.online() ? 'connection_lost' : 'offline', this.#pause());
  }

  #pause(): number {
    return backoff(this.#attempt, this.#options.random, this.#asked);
  }

  #wait(reason: WaitReason, ms: number): void {
    this.#clearTimer();
    this.#attempt += 1;
    const retryAt = this.#options.timers.now() + ms;
    this.#timer = this.#options.timers.setTimeout(() => this.#attemptNow(), ms);
    this.#setState({ status: 'waiting', attempt: this.#attempt, retryAt, reason });
  }

  #networkChanged(): void {
    // "Offline" is only a hint (a server on this machine is reachable without a network), so ask the connection.
    if (this.#state.status === 'open') this.#connection?.probe();
    else if (this.#options.network.online()) this.retryNow();
  }

  #finish(state: Extract<SessionState, { status: 'closed' }>): void {
    if (this.#state.status === 'closed') return;
    this.#round += 1;
    this.#clearTimer();
    this.#connection?.close();
    this.#drop();
    this.#stopNetwork?.();
    this.#setState(state);
  }

  /** Let go of the connection; the rooms hear of it through the state and their `parted`. */
  #drop(): void {
    const subscriptions = this.#subscriptions;
    this.#keepToken?.stop();
    this.#connection = this.#subscriptions = this.#keepToken = undefined;
    subscriptions?.end();
  }

  #clearTimer(): void {
    if (this.#timer !== undefined) this.#options.timers.clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #setState(state: SessionState): void {
    this.#state = state;
    for (const channel of [...this.#channels]) channel.sessionChanged(state);
    this.#changed.emit(state);
  }
}

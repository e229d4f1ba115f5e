/**
 * A server in memory that speaks the protocol, for tests of the client and of programs built on it. It loses what a killed server
 * loses, acknowledges only what its "disk" has, and does what the test tells it: cut wires, stop the disk, refuse edits.
 */
import type { TimerHandle, Timers, WebSocketConstructor } from '../util/env.js';
import { systemTimers } from '../util/env.js';
import { uuidv7 } from '../util/uuid.js';
import { CloseCode } from '../wire/close.js';
import { decodeClientHot, encodeServerHot, type ServerHot } from '../wire/hot.js';
import type { Bye, ClientControl, ServerControl, Subscribe, UserSummary } from '../wire/types.js';
import { MemorySocket, type Frame, type ServerEnd, type Wire } from './memory-socket.js';
import { MemoryTask, type Member } from './memory-task.js';

export interface MemoryServerOptions {
  timers?: Timers;
  latencyMs?: number;
  heartbeatMs?: number;
  maxFrame?: number;
}

interface Grant {
  readonly user: UserSummary;
  readonly expiresAt: number;
}

export class MemoryServer {
  readonly timers: Timers;
  readonly latencyMs: number;
  readonly heartbeatMs: number;
  readonly maxFrame: number;
  /** Hand this to a session. */
  readonly WebSocket: WebSocketConstructor;
  readonly connections = new Set<MemoryConnection>();
  /** Every control message any client ever sent. */
  readonly heard: ClientControl[] = [];
  /** False: connections are turned away, as while a server is down. */
  up = true;
  readonly #tasks = new Map<string, MemoryTask>();
  readonly #grants = new Map<string, Grant>();

  constructor(options: MemoryServerOptions = {}) {
    this.timers = options.timers ?? systemTimers;
    this.latencyMs = options.latencyMs ?? 1;
    this.heartbeatMs = options.heartbeatMs ?? 15_000;
    this.maxFrame = options.maxFrame ?? 4 << 20;
    const wire: Wire = { timers: this.timers, latencyMs: this.latencyMs };
    const connect = (socket: MemorySocket): void => this.#connect(socket);
    this.WebSocket = class extends MemorySocket {
      constructor() {
        super(wire);
        connect(this);
      }
    };
  }

  /** A token for somebody; people are made up by name. */
  token(name: string, lifetimeMs = 3_600_000): string {
    const known = [...this.#grants.values()].find((grant) => grant.user.name === name)?.user;
    const user = known ?? { id: uuidv7(), name, email: `${name}@example.test`, color: '#3366cc' };
    const token = uuidv7();
    this.#grants.set(token, { user, expiresAt: this.timers.now() + lifetimeMs });
    return token;
  }

  grant(token: string): Grant | undefined {
    return this.#grants.get(token);
  }

  task(id: string): MemoryTask {
    let task = this.#tasks.get(id);
    if (!task) this.#tasks.set(id, (task = new MemoryTask(id)));
    return task;
  }

  hasTask(id: string): boolean {
    return this.#tasks.has(id);
  }

  /** Every wire is cut; the server lives. */
  cutAll(): void {
    for (const connection of [...this.connections]) connection.socket.cut();
  }

  /** `kill -9`: connections gone, and of each document what was written. */
  crash(): void {
    this.up = false;
    this.cutAll();
    for (const task of this.#tasks.values()) task.crash();
  }

  restart(): void {
    this.up = true;
  }

  #connect(socket: MemorySocket): void {
    if (!this.up) {
      socket.cut();
      return;
    }
    const connection = new MemoryConnection(this, socket);
    this.connections.add(connection);
    socket.accept(connection);
  }
}

/** One client's connection. */
export class MemoryConnection implements ServerEnd {
  readonly #members = new Map<number, { task: MemoryTask; member: Member }>();
  #user: UserSummary | undefined;
  #heardAt: number;
  #watch: TimerHandle;

  constructor(
    private readonly server: MemoryServer,
    readonly socket: MemorySocket,
  ) {
    this.#heardAt = server.timers.now();
    this.#watch = this.#watchLater();
  }

  get user(): UserSummary | undefined {
    return this.#user;
  }

  receive(frame: Frame): void {
    this.#heardAt = this.server.timers.now();
    if (typeof frame === 'string') this.#control(JSON.parse(frame) as ClientControl);
    else this.#hot(frame);
  }

  closed(): void {
    this.server.timers.clearTimeout(this.#watch);
    this.server.connections.delete(this);
    for (const { task, member } of this.#members.values()) task.leave(member);
    this.#members.clear();
  }

  /** The room crashed and is back: this member is let in again, on the same channels, with everything. */
  rejoin(): void {
    for (const [channel, { task, member }] of this.#members) {
      task.leave(member);
      this.#admit(channel, task, member, null, null);
    }
  }

  /** The server lets go of this member's subscriptions, on the living connection. */
  throwOut(code: string, retryable: boolean): void {
    for (const [channel, { task, member }] of this.#members) {
      task.leave(member);
      this.#members.delete(channel);
      this.#error(channel, null, { code, message: code, retryable });
    }
  }

  send(message: ServerControl): void {
    this.socket.deliver(JSON.stringify(message));
  }

  sendHot(message: ServerHot): void {
    this.socket.deliver(encodeServerHot(message));
  }

  /** End the connection, first saying why. */
  end(code: number, reason = '', bye?: Omit<Bye, 'code' | 'reason'>): void {
    if (bye) this.send({ type: 'bye', code, reason, ...bye });
    this.socket.hangUp(code, reason);
    this.closed();
  }

  /** A client that says nothing for two heartbeats is gone. */
  #watchLater(): TimerHandle {
    return this.server.timers.setTimeout(() => {
      if (this.server.timers.now() - this.#heardAt > 2 * this.server.heartbeatMs) this.end(CloseCode.idle, 'nothing was heard');
      else this.#watch = this.#watchLater();
    }, this.server.heartbeatMs);
  }

  #control(message: ClientControl): void {
    this.server.heard.push(message);
    if (!this.#user && message.type !== 'hello') {
      this.end(CloseCode.badFrame, 'hello comes first');
      return;
    }
    switch (message.type) {
      case 'hello':
        this.#hello(message.token);
        break;
      case 'refresh':
        this.#refresh(message.token);
        break;
      case 'subscribe':
        this.#subscribe(message);
        break;
      case 'unsubscribe':
        this.#unsubscribe(message.channel);
        break;
      case 'set_presence':
        this.#withTask(message.channel, (task, member) => task.setPresence(member, message.state));
        break;
      case 'ping':
        this.send({ type: 'pong', t: message.t, server_time: this.#time() });
        break;
    }
  }

  #hello(token: string): void {
    const grant = this.server.grant(token);
    if (!grant) {
      this.end(CloseCode.unauthorized, 'the token is no good');
      return;
    }
    if (grant.expiresAt <= this.server.timers.now()) {
      this.end(CloseCode.tokenExpired, 'the token has run out');
      return;
    }
    this.#user = grant.user;
    this.send({
      type: 'welcome',
      session_id: uuidv7(),
      user: grant.user,
      workspace_id: '0192f0c1-0000-7000-8000-000000000000',
      server_time: this.#time(),
      token_expires_at: new Date(grant.expiresAt).toISOString(),
      heartbeat_ms: this.server.heartbeatMs,
      limits: { max_frame: this.server.maxFrame, max_channels: 128 },
    });
  }

  #refresh(token: string): void {
    const grant = this.server.grant(token);
    if (grant) this.send({ type: 'refreshed', token_expires_at: new Date(grant.expiresAt).toISOString() });
    else this.end(CloseCode.unauthorized, 'the token is no good');
  }

  #subscribe({ channel, topic, lineage, state_vector }: Subscribe): void {
    const plain = { channel, topic, task: null, project: null, user: null };
    if (topic.kind === 'user') this.send({ type: 'subscribed', ...plain, user: { leases: [] } });
    else if (topic.kind === 'workflow') {
      this.send({ type: 'subscribed', ...plain });
      this.send({ type: 'workflow_state', channel, workflow_id: null, steps: [], workers: [] });
    } else if (topic.kind === 'project') this.send({ type: 'subscribed', ...plain, project: { progress: EMPTY, people: [] } });
    else if (!this.server.hasTask(topic.id))
      this.#error(channel, null, { code: 'not_found', message: 'no such task', retryable: false });
    else this.#joinTask(channel, topic.id, lineage ?? null, state_vector ?? null);
  }

  #joinTask(channel: number, taskId: string, lineage: string | null, stateVector: string | null): void {
    const task = this.server.task(taskId);
    const member: Member = {
      user: this.#user ?? { id: '', name: '', email: '', color: '' },
      hot: (message) => this.sendHot({ ...message, channel }),
      control: (message) => this.send({ ...message, channel }),
      error: ({ seq, ...error }) => this.#error(channel, seq, error),
    };
    this.#members.set(channel, { task, member });
    this.#admit(channel, task, member, lineage, stateVector);
  }

  #admit(channel: number, task: MemoryTask, member: Member, lineage: string | null, stateVector: string | null): void {
    const { joined, sync } = task.join(member, lineage, stateVector);
    this.send({ type: 'subscribed', channel, topic: { kind: 'task', id: task.id }, task: joined, project: null, user: null });
    this.sendHot({ kind: 'sync', channel, bytes: sync });
    task.showGhosts(member);
  }

  #unsubscribe(channel: number): void {
    this.#withTask(channel, (task, member) => task.leave(member));
    this.#members.delete(channel);
  }

  #hot(frame: Uint8Array): void {
    const message = decodeClientHot(frame);
    if (!message) return;
    const unknown = { code: 'unknown_channel', message: 'no task is subscribed on this channel', retryable: false };
    const otherwise = (): void => this.#error(message.channel, message.kind === 'update' ? message.seq : null, unknown);
    const act = (task: MemoryTask, member: Member): void => {
      switch (message.kind) {
        case 'update':
          task.update(member, message.seq, message.bytes);
          break;
        case 'ghost':
          task.ghost(member, message.epoch, message.bytes);
          break;
        case 'cursor':
          task.cursor(member, [message.x4, message.y4]);
          break;
        case 'cursor_gone':
          task.cursor(member, null);
          break;
      }
    };
    this.#withTask(message.channel, act, otherwise);
  }

  #withTask(channel: number, run: (task: MemoryTask, member: Member) => void, otherwise = (): void => undefined): void {
    const found = this.#members.get(channel);
    if (found) run(found.task, found.member);
    else otherwise();
  }

  #error(channel: number, seq: number | null, error: { code: string; message: string; retryable: boolean }): void {
    this.send({ type: 'error', channel, seq, field: null, rule: null, ...error });
  }

  #time(): string {
    return new Date(this.server.timers.now()).toISOString();
  }
}

const EMPTY = { total: 0, pending: 0, in_progress: 0, completed: 0, skipped: 0 };

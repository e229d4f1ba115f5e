/**
 * One task, live. Puts together the document (regions, fields, threads, undo, outbox, the copy on this device) and the people (presence, cursors,
 * ghosts), and decides what happens when the connection, the document or an edit is lost.
 *
 *   loading (this device's copy) -> joining -> joined -> joining (connection lost) ... -> closed | failed
 *
 * Joining: `subscribe` says what this copy has; `subscribed` says what the server has; `sync` brings what this copy lacked; then what
 * the server lacks goes back as update 1. Only then are new edits sent.
 */
import * as Y from 'yjs';

import type { Channel, ChannelControl, Link } from '../session/channel.js';
import type { Session } from '../session/session.js';
import type {
  Listener,
  NewRegion,
  Refusal,
  RoomFailure,
  RoomPhase,
  RoomSnapshot,
  SaveState,
  SessionState,
  SetAside,
  TaskRoom,
  Unsubscribe,
} from '../surface.js';
import type { TimerHandle } from '../util/env.js';
import { Pace } from '../util/pace.js';
import { Cached } from '../util/signal.js';
import { Waiters } from '../util/waiters.js';
import { fromBase64, toBase64 } from '../wire/bytes.js';
import type { ServerHot } from '../wire/hot.js';
import type { ErrorMessage, LeaseView, ProjectRole, Subscribed, TaskJoined, TaskStatus, Topic } from '../wire/types.js';
import type { Cursors } from './cursors.js';
import { ReadOnlyError, RoomError } from './errors.js';
import { Fields } from './fields.js';
import type { Ghosts } from './ghosts.js';
import { Keeper } from './keeper.js';
import { lacking, NOTHING } from './lacking.js';
import { FROM_SERVER, FROM_STORAGE, isMine } from './origins.js';
import { Outbox } from './outbox.js';
import { People } from './people.js';
import type { Presence } from './presence.js';
import { Regions, type RegionsHost } from './regions.js';
import { saveState } from './save-state.js';
import { whatWasLost, type Replaced } from './set-aside.js';
import { Suggestions } from './suggestions.js';
import { Threads } from './threads.js';
import { MyUndo } from './undo.js';

/** Edits of this long go together when there are many; the first after quiet goes at once. */
const FLUSH_MS = 16;
/** A closed room with edits on their way stays this long to hear that they arrived. */
const LINGER_MS = 5_000;
/** Joining again because the server could not take an edit as it was: at once, then with pauses. */
const REJOIN_MS = 1_000;
/** The edit came when the server no longer (or not yet) had us in the room; nothing is wrong with it. */
const SUBSCRIPTION_GONE: ReadonlySet<string> = new Set(['unknown_channel', 'not_subscribed']);
/** Bytes of a frame around an update. */
const FRAME_OVERHEAD = 32;

export const createTaskRoom = (session: Session, taskId: string): TaskRoom => new LiveTaskRoom(session, taskId);

class LiveTaskRoom implements TaskRoom, Channel {
  readonly regions: Regions;
  readonly fields: Fields;
  readonly threads: Threads;
  readonly suggestions: Suggestions;
  readonly ghosts: Ghosts;
  readonly presence: Presence;
  readonly cursors: Cursors;
  readonly undo: MyUndo;

  /** The origin of transactions that undo takes back. */
  readonly #origin = { mine: true };
  readonly #outbox = new Outbox();
  readonly #flush: Pace;
  readonly #keeper: Keeper;
  readonly #view: Cached<RoomSnapshot>;
  readonly #waiters = new Waiters();
  readonly #people: People;
  #doc = new Y.Doc();
  #lineage: string | null = null;
  #phase: RoomPhase = 'loading';
  #link: Link | undefined;
  #joining: TaskJoined | undefined;
  /** This device holds edits of an earlier visit; whether the server has them is known after the first sync. */
  #restoredUndelivered = false;
  #replaced: Replaced | undefined;
  /** Joins since the last acknowledgement because an edit could not be taken as it came. */
  #rejoins = 0;
  /** The server cannot take edits at the moment: they wait for the next join. */
  #holding = false;
  /** The channel that the numbers of sent updates belong to. */
  #channel: number | undefined;
  /** When to join again. Its own: a room that is closed meanwhile still has to. */
  #rejoinTimer: TimerHandle | undefined;
  #lingerTimer: TimerHandle | undefined;
  #rejoining = false;

  #role: ProjectRole | null = null;
  #readOnly: string | null = null;
  #status: TaskStatus | null = null;
  #lease: LeaseView | null = null;
  #durable = true;
  #linked = true;
  #failure: RoomFailure | null = null;
  #refusals: readonly Refusal[] = [];
  #setAside: readonly SetAside[] = [];
  #persistenceError: string | null = null;

  constructor(
    private readonly session: Session,
    readonly taskId: string,
  ) {
    const { timers } = session;
    this.#view = new Cached(() => this.#makeSnapshot());
    this.#flush = new Pace(timers, FLUSH_MS, () => this.#send());
    this.#keeper = new Keeper(session.storage, taskId, (message) => this.#storageFailed(message));
    const host: RegionsHost = {
      origin: this.#origin,
      get userId() {
        return session.userId;
      },
      now: () => timers.now(),
      assertWritable: () => this.#assertWritable(),
      leaving: (region) => this.threads.keepPlaces(region),
    };
    this.regions = new Regions(host, this.#doc);
    this.fields = new Fields(host, this.#doc);
    this.threads = new Threads(host, this.#doc);
    this.suggestions = new Suggestions(this.regions, this.#doc);
    this.undo = new MyUndo(this.#doc, this.#origin, () => this.#isWritable());
    this.#people = new People(timers);
    ({ ghosts: this.ghosts, presence: this.presence, cursors: this.cursors } = this.#people);
    this.#doc.on('update', this.#edited);
    void this.#load();
  }

  // ---------------------------------------------------------------- what others read

  get doc(): Y.Doc {
    return this.#doc;
  }

  get saveState(): SaveState {
    return this.snapshot().saveState;
  }

  get lease(): LeaseView | null {
    return this.#lease;
  }

  get status(): TaskStatus | null {
    return this.#status;
  }

  snapshot(): RoomSnapshot {
    return this.#view.get();
  }

  subscribe(listener: Listener): Unsubscribe {
    return this.#view.subscribe(listener);
  }

  stateVector(): string {
    return toBase64(Y.encodeStateVector(this.#doc));
  }

  documentSnapshot(): string {
    return toBase64(Y.encodeSnapshot(Y.snapshot(this.#doc)));
  }

  whenJoined(): Promise<void> {
    return this.#when(() => this.#phase === 'joined');
  }

  whenSaved(): Promise<void> {
    if (this.#refusals.length > 0) return Promise.reject(this.#refusalError());
    if (this.#cannotDeliver()) return Promise.reject(new RoomError('read_only', this.#readOnly ?? ''));
    return this.#when(() => this.#phase === 'joined' && this.#outbox.pending === 0);
  }

  // ---------------------------------------------------------------- what others ask

  commit(region: NewRegion): string {
    const id = this.regions.add(region);
    this.flush();
    this.ghosts.clearMine();
    return id;
  }

  flush(): void {
    this.#flush.request();
    this.#flush.now();
  }

  dismissRefusals(): void {
    this.#refusals = [];
    this.#changed();
  }

  dismissSetAside(): void {
    this.#setAside = [];
    this.#changed();
  }

  close(): void {
    if (this.#phase === 'closed') return;
    this.flush();
    this.#people.withdraw();
    const lingering = this.#phase === 'joined' && this.#outbox.pending > 0;
    this.#phase = 'closed';
    this.#waiters.reject(new RoomError('closed', 'the room was closed'));
    this.#changed();
    if (!lingering) this.#dispose();
    else this.#lingerTimer = this.session.timers.setTimeout(() => this.#dispose(), LINGER_MS);
  }

  // ---------------------------------------------------------------- this device's copy

  async #load(): Promise<void> {
    const stored = await this.#keeper.load();
    if (this.#isClosed()) return;
    if (stored) {
      this.#lineage = stored.lineage;
      this.#restoredUndelivered = stored.undelivered;
      this.#unheard(stored.updates, FROM_STORAGE);
    }
    this.#phase = 'joining';
    this.#changed();
    this.session.attach(this);
  }

  #isClosed(): boolean {
    return this.#phase === 'closed';
  }

  #storageFailed(message: string): void {
    this.#persistenceError = message;
    this.#changed();
  }

  /** What is applied here is known as bytes already: heard as an edit, all of it would be encoded once more, a third of what a large document takes. */
  #unheard(updates: readonly Uint8Array[], origin: symbol): void {
    this.#doc.off('update', this.#edited);
    Y.transact(this.#doc, () => updates.forEach((update) => Y.applyUpdate(this.#doc, update, origin)), origin, false);
    this.#doc.on('update', this.#edited);
  }

  readonly #edited = (update: Uint8Array, origin: unknown): void => {
    const mine = isMine(origin);
    this.#keeper.append(this.#lineage, update, mine);
    if (!mine) return;
    this.#outbox.push(update);
    this.#flush.request();
    this.#changed();
  };

  #assertWritable(): void {
    if (this.#isClosed()) throw new ReadOnlyError('the room is closed');
    if (this.#readOnly !== null) throw new ReadOnlyError(this.#readOnly);
  }

  /** Edits of an earlier visit wait here, and the task takes none any more. They stay on this device. */
  #cannotDeliver(): boolean {
    return this.#phase === 'joined' && this.#readOnly !== null && this.#outbox.pending > 0;
  }

  #isWritable(): boolean {
    return this.#readOnly === null && !this.#isClosed();
  }

  // ---------------------------------------------------------------- joining

  topic(): Topic {
    return { kind: 'task', id: this.taskId };
  }

  holds(): { lineage: string | null; state_vector: string | null } {
    return this.#lineage === null
      ? { lineage: null, state_vector: null }
      : { lineage: this.#lineage, state_vector: this.stateVector() };
  }

  joined(message: Subscribed, link: Link): void {
    const task = message.task;
    if (!task) return;
    this.#link = link;
    this.#joining = task;
    if (!this.#isClosed()) this.#phase = 'joining';
    this.#takeLineage(task.lineage);
    this.#role = task.role;
    this.#readOnly = task.read_only ?? null;
    this.#status = task.status;
    this.#lease = task.lease ?? null;
    this.#durable = task.durable;
    this.#linked = task.linked;
    if (!this.#isClosed()) this.#people.join(link, task);
    this.#changed();
  }

  /** A copy of another lineage is set aside, never merged: its content would come twice. */
  #takeLineage(lineage: string): void {
    if (this.#lineage === null) this.#keeper.adopt(lineage);
    else if (this.#lineage !== lineage) this.#replaceDocument('lineage_changed');
    this.#lineage = lineage;
  }

  #synced(sync: Uint8Array): void {
    const joining = this.#joining;
    if (!joining) return;
    this.#joining = undefined;
    this.#apply(sync);
    const channel = this.#link?.number;
    // The server's memory may have what its disk has not: edits nobody acknowledged are asked about, never assumed.
    const unsure = this.#outbox.pending > 0 || this.#restoredUndelivered;
    const difference = lacking(this.#doc, fromBase64(joining.state_vector), sync) ?? (unsure ? NOTHING : null);
    this.#outbox.restart(difference, channel !== this.#channel);
    this.#channel = channel;
    this.#holding = false;
    this.#restoredUndelivered = false;
    if (!this.#isClosed()) this.#phase = 'joined';
    this.#reportReplaced();
    if (this.#outbox.pending === 0) this.#delivered();
    this.#send();
    this.#changed();
    if (this.#cannotDeliver()) this.#waiters.reject(new RoomError('read_only', this.#readOnly ?? ''));
  }

  #apply(sync: Uint8Array): void {
    // What this copy has already is not kept a second time.
    if (this.#doc.store.clients.size > 0) Y.applyUpdate(this.#doc, sync, FROM_SERVER);
    else {
      this.#unheard([sync], FROM_SERVER);
      if (this.#doc.store.clients.size > 0) this.#keeper.append(this.#lineage, sync, false);
    }
  }

  parted(): void {
    this.#link = undefined;
    this.#joining = undefined;
    this.#people.part();
    if (this.#isClosed()) {
      // Unless it leaves in order to join again at once: its edits are still to be taken.
      if (!this.#rejoining) this.#dispose();
      return;
    }
    this.#phase = 'joining';
    this.#changed();
  }

  failed(error: ErrorMessage): void {
    this.#fail({ code: error.code, message: error.message });
  }

  sessionChanged(state: SessionState): void {
    if (state.status === 'closed') this.#fail({ code: 'session_closed', message: state.reason });
    else this.#changed();
  }

  #fail(failure: RoomFailure): void {
    if (this.#isClosed()) {
      this.#dispose();
      return;
    }
    this.#phase = 'failed';
    this.#failure = failure;
    this.#waiters.reject(new RoomError(failure.code, failure.message));
    this.#changed();
  }

  // ---------------------------------------------------------------- edits on their way

  #send(): void {
    const link = this.#link;
    // Between `subscribed` and `sync` nothing is sent: the difference computed then holds it.
    if (!link || this.#joining || this.#holding || this.#readOnly !== null) return;
    const next = this.#outbox.take();
    if (!next) return;
    if (next.bytes.length + FRAME_OVERHEAD > link.info.limits.max_frame) {
      this.#refuse(
        'too_big',
        `this edit has ${next.bytes.length} bytes; the server takes ${link.info.limits.max_frame}`,
        null,
        'max_frame',
      );
      return;
    }
    link.hot({ kind: 'update', ...next });
    this.#changed();
  }

  #acked(seq: number): void {
    if (!this.#outbox.ack(seq)) return;
    this.#rejoins = 0;
    if (this.#outbox.pending === 0) this.#delivered();
    this.#changed();
  }

  #delivered(): void {
    this.#keeper.delivered(this.#lineage);
    if (this.#isClosed()) this.#dispose();
  }

  refused(seq: number, error: ErrorMessage): void {
    // Of an update sent before the last join: the difference sent since has it, and gets its own answer.
    if (!this.#outbox.isSent(seq)) return;
    if (error.retryable || SUBSCRIPTION_GONE.has(error.code)) this.#rejoin();
    else this.#refuse(error.code, error.message, error.field ?? null, error.rule ?? null);
  }

  warned(error: ErrorMessage): void {
    if (error.code === 'ghost_refused') this.ghosts.resend();
  }

  /** The server cannot take the edit as it came (it lacks what it builds on): the difference of the documents can. */
  #rejoin(): void {
    // Later edits build on the refused one, so each of them on its way is refused too: one join is the answer to all.
    if (this.#holding) return;
    const again = (): void => {
      this.#rejoining = true;
      this.#link?.resubscribe();
      this.#rejoining = false;
    };
    this.#holding = true;
    this.#rejoins += 1;
    if (this.#rejoins === 1) again();
    else {
      this.#stop(this.#rejoinTimer);
      this.#rejoinTimer = this.session.timers.setTimeout(again, REJOIN_MS * Math.min(this.#rejoins, 10));
    }
  }

  /**
   * A refused edit stays in nobody's document. Later edits of mine build on it, so this copy can never again be what the server has: it
   * is set aside, and the server's taken instead. What was lost by that is told.
   */
  #refuse(code: string, message: string, field: string | null, rule: string | null): void {
    this.#refusals = [...this.#refusals, { code, message, field, rule, at: this.session.timers.now() }];
    this.#replaceDocument('refused');
    this.#waiters.reject(this.#refusalError());
    this.#changed();
    this.#link?.resubscribe();
  }

  #refusalError(): RoomError {
    const refusal = this.#refusals.at(-1);
    return new RoomError(refusal?.code ?? 'refused', refusal?.message ?? 'an edit was refused');
  }

  /** Go on with an empty copy; the next sync fills it. */
  #replaceDocument(reason: SetAside['reason']): void {
    const old = this.#doc;
    const undelivered = this.#outbox.pending > 0 || this.#restoredUndelivered;
    old.off('update', this.#edited);
    if (undelivered || reason === 'refused') this.#replaced ??= { doc: old, lineage: this.#lineage, reason };
    this.#keeper.setAside(this.#lineage, reason, Y.encodeStateAsUpdate(old), this.session.timers.now());
    this.#outbox.restart(null, false);
    this.#restoredUndelivered = false;
    this.#lineage = null;
    this.#doc = new Y.Doc();
    this.#doc.on('update', this.#edited);
    this.undo.rebind(this.#doc);
    this.regions.rebind(this.#doc);
    this.fields.rebind(this.#doc);
    this.threads.rebind(this.#doc);
    this.suggestions.rebind(this.#doc);
  }

  /** Name the shapes that the copy set aside had and the server's document has not, so that a person can bring them back. */
  #reportReplaced(): void {
    const replaced = this.#replaced;
    this.#replaced = undefined;
    if (!replaced) return;
    this.#setAside = [...this.#setAside, whatWasLost(replaced, this.regions, this.session.timers.now())];
    replaced.doc.destroy();
  }

  // ---------------------------------------------------------------- what the server says

  control(message: ChannelControl): void {
    switch (message.type) {
      case 'presence_diff':
        this.#people.changed(message);
        break;
      case 'ghosts_reset':
        this.ghosts.reset(message.epoch);
        break;
      case 'task_changed':
        this.#status = message.status;
        this.#lease = message.lease ?? null;
        this.#changed();
        break;
      case 'rights_changed':
        this.#rightsChanged(message.role, message.read_only ?? null);
        break;
      case 'durability_changed':
        this.#durable = message.durable;
        this.#changed();
        break;
      case 'link_changed':
        this.#linked = message.linked;
        this.#changed();
        break;
      default:
      // Messages of projects and people do not come on a task's channel.
    }
  }

  /** The subscription goes on with other rights; edits that were on their way are refused one by one, if they are. */
  #rightsChanged(role: ProjectRole, readOnly: string | null): void {
    this.#role = role;
    this.#readOnly = readOnly;
    if (this.#cannotDeliver()) this.#waiters.reject(new RoomError('read_only', readOnly ?? ''));
    this.#send();
    this.#changed();
  }

  hot(message: ServerHot): void {
    switch (message.kind) {
      case 'sync':
        this.#synced(message.bytes);
        break;
      case 'update':
        Y.applyUpdate(this.#doc, message.bytes, FROM_SERVER);
        break;
      case 'ack':
        this.#acked(message.seq);
        break;
      case 'ghost':
        this.ghosts.receive(message.epoch, message.bytes);
        break;
      case 'cursors':
        this.cursors.receive(message.cursors);
        break;
    }
  }

  // ---------------------------------------------------------------- inside

  #makeSnapshot(): RoomSnapshot {
    const pending = this.#outbox.pending + (this.#restoredUndelivered ? 1 : 0);
    return Object.freeze({
      phase: this.#phase,
      saveState: saveState({
        phase: this.#phase,
        session: this.session.state,
        pending,
        durable: this.#durable,
        readOnly: this.#readOnly,
        refusals: this.#refusals.length,
      }),
      pending,
      durable: this.#durable,
      linked: this.#linked,
      role: this.#role,
      readOnly: this.#readOnly,
      status: this.#status,
      lease: this.#lease,
      failure: this.#failure,
      refusals: this.#refusals,
      setAside: this.#setAside,
      persistenceError: this.#persistenceError,
    });
  }

  #changed(): void {
    this.#view.invalidate();
    this.#waiters.changed();
  }

  #when(done: () => boolean): Promise<void> {
    if (done()) return Promise.resolve();
    if (this.#isClosed()) return Promise.reject(new RoomError('closed', 'the room was closed'));
    if (this.#failure) return Promise.reject(new RoomError(this.#failure.code, this.#failure.message));
    return this.#waiters.when(done);
  }

  #stop(timer: TimerHandle | undefined): void {
    if (timer !== undefined) this.session.timers.clearTimeout(timer);
  }

  #dispose(): void {
    this.#stop(this.#rejoinTimer);
    this.#stop(this.#lingerTimer);
    this.#rejoinTimer = this.#lingerTimer = undefined;
    this.#link = undefined;
    this.session.detach(this);
    this.#flush.stop();
    this.#people.dispose();
    this.undo.dispose();
    this.regions.dispose();
    this.fields.dispose();
    this.threads.dispose();
    this.suggestions.dispose();
    this.#doc.destroy();
  }
}

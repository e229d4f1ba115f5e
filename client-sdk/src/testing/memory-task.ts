/** A task as the server holds it: a live document, what of it is on disk, and the people in the room. */
import * as Y from 'yjs';

import { uuidv7 } from '../util/uuid.js';
import { fromBase64, toBase64 } from '../wire/bytes.js';
import type { ServerHot } from '../wire/hot.js';
import type {
  ErrorMessage,
  LeaseView,
  Peer,
  PresenceState,
  ProjectRole,
  ServerControl,
  TaskJoined,
  TaskStatus,
  UserSummary,
} from '../wire/types.js';

type WithoutChannel<T> = T extends { channel: number } ? Omit<T, 'channel'> : never;

/** A session in the room. */
export interface Member {
  readonly user: UserSummary;
  hot(message: WithoutChannel<ServerHot>): void;
  control(message: WithoutChannel<Exclude<ServerControl, { type: 'error' }>>): void;
  error(error: Pick<ErrorMessage, 'code' | 'message' | 'retryable'> & { seq: number | null }): void;
}

interface Here {
  readonly member: Member;
  peer: Peer;
}

interface Unwritten {
  readonly from: Here | undefined;
  readonly seq: number;
  readonly bytes: Uint8Array;
}

/** Says no to an update, or lets it pass. */
export type Referee = (update: Uint8Array) => Pick<ErrorMessage, 'code' | 'message' | 'retryable'> | undefined;

export class MemoryTask {
  lineage = uuidv7();
  doc = new Y.Doc();
  /** What would be there after `kill -9`. */
  disk = new Y.Doc();
  role: ProjectRole = 'labeler';
  readOnly: string | null = null;
  status: TaskStatus = 'in_progress';
  lease: LeaseView | null = null;
  referee: Referee = () => undefined;
  /** Updates of clients that were taken, also those that brought nothing new. */
  received = 0;
  #ghosts = new Y.Doc();
  #epoch = 1;
  #durable = true;
  #linked = true;
  #nextPeer = 1;
  #unwritten: Unwritten[] = [];
  readonly #here = new Map<Member, Here>();

  constructor(readonly id: string) {}

  // ---------------------------------------------------------------- joining

  join(member: Member, lineage: string | null, stateVector: string | null): { joined: TaskJoined; sync: Uint8Array } {
    const known = lineage === this.lineage && stateVector !== null ? fromBase64(stateVector) : undefined;
    const peer: Peer = { peer: this.#nextPeer++, user: member.user, role: this.role, state: presence({}) };
    const here = { member, peer };
    this.#here.set(member, here);
    for (const other of this.#others(here)) other.control({ type: 'presence_diff', joined: [peer], changed: [], left: [] });
    return {
      joined: {
        lineage: this.lineage,
        state_vector: toBase64(Y.encodeStateVector(this.doc)),
        peer: peer.peer,
        peers: [...this.#here.values()].map((one) => one.peer),
        ghost_epoch: this.#epoch,
        role: this.role,
        read_only: this.readOnly,
        status: this.status,
        lease: this.lease,
        durable: this.#durable,
        linked: this.#linked,
      },
      sync: Y.encodeStateAsUpdate(this.doc, known),
    };
  }

  /** What is being drawn, for somebody who has just joined. */
  showGhosts(member: Member): void {
    if (this.#ghosts.getMap('ghosts').size === 0) return;
    member.hot({ kind: 'ghost', epoch: this.#epoch, bytes: Y.encodeStateAsUpdate(this.#ghosts) });
  }

  leave(member: Member): void {
    const here = this.#here.get(member);
    if (!here) return;
    this.#here.delete(member);
    for (const other of this.#others(here))
      other.control({ type: 'presence_diff', joined: [], changed: [], left: [here.peer.peer] });
    this.#changeGhosts((ghosts) => ghosts.delete(String(here.peer.peer)));
  }

  get people(): readonly Peer[] {
    return [...this.#here.values()].map((here) => here.peer);
  }

  // ---------------------------------------------------------------- edits

  update(member: Member, seq: number, bytes: Uint8Array): void {
    const here = this.#here.get(member);
    if (!here) return;
    const refusal = this.#refusal(bytes);
    if (refusal) {
      member.error({ ...refusal, seq });
      return;
    }
    this.received += 1;
    Y.applyUpdate(this.doc, bytes);
    for (const other of this.#others(here)) other.hot({ kind: 'update', bytes });
    this.#unwritten.push({ from: here, seq, bytes });
    this.write();
  }

  #refusal(bytes: Uint8Array): ReturnType<Referee> {
    if (this.readOnly !== null) return { code: 'read_only', message: this.readOnly, retryable: false };
    if (!fits(this.doc, bytes))
      return { code: 'invalid_update', message: 'the edit builds on edits that the server does not have', retryable: true };
    return this.referee(bytes);
  }

  /** An edit of somebody not connected here: another server, an importer. */
  edit(change: (regions: Y.Map<unknown>) => void): void {
    const before = Y.encodeStateVector(this.doc);
    this.doc.transact(() => change(this.doc.getMap('regions')));
    const bytes = Y.encodeStateAsUpdate(this.doc, before);
    for (const { member } of this.#here.values()) member.hot({ kind: 'update', bytes });
    this.#unwritten.push({ from: undefined, seq: 0, bytes });
    this.write();
  }

  // ---------------------------------------------------------------- the disk

  get linked(): boolean {
    return this.#linked;
  }

  /** Other servers can be reached, or no longer. */
  set linked(linked: boolean) {
    this.#linked = linked;
    for (const { member } of this.#here.values()) member.control({ type: 'link_changed', linked });
  }

  get durable(): boolean {
    return this.#durable;
  }

  /** The disk goes (edits are taken, nothing is acknowledged) or comes back (all is written). */
  set durable(durable: boolean) {
    this.#durable = durable;
    for (const { member } of this.#here.values()) member.control({ type: 'durability_changed', durable });
    this.write();
  }

  write(): void {
    if (!this.#durable) return;
    const written = this.#unwritten;
    this.#unwritten = [];
    for (const { from, seq, bytes } of written) {
      Y.applyUpdate(this.disk, bytes);
      if (from && this.#here.get(from.member) === from) from.member.hot({ kind: 'ack', seq });
    }
  }

  /** The server was killed: what was not written is gone. */
  crash(): void {
    this.#unwritten = [];
    this.#here.clear();
    this.#dropGhosts();
    this.doc.destroy();
    this.doc = new Y.Doc();
    Y.applyUpdate(this.doc, Y.encodeStateAsUpdate(this.disk));
  }

  /** Another generation of the document: what an importer that starts anew leaves behind. */
  replaceDocument(fill: (regions: Y.Map<unknown>) => void): void {
    this.disk.destroy();
    this.disk = new Y.Doc();
    this.crash();
    this.lineage = uuidv7();
    this.doc.transact(() => fill(this.doc.getMap('regions')));
    Y.applyUpdate(this.disk, Y.encodeStateAsUpdate(this.doc));
  }

  // ---------------------------------------------------------------- people

  setPresence(member: Member, state: PresenceState): void {
    const here = this.#here.get(member);
    if (!here) return;
    const peer = { ...here.peer, state: presence(state) };
    here.peer = peer;
    for (const { member: other } of this.#here.values())
      other.control({ type: 'presence_diff', joined: [], changed: [{ peer: peer.peer, state: peer.state }], left: [] });
  }

  cursor(member: Member, at: readonly [number, number] | null): void {
    const here = this.#here.get(member);
    if (!here) return;
    for (const other of this.#others(here)) other.hot({ kind: 'cursors', cursors: [{ peer: here.peer.peer, at }] });
  }

  change(status: TaskStatus, lease: LeaseView | null): void {
    this.status = status;
    this.lease = lease;
    for (const { member } of this.#here.values()) member.control({ type: 'task_changed', status, lease });
  }

  /** Everybody's rights are these from now on. */
  changeRights(role: ProjectRole, readOnly: string | null): void {
    this.role = role;
    this.readOnly = readOnly;
    for (const { member } of this.#here.values()) member.control({ type: 'rights_changed', role, read_only: readOnly });
  }

  /** Everybody is taken out of the project. */
  endAccess(): void {
    for (const { member } of this.#here.values())
      member.error({ seq: null, code: 'access_ended', message: 'you may no longer see this task', retryable: false });
    this.#here.clear();
  }

  /** Those who are here are given work in another document of the task. */
  moveDocument(): void {
    this.lineage = uuidv7();
    this.doc = new Y.Doc();
    this.disk = new Y.Doc();
    this.#unwritten = [];
    const members = [...this.#here.keys()];
    this.#here.clear();
    for (const member of members)
      member.error({ seq: null, code: 'document_moved', message: 'subscribe again', retryable: true });
  }

  // ---------------------------------------------------------------- ghosts

  ghost(member: Member, epoch: number, bytes: Uint8Array): void {
    const here = this.#here.get(member);
    if (!here || epoch !== this.#epoch) return;
    if (!fits(this.#ghosts, bytes)) {
      member.error({
        seq: null,
        code: 'ghost_refused',
        message: 'the ghost builds on moves that the server does not have',
        retryable: true,
      });
      return;
    }
    Y.applyUpdate(this.#ghosts, bytes);
    for (const other of this.#others(here)) other.hot({ kind: 'ghost', epoch, bytes });
    this.#resetIfEmpty();
  }

  get ghostEpoch(): number {
    return this.#epoch;
  }

  #changeGhosts(change: (ghosts: Y.Map<unknown>) => void): void {
    const before = Y.encodeStateVector(this.#ghosts);
    const had = this.#ghosts.getMap('ghosts').size;
    change(this.#ghosts.getMap('ghosts'));
    if (this.#ghosts.getMap('ghosts').size === had) return;
    const bytes = Y.encodeStateAsUpdate(this.#ghosts, before);
    for (const { member } of this.#here.values()) member.hot({ kind: 'ghost', epoch: this.#epoch, bytes });
    this.#resetIfEmpty();
  }

  #resetIfEmpty(): void {
    if (this.#ghosts.getMap('ghosts').size > 0) return;
    this.#dropGhosts();
    for (const { member } of this.#here.values()) member.control({ type: 'ghosts_reset', epoch: this.#epoch });
  }

  #dropGhosts(): void {
    this.#ghosts.destroy();
    this.#ghosts = new Y.Doc();
    this.#epoch += 1;
  }

  #others(here: Here): Member[] {
    return [...this.#here.keys()].filter((member) => member !== here.member);
  }
}

/** Whether a document can take this update at once, whole. */
function fits(doc: Y.Doc, bytes: Uint8Array): boolean {
  const trial = new Y.Doc();
  Y.applyUpdate(trial, Y.encodeStateAsUpdate(doc));
  Y.applyUpdate(trial, bytes);
  return trial.store.pendingStructs === null && trial.store.pendingDs === null;
}

const presence = (state: PresenceState): PresenceState => ({
  tool: null,
  label: null,
  selection: [],
  editing: null,
  viewport: null,
  ...state,
});

/** What the rest of the world programs against: the shapes of a session and its rooms. */
import type * as Y from 'yjs';

import type {
  Geometry,
  JobProgress,
  Json,
  LeaseEvent,
  LeaseView,
  Limits,
  MyLease,
  Notification,
  Peer,
  PersonHere,
  PresenceState,
  Progress,
  ProjectRole,
  StepCounts,
  StepWorker,
  TaskStatus,
  UserSummary,
} from './wire/types.js';

/** Stops what was started: a subscription, a listener. Calling it twice does nothing. */
export type Unsubscribe = () => void;

/** Told that something changed; reads the new state itself. Fits React's `useSyncExternalStore`. */
export type Listener = () => void;

// ---------------------------------------------------------------- session

/** Who I am and what the server allows, once it has said `welcome`. */
export interface SessionInfo {
  readonly sessionId: string;
  readonly user: UserSummary;
  readonly workspaceId: string;
  readonly limits: Limits;
  /** Add this to the local clock to get the server's, in milliseconds. */
  readonly clockOffsetMs: number;
}

export type WaitReason = 'connection_lost' | 'server_asked' | 'token' | 'offline';

export type SessionState =
  | { readonly status: 'idle' }
  /** `attempt` is 0 for the first connection ever, and grows until one succeeds. */
  | { readonly status: 'connecting'; readonly attempt: number }
  | { readonly status: 'open'; readonly info: SessionInfo }
  | { readonly status: 'waiting'; readonly attempt: number; readonly retryAt: number; readonly reason: WaitReason }
  /** `code` is the close code of a server that sent us away for good; absent when `close()` was called. */
  | { readonly status: 'closed'; readonly code?: number; readonly reason: string };

// ---------------------------------------------------------------- task room

/**
 * Where my edits are:
 * - `saved`: on the server's disk. A crash loses nothing.
 * - `saving`: on their way.
 * - `offline`: no connection; edits are kept here and delivered on return.
 * - `waiting_for_disk`: the server has them, its disk does not yet.
 * - `read_only`: edits are not accepted here; `readOnly` says why.
 * - `refused`: the server refused an edit; `refusals` says which and why.
 */
export type SaveState = 'saved' | 'saving' | 'offline' | 'waiting_for_disk' | 'read_only' | 'refused';

/** One shape as the document holds it. Never changed: an edit makes a new one, so `===` tells whether anything changed. */
export interface RegionSnapshot {
  readonly id: string;
  readonly label: string;
  readonly geometry: Readonly<Geometry>;
  readonly attributes: Readonly<Record<string, Json>>;
  /** Who drew it; null for imported shapes. */
  readonly author: string | null;
  /** Higher lies on top. */
  readonly z: number;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  /** To other regions. The other may be gone already, or not have arrived. */
  readonly relations: readonly RegionRelation[];
}

/** What a region has to do with another. A region has at most one of each label to the same other. */
export interface RegionRelation {
  readonly to: string;
  readonly label: string;
  /** It goes one way; else it says the same of both. */
  readonly directed: boolean;
}

export interface NewRegion {
  label: string;
  geometry: Geometry;
  attributes?: Record<string, Json>;
  relations?: readonly RegionRelation[];
  z?: number;
  /** A UUID; made up when absent. */
  id?: string;
}

export interface RegionPatch {
  label?: string;
  geometry?: Geometry;
  /** Merged key by key; `undefined` removes the key. */
  attributes?: Record<string, Json | undefined>;
  z?: number;
}

/** The kept shapes of a task. */
export interface RegionStore {
  get(id: string): RegionSnapshot | undefined;
  /** In drawing order (z, then age). The same array until something changes. */
  list(): readonly RegionSnapshot[];
  readonly size: number;
  /** Told after every change of any region. */
  subscribe(listener: Listener): Unsubscribe;
  /** Told only when this region came, changed or went. */
  subscribeRegion(id: string, listener: Listener): Unsubscribe;
  /** Told which regions a change touched, and whether it was mine. */
  onChange(listener: (change: RegionsChange) => void): Unsubscribe;
  /** @returns the region's id */
  add(region: NewRegion): string;
  /** @returns false when the region is gone (somebody deleted it) */
  update(id: string, patch: RegionPatch): boolean;
  /** Relations to it go too. @returns false when it was gone already */
  remove(id: string): boolean;
  /** Relates a region to another. @returns false when one of them is gone */
  relate(from: string, relation: RegionRelation): boolean;
  /** @returns false when there was no such relation any more */
  unrelate(from: string, relation: Pick<RegionRelation, 'to' | 'label'>): boolean;
  /** Regions that have a relation to this one, in no order. */
  relatedTo(id: string): readonly string[];
  /** Everything changed inside is one edit: one update on the wire, one step of undo. */
  transact<T>(change: () => T): T;
}

/** `mine`: I did it (undo too). `others`: it came from the server. `restored`: read from this device's store. */
export type ChangedBy = 'mine' | 'others' | 'restored';

export interface RegionsChange {
  readonly added: readonly string[];
  readonly changed: readonly string[];
  readonly removed: readonly string[];
  readonly by: ChangedBy;
}

/** What people decided about a suggestion. */
export type Verdict = 'accepted' | 'rejected';

/** A region that a model suggests. Never changed; accepted, it is a region of the same id. */
export interface SuggestionSnapshot extends RegionSnapshot {
  /** 0 to 1: how sure the model is; null: it does not say. */
  readonly score: number | null;
  /** The model's name and version. */
  readonly source: string;
}

/** What models suggest for a task. No part of the answer. */
export interface SuggestionStore {
  get(id: string): SuggestionSnapshot | undefined;
  /** How many there are, decided or not. */
  readonly size: number;
  /** Null: nobody has decided. */
  verdict(id: string): Verdict | null;
  /** Those that nobody has decided about, the surest first. The same array until something changes. */
  open(): readonly SuggestionSnapshot[];
  /** Told when one came or went, or was decided or is open again. */
  subscribe(listener: Listener): Unsubscribe;
  /**
   * Makes it a region, and says so: one step of undo. Several go into one by `regions.transact`.
   * @param changes what the region is to have otherwise
   * @returns false when it is gone or decided already
   */
  accept(id: string, changes?: RegionPatch): boolean;
  /** @returns false when it is gone or decided already */
  reject(id: string): boolean;
  /**
   * Says what was decided about something that is suggested elsewhere than in the document (predictions that came with the task's data), for everybody and
   * for good: one step of undo. What accepting does to the answer is the caller's: both go into one step by `regions.transact`.
   * @returns false when it is decided already
   */
  note(id: string, verdict: Verdict): boolean;
}

/**
 * What the document has for one place of the answer. Never changed: an edit makes a new one.
 * - `text`: several people may type in it at once.
 * - `map`: entries by id; of two people who add at once both keep theirs. A set of choices has `true` for each chosen value.
 * - `value`: one JSON value; of two people who set it the last wins.
 */
export type FieldSnapshot =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'map'; readonly entries: Readonly<Record<string, Json>> }
  | { readonly kind: 'value'; readonly value: Json };

export interface FieldsChange {
  /** Keys of fields that came, changed or went. */
  readonly changed: readonly string[];
  readonly by: ChangedBy;
}

/** A place in a text that stays where it is while others write before it. Good until the server replaces its document. */
export interface FieldCaret {
  readonly key: string;
  readonly position: Y.RelativePosition;
}

/** The answer besides the shapes: a field for each place, by its key (`topic`, `translations[3]`, `answers["odd name"]`). */
export interface FieldStore {
  /** Undefined: nobody has entered anything. The same object until the field changes. */
  get(key: string): FieldSnapshot | undefined;
  /** Of all fields that are there, sorted. The same array until a field changes. */
  keys(): readonly string[];
  /** Told after every change of any field. */
  subscribe(listener: Listener): Unsubscribe;
  /** Told only when this field came, changed or went. */
  subscribeField(key: string, listener: Listener): Unsubscribe;
  /** Told which fields a change touched, and whether it was mine. */
  onChange(listener: (change: FieldsChange) => void): Unsubscribe;
  setValue(key: string, value: Json): void;
  /**
   * Makes the field's text this one by the smallest edit that does, so that what others type meanwhile stays.
   * @param caret where the caret is after the edit, in UTF-16 units: it tells which of two equal letters was typed. The end when absent
   */
  setText(key: string, text: string, caret?: number): void;
  /** Adds or replaces one entry of a map. */
  setEntry(key: string, id: string, item: Json): void;
  /** @returns false when it was gone already */
  removeEntry(key: string, id: string): boolean;
  /** Empties the field. @returns false when it was empty already */
  clear(key: string): boolean;
  /** @returns undefined where there is no text (yet); `index` counts UTF-16 units */
  caret(key: string, index: number): FieldCaret | undefined;
  /** Where a caret is by now; undefined when its text is gone. */
  indexOf(caret: FieldCaret): number | undefined;
  /** Everything changed inside is one edit: one update on the wire, one step of undo. */
  transact<T>(change: () => T): T;
}

/**
 * Where a thread is pinned, in image pixels. On a region, `u` and `v` say where in the box around it (0 to 1), so that the pin goes with the
 * region, and `x`, `y` where the pin was when the region was last known: there it stays when the region goes.
 */
export type ThreadAnchor =
  | { readonly kind: 'point'; readonly x: number; readonly y: number }
  | {
      readonly kind: 'region';
      readonly region: string;
      readonly u: number;
      readonly v: number;
      readonly x: number;
      readonly y: number;
    };

export interface CommentSnapshot {
  readonly id: string;
  /** Who wrote it; null: it does not say. */
  readonly author: string | null;
  readonly text: string;
  /** Ids of the people it is meant for. */
  readonly mentions: readonly string[];
  /** Milliseconds since 1970, by the author's clock. */
  readonly createdAt: number;
  readonly editedAt: number | null;
}

/** What is said about one place. It has at least one comment, the oldest first. */
export interface ThreadSnapshot {
  readonly id: string;
  readonly anchor: ThreadAnchor;
  readonly createdAt: number;
  readonly resolved: { readonly by: string | null; readonly at: number } | null;
  readonly comments: readonly CommentSnapshot[];
}

export interface NewComment {
  text: string;
  mentions?: readonly string[];
}

export interface ThreadsChange {
  /** Ids of threads that came, changed or went. */
  readonly changed: readonly string[];
  /** Comments that were not there before. */
  readonly said: readonly { readonly thread: string; readonly comment: string }[];
  readonly by: ChangedBy;
}

/** The comments of a task. `anchorAt`, `anchorOn` make anchors; `anchorPlace` says where one is by now. */
export interface ThreadStore {
  get(id: string): ThreadSnapshot | undefined;
  /** The oldest first. The same array until something changes. */
  list(): readonly ThreadSnapshot[];
  /** Told after every change of any thread. */
  subscribe(listener: Listener): Unsubscribe;
  /** Told only when this thread came, changed or went. */
  subscribeThread(id: string, listener: Listener): Unsubscribe;
  /** Told which threads a change touched, what was said, and whether it was mine. */
  onChange(listener: (change: ThreadsChange) => void): Unsubscribe;
  /** @returns the thread's id */
  open(anchor: ThreadAnchor, comment: NewComment): string;
  /** Of two who reply at once both are heard. @returns the comment's id; undefined where there never was such a thread */
  reply(id: string, comment: NewComment): string | undefined;
  /** @returns false when the comment is gone, or is not mine */
  edit(id: string, commentId: string, comment: NewComment): boolean;
  /** With its last comment a thread goes. @returns false when the comment is gone, or is not mine */
  remove(id: string, commentId: string): boolean;
  /** @returns false when it is resolved already, or gone */
  resolve(id: string): boolean;
  reopen(id: string): boolean;
}

/** A region as somebody is changing it. */
export interface GhostShape {
  /** The region being changed; null for a new shape. */
  readonly region_id: string | null;
  readonly label: string;
  readonly geometry: Readonly<Geometry>;
}

/** What somebody is drawing at this moment. */
export interface Ghost extends GhostShape {
  readonly tool: string;
  /** What is changed together with it. */
  readonly along?: readonly GhostShape[];
}

export interface PeerGhost extends GhostShape {
  readonly tool: string;
  readonly peer: number;
}

export interface GhostStore {
  /** Show others what I draw; sent at most about 30 times a second, the last one always. */
  setMine(ghost: Ghost): void;
  clearMine(): void;
  /** Everybody else's, of those who change several regions together one for each. The same array until something changes. */
  others(): readonly PeerGhost[];
  subscribe(listener: Listener): Unsubscribe;
}

export interface PresenceStore {
  /** My number in this room; undefined while not joined. */
  readonly me: number | undefined;
  /** Everybody here, me included. The same array until something changes. */
  peers(): readonly Peer[];
  peer(id: number): Peer | undefined;
  /** What I have in hand; merged into what I said before. */
  setMine(state: Partial<PresenceState>): void;
  mine(): Readonly<PresenceState>;
  subscribe(listener: Listener): Unsubscribe;
}

export interface CursorPosition {
  readonly peer: number;
  /** Image pixels, to a quarter. */
  readonly x: number;
  readonly y: number;
}

export interface CursorStore {
  /** My pointer, in image pixels. Call it as often as you like. */
  moveTo(x: number, y: number): void;
  /** My pointer left the image. */
  leave(): void;
  /** Everybody else's. The same array until something changes. */
  others(): readonly CursorPosition[];
  subscribe(listener: Listener): Unsubscribe;
}

/** Takes back my own changes, never a colleague's. */
export interface Undo {
  readonly canUndo: boolean;
  readonly canRedo: boolean;
  /** @returns whether anything changed */
  undo(): boolean;
  redo(): boolean;
  /** Until `endGesture`, all changes are one step. */
  beginGesture(): void;
  endGesture(): void;
  clear(): void;
  subscribe(listener: Listener): Unsubscribe;
}

/** An edit the server did not take. It is not in the document any more; `regions` is what it looked like here. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly field: string | null;
  readonly rule: string | null;
  readonly at: number;
}

/** A copy of the document that no longer fits the server's. It is kept on this device and never merged. */
export interface SetAside {
  readonly reason: 'lineage_changed' | 'refused';
  readonly lineage: string | null;
  /** Regions of the copy that the server's document lacks or has otherwise. */
  readonly regions: readonly RegionSnapshot[];
  readonly at: number;
}

export type RoomPhase =
  /** Reading this device's copy. */
  | 'loading'
  /** Not (or no longer) joined; edits are kept. */
  | 'joining'
  /** In step with the server. */
  | 'joined'
  /** The server does not let me in; `failure` says why. */
  | 'failed'
  | 'closed';

export interface RoomFailure {
  readonly code: string;
  readonly message: string;
}

/** All that a status line shows, in one immutable object. */
export interface RoomSnapshot {
  readonly phase: RoomPhase;
  readonly saveState: SaveState;
  /** Edits not yet acknowledged. */
  readonly pending: number;
  /** False: the server cannot reach its disk at the moment. */
  readonly durable: boolean;
  /** False: people on other servers are not seen live at the moment; their edits come through the database. */
  readonly linked: boolean;
  readonly role: ProjectRole | null;
  /** Why edits are not accepted: `role`, `project_archived`, or a word this client does not know. */
  readonly readOnly: string | null;
  readonly status: TaskStatus | null;
  readonly lease: LeaseView | null;
  readonly failure: RoomFailure | null;
  readonly refusals: readonly Refusal[];
  readonly setAside: readonly SetAside[];
  /** Why this device cannot keep a copy, if it cannot. */
  readonly persistenceError: string | null;
}

/** One task, live: its shapes, its fields, its comments, its people, its lease. */
export interface TaskRoom {
  readonly taskId: string;
  /** The document of kept shapes. Another object after the server replaced its document: do not hold on to it. */
  readonly doc: Y.Doc;
  readonly regions: RegionStore;
  readonly fields: FieldStore;
  readonly threads: ThreadStore;
  readonly suggestions: SuggestionStore;
  readonly ghosts: GhostStore;
  readonly presence: PresenceStore;
  readonly cursors: CursorStore;
  readonly undo: Undo;

  readonly saveState: SaveState;
  readonly lease: LeaseView | null;
  readonly status: TaskStatus | null;
  /** The same object until something of it changes. */
  snapshot(): RoomSnapshot;
  subscribe(listener: Listener): Unsubscribe;

  /** My ghost becomes a kept shape: one edit, sent before the ghost goes, so nobody sees a gap. @returns its id */
  commit(region: NewRegion): string;
  /** What I see, for `submit`: base64 of the Yjs state vector. */
  stateVector(): string;
  /** The same with what was deleted, for a `submit` that does not wait until all is saved: base64 of the Yjs snapshot. */
  documentSnapshot(): string;
  /** Resolves when the first sync with the server is done. Rejects when the room fails or is closed. */
  whenJoined(): Promise<void>;
  /** Resolves when all my edits are on the server's disk. Rejects when one is refused or the room is closed. */
  whenSaved(): Promise<void>;
  /** Send now what waits to be sent (Ctrl+S). */
  flush(): void;
  dismissRefusals(): void;
  dismissSetAside(): void;
  close(): void;
}

// ---------------------------------------------------------------- other rooms

export interface ProjectSnapshot {
  readonly joined: boolean;
  readonly progress: Progress | null;
  readonly people: readonly PersonHere[];
  /** By id: those that are open or ended in the last minutes. Everything else about one is read by REST. */
  readonly jobs: ReadonlyMap<string, JobProgress>;
  readonly failure: RoomFailure | null;
}

/** Progress of a project, how far its jobs are, and who is here. */
export interface ProjectRoom {
  readonly projectId: string;
  snapshot(): ProjectSnapshot;
  subscribe(listener: Listener): Unsubscribe;
  close(): void;
}

export interface WorkflowSnapshot {
  /** False: what is known may be old. */
  readonly joined: boolean;
  /** The active version; null too before anything is known. */
  readonly workflowId: string | null;
  /** By step. Null before anything is known; a step that is not there has no tasks. */
  readonly steps: ReadonlyMap<string, StepCounts> | null;
  /** Who works where, those longest at it first. */
  readonly workers: readonly StepWorker[];
  readonly failure: RoomFailure | null;
}

/** How the work of a project stands, step by step. */
export interface WorkflowRoom {
  readonly projectId: string;
  snapshot(): WorkflowSnapshot;
  subscribe(listener: Listener): Unsubscribe;
  close(): void;
}

export interface UserSnapshot {
  readonly joined: boolean;
  /** Active leases, oldest first. */
  readonly leases: readonly MyLease[];
  /**
   * Ids of those that run out soon because I do nothing on the task, until I do or they are renewed. The server renews the others by
   * itself as long as I work in a room of the task.
   */
  readonly expiring: readonly string[];
  readonly failure: RoomFailure | null;
}

/** My own leases, in this tab or another, and what I am told of. */
export interface UserRoom {
  snapshot(): UserSnapshot;
  subscribe(listener: Listener): Unsubscribe;
  onLease(listener: (event: LeaseEvent, lease: MyLease) => void): Unsubscribe;
  /** A comment names or answers me, in whatever task. What came while I was away is read from `GET /api/v1/me/notifications`. */
  onNotification(listener: (notification: Notification) => void): Unsubscribe;
  close(): void;
}

export interface Delivery {
  /** Tasks whose edits are now on the server's disk. */
  readonly delivered: readonly string[];
  /** Tasks whose edits stay here, and why. */
  readonly failed: readonly { readonly taskId: string; readonly reason: string }[];
}

/** A connection to Tandem: one socket, many topics. */
export interface SessionApi {
  readonly state: SessionState;
  onState(listener: (state: SessionState) => void): Unsubscribe;
  connect(): void;
  subscribeTask(taskId: string): TaskRoom;
  subscribeProject(projectId: string): ProjectRoom;
  subscribeWorkflow(projectId: string): WorkflowRoom;
  subscribeUser(): UserRoom;
  /** Deliver what closed tabs and rooms of this person left behind. Call it once after signing in; after each reconnect it is done by itself. */
  deliverPending(): Promise<Delivery>;
  close(): void;
}

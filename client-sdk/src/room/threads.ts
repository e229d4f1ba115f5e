/**
 * The comments of a task, by the thread they are in. As with regions an unchanged thread keeps its snapshot object, and a component that shows
 * one thread hears of that one only.
 */
import type * as Y from 'yjs';

import type {
  CommentSnapshot,
  Listener,
  NewComment,
  RegionSnapshot,
  ThreadAnchor,
  ThreadsChange,
  ThreadSnapshot,
  ThreadStore,
  Unsubscribe,
} from '../surface.js';
import { Emitter } from '../util/emitter.js';
import { KeyedEmitters } from '../util/keyed-emitters.js';
import { uuidv7 } from '../util/uuid.js';
import { anchorLeft } from './anchor.js';
import { authorOf } from './origins.js';
import type { RegionsHost } from './regions.js';
import { byThreadAge, commentsOf, commentValue, newThreadMap, readThread } from './thread.js';
import { touched } from './touched.js';

export class Threads implements ThreadStore {
  readonly #snapshots = new Map<string, ThreadSnapshot>();
  readonly #any = new Emitter();
  readonly #changes = new Emitter<[ThreadsChange]>();
  readonly #byThread = new KeyedEmitters();
  #list: readonly ThreadSnapshot[] | undefined;
  #doc: Y.Doc;
  #map: Y.Map<unknown>;

  constructor(
    private readonly host: Omit<RegionsHost, 'leaving'>,
    doc: Y.Doc,
  ) {
    this.#doc = doc;
    this.#map = doc.getMap('threads');
    this.#map.observeDeep(this.#observe);
    for (const id of this.#map.keys()) this.#read(id);
  }

  /** The room has another document now. */
  rebind(doc: Y.Doc): void {
    this.#map.unobserveDeep(this.#observe);
    this.#doc = doc;
    this.#map = doc.getMap('threads');
    this.#map.observeDeep(this.#observe);
    this.#refresh(new Set([...this.#snapshots.keys(), ...this.#map.keys()]), 'others');
  }

  get(id: string): ThreadSnapshot | undefined {
    return this.#snapshots.get(id);
  }

  list(): readonly ThreadSnapshot[] {
    return (this.#list ??= Object.freeze([...this.#snapshots.values()].sort(byThreadAge)));
  }

  subscribe(listener: Listener): Unsubscribe {
    return this.#any.on(listener);
  }

  subscribeThread(id: string, listener: Listener): Unsubscribe {
    return this.#byThread.on(id, listener);
  }

  onChange(listener: (change: ThreadsChange) => void): Unsubscribe {
    return this.#changes.on(listener);
  }

  open(anchor: ThreadAnchor, comment: NewComment): string {
    const id = uuidv7(this.host.now());
    this.#transact(() => {
      const map = newThreadMap(anchor, this.host.now());
      this.#map.set(id, map);
      this.#say(map, comment);
    });
    return id;
  }

  reply(id: string, comment: NewComment): string | undefined {
    return this.#transact(() => {
      const map = this.#map.get(id);
      return commentsOf(map) && this.#say(map, comment);
    });
  }

  edit(id: string, commentId: string, comment: NewComment): boolean {
    return this.#transact(() => {
      const before = this.#mine(id, commentId);
      if (!before) return false;
      const value = commentValue(comment, before.author ?? undefined, before.createdAt, this.host.now());
      commentsOf(this.#map.get(id))?.set(commentId, value);
      return true;
    });
  }

  remove(id: string, commentId: string): boolean {
    return this.#transact(() => {
      if (!this.#mine(id, commentId)) return false;
      commentsOf(this.#map.get(id))?.delete(commentId);
      return true;
    });
  }

  resolve(id: string): boolean {
    return this.#settle(id, true);
  }

  reopen(id: string): boolean {
    return this.#settle(id, false);
  }

  /** A region goes: what is pinned to it stays where it was. Called inside the transaction that removes it. */
  keepPlaces(region: RegionSnapshot): void {
    for (const { id, anchor } of this.#snapshots.values()) {
      if (anchor.kind !== 'region' || anchor.region !== region.id) continue;
      const left = anchorLeft(anchor, region.geometry);
      if (left.x !== anchor.x || left.y !== anchor.y) (this.#map.get(id) as Y.Map<unknown>).set('anchor', left);
    }
  }

  dispose(): void {
    this.#map.unobserveDeep(this.#observe);
    this.#any.clear();
    this.#changes.clear();
    this.#byThread.clear();
  }

  #transact<T>(change: () => T): T {
    this.host.assertWritable();
    return this.#doc.transact(change, this.host.origin);
  }

  #say(thread: unknown, comment: NewComment): string {
    const now = this.host.now();
    const id = uuidv7(now);
    commentsOf(thread)?.set(id, commentValue(comment, this.host.userId, now));
    return id;
  }

  /** A comment that is there and that I may change: nobody else's. */
  #mine(id: string, commentId: string): CommentSnapshot | undefined {
    const { userId } = this.host;
    const comment = this.#snapshots.get(id)?.comments.find((one) => one.id === commentId);
    return userId !== undefined && comment?.author === userId ? comment : undefined;
  }

  #settle(id: string, resolved: boolean): boolean {
    return this.#transact(() => {
      const thread = this.#snapshots.get(id);
      if (!thread || (thread.resolved !== null) === resolved) return false;
      const { userId } = this.host;
      const value = resolved ? { ...(userId !== undefined && { by: userId }), at: this.host.now() } : null;
      (this.#map.get(id) as Y.Map<unknown>).set('resolved', value);
      return true;
    });
  }

  readonly #observe = (events: Y.YEvent<Y.AbstractType<unknown>>[], transaction: Y.Transaction): void => {
    this.#refresh(touched(this.#map, events), authorOf(transaction.origin));
  };

  #refresh(ids: Set<string>, by: ThreadsChange['by']): void {
    const changed: string[] = [];
    const said: { thread: string; comment: string }[] = [];
    for (const id of ids) {
      const before = this.#snapshots.get(id);
      const after = this.#read(id);
      if (!before && !after) continue;
      changed.push(id);
      const known = new Set(before?.comments.map((comment) => comment.id));
      for (const comment of after?.comments ?? []) if (!known.has(comment.id)) said.push({ thread: id, comment: comment.id });
    }
    if (changed.length === 0) return;
    this.#list = undefined;
    for (const id of changed) this.#byThread.emit(id);
    this.#any.emit();
    this.#changes.emit({ changed, said, by });
  }

  #read(id: string): ThreadSnapshot | undefined {
    const snapshot = readThread(id, this.#map.get(id));
    if (snapshot) this.#snapshots.set(id, snapshot);
    else this.#snapshots.delete(id);
    return snapshot;
  }
}

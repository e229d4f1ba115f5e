import { anchorAt, anchorOn, anchorPlace, type TaskRoom, type ThreadAnchor, type ThreadSnapshot } from '@tandem/client';

import { imagePoint, type ImagePoint } from '~/geometry/points';
import { bounds, type Geometry } from '~/geometry/shapes';
import { createStore } from '~/lib/store';
import { createMarks, type Marks } from './marks';

/** What is open beside its pin. */
export type Opened =
  | { readonly kind: 'thread'; readonly id: string }
  /** Nothing is said yet. */
  | { readonly kind: 'new'; readonly anchor: ThreadAnchor };

export const FILTERS = ['open', 'mine', 'mentions'] as const;
export type Filter = (typeof FILTERS)[number];

/** Who reads: whose comments are theirs, and what they have read. */
export interface Reader {
  readonly id: string;
  readonly marks: Marks;
}

export interface CommentPorts {
  readonly room: TaskRoom;
  /** A region's shape as I see it, also while somebody has it in hand. */
  readonly geometryOf: (region: string) => Geometry | undefined;
  /** Bring into view. */
  readonly visit: (point: ImagePoint) => void;
  readonly reader: Reader | undefined;
}

/** Under which what is begun for a new thread is kept. */
export const NEW = 'new';

const lastSaid = (thread: ThreadSnapshot): number => thread.comments.at(-1)?.createdAt ?? 0;

/** What one person has open of a task's comments, what of them they see, and what is new to them. */
export class Comments {
  readonly opened = createStore<Opened | null>(null);
  /** Whether the list is open. */
  readonly listed = createStore(false);
  readonly filter = createStore<Filter>('open');
  readonly resolvedShown = createStore(false);
  /** Who asked where something belongs: the next click with the tool says it, instead of beginning a thread. null: they gave it up. */
  readonly placing = createStore<((anchor: ThreadAnchor | null) => void) | null>(null);
  /** The thread that I am writing an answer to. */
  readonly writing = createStore<string | null>(null);
  readonly reader: Reader;
  readonly #room: TaskRoom;
  readonly #ports: CommentPorts;
  readonly #version = createStore(0);
  readonly #stop: (() => void)[];
  #list: readonly ThreadSnapshot[] | null = null;
  #unread: number | null = null;

  constructor(ports: CommentPorts) {
    this.#ports = ports;
    this.#room = ports.room;
    this.reader = ports.reader ?? { id: '', marks: createMarks(null, '', '') };
    const changed = (): void => {
      this.#list = null;
      this.#unread = null;
      this.#version.update((n) => n + 1);
    };
    const { threads } = this.#room;
    this.#stop = [
      threads.subscribe(() => {
        const opened = this.opened.get();
        if (opened?.kind === 'thread' && !threads.get(opened.id)) this.close();
      }),
      ...[threads, this.reader.marks.changed, this.filter, this.resolvedShown, this.opened].map((one) => one.subscribe(changed)),
    ];
  }

  dispose(): void {
    for (const stop of this.#stop) stop();
  }

  /** Told when what is shown, or what is unread, changed. */
  subscribe(listener: () => void): () => void {
    return this.#version.subscribe(listener);
  }

  // ---------------------------------------------------------------- what is to be seen

  /** For the list: what is new to me first, then by when something was said last. */
  list(): readonly ThreadSnapshot[] {
    const fresh = (thread: ThreadSnapshot): number => Number(this.isUnread(thread));
    return (this.#list ??= this.#room.threads
      .list()
      .filter((thread) => this.#passes(thread))
      .sort((a, b) => fresh(b) - fresh(a) || lastSaid(b) - lastSaid(a)));
  }

  /** Those with a pin on the picture, the oldest first. */
  pinned(): readonly ThreadSnapshot[] {
    const opened = this.opened.get();
    const isOpened = (id: string): boolean => opened?.kind === 'thread' && opened.id === id;
    return this.#room.threads.list().filter(({ id, resolved }) => resolved === null || this.resolvedShown.get() || isOpened(id));
  }

  isUnread({ comments }: ThreadSnapshot): boolean {
    return comments.some(({ id, author }) => author !== this.reader.id && !this.reader.marks.isRead(id));
  }

  /** How many unresolved threads have something that is new to me. */
  unread(): number {
    return (this.#unread ??= this.#room.threads
      .list()
      .filter((thread) => thread.resolved === null && this.isUnread(thread)).length);
  }

  place(anchor: ThreadAnchor): ImagePoint {
    const { x, y } = anchorPlace(anchor, anchor.kind === 'region' ? this.#ports.geometryOf(anchor.region) : undefined);
    return imagePoint(x, y);
  }

  /** Whether a thread concerns me: I have said something in it, or somebody said it to me. */
  isMine({ comments }: ThreadSnapshot): boolean {
    return comments.some(({ author }) => author === this.reader.id);
  }

  mentionsMe({ comments }: ThreadSnapshot): boolean {
    return comments.some(({ mentions }) => mentions.includes(this.reader.id));
  }

  // ---------------------------------------------------------------- what one does

  /** A click with the tool: puts away what is open, else opens a place to write. */
  pin(point: ImagePoint, region: string | null): void {
    const asked = this.placing.get();
    if (asked) {
      this.placing.set(null);
      asked(this.#anchor(point, region));
    } else if (this.opened.get()) this.close();
    else this.begin(point, region);
  }

  begin(point: ImagePoint, region: string | null): void {
    this.opened.set({ kind: 'new', anchor: this.#anchor(point, region) });
  }

  #anchor(point: ImagePoint, region: string | null): ThreadAnchor {
    const geometry = region === null ? undefined : this.#room.regions.get(region)?.geometry;
    return region !== null && geometry ? anchorOn({ id: region, geometry }, point.x, point.y) : anchorAt(point.x, point.y);
  }

  /** In the middle of a region; null: it is gone. */
  anchorOn(region: string): ThreadAnchor | null {
    const geometry = this.#room.regions.get(region)?.geometry;
    if (!geometry) return null;
    const { x, y, width, height } = bounds(geometry);
    return this.#anchor(imagePoint(x + width / 2, y + height / 2), region);
  }

  /** On the middle of a region. */
  beginOn(region: string): void {
    const anchor = this.anchorOn(region);
    if (anchor) this.opened.set({ kind: 'new', anchor });
  }

  open(id: string): void {
    if (this.#room.threads.get(id)) this.opened.set({ kind: 'thread', id });
  }

  /** Opens, and brings the pin into view. @returns false when there is no such thread */
  jump(id: string): boolean {
    const thread = this.#room.threads.get(id);
    if (!thread) return false;
    this.open(id);
    this.#ports.visit(this.place(thread.anchor));
    return true;
  }

  /** @returns false when nothing was open */
  close(): boolean {
    const asked = this.placing.get();
    if (asked) {
      this.placing.set(null);
      asked(null);
      return true;
    }
    if (!this.opened.get()) return false;
    this.writing.set(null);
    this.opened.set(null);
    return true;
  }

  /** To the next (or previous) of those that are listed, by age; with none open, to the first that is new to me. */
  step(by: 1 | -1): void {
    const threads = this.#room.threads.list().filter((thread) => this.#passes(thread));
    const opened = this.opened.get();
    const current = opened?.kind === 'thread' ? threads.findIndex(({ id }) => id === opened.id) : -1;
    const unread = threads.findIndex((thread) => this.isUnread(thread));
    const first = unread >= 0 ? unread : by === 1 ? 0 : threads.length - 1;
    const next = threads[current === -1 ? first : (current + by + threads.length) % threads.length];
    if (next) this.jump(next.id);
  }

  /** What was written is posted: it begins the thread, or answers. */
  post(text: string, mentions: readonly string[]): void {
    const opened = this.opened.get();
    if (!opened) return;
    const comment = { text, mentions };
    this.writing.set(null);
    if (opened.kind === 'thread') this.#room.threads.reply(opened.id, comment);
    else this.opened.set({ kind: 'thread', id: this.#room.threads.open(opened.anchor, comment) });
  }

  /** All that is said in a thread has been seen. */
  read(thread: ThreadSnapshot): void {
    this.reader.marks.read(thread.comments.filter(({ author }) => author !== this.reader.id).map(({ id }) => id));
  }

  #passes(thread: ThreadSnapshot): boolean {
    if (thread.resolved !== null && !this.resolvedShown.get()) return false;
    const filter = this.filter.get();
    return filter === 'open' || (filter === 'mine' ? this.isMine(thread) : this.mentionsMe(thread));
  }
}

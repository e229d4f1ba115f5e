/** Pointers: a few bytes each, the newest position only, and only while somebody else is here: most people work alone most of the day. */
import type { Link } from '../session/channel.js';
import type { CursorPosition, CursorStore, Listener, Unsubscribe } from '../surface.js';
import type { Timers } from '../util/env.js';
import { Pace } from '../util/pace.js';
import { Cached } from '../util/signal.js';
import type { CursorAt } from '../wire/hot.js';

const INTERVAL_MS = 33;
const QUARTERS = 4;
const INT32 = 2 ** 31 - 1;

const toQuarters = (pixels: number): number => Math.min(INT32, Math.max(-INT32, Math.round(pixels * QUARTERS)));

export class Cursors implements CursorStore {
  readonly #at = new Map<number, CursorPosition>();
  readonly #list = new Cached<readonly CursorPosition[]>(() => Object.freeze([...this.#at.values()]));
  readonly #pace: Pace;
  #link: Link | undefined;
  #me: number | undefined;
  #mine: { x4: number; y4: number } | null = null;
  #sent: { x4: number; y4: number } | null = null;
  #watched = false;

  constructor(timers: Timers) {
    this.#pace = new Pace(timers, INTERVAL_MS, () => this.#send());
  }

  moveTo(x: number, y: number): void {
    if (!Number.isFinite(x) || !Number.isFinite(y)) return;
    this.#mine = { x4: toQuarters(x), y4: toQuarters(y) };
    this.#pace.request();
  }

  leave(): void {
    this.#mine = null;
    this.#pace.request();
    this.#pace.now();
  }

  others(): readonly CursorPosition[] {
    return this.#list.get();
  }

  subscribe(listener: Listener): Unsubscribe {
    return this.#list.subscribe(listener);
  }

  join(link: Link, me: number, watched: boolean): void {
    this.#link = link;
    this.#me = me;
    this.#watched = watched;
    this.#sent = null;
    this.#clear();
    if (this.#mine) this.#pace.request();
  }

  part(): void {
    this.#link = undefined;
    this.#clear();
  }

  receive(cursors: readonly CursorAt[]): void {
    for (const { peer, at } of cursors) {
      if (peer === this.#me) continue;
      if (at) this.#at.set(peer, Object.freeze({ peer, x: at[0] / QUARTERS, y: at[1] / QUARTERS }));
      else this.#at.delete(peer);
    }
    this.#list.invalidate();
  }

  /** Whether somebody else is here. Who comes is shown where my pointer is now. */
  watched(watched: boolean): void {
    if (watched === this.#watched) return;
    this.#watched = watched;
    if (watched && this.#mine) this.#pace.request();
  }

  /** These people went, and their pointers with them. */
  gone(peers: readonly number[]): void {
    const had = this.#at.size;
    for (const peer of peers) this.#at.delete(peer);
    if (this.#at.size !== had) this.#list.invalidate();
  }

  dispose(): void {
    this.#pace.stop();
  }

  #clear(): void {
    if (this.#at.size === 0) return;
    this.#at.clear();
    this.#list.invalidate();
  }

  #send(): void {
    const mine = this.#mine;
    const sent = this.#sent;
    const link = this.#link;
    if (!link) return;
    if (mine === null) {
      if (sent) link.hot({ kind: 'cursor_gone' });
    } else if (!this.#watched) {
      return;
    } else if (link.congested) {
      // Edits first. The newest position follows when there is room again.
      this.#pace.request();
      return;
    } else if (mine.x4 !== sent?.x4 || mine.y4 !== sent.y4) link.hot({ kind: 'cursor', ...mine });
    this.#sent = mine;
  }
}

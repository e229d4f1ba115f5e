/**
 * What people are drawing right now: a small Yjs document of its own, thrown away and numbered anew (`epoch`) whenever nobody
 * draws, so that a thousand mouse moves leave nothing behind in the kept one.
 */
import * as Y from 'yjs';

import type { Ghost, GhostShape, GhostStore, Listener, PeerGhost, Unsubscribe } from '../surface.js';
import type { Link } from '../session/channel.js';
import type { Timers } from '../util/env.js';
import { Pace } from '../util/pace.js';
import { Cached } from '../util/signal.js';
import { record, string } from '../wire/check.js';
import { FROM_SERVER } from './origins.js';
import { geometry } from './region.js';

const INTERVAL_MS = 33;

/** Of those who change many regions together no more are read: they would be painted with every move. */
const MOST_ALONG = 1_000;

function readShape(value: unknown): GhostShape {
  const ghost = record(value, 'ghost');
  const region = ghost['region_id'];
  return {
    region_id: typeof region === 'string' ? region : null,
    label: string(ghost['label'], 'label'),
    geometry: geometry(ghost['geometry'], 'geometry'),
  };
}

/** What cannot be read is left out: other versions may draw what this one does not know. */
function readGhosts(key: string, value: unknown): PeerGhost[] {
  const peer = Number(key);
  try {
    const ghost = record(value, 'ghost');
    const tool = string(ghost['tool'], 'tool');
    const along: readonly unknown[] = Array.isArray(ghost['along']) ? ghost['along'].slice(0, MOST_ALONG) : [];
    return [value, ...along].map((shape) => Object.freeze({ peer, tool, ...readShape(shape) }));
  } catch {
    return [];
  }
}

export class Ghosts implements GhostStore {
  readonly #pace: Pace;
  readonly #others: Cached<readonly PeerGhost[]>;
  #doc = new Y.Doc();
  #epoch = 0;
  #me: number | undefined;
  #link: Link | undefined;
  /** What I draw, whether the others know it already or not. */
  #mine: Ghost | null = null;
  #sent = false;
  #whole = false;

  constructor(timers: Timers) {
    this.#pace = new Pace(timers, INTERVAL_MS, () => this.#write());
    this.#others = new Cached(() => this.#list());
  }

  setMine(ghost: Ghost): void {
    this.#mine = ghost;
    this.#pace.request();
  }

  clearMine(): void {
    if (this.#mine === null) return;
    this.#mine = null;
    this.#pace.request();
    this.#pace.now();
  }

  others(): readonly PeerGhost[] {
    return this.#others.get();
  }

  subscribe(listener: Listener): Unsubscribe {
    return this.#others.subscribe(listener);
  }

  /** The room is joined: a document of this number, to be filled by the server's next ghost frame. */
  join(link: Link, me: number, epoch: number): void {
    this.#link = link;
    this.#me = me;
    this.reset(epoch);
  }

  /** Nobody draws any more, as far as the server knows; if I do, it will know soon. */
  reset(epoch: number): void {
    this.#doc.destroy();
    this.#doc = new Y.Doc();
    this.#epoch = epoch;
    this.#sent = false;
    this.#others.invalidate();
    if (this.#mine) this.#pace.request();
  }

  part(): void {
    this.#link = undefined;
    this.#me = undefined;
    this.reset(0);
  }

  /** @param epoch ghosts of another number are void */
  receive(epoch: number, update: Uint8Array): void {
    if (epoch !== this.#epoch || !this.#link) return;
    Y.applyUpdate(this.#doc, update, FROM_SERVER);
    this.#others.invalidate();
  }

  /** The server lacks an earlier move of mine and so cannot take later ones: the next carries all of them. */
  resend(): void {
    this.#whole = true;
    if (this.#mine) this.#pace.request();
  }

  dispose(): void {
    this.#pace.stop();
    this.#doc.destroy();
  }

  /** Moves in between are never written: the document gets the last one of each interval. */
  #write(): void {
    const link = this.#link;
    const me = this.#me;
    if (!link || me === undefined || (this.#mine === null && !this.#sent)) return;
    const ghosts = this.#doc.getMap<unknown>('ghosts');
    const before = this.#whole ? undefined : Y.encodeStateVector(this.#doc);
    this.#whole = false;
    if (this.#mine) ghosts.set(String(me), this.#mine);
    else ghosts.delete(String(me));
    this.#sent = this.#mine !== null;
    link.hot({ kind: 'ghost', epoch: this.#epoch, bytes: Y.encodeStateAsUpdate(this.#doc, before) });
  }

  #list(): readonly PeerGhost[] {
    const list: PeerGhost[] = [];
    this.#doc.getMap<unknown>('ghosts').forEach((value, key) => {
      if (key !== String(this.#me)) list.push(...readGhosts(key, value));
    });
    return Object.freeze(list);
  }
}

/** Who is here, with what in hand. */
import type { Link } from '../session/channel.js';
import type { Listener, PresenceStore, Unsubscribe } from '../surface.js';
import type { Timers } from '../util/env.js';
import { Pace } from '../util/pace.js';
import { Cached } from '../util/signal.js';
import type { Peer, PresenceDiff, PresenceState } from '../wire/types.js';

const INTERVAL_MS = 100;
/** The protocol's bounds; longer is cut here, because the server would refuse all of it. */
const MAX = { tool: 32, label: 100, selection: 256 } as const;

const cut = (text: string | null | undefined, length: number): string | null => (text == null ? null : text.slice(0, length));

function bounded(state: PresenceState): PresenceState {
  return {
    tool: cut(state.tool, MAX.tool),
    label: cut(state.label, MAX.label),
    selection: (state.selection ?? []).slice(0, MAX.selection),
    editing: state.editing ?? null,
    viewport: state.viewport ?? null,
  };
}

export class Presence implements PresenceStore {
  readonly #byPeer = new Map<number, Peer>();
  readonly #list = new Cached<readonly Peer[]>(() => Object.freeze([...this.#byPeer.values()].sort((a, b) => a.peer - b.peer)));
  readonly #pace: Pace;
  #mine: PresenceState = {};
  #said = false;
  #link: Link | undefined;
  #me: number | undefined;

  constructor(timers: Timers) {
    this.#pace = new Pace(timers, INTERVAL_MS, () => this.#say());
  }

  get me(): number | undefined {
    return this.#me;
  }

  peers(): readonly Peer[] {
    return this.#list.get();
  }

  /** Somebody but me, be it another window of mine. */
  get hasOthers(): boolean {
    return [...this.#byPeer.keys()].some((peer) => peer !== this.#me);
  }

  peer(id: number): Peer | undefined {
    return this.#byPeer.get(id);
  }

  mine(): Readonly<PresenceState> {
    return this.#mine;
  }

  setMine(state: Partial<PresenceState>): void {
    this.#mine = { ...this.#mine, ...state };
    this.#said = true;
    this.#pace.request();
  }

  subscribe(listener: Listener): Unsubscribe {
    return this.#list.subscribe(listener);
  }

  join(link: Link, me: number, peers: readonly Peer[]): void {
    this.#link = link;
    this.#me = me;
    this.#byPeer.clear();
    for (const peer of peers) this.#byPeer.set(peer.peer, peer);
    this.#list.invalidate();
    if (this.#said) this.#pace.request();
  }

  part(): void {
    this.#link = undefined;
    this.#me = undefined;
    this.#byPeer.clear();
    this.#list.invalidate();
  }

  apply({ joined, changed, left }: Pick<PresenceDiff, 'joined' | 'changed' | 'left'>): void {
    for (const peer of left) this.#byPeer.delete(peer);
    for (const peer of joined) this.#byPeer.set(peer.peer, peer);
    for (const { peer, state } of changed) this.#change(peer, state);
    this.#list.invalidate();
  }

  dispose(): void {
    this.#pace.stop();
  }

  #change(id: number, state: PresenceState): void {
    const peer = this.#byPeer.get(id);
    if (peer) this.#byPeer.set(id, { ...peer, state });
  }

  #say(): void {
    if (!this.#link || this.#me === undefined) return;
    const state = bounded(this.#mine);
    this.#link.control({ type: 'set_presence', state });
    this.#change(this.#me, state);
    this.#list.invalidate();
  }
}

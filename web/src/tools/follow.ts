import type { TaskRoom } from '@tandem/client';

import type { Rect } from '~/geometry/points';
import { createStore } from '~/lib/store';
import type { Camera } from './camera';

const TELL_MS = 120;
/** Two who begin to follow each other at once learn of it within this time. */
const AT_ONCE_MS = 2_000;
/** Image pixels: what was told comes back in single precision. */
const SAME = 0.06;

/**
 * My view follows somebody else's, until I go somewhere myself; and others are told where I look, so that they can follow me. Whoever follows tells the part
 * they were shown, not what their window makes of it: of two who follow each other each would show a little more than the other, without end.
 */
export class Follow {
  /** The peer I follow. */
  readonly peer = createStore<number | null>(null);
  readonly #stops: (() => void)[];
  #timer: ReturnType<typeof setTimeout> | null = null;
  #shown: Rect | null = null;
  /** Where I looked before I followed anybody. */
  #own: Rect | null = null;
  #since = 0;

  constructor(
    private readonly room: TaskRoom,
    private readonly camera: Camera,
    private readonly now: () => number = Date.now,
  ) {
    this.#stops = [
      camera.view.subscribe(() => this.#tellSoon()),
      camera.steered.subscribe(() => this.stop()),
      room.presence.subscribe(() => this.#show()),
    ];
    this.#tellSoon();
  }

  start(peer: number): void {
    this.#own = rounded(this.camera.visible());
    this.#since = this.now();
    this.#shown = null;
    this.peer.set(peer);
    this.#show();
  }

  stop(): void {
    if (this.peer.get() === null) return;
    this.peer.set(null);
    this.#shown = null;
    this.#tellSoon();
  }

  dispose(): void {
    for (const stop of this.#stops) stop();
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  #show(): void {
    const id = this.peer.get();
    if (id === null) return;
    const peer = this.room.presence.peer(id);
    if (!peer) {
      this.stop();
      return;
    }
    const rect = rectOf(peer.state.viewport);
    if (!rect || isSame(rect, this.#shown)) return;
    // They were brought to where I was while I was brought to where they were: nobody leads.
    const crossed = this.#shown !== null && isSame(rect, this.#own) && this.now() - this.#since < AT_ONCE_MS;
    if (crossed) {
      this.stop();
      return;
    }
    this.#shown = rect;
    this.camera.follow(rect);
    this.#tellSoon();
  }

  #tellSoon(): void {
    if (this.#timer !== null) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      const { x, y, width, height } = this.#shown ?? rounded(this.camera.visible());
      if (Number.isFinite(x) && width > 0) this.room.presence.setMine({ viewport: [x, y, width, height] });
    }, TELL_MS);
  }
}

const tenths = (n: number): number => Math.round(n * 10) / 10;

const rounded = ({ x, y, width, height }: Rect): Rect => ({
  x: tenths(x),
  y: tenths(y),
  width: tenths(width),
  height: tenths(height),
});

function rectOf(viewport: readonly number[] | null | undefined): Rect | null {
  const [x, y, width, height] = viewport ?? [];
  return x === undefined || y === undefined || width === undefined || height === undefined ? null : { x, y, width, height };
}

const isSame = (a: Rect, b: Rect | null): boolean =>
  b !== null && [a.x - b.x, a.y - b.y, a.width - b.width, a.height - b.height].every((difference) => Math.abs(difference) < SAME);

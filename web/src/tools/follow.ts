import type { TaskRoom } from '@tandem/client';

import { createStore } from '~/lib/store';
import type { Camera } from './camera';

const TELL_MS = 120;

/** My view follows somebody else's; and others are told where I look, so that they can follow me. */
export class Follow {
  /** The peer I follow. */
  readonly peer = createStore<number | null>(null);
  readonly #stops: (() => void)[];
  #timer: ReturnType<typeof setTimeout> | null = null;
  #shown = '';

  constructor(
    private readonly room: TaskRoom,
    private readonly camera: Camera,
  ) {
    this.#stops = [camera.view.subscribe(() => this.#tellSoon()), room.presence.subscribe(() => this.#show())];
    this.#tellSoon();
  }

  start(peer: number): void {
    this.peer.set(peer);
    this.#shown = '';
    this.#show();
  }

  stop(): void {
    this.peer.set(null);
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
    const viewport = peer.state.viewport;
    const [x, y, width, height] = viewport ?? [];
    if (x === undefined || y === undefined || width === undefined || height === undefined) return;
    const key = [x, y, width, height].join();
    if (key === this.#shown) return;
    this.#shown = key;
    this.camera.show({ x, y, width, height });
  }

  #tellSoon(): void {
    if (this.#timer !== null) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      const { x, y, width, height } = this.camera.visible();
      if (Number.isFinite(x) && width > 0) {
        this.room.presence.setMine({ viewport: [x, y, width, height].map((n) => Math.round(n * 10) / 10) });
      }
    }, TELL_MS);
  }
}

/** Rooms that several parts of a screen look into: one for all of them, and kept for a moment, so that the next screen finds it joined. */
import type { SessionApi } from '@tandem/client';

/** From one screen to the next. */
const KEPT_MS = 2_000;

interface Watched {
  readonly failure: unknown;
}

interface Room<T> {
  snapshot: () => T;
  subscribe: (listener: () => void) => () => void;
  close: () => void;
}

export class SharedRoom<T extends Watched, R extends Room<T> = Room<T>> {
  #room: R | null = null;
  #looking = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param nothing what is seen until it is open */
  constructor(
    private readonly open: () => R,
    private readonly nothing: T,
  ) {}

  readonly snapshot = (): T => this.#room?.snapshot() ?? this.nothing;

  readonly subscribe = (listener: () => void): (() => void) => this.enter((room) => room.subscribe(listener));

  /** @param look what is done with it, until what this returns is called */
  enter(look: (room: R) => () => void): () => void {
    clearTimeout(this.#timer);
    this.#looking += 1;
    this.#room ??= this.open();
    const stop = look(this.#room);
    return () => {
      stop();
      this.#looking -= 1;
      if (this.#looking > 0) return;
      // What failed is tried anew by the next who asks.
      if (this.snapshot().failure !== null) this.#close();
      else this.#timer = setTimeout(() => this.#close(), KEPT_MS);
    };
  }

  #close(): void {
    this.#room?.close();
    this.#room = null;
  }
}

/** Of each session (one person's) and id one. */
export function sharedRooms<T extends Watched, R extends Room<T>>(
  open: (live: SessionApi, id: string) => R,
  nothing: T,
): (live: SessionApi, id: string) => SharedRoom<T, R> {
  const known = new WeakMap<SessionApi, Map<string, SharedRoom<T, R>>>();
  return (live, id) => {
    const mine = known.get(live) ?? new Map<string, SharedRoom<T, R>>();
    known.set(live, mine);
    const room = mine.get(id) ?? new SharedRoom(() => open(live, id), nothing);
    mine.set(id, room);
    return room;
  };
}

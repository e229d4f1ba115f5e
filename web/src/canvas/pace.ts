/** Milliseconds between frames: above `late` a frame had too much to do, below `early` it could have done more. */
export interface FrameTime {
  readonly late: number;
  readonly early: number;
}

const FIRST = 200;
const LEAST = 24;
const MOST = 6_000;
/** After a late frame, and from frame to frame. */
const LESS = 0.75;
const QUICKLY = 1.3;
/**
 * Of what was too much the last time: from there on slowly, because finding the limit again costs a late frame. Not nearer, because what a
 * shape costs varies: zooming had a p95 of two frames in three of six runs of `make bench-web` at 0.85, in one of six at 0.7.
 */
const NEAR = 0.7;
const SLOWLY = 1.002;
/** Beyond the limit it is not the limit any more; so far beyond it, and it was something else that made the frame late. */
const AGAIN = 1.05;
const BEYOND = 1.2;

/** How many shapes a frame paints. What they cost shows only when the next frame comes late or does not. */
export class Pace {
  #now = FIRST;
  #tooMuch = MOST;

  constructor(private readonly frame: FrameTime) {}

  /** @param took Milliseconds since the frame before; null: nothing was painted in it */
  next(took: number | null): number {
    if (took !== null && took > this.frame.late) {
      this.#tooMuch = this.#now;
      this.#now = Math.max(LEAST, this.#now * LESS);
    } else if (took !== null && took < this.frame.early) {
      const slowly = this.#now < this.#tooMuch ? SLOWLY : AGAIN;
      this.#now = Math.min(MOST, this.#now * QUICKLY, Math.max(this.#now * slowly, this.#tooMuch * NEAR));
      if (this.#now > this.#tooMuch * BEYOND) this.#tooMuch = MOST;
    }
    return Math.ceil(this.#now);
  }
}

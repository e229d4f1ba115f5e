import type { TimerHandle, Timers } from './env.js';

/**
 * Runs `flush` at once after quiet and then at most once per interval, the last request always.
 * "At once" is the end of the current task's turn, so that what happens together is flushed together.
 */
export class Pace {
  #requested = false;
  #scheduled = false;
  #resting: TimerHandle | undefined;
  #stopped = false;

  constructor(
    private readonly timers: Timers,
    private readonly intervalMs: number,
    private readonly flush: () => void,
  ) {}

  request(): void {
    if (this.#stopped) return;
    this.#requested = true;
    if (this.#resting !== undefined || this.#scheduled) return;
    this.#scheduled = true;
    void Promise.resolve().then(() => {
      this.#scheduled = false;
      if (this.#requested) this.now();
    });
  }

  /** Flush what was requested without waiting for the turn's end or the interval. */
  now(): void {
    if (this.#stopped || !this.#requested) return;
    this.#requested = false;
    this.#rest();
    this.flush();
  }

  /** Forget what was requested. */
  cancel(): void {
    this.#requested = false;
  }

  stop(): void {
    this.#stopped = true;
    this.#requested = false;
    if (this.#resting !== undefined) this.timers.clearTimeout(this.#resting);
    this.#resting = undefined;
  }

  #rest(): void {
    if (this.#resting !== undefined) this.timers.clearTimeout(this.#resting);
    this.#resting = this.timers.setTimeout(() => {
      this.#resting = undefined;
      this.now();
    }, this.intervalMs);
  }
}

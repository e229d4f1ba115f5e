const IDLE_MS = 60_000;

/** How long I really worked on this task: time with my hands off for more than a minute does not count. */
export class Activity {
  #last: number;
  #spent = 0;
  readonly #since: number;

  constructor(private readonly now: () => number) {
    this.#since = this.#last = now();
  }

  touch(): void {
    const now = this.now();
    this.#spent += Math.min(now - this.#last, IDLE_MS);
    this.#last = now;
  }

  spentMs(): number {
    const tail = Math.min(this.now() - this.#last, IDLE_MS);
    return Math.round(Math.min(this.#spent + tail, this.now() - this.#since));
  }

  /** Whether I did anything in the last `ms`. */
  within(ms: number): boolean {
    return this.now() - this.#last < ms;
  }
}

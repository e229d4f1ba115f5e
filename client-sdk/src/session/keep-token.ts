/** Sends a fresh access token before the old one runs out, on the living connection. */
import type { TimerHandle, Timers } from '../util/env.js';
import type { TokenSource } from './tokens.js';

/** Refresh this long before the end ... */
const LEAD_MS = 60_000;
/** ... and try again after this, while there is time. */
const RETRY_MS = 5_000;
/** Timers hold 31 bits of milliseconds. */
const LONGEST_MS = 2 ** 31 - 1;

export class KeepToken {
  #timer: TimerHandle | undefined;
  #round = 0;

  constructor(
    private readonly timers: Timers,
    private readonly tokens: TokenSource,
    private readonly send: (token: string) => void,
  ) {}

  /** @param leftMs until the token the server knows runs out */
  expiresIn(leftMs: number): void {
    this.#arm(leftMs > 2 * LEAD_MS ? leftMs - LEAD_MS : leftMs / 2);
  }

  stop(): void {
    this.#round += 1;
    if (this.#timer !== undefined) this.timers.clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #arm(ms: number): void {
    this.stop();
    this.#timer = this.timers.setTimeout(() => void this.#refresh(), Math.min(Math.max(ms, 0), LONGEST_MS));
  }

  async #refresh(): Promise<void> {
    const round = this.#round;
    try {
      const token = await this.tokens.refresh();
      if (round === this.#round) this.send(token);
    } catch {
      // If it stays so, the server closes with "token expired", and the session decides what that means.
      if (round === this.#round) this.#arm(RETRY_MS);
    }
  }
}

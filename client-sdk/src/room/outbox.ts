/**
 * My edits on their way to the server's disk.
 *
 * Edits made together leave as one update; each update has a number, and stays here until an acknowledgement covers it. When the
 * connection goes, nothing is re-sent from here: on the next one the difference of the two documents holds it all, exactly once.
 */
import * as Y from 'yjs';

export class Outbox {
  #waiting: Uint8Array[] = [];
  /** Numbers of updates sent and not acknowledged, oldest first. */
  #sent: number[] = [];
  #seq = 0;

  /** Edits not known to be on disk. */
  get pending(): number {
    return this.#waiting.length + this.#sent.length;
  }

  get hasWaiting(): boolean {
    return this.#waiting.length > 0;
  }

  push(update: Uint8Array): void {
    this.#waiting.push(update);
  }

  /** Everything that waits, as one update with its number. */
  take(): { seq: number; bytes: Uint8Array } | undefined {
    const [first] = this.#waiting;
    if (!first) return undefined;
    const bytes = this.#waiting.length === 1 ? first : Y.mergeUpdates(this.#waiting);
    this.#waiting = [];
    this.#seq += 1;
    this.#sent.push(this.#seq);
    return { seq: this.#seq, bytes };
  }

  /** Whether this update was sent since the last join and is not acknowledged. */
  isSent(seq: number): boolean {
    return this.#sent.includes(seq);
  }

  /** @returns whether anything was waiting for this acknowledgement */
  ack(seq: number): boolean {
    const before = this.#sent.length;
    this.#sent = this.#sent.filter((sent) => sent > seq);
    return this.#sent.length < before;
  }

  /** Joined anew: `difference` stands for all that waited or was sent. On a new channel numbers start again, on the same they go on. */
  restart(difference: Uint8Array | null, newChannel: boolean): void {
    this.#waiting = difference ? [difference] : [];
    this.#sent = [];
    if (newChannel) this.#seq = 0;
  }
}

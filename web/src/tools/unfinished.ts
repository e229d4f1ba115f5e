/**
 * Drawings that are not whole yet are no part of the document, so its undo knows nothing of them: here are the steps of one that were taken back, and the
 * one that was dropped by Esc or for another tool, to be brought back as long as nothing else was done.
 */
import type { Moment } from './hand';

export class Unfinished {
  /** The last taken back is on top. */
  #taken: Moment[] = [];
  #dropped: Moment | null = null;
  /** Steps of the document that were undone since: they come back before. */
  #undone = 0;

  get hasDropped(): boolean {
    return this.#dropped !== null;
  }

  get hasTaken(): boolean {
    return this.#taken.length > 0 && this.#undone === 0;
  }

  tookBack(before: Moment): void {
    this.#taken.push(before);
    this.#dropped = null;
  }

  drop(before: Moment): void {
    this.forget();
    this.#dropped = before;
  }

  /** The drawing that was dropped, to be gone on with. */
  pickUp(): Moment | null {
    const dropped = this.#dropped;
    this.#dropped = null;
    return dropped;
  }

  /** The drawing as it was before its last step was taken back. */
  again(): Moment | null {
    return this.hasTaken ? (this.#taken.pop() ?? null) : null;
  }

  /** A step of the document was undone, or (-1) came back. */
  undid(by: 1 | -1): void {
    this.#dropped = null;
    if (this.#taken.length > 0) this.#undone = Math.max(0, this.#undone + by);
  }

  /** Something else was done. */
  forget(): void {
    [this.#taken, this.#dropped, this.#undone] = [[], null, 0];
  }
}

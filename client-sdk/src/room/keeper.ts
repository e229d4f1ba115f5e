/**
 * Writes a room's document to this device, in order, and never lets a failing store stand in the way of work: the first failure is
 * reported, and the room goes on in memory.
 */
import type { DeliveryMarks, Persistence, StoredDocument } from '../persistence/types.js';
import { uuidv7 } from '../util/uuid.js';

export class Keeper {
  /** One room in one tab. */
  readonly #writer = uuidv7();
  #marks: DeliveryMarks = new Map();
  #queue: Promise<void> = Promise.resolve();

  constructor(
    private readonly storage: Persistence,
    private readonly taskId: string,
    private readonly failed: (message: string) => void,
  ) {}

  async load(): Promise<StoredDocument | null> {
    try {
      const stored = await this.storage.load(this.taskId);
      if (stored) this.#marks = stored.marks;
      return stored;
    } catch (error) {
      this.#report(error);
      return null;
    }
  }

  append(lineage: string | null, update: Uint8Array, mine: boolean): void {
    this.#then(() => this.storage.append(this.taskId, lineage, update, mine ? this.#writer : null));
  }

  adopt(lineage: string): void {
    this.#then(() => this.storage.adopt(this.taskId, lineage));
  }

  delivered(lineage: string | null): void {
    const marks = this.#marks;
    this.#marks = new Map();
    this.#then(() => this.storage.delivered(this.taskId, lineage, this.#writer, marks));
  }

  setAside(lineage: string | null, reason: string, state: Uint8Array, at: number): void {
    this.#marks = new Map();
    this.#then(() => this.storage.setAside({ taskId: this.taskId, lineage, reason, state, at }));
  }

  /** Resolves when all that was asked so far is written (or has failed). */
  idle(): Promise<void> {
    return this.#queue;
  }

  #then(write: () => Promise<void>): void {
    this.#queue = this.#queue.then(write).catch((error: unknown) => this.#report(error));
  }

  #report(error: unknown): void {
    this.failed(error instanceof Error ? error.message : String(error));
  }
}

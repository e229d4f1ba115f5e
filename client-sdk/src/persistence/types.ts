/** Where copies of documents and undelivered edits outlive a closed tab. One store belongs to one person: name it after the user. */

/** A copy of a task's document. */
export interface StoredDocument {
  /** The generation of the document; null when it was never joined, so that all of it is mine. */
  readonly lineage: string | null;
  /** Yjs updates; applied in any order they make the document. */
  readonly updates: readonly Uint8Array[];
  /** Whether it holds edits the server has not acknowledged. */
  readonly undelivered: boolean;
  /** Hand this back to `delivered`. */
  readonly marks: DeliveryMarks;
}

/** Which undelivered edits were known at some moment; edits made later (by another tab, too) are not covered by it. */
export type DeliveryMarks = ReadonlyMap<string, number>;

/** A copy that does not fit the server's document any more. */
export interface AsideDocument {
  readonly taskId: string;
  readonly lineage: string | null;
  readonly reason: string;
  readonly state: Uint8Array;
  readonly at: number;
}

export interface Persistence {
  load(taskId: string): Promise<StoredDocument | null>;
  /** Add an edit. `writer` (one room in one tab) made it and has not delivered it; null: it came from the server. */
  append(taskId: string, lineage: string | null, update: Uint8Array, writer: string | null): Promise<void>;
  /** The document got its lineage by joining: what was kept without one belongs to it. */
  adopt(taskId: string, lineage: string): Promise<void>;
  /** My edits up to now are on the server's disk, and those `marks` knew of. */
  delivered(taskId: string, lineage: string | null, writer: string, marks: DeliveryMarks): Promise<void>;
  /** Move the document out of the way; it is never loaded again as the task's. */
  setAside(aside: AsideDocument): Promise<void>;
  asides(taskId: string): Promise<readonly AsideDocument[]>;
  /** Tasks with edits that were never acknowledged. */
  undelivered(): Promise<readonly string[]>;
  /** Forget a task, copies set aside included. */
  forget(taskId: string): Promise<void>;
  close(): void;
}

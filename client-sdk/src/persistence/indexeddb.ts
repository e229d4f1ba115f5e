/** The browser's store: edits land here in the order they are made, and a tab that is closed delivers them the next time. */
import * as Y from 'yjs';

import { finished, openDatabase, result, type Database, type IdbFactory, type Transaction } from './idb.js';
import type { AsideDocument, DeliveryMarks, Persistence, StoredDocument } from './types.js';

const VERSION = 1;
/** More rows than this are merged into one when the document is loaded. */
const MANY_UPDATES = 64;

interface DocumentRow {
  key: string;
  taskId: string;
  lineage: string | null;
  at: number;
}
interface UpdateRow {
  document: string;
  update: Uint8Array;
}
interface MarkRow {
  key: string;
  document: string;
  writer: string;
  count: number;
}

const DOCUMENTS = 'documents';
const UPDATES = 'updates';
const MARKS = 'marks';
const ASIDES = 'asides';
const ALL = [DOCUMENTS, UPDATES, MARKS, ASIDES];

const keyOf = (taskId: string, lineage: string | null): string => `${taskId}/${lineage ?? ''}`;
const markKey = (document: string, writer: string): string => `${document}/${writer}`;

function upgrade(database: Database): void {
  database.createObjectStore(DOCUMENTS, { keyPath: 'key' }).createIndex('taskId', 'taskId');
  database.createObjectStore(UPDATES, { autoIncrement: true }).createIndex('document', 'document');
  database.createObjectStore(MARKS, { keyPath: 'key' }).createIndex('document', 'document');
  database.createObjectStore(ASIDES, { autoIncrement: true }).createIndex('taskId', 'taskId');
}

/** Work inside one transaction; resolves when it is on disk. */
type Run = <T>(stores: string[], mode: 'readonly' | 'readwrite', work: (transaction: Transaction) => Promise<T>) => Promise<T>;

function abort(transaction: Transaction): void {
  try {
    transaction.abort();
  } catch {
    // It had ended already.
  }
}

async function rowsOf<T>(transaction: Transaction, store: string, index: string, key: string): Promise<T[]> {
  return (await result(transaction.objectStore(store).index(index).getAll(key))) as T[];
}

async function deleteRows(transaction: Transaction, store: string, index: string, key: string): Promise<void> {
  const keys = await result(transaction.objectStore(store).index(index).getAllKeys(key));
  for (const one of keys) transaction.objectStore(store).delete(one);
}

async function countEdit(transaction: Transaction, document: string, writer: string, by = 1): Promise<void> {
  const store = transaction.objectStore(MARKS);
  const key = markKey(document, writer);
  const row = (await result(store.get(key))) as MarkRow | undefined;
  store.put({ key, document, writer, count: (row?.count ?? 0) + by } satisfies MarkRow);
}

async function removeDocument(transaction: Transaction, document: string): Promise<void> {
  transaction.objectStore(DOCUMENTS).delete(document);
  await deleteRows(transaction, UPDATES, 'document', document);
  await deleteRows(transaction, MARKS, 'document', document);
}

/** Many small updates become one; those another tab adds meanwhile have other keys and stay. */
async function mergeUpdates(transaction: Transaction, document: string): Promise<void> {
  const rows = await rowsOf<UpdateRow>(transaction, UPDATES, 'document', document);
  if (rows.length <= MANY_UPDATES) return;
  await deleteRows(transaction, UPDATES, 'document', document);
  transaction.objectStore(UPDATES).add({ document, update: Y.mergeUpdates(rows.map((row) => row.update)) } satisfies UpdateRow);
}

interface Found {
  readonly key: string;
  readonly stored: StoredDocument;
}

async function load(transaction: Transaction, taskId: string): Promise<Found | null> {
  const documents = await rowsOf<DocumentRow>(transaction, DOCUMENTS, 'taskId', taskId);
  const newest = documents.sort((a, b) => a.at - b.at).at(-1);
  if (!newest) return null;
  const updates = await rowsOf<UpdateRow>(transaction, UPDATES, 'document', newest.key);
  const marks = await rowsOf<MarkRow>(transaction, MARKS, 'document', newest.key);
  const stored = {
    lineage: newest.lineage,
    updates: updates.map((row) => row.update),
    undelivered: marks.length > 0,
    marks: new Map(marks.map((row) => [row.writer, row.count])),
  };
  return { key: newest.key, stored };
}

async function adopt(transaction: Transaction, taskId: string, lineage: string, at: number): Promise<void> {
  const [from, to] = [keyOf(taskId, null), keyOf(taskId, lineage)];
  const updates = await rowsOf<UpdateRow>(transaction, UPDATES, 'document', from);
  const marks = await rowsOf<MarkRow>(transaction, MARKS, 'document', from);
  if (updates.length === 0) return;
  transaction.objectStore(DOCUMENTS).put({ key: to, taskId, lineage, at } satisfies DocumentRow);
  for (const { update } of updates) transaction.objectStore(UPDATES).add({ document: to, update } satisfies UpdateRow);
  for (const { writer, count } of marks) await countEdit(transaction, to, writer, count);
  await removeDocument(transaction, from);
}

async function delivered(transaction: Transaction, document: string, writer: string, marks: DeliveryMarks): Promise<void> {
  const store = transaction.objectStore(MARKS);
  store.delete(markKey(document, writer));
  for (const [other, count] of marks) {
    const row = (await result(store.get(markKey(document, other)))) as MarkRow | undefined;
    if (row?.count === count) store.delete(row.key);
  }
}

export interface IndexedDbOptions {
  /** Name of the database. Put the user's id in it: another person on this browser must not deliver my edits as theirs. */
  name: string;
  /** `globalThis.indexedDB` when absent. */
  indexedDB?: IdbFactory;
  now?: () => number;
}

export function indexedDbPersistence(options: IndexedDbOptions): Persistence {
  const factory = options.indexedDB ?? (globalThis as { indexedDB?: IdbFactory }).indexedDB;
  const now = options.now ?? ((): number => Date.now());
  let opening: Promise<Database> | undefined;

  function database(): Promise<Database> {
    if (!factory) return Promise.reject(new Error('this platform has no IndexedDB'));
    // A failed opening is tried anew: private windows and full disks can recover.
    opening ??= openDatabase(factory, options.name, VERSION, upgrade).catch((error: unknown) => {
      opening = undefined;
      throw error;
    });
    return opening;
  }

  const run: Run = async (stores, mode, work) => {
    const transaction = (await database()).transaction(stores, mode);
    const done = finished(transaction);
    try {
      const value = await work(transaction);
      await done;
      return value;
    } catch (error) {
      // What failed is thrown below; that the transaction then ends unfinished is no news.
      done.catch(() => undefined);
      abort(transaction);
      throw error;
    }
  };

  /** What was read is true when it is read: whoever waits to join a task waits for no disk. */
  async function look<T>(stores: string[], work: (transaction: Transaction) => Promise<T>): Promise<T> {
    const transaction = (await database()).transaction(stores, 'readonly');
    finished(transaction).catch(() => undefined);
    return work(transaction);
  }

  return {
    load: async (taskId) => {
      const found = await look([DOCUMENTS, UPDATES, MARKS], (tx) => load(tx, taskId));
      if (found && found.stored.updates.length > MANY_UPDATES)
        // Tidying up: where it fails, the next load tries again.
        run([UPDATES], 'readwrite', (tx) => mergeUpdates(tx, found.key)).catch(() => undefined);
      return found?.stored ?? null;
    },
    append: (taskId, lineage, update, writer) =>
      run([DOCUMENTS, UPDATES, MARKS], 'readwrite', async (tx) => {
        const key = keyOf(taskId, lineage);
        tx.objectStore(DOCUMENTS).put({ key, taskId, lineage, at: now() } satisfies DocumentRow);
        tx.objectStore(UPDATES).add({ document: key, update } satisfies UpdateRow);
        if (writer !== null) await countEdit(tx, key, writer);
      }),
    adopt: (taskId, lineage) => run([DOCUMENTS, UPDATES, MARKS], 'readwrite', (tx) => adopt(tx, taskId, lineage, now())),
    delivered: (taskId, lineage, writer, marks) =>
      run([MARKS], 'readwrite', (tx) => delivered(tx, keyOf(taskId, lineage), writer, marks)),
    setAside: (aside) =>
      run(ALL, 'readwrite', async (tx) => {
        tx.objectStore(ASIDES).add(aside);
        await removeDocument(tx, keyOf(aside.taskId, aside.lineage));
      }),
    asides: (taskId) => run([ASIDES], 'readonly', (tx) => rowsOf<AsideDocument>(tx, ASIDES, 'taskId', taskId)),
    undelivered: () =>
      run([DOCUMENTS, MARKS], 'readonly', async (tx) => {
        const marks = (await result(tx.objectStore(MARKS).getAll())) as MarkRow[];
        const documents = (await result(tx.objectStore(DOCUMENTS).getAll())) as DocumentRow[];
        const marked = new Set(marks.map((mark) => mark.document));
        return [...new Set(documents.filter((row) => marked.has(row.key)).map((row) => row.taskId))];
      }),
    forget: (taskId) =>
      run(ALL, 'readwrite', async (tx) => {
        const documents = await rowsOf<DocumentRow>(tx, DOCUMENTS, 'taskId', taskId);
        for (const { key } of documents) await removeDocument(tx, key);
        await deleteRows(tx, ASIDES, 'taskId', taskId);
      }),
    close() {
      void opening?.then(
        (open) => open.close(),
        () => undefined,
      );
      opening = undefined;
    },
  };
}

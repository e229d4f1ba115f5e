/** As much of IndexedDB as is used, typed without the DOM, and as promises. */

interface Target {
  addEventListener(type: string, listener: () => void): void;
}

export interface Request<T> extends Target {
  readonly result: T;
  readonly error: Error | null;
}

export interface ObjectStore {
  get(key: unknown): Request<unknown>;
  getAll(query?: unknown): Request<unknown[]>;
  getAllKeys(query?: unknown): Request<unknown[]>;
  put(value: unknown): Request<unknown>;
  add(value: unknown): Request<unknown>;
  delete(key: unknown): Request<unknown>;
  index(name: string): Pick<ObjectStore, 'getAll' | 'getAllKeys'>;
  createIndex(name: string, path: string): unknown;
}

export interface Transaction extends Target {
  readonly error: Error | null;
  objectStore(name: string): ObjectStore;
  abort(): void;
}

export interface Database extends Target {
  transaction(stores: string[], mode: 'readonly' | 'readwrite'): Transaction;
  createObjectStore(name: string, options: { keyPath?: string; autoIncrement?: boolean }): ObjectStore;
  close(): void;
}

/** What `globalThis.indexedDB` is, as far as needed. */
export interface IdbFactory {
  open(name: string, version: number): Request<unknown>;
}

export const result = <T>(request: Request<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result));
    request.addEventListener('error', () => reject(request.error ?? new Error('IndexedDB failed')));
  });

/** Resolves when the transaction is on this device's disk. */
export const finished = (transaction: Transaction): Promise<void> =>
  new Promise((resolve, reject) => {
    const fail = (): void => reject(transaction.error ?? new Error('IndexedDB gave up a transaction'));
    transaction.addEventListener('complete', () => resolve());
    transaction.addEventListener('abort', fail);
    transaction.addEventListener('error', fail);
  });

export function openDatabase(
  factory: IdbFactory,
  name: string,
  version: number,
  upgrade: (database: Database) => void,
): Promise<Database> {
  const request = factory.open(name, version);
  request.addEventListener('upgradeneeded', () => upgrade(request.result as Database));
  return new Promise((resolve, reject) => {
    request.addEventListener('blocked', () => reject(new Error('another tab holds an older version of the local store open')));
    request.addEventListener('error', () => reject(request.error ?? new Error('IndexedDB cannot be opened')));
    request.addEventListener('success', () => {
      const database = request.result as Database;
      // A newer version of the program in another tab wants to upgrade: make room.
      database.addEventListener('versionchange', () => database.close());
      resolve(database);
    });
  });
}

/**
 * What the browser keeps for next time, and the only way to it. A browser may have no room left, or have been told to keep nothing; then nothing is
 * kept, and no screen breaks over it.
 */
export type Shelf = Pick<Storage, 'getItem' | 'removeItem' | 'key' | 'length'> & {
  /** @returns whether it is kept */
  setItem(key: string, value: string): boolean;
};

/** What throws was not done. */
function attempt<T>(run: () => T, otherwise: T): T {
  try {
    return run();
  } catch {
    return otherwise;
  }
}

export const device: Shelf = {
  getItem: (key) => attempt(() => localStorage.getItem(key), null),
  setItem: (key, value) =>
    attempt(() => {
      localStorage.setItem(key, value);
      return true;
    }, false),
  removeItem: (key) => attempt(() => localStorage.removeItem(key), undefined),
  key: (index) => attempt(() => localStorage.key(index), null),
  get length() {
    return attempt(() => localStorage.length, 0);
  },
};

/** Where regions lie that were copied; behind it comes whose they are. */
export const COPIED = 'tandem.clipboard';

/** Takes away everything whose key begins like this. */
export function dropAll(prefix: string): void {
  const keys = Array.from({ length: device.length }, (_, index) => device.key(index) ?? '');
  for (const key of keys) if (key.startsWith(prefix)) device.removeItem(key);
}

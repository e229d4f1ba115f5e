import { useSyncExternalStore } from 'react';

import type { Store } from './store';

type Readable<T> = Pick<Store<T>, 'get' | 'subscribe'>;

export const useStore = <T>(store: Readable<T>): T => useSyncExternalStore(store.subscribe, store.get);

/** One part of a store: the component renders again only when that part is another value. */
export const useSelected = <T, P>(store: Readable<T>, pick: (value: T) => P): P =>
  useSyncExternalStore(store.subscribe, () => pick(store.get()));

/** Anything of the SDK with `subscribe` and a getter that returns the same object until it changes. */
export const useLive = <P>(source: { subscribe: (listener: () => void) => () => void }, read: () => P): P =>
  useSyncExternalStore((listener) => source.subscribe(listener), read);

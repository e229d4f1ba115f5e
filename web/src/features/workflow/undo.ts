/** What was done, and may be undone. */
export interface Undoable<T> {
  readonly past: readonly T[];
  readonly now: T;
  readonly future: readonly T[];
  /** Of the last change: the next one with the same tag belongs to it (typing a word is one change). */
  readonly tag: string | null;
}

const DEPTH = 200;

export const begin = <T>(now: T): Undoable<T> => ({ past: [], now, future: [], tag: null });

export function change<T>(state: Undoable<T>, now: T, tag: string | null = null): Undoable<T> {
  if (now === state.now) return state;
  const goesOn = tag !== null && tag === state.tag;
  return { past: goesOn ? state.past : [...state.past, state.now].slice(-DEPTH), now, future: [], tag };
}

export function undo<T>(state: Undoable<T>): Undoable<T> {
  const before = state.past.at(-1);
  if (state.past.length === 0) return state;
  return { past: state.past.slice(0, -1), now: before as T, future: [state.now, ...state.future], tag: null };
}

export function redo<T>(state: Undoable<T>): Undoable<T> {
  if (state.future.length === 0) return state;
  const [next, ...rest] = state.future;
  return { past: [...state.past, state.now], now: next as T, future: rest, tag: null };
}

/** Small things of a piece of work that stay on this device until it is done: what was left out, a reason that is being written. Those of long ago make room. */

export type Shelf = Pick<Storage, 'getItem' | 'setItem' | 'removeItem' | 'key' | 'length'>;

const PREFIX = 'tandem.review.';
const MOST = 200;

export interface Kept {
  get: () => string;
  /** Empty: nothing any more. */
  set: (text: string) => void;
}

interface Note {
  readonly at: number;
  readonly text: string;
}

function read(text: string | null): Note | null {
  try {
    const note = JSON.parse(text ?? 'null') as Partial<Note> | null;
    return typeof note?.at === 'number' && typeof note.text === 'string' ? { at: note.at, text: note.text } : null;
  } catch {
    return null;
  }
}

function makeRoom(shelf: Shelf): void {
  const names = Array.from({ length: shelf.length }, (_, n) => shelf.key(n) ?? '').filter((name) => name.startsWith(PREFIX));
  if (names.length < MOST) return;
  const aged = names.map((name) => ({ name, at: read(shelf.getItem(name))?.at ?? 0 })).sort((a, b) => a.at - b.at);
  for (const { name } of aged.slice(0, names.length - MOST + 1)) shelf.removeItem(name);
}

/** @param shelf null: this browser keeps nothing; then it is kept as long as the page */
export function keptOn(shelf: Shelf | null, name: string, now: () => number = Date.now): Kept {
  const key = PREFIX + name;
  let text = '';
  try {
    text = read(shelf?.getItem(key) ?? null)?.text ?? '';
  } catch {
    // It begins empty.
  }
  return {
    get: () => text,
    set(next) {
      text = next;
      try {
        if (next === '') shelf?.removeItem(key);
        else if (shelf) {
          if (shelf.getItem(key) === null) makeRoom(shelf);
          shelf.setItem(key, JSON.stringify({ at: now(), text: next } satisfies Note));
        }
      } catch {
        // The disk is full.
      }
    },
  };
}

import { createStore, type Store } from '~/lib/store';

/** What of a task's comments one person has read, and what they began to write: theirs on this device, never part of the work. */
export interface Marks {
  isRead(comment: string): boolean;
  read(comments: readonly string[]): void;
  /** Told when something was read. */
  readonly changed: Pick<Store<number>, 'get' | 'subscribe'>;
  draft(of: string): string;
  keepDraft(of: string, text: string): void;
}

/** Where it is kept; a browser may have no room, or have been told to keep nothing. */
export type MarkShelf = Pick<Storage, 'getItem' | 'setItem' | 'removeItem' | 'key' | 'length'>;

interface Kept {
  readonly at: number;
  readonly read: readonly string[];
  readonly drafts: Readonly<Record<string, string>>;
}

/** Tasks that are remembered; those before are long done. */
const TASKS = 300;
/** Comments of one task, the last read. */
const COMMENTS = 2_000;

function parse(text: string | null): Kept {
  const nothing: Kept = { at: 0, read: [], drafts: {} };
  try {
    const kept = JSON.parse(text ?? 'null') as Partial<Record<keyof Kept, unknown>> | null;
    if (typeof kept !== 'object' || kept === null) return nothing;
    const { at, read, drafts } = kept;
    return {
      at: typeof at === 'number' ? at : 0,
      read: Array.isArray(read) ? read.filter((id) => typeof id === 'string') : [],
      drafts: Object.fromEntries(
        Object.entries(typeof drafts === 'object' && drafts !== null ? drafts : {}).filter(
          ([, draft]) => typeof draft === 'string',
        ),
      ),
    };
  } catch {
    return nothing;
  }
}

/** Those of this person that were touched longest ago make room. */
function makeRoom(shelf: MarkShelf, prefix: string): void {
  const keys = Array.from({ length: shelf.length }, (_, n) => shelf.key(n)).filter((key) => key?.startsWith(prefix) === true);
  if (keys.length < TASKS) return;
  const aged = keys.map((key) => ({ key: key ?? '', at: parse(shelf.getItem(key ?? '')).at })).sort((a, b) => a.at - b.at);
  for (const { key } of aged.slice(0, keys.length - TASKS + 1)) shelf.removeItem(key);
}

export function createMarks(shelf: MarkShelf | null, userId: string, taskId: string, now: () => number = Date.now): Marks {
  const prefix = `tandem.comments.${userId}.`;
  const key = prefix + taskId;
  const load = (): Kept => {
    try {
      return parse(shelf?.getItem(key) ?? null);
    } catch {
      return parse(null);
    }
  };
  let kept = load();
  let read = new Set(kept.read);
  const changed = createStore(0);

  const keep = (change: (before: Kept) => Partial<Kept>): void => {
    // Another tab may have read something meanwhile.
    const stored = load();
    const before = {
      ...stored,
      read: [...new Set([...stored.read, ...read])],
      drafts: stored.at > kept.at ? stored.drafts : kept.drafts,
    };
    kept = { ...before, ...change(before), at: now() };
    read = new Set(kept.read);
    try {
      if (shelf?.getItem(key) === null) makeRoom(shelf, prefix);
      shelf?.setItem(key, JSON.stringify({ ...kept, read: kept.read.slice(-COMMENTS) }));
    } catch {
      // It is only for next time.
    }
  };

  return {
    isRead: (comment) => read.has(comment),
    read(comments) {
      const fresh = comments.filter((id) => !read.has(id));
      if (fresh.length === 0) return;
      keep((before) => ({ read: [...before.read, ...fresh] }));
      changed.update((n) => n + 1);
    },
    changed,
    draft: (of) => kept.drafts[of] ?? '',
    keepDraft(of, text) {
      if ((kept.drafts[of] ?? '') === text) return;
      keep(({ drafts }) => {
        const { [of]: _, ...rest } = drafts;
        return { drafts: text === '' ? rest : { ...rest, [of]: text } };
      });
    },
  };
}

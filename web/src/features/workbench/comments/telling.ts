/** Whom a comment concerns, and which comments have not been told of yet. */
import type { ThreadSnapshot } from '@tandem/client';

import { device } from '~/lib/keep';

/** As the server takes it. */
const EXCERPT = 280;
const MOST = 50;
/** Kept for a task; what is more is of a session that never came back online. */
const KEPT = 200;

export interface Telling {
  thread: string;
  comment: string;
  excerpt: string;
  mentioned: string[];
  answered: string[];
}

/** @returns null when the comment is gone, is not mine, or concerns nobody but me */
export function concerns({ id, comments }: ThreadSnapshot, commentId: string, me: string): Telling | null {
  const at = comments.findIndex((comment) => comment.id === commentId);
  const comment = comments[at];
  if (comment?.author !== me) return null;
  const mentioned = [...new Set(comment.mentions)].filter((user) => user !== me).slice(0, MOST);
  const before = new Set(comments.slice(0, at).flatMap(({ author }) => (author === null ? [] : [author])));
  const answered = [...before].filter((user) => user !== me && !mentioned.includes(user)).slice(0, MOST - mentioned.length);
  if (mentioned.length + answered.length === 0) return null;
  // By characters, as the server counts: half of one is none.
  const excerpt = Array.from(comment.text.replace(/\s+/g, ' ').trim()).slice(0, EXCERPT).join('');
  return excerpt === '' ? null : { thread: id, comment: commentId, excerpt, mentioned, answered };
}

export interface Unsaid {
  add: (name: string) => void;
  drop: (name: string) => void;
  first: () => string | undefined;
}

/** The names of a task's comments that have not been told of, kept over a reload. */
export function unsaid(taskId: string, kept: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> = device): Unsaid {
  const key = `tandem.telling.${taskId}`;
  const names = new Set(readNames(kept, key));
  const write = (): void => {
    try {
      if (names.size === 0) kept.removeItem(key);
      else kept.setItem(key, [...names].slice(-KEPT).join('\n'));
    } catch {
      // The disk is full: they are told of as long as this page is open.
    }
  };
  return {
    add: (name) => {
      names.add(name);
      write();
    },
    drop: (name) => {
      names.delete(name);
      write();
    },
    first: () => names.values().next().value,
  };
}

function readNames(kept: Pick<Storage, 'getItem'>, key: string): string[] {
  try {
    return (kept.getItem(key) ?? '').split('\n').filter((name) => name !== '');
  } catch {
    return [];
  }
}

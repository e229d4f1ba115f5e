/**
 * A thread between its Yjs form and the immutable snapshot everything else reads.
 *
 *   threads[id] = Y.Map { anchor: JSON, created_at: number, resolved: null | { by, at }, comments: Y.Map<id, JSON> }
 *
 * What a thread cannot do without is there from its first moment and is never taken away, neither by deleting its comments nor by undo: of two
 * people, one taking the only comment back and one answering it, the answer stays. A thread without comments is kept and not shown.
 */
import * as Y from 'yjs';

import type { CommentSnapshot, NewComment, ThreadAnchor, ThreadSnapshot } from '../surface.js';
import { anchor } from './anchor.js';

export type ThreadMap = Y.Map<unknown>;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Y.AbstractType);
const time = (value: unknown): number => (typeof value === 'number' && Number.isFinite(value) ? value : 0);
const person = (value: unknown): string | null => (typeof value === 'string' ? value : null);
const people = (value: unknown): readonly string[] =>
  Array.isArray(value) ? [...new Set(value.filter((one) => typeof one === 'string'))] : [];

/** @returns undefined for what is no comment: it is left alone and not shown */
function readComment(id: string, value: unknown): CommentSnapshot | undefined {
  if (!isRecord(value)) return undefined;
  const { author, text, mentions, created_at, edited_at } = value;
  if (typeof text !== 'string' || text.trim() === '') return undefined;
  return Object.freeze({
    id,
    author: person(author),
    text,
    mentions: Object.freeze(people(mentions)),
    createdAt: time(created_at),
    editedAt: typeof edited_at === 'number' && Number.isFinite(edited_at) ? edited_at : null,
  });
}

const byAge = (
  a: { readonly id: string; readonly createdAt: number },
  b: { readonly id: string; readonly createdAt: number },
): number => a.createdAt - b.createdAt || (a.id < b.id ? -1 : Number(a.id > b.id));

export const byThreadAge: (a: ThreadSnapshot, b: ThreadSnapshot) => number = byAge;

/** The comments of a thread, whatever else it has; undefined where it has no place for any. */
export function commentsOf(value: unknown): Y.Map<unknown> | undefined {
  const comments: unknown = value instanceof Y.Map ? value.get('comments') : undefined;
  return comments instanceof Y.Map ? (comments as Y.Map<unknown>) : undefined;
}

/** @returns undefined for what is no thread (another program wrote it) and for one that nobody says anything in */
export function readThread(id: string, value: unknown): ThreadSnapshot | undefined {
  const entries = commentsOf(value);
  if (!entries) return undefined;
  const map = value as ThreadMap;
  const comments: CommentSnapshot[] = [];
  entries.forEach((entry, key) => {
    const comment = readComment(key, entry);
    if (comment) comments.push(comment);
  });
  if (comments.length === 0) return undefined;
  const resolved = map.get('resolved');
  try {
    return Object.freeze({
      id,
      anchor: Object.freeze(anchor(map.get('anchor'), 'anchor')),
      createdAt: time(map.get('created_at')),
      resolved: isRecord(resolved) ? Object.freeze({ by: person(resolved['by']), at: time(resolved['at']) }) : null,
      comments: Object.freeze(comments.sort(byAge)),
    });
  } catch {
    return undefined;
  }
}

/** What a comment is in the document: replaced whole, so that a text is never seen with another text's mentions. */
export function commentValue(
  { text, mentions = [] }: NewComment,
  author: string | undefined,
  createdAt: number,
  editedAt: number | null = null,
): Record<string, unknown> {
  return {
    ...(author !== undefined && { author }),
    text,
    mentions: [...new Set(mentions)],
    created_at: createdAt,
    ...(editedAt !== null && { edited_at: editedAt }),
  };
}

/** A thread the moment it is opened, still without a comment. */
export function newThreadMap(at: ThreadAnchor, createdAt: number): ThreadMap {
  const map: ThreadMap = new Y.Map();
  map.set('anchor', at);
  map.set('created_at', createdAt);
  map.set('resolved', null);
  map.set('comments', new Y.Map());
  return map;
}

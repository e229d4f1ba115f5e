import type { CommentSnapshot, ThreadSnapshot } from '@tandem/client';
import { describe, expect, it } from 'vitest';

import { concerns, unsaid } from '~/features/workbench/comments/telling';

const comment = (id: string, author: string | null, text: string, mentions: string[] = []): CommentSnapshot => ({
  id,
  author,
  text,
  mentions,
  createdAt: 0,
  editedAt: null,
});
const thread = (...comments: CommentSnapshot[]): ThreadSnapshot => ({ id: 't', comments }) as unknown as ThreadSnapshot;

const kept = (): Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> => {
  const map = new Map<string, string>();
  return {
    getItem: (key) => map.get(key) ?? null,
    setItem: (key, value) => void map.set(key, value),
    removeItem: (key) => void map.delete(key),
  };
};

describe('a comment', () => {
  it('concerns whom it names, and whoever wrote in the thread before', () => {
    const said = thread(
      comment('1', 'ann', 'a cat?'),
      comment('2', 'me', 'yes, @Ben', ['ben', 'me', 'ben']),
      comment('3', 'cleo', 'no'),
    );
    expect(concerns(said, '2', 'me')).toEqual({
      thread: 't',
      comment: '2',
      excerpt: 'yes, @Ben',
      mentioned: ['ben'],
      answered: ['ann'],
    });
  });

  it('that names and answers somebody names them', () => {
    const said = thread(comment('1', 'ann', 'a cat?'), comment('2', 'me', '@Ann yes', ['ann']));
    expect(concerns(said, '2', 'me')).toMatchObject({ mentioned: ['ann'], answered: [] });
  });

  it('concerns nobody when it is gone, another’s, or said to oneself', () => {
    const said = thread(comment('1', 'me', 'hm', ['me']), comment('2', 'ann', '@Ben', ['ben']));
    expect(concerns(said, '1', 'me')).toBeNull();
    expect(concerns(said, '2', 'me')).toBeNull();
    expect(concerns(said, '3', 'me')).toBeNull();
  });

  it('is told of by its first 280 characters, none of them cut in half', () => {
    const said = thread(comment('1', 'me', `  ${'😀'.repeat(300)}`, ['ben']));
    expect(Array.from(concerns(said, '1', 'me')?.excerpt ?? '')).toEqual(Array.from({ length: 280 }, () => '😀'));
  });
});

describe('what has not been told of', () => {
  it('is kept over a reload, oldest first, until it is', () => {
    const storage = kept();
    const before = unsaid('task', storage);
    before.add('t 1');
    before.add('t 2');
    const after = unsaid('task', storage);
    expect(after.first()).toBe('t 1');
    after.drop('t 1');
    expect(unsaid('task', storage).first()).toBe('t 2');
    after.drop('t 2');
    expect(unsaid('task', storage).first()).toBeUndefined();
    expect(unsaid('other', storage).first()).toBeUndefined();
  });
});

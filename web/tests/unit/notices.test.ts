import { describe, expect, it } from 'vitest';

import { headline, taskPath, threadPath } from '~/features/notices/words';
import type { Notification } from '~/session/notifications';

const notification: Notification = {
  id: 'n',
  kind: 'mention',
  project_id: 'p1',
  task_id: 't1',
  from: { id: 'u', name: 'Ann Ünal', email: 'a@b', color: '#102030' },
  thread: 'a/b?c',
  comment: 'c',
  excerpt: 'look',
  created_at: '2026-11-29T12:00:00Z',
  read_at: null,
};

describe('a notification', () => {
  it('says who did what', () => {
    expect(headline(notification)).toBe('Ann Ünal mentioned you');
    expect(headline({ ...notification, kind: 'answer' })).toBe('Ann Ünal answered you');
  });

  it('of a newer server is said in general words', () => {
    expect(headline({ ...notification, kind: 'nod' as Notification['kind'] })).toBe('Ann Ünal wrote to you');
  });

  it('leads to its thread, whatever the thread is called', () => {
    expect(taskPath(notification)).toBe('/projects/p1/tasks/t1');
    expect(new URL(threadPath(notification), 'http://x').searchParams.get('thread')).toBe('a/b?c');
  });
});

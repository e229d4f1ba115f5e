import { describe, expect, test } from 'vitest';

import { Activity } from '~/features/workbench/activity';
import { myLease, standing, type Facts } from '~/features/workbench/lease';

const view = (user_id: string, assignment_id = 'a1') => ({
  assignment_id,
  user_id,
  user_name: user_id === 'me' ? 'Me' : 'Ben',
  status: 'accepted' as const,
  expires_at: '2026-11-20T10:00:00Z',
});
const live = { assignment_id: 'a1', project_id: 'p', task_id: 't', fencing_token: 7, expires_at: '2026-11-20T10:00:00Z' };
const answered = { assignmentId: 'a1', fencingToken: 7, expiresAt: Date.parse('2026-11-20T10:05:00Z') };
const facts: Facts = { mine: false, had: false, lease: null, userId: 'me', readOnly: null, status: 'pending', known: true };

describe('my lease', () => {
  test('is what the live list says', () => {
    expect(myLease('t', [live], null, null, 'me')).toMatchObject({ assignmentId: 'a1', fencingToken: 7 });
    expect(myLease('other', [live], null, null, 'me')).toBeNull();
  });

  test('a renewal counts as soon as it is answered', () => {
    expect(myLease('t', [live], answered, view('me'), 'me')?.expiresAt).toBe(answered.expiresAt);
  });

  test('an answer counts only while the room agrees', () => {
    expect(myLease('t', [], answered, view('me'), 'me')).toBe(answered);
    expect(myLease('t', [], answered, view('ben', 'a2'), 'me')).toBeNull();
    expect(myLease('t', [], answered, null, 'me')).toBeNull();
  });
});

describe('where I stand', () => {
  test.each([
    ['I hold it', { mine: true }, { kind: 'mine' }],
    ['it ran out', { had: true }, { kind: 'lost', to: null }],
    ['somebody took it over', { had: true, lease: view('ben') }, { kind: 'lost', to: 'Ben' }],
    ['somebody else’s, I help', { lease: view('ben') }, { kind: 'helping', holder: 'Ben' }],
    ['nobody’s', {}, { kind: 'free' }],
    ['perhaps mine: my leases are not told yet', { known: false }, { kind: 'unknown' }],
    ['mine by the room, which was told first', { lease: view('me') }, { kind: 'unknown' }],
    ['submitted before', { status: 'completed' }, { kind: 'done' }],
    ['completed by an admin while I had it', { had: true, status: 'completed' }, { kind: 'done' }],
    ['reviewed by somebody after I had it', { had: true, status: 'review', lease: view('ben') }, { kind: 'lost', to: 'Ben' }],
    ['closed to edits', { readOnly: 'Paused' }, { kind: 'read_only', reason: 'Paused' }],
  ])('%s', (_, over, expected) => {
    expect(standing({ ...facts, ...over })).toEqual(expected);
  });
});

describe('time spent', () => {
  test('a long pause counts as one minute', () => {
    let now = 0;
    const activity = new Activity(() => now);
    now = 10_000;
    activity.touch();
    now = 3_600_000;
    activity.touch();
    expect(activity.spentMs()).toBe(70_000);
    expect(activity.within(1000)).toBe(true);
    now += 2000;
    expect(activity.within(1000)).toBe(false);
  });
});

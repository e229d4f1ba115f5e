import { describe, expect, test } from 'vitest';

import { keptFromMe, pauseBody, pauseProblem, pauseWords } from '~/features/project/people/pause';
import {
  formOfProfile,
  isOvernight,
  problemsOf,
  profileOf,
  skillState,
  teamsOf,
  type MemberProfile,
} from '~/features/project/people/profile';

const PROFILE: MemberProfile = {
  skills: [
    { name: 'medical_coding', level: 'expert', expires_at: '2027-01-31T11:30:00Z' },
    { name: 'latin', level: 'novice', expires_at: null },
  ],
  teams: ['clinical', 'second line'],
  availability: {
    time_zone: 'Europe/Berlin',
    hours: { mon: [{ from: '09:00', to: '12:00' }], fri: [{ from: '22:00', to: '06:00' }] },
    daily_capacity: 40,
    days_off: ['2026-12-24'],
  },
  max_concurrent: 3,
};

describe('what somebody can do and when they work', () => {
  test('comes back as it was when nothing was changed, to the moment', () => {
    expect(profileOf(formOfProfile(PROFILE))).toEqual(PROFILE);
    const empty: MemberProfile = { skills: [], teams: [], availability: null, max_concurrent: null };
    expect(profileOf(formOfProfile(empty))).toEqual(empty);
  });

  test('a skill counts to the end of the day that was chosen', () => {
    const form = formOfProfile(PROFILE);
    const skills = form.skills.map((skill) => ({ ...skill, until: '2027-02-01' }));
    expect(profileOf({ ...form, skills }).skills[0]?.expires_at).toBe('2027-02-01T23:59:59Z');
    expect(skillState({ name: 's', level: 'novice', until: '2027-01-31', exact: null }, '2027-02-01')).toBe('over');
    expect(skillState({ name: 's', level: 'novice', until: '2027-02-20', exact: null }, '2027-02-01')).toBe('soon');
    expect(skillState({ name: 's', level: 'novice', until: '', exact: null }, '2027-02-01')).toBeNull();
  });

  test('hours without a time zone, or without an end, are not sent', () => {
    const form = formOfProfile(PROFILE);
    expect(problemsOf(form).size).toBe(0);
    expect([...problemsOf({ ...form, timeZone: '' }).keys()]).toEqual(['availability']);
    expect([...problemsOf({ ...form, timeZone: 'Mars/Olympus' }).keys()]).toEqual(['availability']);
    expect([...problemsOf({ ...form, hours: { tue: [{ from: '09:00', to: '' }] } }).keys()]).toEqual(['hours.tue']);
    expect([...problemsOf({ ...form, dailyCapacity: 1.5 }).keys()]).toEqual(['daily_capacity']);
  });

  test('teams are names with commas between them', () => {
    expect(teamsOf(' clinical,, second line ,')).toEqual(['clinical', 'second line']);
  });

  test('a shift that ends no later than it begins goes past midnight', () => {
    expect(isOvernight({ from: '22:00', to: '06:00' })).toBe(true);
    expect(isOvernight({ from: '09:00', to: '17:00' })).toBe(false);
    expect(isOvernight({ from: '09:00', to: '' })).toBe(false);
  });
});

describe('a pause', () => {
  const now = Date.parse('2026-11-30T10:00:00Z');

  test('has a reason, and an end that is not over', () => {
    expect(pauseProblem(' ', '', now)).toHaveProperty('reason');
    expect(pauseProblem('on leave', '2026-11-29T10:00', now)).toHaveProperty('until');
    expect(pauseProblem('on leave', '2026-12-03T10:00', now)).toEqual({});
    expect(pauseBody(' on leave ', '')).toEqual({ reason: 'on leave', until: null });
    expect(Date.parse(pauseBody('on leave', '2026-12-03T10:00').until ?? '')).toBe(new Date('2026-12-03T10:00').getTime());
  });

  test('is read with its end, where it has one', () => {
    expect(pauseWords({ reason: 'on leave', until: null })).toBe('on leave');
    expect(pauseWords({ reason: 'on leave', until: '2026-12-03T09:00:00Z' })).toMatch(/^until .*3.*: on leave$/);
  });

  test('what keeps tasks from me is what is about me, each once', () => {
    const closed = [
      { code: 'paused', text: 'Paused by an admin: on leave' },
      { code: 'requires_role', text: 'Requires role: Reviewer' },
    ];
    expect(keptFromMe([{ closed }, { closed }, { closed: [] }])).toEqual(['Paused by an admin: on leave']);
  });
});

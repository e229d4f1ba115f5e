import { describe, expect, test } from 'vitest';

import { applies, consequences, doneWords, handsOn, namesOf, type StepTask } from '~/features/workflow/steering/actions';
import { durationMs, factsOf, lastingOf, whyTheirs } from '~/features/workflow/steering/lasting';
import { ANY_TIME, momentsOf } from '~/features/workflow/steering/span';
import { sortSuited } from '~/features/workflow/steering/suited';
import { click, inHand, NOTHING_CHOSEN, press, type Press, type Selection } from '~/features/workflow/steering/selection';

const IDS = ['a', 'b', 'c', 'd', 'e'];
const key = (name: string, more: Partial<Press> = {}): Press => ({
  key: name,
  shiftKey: false,
  ctrlKey: false,
  metaKey: false,
  ...more,
});
const after = (...keys: Press[]): Selection =>
  keys.reduce((selection, one) => press(selection, one, IDS) ?? selection, NOTHING_CHOSEN);

describe('choosing rows', () => {
  test('arrows move and stop at the ends, and choose nothing', () => {
    expect(after(key('ArrowUp'))).toMatchObject({ at: 0 });
    expect(after(key('ArrowDown'), key('ArrowDown'))).toMatchObject({ at: 2, chosen: new Set() });
    expect(after(key('End'), key('ArrowDown'))).toMatchObject({ at: 4 });
  });

  test('Space chooses the row and lets it go again', () => {
    expect(after(key('ArrowDown'), key(' ')).chosen).toEqual(new Set(['b']));
    expect(after(key('ArrowDown'), key(' '), key(' ')).chosen).toEqual(new Set());
  });

  test('Shift stretches from where the stretch began, and shrinks again', () => {
    const down = key('ArrowDown', { shiftKey: true });
    expect(after(key('ArrowDown'), down, down).chosen).toEqual(new Set(['b', 'c', 'd']));
    expect(after(key('ArrowDown'), down, down, key('ArrowUp', { shiftKey: true })).chosen).toEqual(new Set(['b', 'c']));
    expect(click(after(key('ArrowDown')), 4, true, IDS).chosen).toEqual(new Set(['b', 'c', 'd', 'e']));
  });

  test('Ctrl+A takes all, Escape none, and Escape with nothing chosen is for somebody else', () => {
    const all = after(key('a', { ctrlKey: true }));
    expect(all.chosen.size).toBe(5);
    expect(press(all, key('Escape'), IDS)?.chosen.size).toBe(0);
    expect(press(NOTHING_CHOSEN, key('Escape'), IDS)).toBeNull();
    expect(press(NOTHING_CHOSEN, key('x'), IDS)).toBeNull();
    expect(press(NOTHING_CHOSEN, key(' '), [])).toBeNull();
  });

  test('what is in hand is what is chosen and still there, else the row of the keyboard', () => {
    const rows = IDS.map((id) => ({ id }));
    expect(inHand({ at: 1, anchor: 1, chosen: new Set(['c', 'gone']) }, rows)).toEqual([{ id: 'c' }]);
    expect(inHand({ at: 9, anchor: 9, chosen: new Set(['gone']) }, rows)).toEqual([{ id: 'e' }]);
    expect(inHand(NOTHING_CHOSEN, [])).toEqual([]);
  });
});

const person = (name: string, status: 'accepted' | 'submitted' = 'accepted') => ({
  assignment_id: `of ${name}`,
  user: { id: name, name, email: `${name}@example.test`, color: '#336699' },
  status,
  assigned_at: '2026-11-28T10:00:00Z',
  accepted_at: '2026-11-28T10:01:00Z',
  time_spent_ms: null,
  assignment_metadata: null,
  expires_at: '2026-11-28T10:30:00Z',
  submitted_at: null,
});
const task = (more: Partial<StepTask> = {}): StepTask => ({
  id: 't',
  external_id: null,
  filename: 'cat.jpg',
  status: 'in_progress',
  priority: 5,
  held: null,
  places: { free: 0, needed: 1, mode: 'pool', opened_at: '2026-11-28T10:00:00Z', rests_until: null, kept_for: null },
  people: [],
  started_at: null,
  ...more,
});
const STEP = { id: 'label', type: 'annotation' };

describe('what an admin can do', () => {
  test('each action fits the tasks for which it means something', () => {
    const [waiting, working, held] = [
      task({ places: { free: 1, needed: 1, mode: 'pool', opened_at: '', rests_until: null, kept_for: null } }),
      task({ people: [person('Ana')] }),
      task({ held: 'unclear' }),
    ];
    const fits = (which: StepTask) => (['assign', 'evict', 'hold', 'resume'] as const).filter((verb) => applies(verb, which));
    expect(fits(waiting)).toEqual(['assign', 'hold']);
    expect(fits(working)).toEqual(['evict', 'hold']);
    expect(fits(held)).toEqual(['resume']);
    expect(applies('evict', task({ people: [person('Ana', 'submitted')] }))).toBe(false);
    expect(applies('complete', task({ status: 'completed' }))).toBe(false);
  });

  test('a question says whose draft is kept and what the next one begins with', () => {
    const [alone, several] = [STEP, { ...STEP, completion: { count: 2 } }];
    const of = (step: typeof alone) => consequences('evict', [task({ people: [person('Ana')] })], step).join(' ');
    expect(of(alone)).toBe(
      "Ana can no longer submit it. Ana's draft is kept: whoever has the task next goes on from there. Ana is told, with your reason.",
    );
    expect(of(several)).toContain('starts from nothing');
    expect(handsOn({ ...several, assignment: { drafts: 'continue' } })).toBe(true);
    const both = [task({ people: [person('Ana')] }), task({ people: [person('Bo')] })];
    expect(consequences('hold', both, alone)).toContain(
      'The drafts of Ana and Bo are kept: whoever has the task next goes on from there.',
    );
    expect(consequences('hold', [task()], alone)).toEqual(['Nobody is given it before somebody resumes it.']);
  });

  test('many people are two and a number', () => {
    expect(namesOf(['Ana', 'Bo', 'Cy', 'Dan'].map((name) => person(name)))).toBe('Ana, Bo and 2 others');
    expect(namesOf([person('Ana'), person('Ana')])).toBe('Ana');
  });

  test('the note says what was done', () => {
    expect(doneWords('evict', 1, 'Bo')).toBe('One task given to Bo');
    expect(doneWords('priority', 3, '9')).toBe('3 tasks: priority 9');
  });

  test('who may have the task comes first, then who is not known yet, then the others', () => {
    const of = (name: string, reasons: readonly string[] | null) => ({ user: person(name).user, reasons });
    const sorted = sortSuited([of('Zoe', []), of('Ana', ['Holds 3 of 3 tasks']), of('Bo', null), of('Cy', [])]);
    expect(sorted.map(({ user }) => user.name)).toEqual(['Cy', 'Zoe', 'Bo', 'Ana']);
  });
});

describe('how long work takes', () => {
  const now = Date.parse('2026-11-28T10:31:00Z');

  test('what is under way is measured from its beginning, and what took three times as long as others is long', () => {
    const working = task({ people: [person('Ana')] });
    expect(lastingOf(working, 600_000, now)).toEqual({ ms: 1_800_000, long: false });
    expect(lastingOf(working, 599_000, now)).toEqual({ ms: 1_800_000, long: true });
    expect(lastingOf(working, null, now)?.long).toBe(false);
    // Whoever has done it is not slow any more.
    const done = task({ people: [{ ...person('Ana', 'submitted'), submitted_at: '2026-11-28T10:21:00Z' }] });
    expect(lastingOf(done, 1000, now)).toEqual({ ms: 1_200_000, long: false });
    const told = task({ people: [{ ...person('Ana', 'submitted'), submitted_at: '2026-11-28T10:21:00Z', time_spent_ms: 5000 }] });
    expect(lastingOf(told, 1000, now)?.ms).toBe(5000);
    expect(lastingOf(task(), 1000, now)).toBeNull();
  });

  test('before work is taken from somebody it is told how far they are', () => {
    const words = (person_: ReturnType<typeof person>, step: object = {}) =>
      Object.fromEntries(factsOf(person_, { ...STEP, ...step }, 1800, now).map(({ name, words: said }) => [name, said]));
    // A lease of 30 minutes that was never renewed ends 30 minutes after it was given.
    expect(words(person('Ana'))).toEqual({
      Progress: 'under way',
      'Time spent': '30 min',
      'Last noticed at work': 'not since it was given',
    });
    const renewed = { ...person('Ana'), expires_at: '2026-11-28T10:50:00Z' };
    expect(words(renewed)['Last noticed at work']).toBe('11 min ago, or later');
    expect(words(renewed, { assignment: { lease: 'PT45M' } })['Last noticed at work']).toBe('26 min ago, or later');
    const picked = { ...person('Ana'), accepted_at: null, assignment_metadata: { because: { rule: 'picked' } } };
    expect(words(picked as never)).toMatchObject({ Progress: 'not begun', 'Why they have it': 'They picked it' });
  });

  test('durations are days, hours, minutes and seconds', () => {
    expect([durationMs('PT45M'), durationMs('P1DT2H'), durationMs('PT30S'), durationMs('P1Y'), durationMs(7)]).toEqual([
      2_700_000,
      93_600_000,
      30_000,
      null,
      null,
    ]);
    expect(whyTheirs({ because: { rule: 'of_tomorrow' } })).toBe('of tomorrow');
    expect(whyTheirs(null)).toBeNull();
  });
});

describe('since when', () => {
  const now = new Date(2026, 10, 30, 15, 0);
  const day = (date: number) => new Date(2026, 10, date).toISOString();

  test('days are those of whoever looks, and the last one is in it', () => {
    expect(momentsOf(ANY_TIME, now)).toEqual({});
    expect(momentsOf({ ...ANY_TIME, kind: 'today' }, now)).toEqual({ since: day(30) });
    expect(momentsOf({ ...ANY_TIME, kind: 'week' }, now)).toEqual({ since: day(24) });
    expect(momentsOf({ kind: 'between', from: '2026-11-03', to: '2026-11-04' }, now)).toEqual({ since: day(3), until: day(5) });
    expect(momentsOf({ kind: 'between', from: '', to: '' }, now)).toEqual({});
  });
});

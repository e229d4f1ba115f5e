import { describe, expect, test } from 'vitest';

import { applies, consequences, doneWords, handsOn, namesOf, type StepTask } from '~/features/workflow/steering/actions';
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

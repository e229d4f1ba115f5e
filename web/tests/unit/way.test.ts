import { describe, expect, test } from 'vitest';

import {
  askedOf,
  canUndo,
  eventWords,
  lasted,
  namesOfSteps,
  stateWords,
  whoWords,
  woven,
  type Transition,
} from '~/features/workflow/history/timeline';
import { added, left, looked, movable, moveAll, movedWords, NONE_MOVED, type Page } from '~/features/workflow/migrate/moving';

const NAMES = namesOfSteps([
  { id: 'label', name: 'Label', type: 'annotation' },
  { id: 'both', name: 'Both', type: 'parallel' },
  { id: 'read', name: 'Read', type: 'annotation' },
  { id: 'ask', name: 'Ask', type: 'webhook' },
]);
const took = (more: Partial<Transition> = {}): Transition => ({
  occurred_at: '2026-11-30T10:00:00Z',
  event: 'answered.label',
  from: { work: { label: 'open' } },
  to: 'completed',
  guards: [],
  actions: {},
  duration_ms: 1000,
  actor_id: 'a',
  actor_name: 'Ana',
  trigger: 'answer',
  reason: null,
  payload: null,
  request_id: null,
  ...more,
});

describe('the way of a task', () => {
  test('names its states by the steps, and what happens inside them', () => {
    expect(stateWords({ work: { label: 'open' } }, NAMES)).toBe('Label');
    expect(stateWords({ work: { label: 'escalated' } }, NAMES)).toBe('Label: held');
    const both = { work: { both: { branches: { text: { read: 'open' }, boxes: { ask: 'failed' }, third: 'completed' } } } };
    expect(stateWords(both, NAMES)).toBe('Both (Read, Ask: failed)');
    expect([stateWords('held', NAMES), stateWords('completed', NAMES)]).toEqual(['Held', 'Done']);
  });

  test('says what happened and who did it', () => {
    expect(eventWords(took(), NAMES)).toBe('Answered Label');
    expect(eventWords(took({ event: 'xstate.error.actor.ask', trigger: 'program' }), NAMES)).toBe('Ask failed');
    expect(eventWords(took({ event: 'task.reset.label', trigger: 'admin' }), NAMES)).toBe('Began Label anew');
    expect(eventWords(took({ event: 'task.hold', trigger: 'skips' }), NAMES)).toBe('Held: it was skipped too often');
    expect(eventWords(took({ event: 'timer.3', trigger: 'timer' }), NAMES)).toBe('Time was over');
    expect(eventWords(took({ event: 'of.tomorrow' }), NAMES)).toBe('of.tomorrow');
    expect(whoWords(took())).toBe('Ana');
    expect(whoWords(took({ actor_name: null }))).toBe('somebody who left');
    expect(whoWords(took({ actor_name: null, actor_id: null, trigger: 'timer' }))).toBe('by itself, after a time');
  });

  test('says how long it stood there, in its two greatest units', () => {
    expect([lasted(400), lasted(72_000), lasted(7_500_000), lasted(90_000_000)]).toEqual([
      'less than a second',
      '1 min 12 s',
      '2 h 5 min',
      '1 d 1 h',
    ]);
  });

  test('lists the conditions that were asked', () => {
    expect(askedOf([{ guard: '$.a >= 1', held: true }, { guard: 7 }])).toEqual([{ condition: '$.a >= 1', held: true }]);
    expect(askedOf(null)).toEqual([]);
  });

  test('the last step can be undone, and the one before it then, to where it began or came to its version', () => {
    const begun = took({ event: 'xstate.init', from: null, trigger: 'begun' });
    const undone = took({ event: 'task.undo', trigger: 'admin' });
    expect(canUndo([took(), begun])).toBe(true);
    expect(canUndo([undone, took(), begun])).toBe(false);
    expect(canUndo([undone, took(), took(), begun])).toBe(true);
    expect(canUndo([took({ event: 'task.migrate', trigger: 'migration' }), took(), begun])).toBe(false);
    expect(canUndo([])).toBe(false);
  });
});

test('notes stand among the steps, by their time', () => {
  const author = { id: 'b', name: 'Bo', email: 'bo@example.test', color: '#123456' };
  const note = { id: 'n', author, text: 'ask the customer', created_at: '2026-11-30T09:30:00Z' };
  const early = took({ occurred_at: '2026-11-30T09:00:00Z' });
  expect(woven([took(), early], [note])).toEqual([{ took: took() }, { note }, { took: early }]);
});

describe('tasks moved to another version', () => {
  const page = (more: Partial<Page>): Page => ({ stay: 0, begin_anew: 0, misfits: [], next: null, ...more });

  test('are added up over all pages, the commonest reason first', async () => {
    const pages = [
      page({ stay: 3, misfits: [{ reason: 'no such step', count: 1, tasks: ['a'] }], next: 'a' }),
      page({ begin_anew: 2, misfits: [{ reason: 'another type', count: 4, tasks: ['b', 'c'] }], next: 'c' }),
      page({ stay: 1, misfits: [{ reason: 'no such step', count: 1, tasks: ['d'] }] }),
    ];
    const asked: (string | null)[] = [];
    const shown: number[] = [];
    const all = await moveAll(
      (after) => {
        asked.push(after);
        return Promise.resolve(pages[asked.length - 1] ?? page({}));
      },
      (moved) => shown.push(looked(moved)),
      () => false,
    );
    expect(asked).toEqual([null, 'a', 'c']);
    expect(shown).toEqual([4, 10, 12]);
    expect([movable(all), left(all)]).toEqual([6, 6]);
    expect(all.misfits.map(({ reason, count, tasks }) => [reason, count, tasks])).toEqual([
      ['another type', 4, ['b', 'c']],
      ['no such step', 2, ['a', 'd']],
    ]);
  });

  test('stop where somebody stops them', async () => {
    const all = await moveAll(
      () => Promise.resolve(page({ stay: 500, next: 'x' })),
      () => undefined,
      () => true,
    );
    expect(movable(all)).toBe(500);
  });

  test('are told in words, before and after', () => {
    const moved = added(NONE_MOVED, page({ stay: 1, begin_anew: 2, misfits: [{ reason: 'r', count: 1, tasks: [] }] }));
    expect(movedWords(moved, 'W v2', false)).toEqual([
      '1 task would go on where it is, by the rules of W v2. Whoever is at work stays at it.',
      '2 tasks would begin anew: nobody has worked on them yet.',
      '1 task would stay on its version, and can be finished there.',
    ]);
    expect(movedWords(moved, 'W v2', true)[0]).toBe(
      '1 task goes on where it is, by the rules of W v2. Whoever is at work stays at it.',
    );
    expect(movedWords(NONE_MOVED, 'W v2', false)).toEqual(['Every task that is not done is on W v2 already.']);
  });
});

import { describe, expect, test } from 'vitest';

import { allSteps, branchesOf } from '~/features/workflow/branches';
import type { Step } from '~/features/workflow/form';
import { applies, consequences, verbName, type StepTask, type Verb } from '~/features/workflow/steering/actions';
import { holdWords, keeperIn, waitsFor } from '~/features/workflow/steering/holds';
import { answerOutput, answersIn, decisionOutput, jsonOutput, outcomeKind } from '~/features/workflow/steering/outcome';

const task = (more: Partial<StepTask> = {}): StepTask => ({
  id: 't',
  external_id: null,
  filename: 'cat.jpg',
  status: 'in_progress',
  priority: 5,
  held: null,
  places: null,
  people: [],
  started_at: null,
  ...more,
});
const LABEL: Step = { id: 'label', name: 'Label', type: 'annotation' };
const BY_HAND: Step = { ...LABEL, completion: { type: 'manual' } };
const BOTH: Step = {
  id: 'both',
  type: 'parallel',
  branches: [
    { id: 'text', steps: [{ id: 'read', type: 'annotation' }] },
    { id: 'boxes', steps: [{ id: 'ask', type: 'webhook' }, { id: 'wait', type: 'hold' }, 7] },
  ],
};
const STEPS = allSteps([LABEL, BOTH]);

describe('a task that waits for an admin', () => {
  const ways = (held: string, step: Step = LABEL): Verb[] =>
    (['resume', 'finish', 'reopen', 'resolve', 'archive', 'complete'] as const).filter((verb) =>
      applies(verb, task({ held }), step),
    );

  test('what was put aside is resumed, a hold is let go, and what came to nothing is tried again or decided', () => {
    expect(ways('the image is blurred')).toEqual(['resume', 'archive', 'complete']);
    expect(ways('no_route')).toEqual(['resume', 'archive', 'complete']);
    expect(ways('hold')).toEqual(['finish', 'archive', 'complete']);
    for (const held of ['timeout', 'no_agreement', 'failed']) {
      expect(waitsFor(held)).toBe('repaired');
      expect(ways(held)).toEqual(['reopen', 'resolve', 'archive', 'complete']);
    }
  });

  test('what is over is neither begun anew nor archived again', () => {
    for (const status of ['completed', 'cancelled'] as const) {
      expect((['reset', 'archive', 'complete', 'priority'] as const).some((verb) => applies(verb, task({ status })))).toBe(false);
      expect(applies('undo', task({ status }))).toBe(true);
    }
  });

  test('a step that ends by hand is ended while it is open', () => {
    const places = { free: 1, needed: 1, mode: 'pool', opened_at: '', rests_until: null, kept_for: null };
    expect(applies('finish', task({ places }), BY_HAND)).toBe(true);
    expect(applies('finish', task({ places }), LABEL)).toBe(false);
    expect(applies('finish', task(), BY_HAND)).toBe(false);
    expect([verbName('finish', BY_HAND), verbName('finish', LABEL)]).toEqual(['End the step', 'Let go on']);
  });

  test('the reason is read in our words, and what a person wrote as it is', () => {
    expect(holdWords('timeout')).toBe('The time for it ran out');
    expect(holdWords('the image is blurred')).toBe('Held: the image is blurred');
  });

  test('the step that keeps it is found wherever it is listed', () => {
    expect(keeperIn({ work: { label: 'escalated' } }, 'repaired', 'label', STEPS)).toBe('label');
    expect(keeperIn({ work: { ask: 'failed' } }, 'repaired', 'label', STEPS)).toBe('ask');
    const inside = { work: { both: { branches: { text: { read: 'open' }, boxes: { wait: 'open' } } } } };
    expect(keeperIn(inside, 'released', 'label', STEPS)).toBe('wait');
    const two = { work: { both: { branches: { text: { read: 'escalated' }, boxes: { ask: 'failed' } } } } };
    expect(keeperIn(two, 'repaired', 'ask', STEPS)).toBe('ask');
    expect(keeperIn('held', 'repaired', 'label', STEPS)).toBeNull();
  });

  test('each way on says what becomes of it', () => {
    expect(consequences('reopen', [task()], { id: 'ask', type: 'webhook' }).join()).toContain('called once more');
    expect(consequences('reopen', [task()], LABEL).join()).toContain('no longer count');
    expect(consequences('finish', [task()], { id: 'wait', type: 'hold' })).toEqual([
      'The hold is over: it goes to the next step.',
    ]);
    expect(consequences('resume', [task({ held: 'no_route' })], LABEL).join()).toContain('held again');
    expect(consequences('archive', [task()], LABEL).join()).toContain('set aside for good');
  });
});

describe('what an admin says came of a step', () => {
  const context = {
    steps: {
      label: {
        answers: [{ by: 'ana', data: { a: 1 }, weight: 1 }, { by: 'bo', data: { a: 2 } }, { data: 3 }],
        output: { agreement_score: 0.4, agreed: false },
      },
      agree: { answers: [] },
    },
    answers: [{ by: 'cy', data: {} }],
  };

  test('depends on the kind of the step', () => {
    expect(['review', 'annotation', 'consensus', 'webhook', 'parallel'].map((type) => outcomeKind({ id: 's', type }))).toEqual([
      'review',
      'answers',
      'answers',
      'program',
      'program',
    ]);
  });

  test('is one of the answers, with what was measured beside it', () => {
    expect(answersIn(context, 'label').map((answer) => answer.by)).toEqual(['ana', 'bo']);
    expect(answersIn(context, 'agree').map((answer) => answer.by)).toEqual(['cy']);
    expect(answerOutput(context, 'label', { by: 'bo', data: { a: 2 } })).toMatchObject({
      agreement_score: 0.4,
      agreed: false,
      result: { a: 2 },
      count: 2,
    });
    expect(answerOutput(null, 'label', null)).toMatchObject({ result: null, count: 0 });
  });

  test('is a decision, or JSON', () => {
    expect(decisionOutput('reject', 'blurred')).toMatchObject({ decision: 'reject', reason: 'blurred' });
    expect(jsonOutput(' ')).toEqual({ output: null });
    expect(jsonOutput('{"ok": true}')).toEqual({ output: { ok: true } });
    expect(jsonOutput('{ok')).toMatch(/^This is not JSON/);
  });
});

test('the steps of branches come after the step they belong to', () => {
  expect(STEPS.map((step) => step.id)).toEqual(['label', 'both', 'read', 'ask', 'wait']);
  expect(branchesOf(BOTH).map((branch) => [branch.id, branch.steps.length])).toEqual([
    ['text', 1],
    ['boxes', 2],
  ]);
  expect(branchesOf(LABEL)).toEqual([]);
});

import { describe, expect, test } from 'vitest';

import { changeLines, diffOf, unionOf } from '~/features/workflow/diff';
import * as edits from '~/features/workflow/edits';
import { neededBy, positionsOf, readForm, transitionsOf, withAt, type Form } from '~/features/workflow/form';
import { arrowBetween, boxesOf, curve, layOut } from '~/features/workflow/layout';
import { heatOf, percentWords, sharesOf, timeWords, verdictOf, type Simulated } from '~/features/workflow/overlay';
import { placed } from '~/features/workflow/problems';
import {
  closedSteps,
  heldBy,
  isReached,
  NO_PROGRESS,
  percentOf,
  progressOf,
  reachedIn,
  shareOf,
  type StepProgress,
} from '~/features/workflow/progress';
import { assumptionsOf, firstGuess } from '~/features/workflow/simulation/assumptions';
import { begin, change, redo, undo } from '~/features/workflow/undo';

const form: Form = {
  id: 'w',
  steps: [
    { id: 'label', type: 'annotation', completion: { count: 2 } },
    { id: 'look', type: 'review', assignment: { exclude_steps: ['label'] } },
  ],
  transitions: [
    { from: 'label', to: 'look', condition: { type: 'sample', rate: 0.1 } },
    { from: 'label', to: 'completed' },
    { from: 'look', to: 'completed', condition: { type: 'worked_on', users: ['a'], step: 'label' } },
    { from: 'look', to: 'label' },
  ],
};
const arrows = (f: Form): string[] => transitionsOf(f).map((t) => `${t.from} > ${t.to}`);

describe('a form', () => {
  test('that cannot be drawn is told in words', () => {
    expect(readForm([])).toMatch('JSON object');
    expect(readForm({ id: 'w', steps: [{ id: 'a' }] })).toMatch('Step 1');
    expect(readForm({ id: 'w', steps: [], transitions: [{ from: 'a' }] })).toMatch('Transition 1');
    expect(readForm(form)).toBe(form);
  });

  test('keeps what the editor does not know, in its order', () => {
    const odd = { ...form, hooks: { z: 1, a: 2 } };
    expect(JSON.stringify(edits.setStep(odd, 'label', ['name'], 'Label').hooks)).toBe('{"z":1,"a":2}');
  });

  test('set to nothing leaves no empty object behind', () => {
    expect(withAt({ a: { b: { c: 1 } }, d: 1 }, ['a', 'b', 'c'], undefined)).toEqual({ d: 1 });
    expect(withAt({ d: 1 } as object as Form, ['a', 'b'], 2)).toEqual({ d: 1, a: { b: 2 } });
  });

  test('without transitions leads from step to step', () => {
    expect(arrows({ id: 'w', steps: form.steps })).toEqual(['label > look', 'look > completed']);
  });

  test('says how many people a step needs', () => {
    expect(form.steps.map(neededBy)).toEqual([2, 1]);
    expect(neededBy({ id: 'h', type: 'hold' })).toBe(0);
  });
});

describe('an edit', () => {
  test('puts a new step on the way of the chosen one', () => {
    const made = edits.addStep(form, 'hold', 'label');
    expect(made.form.steps.map((s) => s.id)).toEqual(['label', 'hold', 'look']);
    expect(arrows(made.form)).toEqual(['label > look', 'label > hold', 'look > completed', 'look > label', 'hold > completed']);
  });

  test('gives ids that nobody has', () => {
    const twice = edits.addStep(edits.addStep(form, 'review').form, 'review');
    expect(twice.id).toBe('review_2');
  });

  test('removes a step and joins what was before with what was after', () => {
    const chain: Form = { id: 'w', steps: ['a', 'b', 'c'].map((id) => ({ id, type: 'annotation' })) };
    expect(arrows(edits.removeSteps(chain, ['b']))).toEqual(['a > c', 'c > completed']);
    // "look" goes on to "label" for certain, which "label" does already for itself: no arrow from a step to itself is made.
    expect(arrows(edits.removeSteps(form, ['look']))).toEqual(['label > completed']);
  });

  test('renames a step wherever it is spoken of', () => {
    const moved = edits.place(form, new Map([['label', { x: 1.4, y: 2 }]]));
    const renamed = edits.renameStep(moved, 'label', 'draw');
    expect(arrows(renamed)).toEqual(['draw > look', 'draw > completed', 'look > completed', 'look > draw']);
    expect(transitionsOf(renamed)[2]?.condition).toMatchObject({ step: 'draw' });
    expect(renamed.steps[1]?.assignment).toEqual({ exclude_steps: ['draw'] });
    expect([...positionsOf(renamed)]).toEqual([['draw', { x: 1, y: 2 }]]);
  });

  test('tries a transition earlier only among those of its step', () => {
    expect(arrows(edits.moveTransition(form, 1, -1).form).slice(0, 2)).toEqual(['label > completed', 'label > look']);
    expect(edits.moveTransition(form, 2, -1).form).toBe(form);
  });

  test('of the kind takes away what the new kind may not have', () => {
    const step = edits.setKind(form, 'label', 'sampling').steps[0];
    expect(step).toEqual({ id: 'label', type: 'sampling', sample_rate: 0.1 });
  });

  test('tidied leaves no settings behind', () => {
    const moved = edits.place(form, new Map([['label', { x: 1, y: 2 }]]));
    expect(edits.tidy(moved)).toEqual(form);
  });
});

describe('undo', () => {
  test('takes a word that was typed back as one', () => {
    let state = begin('');
    for (const text of ['a', 'ab', 'abc']) state = change(state, text, 'name');
    state = change(state, 'abc!', 'other');
    expect(undo(state).now).toBe('abc');
    expect(undo(undo(state)).now).toBe('');
    expect(redo(undo(state)).now).toBe('abc!');
  });

  test('forgets what was undone when something else is done', () => {
    const state = change(undo(change(begin(1), 2)), 3);
    expect(redo(state).now).toBe(3);
    expect(undo(undo(state)).now).toBe(1);
  });
});

describe('a problem', () => {
  const at = (path: string) => placed(form, { path, rule: 'x', message: 'm' });

  test('is drawn at the step or the transition it speaks of', () => {
    expect(at('/steps/1/timeout')).toMatchObject({ target: { kind: 'step', id: 'look' }, rest: '/timeout' });
    expect(at('/transitions/2/condition/expression')).toMatchObject({
      target: { kind: 'transition', index: 2 },
      rest: '/condition/expression',
    });
    // Of a branch: at the step that has it.
    expect(at('/steps/0/branches/1/steps/0/id')).toMatchObject({ target: { kind: 'step', id: 'label' } });
    expect(at('/id')).toMatchObject({ target: { kind: 'workflow' } });
    expect(at('/steps/9')).toMatchObject({ target: { kind: 'workflow' } });
    expect(at('')).toMatchObject({ target: { kind: 'workflow' } });
  });
});

describe('a diff', () => {
  const after: Form = {
    ...form,
    steps: [
      { id: 'label', type: 'annotation', completion: { count: 3 } },
      { id: 'decide', type: 'adjudication' },
    ],
    transitions: [
      { from: 'label', to: 'completed' },
      { from: 'label', to: 'decide', condition: { type: 'on_disagreement' } },
      { from: 'decide', to: 'completed' },
    ],
  };

  test('names what came, went and changed, field by field', () => {
    expect(changeLines(diffOf(form, after)).map((line) => `${line.change} ${line.text} ${line.details.join()}`)).toEqual([
      'changed label completion.count: 2 → 3',
      'added decide ',
      'removed look ',
      'added label → decide when disagreement ',
      'added decide → completed ',
      'removed label → look when 10% sampled ',
      'removed look → completed when a worked on label ',
      'removed look → label ',
    ]);
  });

  test('of a version with itself is empty', () => {
    expect(changeLines(diffOf(form, form))).toEqual([]);
  });

  test('leaves out where boxes were dragged to', () => {
    expect(changeLines(diffOf(form, edits.place(form, new Map([['label', { x: 5, y: 5 }]]))))).toEqual([]);
  });

  test('is drawn with the boxes of both versions', () => {
    expect(boxesOf(unionOf(diffOf(form, after), after))).toEqual(['label', 'decide', 'look', 'completed']);
  });
});

describe('the layout', () => {
  test('goes from left to right and lets no two boxes overlap', () => {
    const { boxes, routes } = layOut(form);
    const [label, look, done] = ['label', 'look', 'completed'].map((id) => boxes.get(id));
    expect(label && look && done && label.x < look.x && look.x < done.x).toBe(true);
    expect(routes.size).toBe(4);
    const all = [...boxes.values()];
    for (const a of all)
      for (const b of all) {
        const apart = a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;
        expect(a === b || apart).toBe(true);
      }
  });

  test('leaves a box where it was dragged, and draws its arrows anew', () => {
    const { boxes, routes } = layOut(edits.place(form, new Map([['look', { x: 5, y: 900 }]])));
    expect(boxes.get('look')).toMatchObject({ x: 5, y: 900 });
    expect([...routes.keys()]).toEqual([1]);
  });

  test('draws no arrow to a step that is not there', () => {
    expect(layOut({ ...form, transitions: [{ from: 'label', to: 'nowhere' }] }).routes.size).toBe(0);
  });

  test('bends arrows back round below', () => {
    const box = (x: number) => ({ x, y: 0, width: 100, height: 50 });
    expect(arrowBetween(box(0), box(200), 0).path).toMatch(/^M100,25 C/);
    expect(arrowBetween(box(200), box(0), 0).label.y).toBeGreaterThan(50);
    expect(curve([])).toBe('');
    expect(curve([0, 10, 20].map((x) => ({ x, y: 0 })))).toBe('M0,0 Q10,0 15,0 L20,0');
  });
});

describe('what is shown on the boxes', () => {
  const load = (step: string, tasks: number, work_per_task: number, queue_wait = 0) => ({
    step,
    tasks,
    work_per_task,
    work_per_piece: 90,
    queue_wait,
  });
  const simulated: Simulated = {
    tasks: 100,
    paths: [
      { steps: ['label', 'completed'], share: 0.5 },
      { steps: ['label', 'look', 'label', 'look', 'completed'], share: 0.3 },
      { steps: ['label', 'look', 'completed'], share: 0.2 },
    ],
    other_paths: 0,
    steps: [load('label', 1, 100), load('label (adjudication)', 0.1, 20), load('look', 0.5, 30, 7200)],
    teams: [],
    finish: { all: 7200, half: 3600, nine_tenths: 5400 },
    bottleneck: { step: 'look', team: 'reviewers', utilisation: 0.97 },
    ends: { completed: 1, archived: 0, held: 0, starved: 0, stuck: 0, failed: 0, waiting: 0 },
  };
  const form: Form = {
    id: 'w',
    steps: [
      { id: 'label', type: 'annotation', name: 'Label' },
      { id: 'route', type: 'conditional' },
      { id: 'look', type: 'review', name: 'Look' },
    ],
    transitions: [
      { from: 'label', to: 'route' },
      { from: 'route', to: 'look' },
      { from: 'route', to: 'completed' },
      { from: 'look', to: 'label' },
      { from: 'look', to: 'completed' },
    ],
  };

  test('a simulation colours them by the work they cost, with the decisions in them', () => {
    const heat = heatOf(simulated);
    expect(heat.get('label')).toEqual({
      level: 1,
      words: '1.5 min',
      about: '100% of the tasks come here. One takes 1.5 min of work, and waits 0 s before it.',
      isBottleneck: false,
    });
    expect(heat.get('look')).toMatchObject({ level: 0.25, words: '1.5 min · waits 2 h', isBottleneck: true });
    expect(timeWords(172_800)).toBe('2 d');
  });

  test('a task counts once on each arrow it takes, also through boxes where nothing is done', () => {
    const shares = [...sharesOf(form, simulated)].map(([index, share]) => [index, percentWords(share)]);
    expect(new Map(shares as [number, string][])).toEqual(
      new Map([
        [0, '100%'],
        [1, '50%'],
        [2, '50%'],
        [3, '30%'],
        [4, '50%'],
      ]),
    );
  });

  test('two arrows between the same boxes have no number, because nobody knows which was taken', () => {
    const twins = [
      ...transitionsOf(form),
      { from: 'look', to: 'completed', condition: { type: 'on_decision', decision: 'reject' } },
    ];
    const shares = sharesOf({ ...form, transitions: twins }, simulated);
    expect([shares.has(4), shares.has(5), shares.has(3)]).toEqual([false, false, true]);
  });

  test('a verdict says when all is done and what holds it up', () => {
    expect(verdictOf(form, simulated)).toEqual([
      'All 100 tasks are done after 2 h of work time.',
      'Half of those that end after 1 h, nine tenths after 1.5 h.',
      "The bottleneck is Look: it takes 97% of the reviewers' time.",
    ]);
    const starved = { ...simulated, finish: { all: null, half: null, nine_tenths: null }, bottleneck: null };
    expect(verdictOf(form, { ...starved, ends: { ...simulated.ends, completed: 0, starved: 1 } })).toEqual([
      'No task ends.',
      '100% wait for people there are not.',
    ]);
  });

  test('what is supposed at first fits the form, and is what the server reads', () => {
    const guess = firstGuess({
      ...form,
      steps: [{ id: 'label', type: 'annotation', completion: { count: 2 } }, ...form.steps.slice(1)],
    });
    expect(guess).toMatchObject({ labelers: 5, reviewers: 2, adjudicators: 0 });
    expect(assumptionsOf({ ...guess, seed: 7 })).toEqual({
      tasks: 1000,
      seed: 7,
      people: { labelers: 5, reviewers: 2, adjudicators: 0 },
      steps: {
        label: { duration: { type: 'log_normal', median_seconds: 90, spread: 1.8 }, agreement: 0.8 },
        look: { duration: { type: 'log_normal', median_seconds: 30, spread: 1.8 }, approve: 0.9, request_changes: 0.1 },
      },
    });
  });

  test('counts are those of this version only, with everybody who works there once', () => {
    const user = { id: 'u', name: 'Ana', email: 'ana@example.test', color: '#000000' };
    const worker = (assignment_id: string, step: string) => ({ assignment_id, step, task_id: 't', user });
    const counts = { step: 'label', waiting: 3, working: 2, done: 0, held: 1 };
    const live = {
      joined: true,
      workflowId: 'v1',
      steps: new Map([['label', counts]]),
      workers: [worker('a', 'label'), worker('b', 'label'), worker('c', 'review')],
      failure: null,
    };
    expect(progressOf(live, 'v1')?.get('label')).toEqual({
      waiting: 3,
      working: 2,
      done: 0,
      held: 1,
      people: [user],
      leases: ['a', 'b'],
    });
    expect(progressOf(live, 'v2')).toBeNull();
    expect(progressOf({ ...live, steps: null }, 'v1')).toBeNull();
    expect(isReached({ waiting: 0, working: 0, done: 1, held: 0, people: [], leases: [] })).toBe(true);
  });

  test('a step is closed to me with its reasons', () => {
    const closed = [{ code: 'role', text: 'Requires role: Reviewer' }, 7];
    const answer = { steps: [{ step: 'label', closed: [] }, { step: 'review', closed }, 'nonsense'] };
    expect([...closedSteps(answer)]).toEqual([['review', ['Requires role: Reviewer']]]);
    expect(closedSteps(null).size).toBe(0);
  });
});

describe('how far the work is', () => {
  const at = (more: Partial<StepProgress>): StepProgress => ({ ...NO_PROGRESS, ...more });
  const step = (id: string, type: string, more: object = {}) => ({ id, type, ...more });

  test('a share is of the tasks that came here, and never said too high where several answer', () => {
    const one = step('label', 'annotation');
    expect(shareOf(one, at({ waiting: 10, working: 2, done: 36, held: 2 }))).toEqual({ share: 0.72, words: '36 of 50 tasks' });
    const two = step('label', 'annotation', { completion: { count: 2 } });
    expect(shareOf(two, at({ waiting: 5, working: 3, done: 10 }))).toEqual({ share: 0.5, words: '10 of 20 answers' });
    expect(shareOf(one, NO_PROGRESS)).toBeNull();
    expect(shareOf(step('ask', 'webhook'), at({ held: 1 }))).toBeNull();
    expect([percentOf(0.999), percentOf(1), percentOf(0)]).toEqual(['99%', '100%', '0%']);
  });

  test('what works by itself is passed where tasks came to what is after it', () => {
    const form = {
      id: 'w',
      steps: [
        step('sort', 'conditional'),
        step('label', 'annotation'),
        step('measure', 'auto_process'),
        step('route', 'conditional'),
        step('check', 'review'),
        step('call', 'webhook'),
        step('both', 'parallel', { branches: [{ id: 'b', steps: [{ id: 'draw', type: 'annotation' }] }] }),
      ],
      transitions: [
        { from: 'sort', to: 'label' },
        { from: 'label', to: 'measure' },
        { from: 'measure', to: 'route' },
        { from: 'route', to: 'check' },
        { from: 'route', to: 'call' },
        { from: 'call', to: 'both' },
        { from: 'check', to: 'completed' },
        { from: 'both', to: 'completed' },
      ],
    };
    const some = (...ids: string[]) => new Map(ids.map((id) => [id, at({ waiting: 1 })]));
    expect([...reachedIn(form, some('label'), 0)].sort()).toEqual(['label', 'sort']);
    expect([...reachedIn(form, some('label', 'check'), 0)].sort()).toEqual(['check', 'label', 'measure', 'route', 'sort']);
    expect(reachedIn(form, some('label', 'draw'), 0)).toContain('both');
    expect(reachedIn(form, some('label', 'draw'), 0)).toContain('call');
    expect(reachedIn(form, some('label'), 3)).toContain('completed');
  });

  test('what I hold is counted by step', () => {
    const worker = (id: string, user: string, in_: string) => ({
      assignment_id: id,
      step: in_,
      task_id: id,
      user: { id: user, name: user, email: `${user}@example.test`, color: '#123456' },
    });
    const workers = [
      worker('1', 'me', 'label'),
      worker('2', 'ana', 'label'),
      worker('3', 'me', 'check'),
      worker('4', 'me', 'label'),
    ];
    expect([...heldBy(workers, 'me')]).toEqual([
      ['label', 2],
      ['check', 1],
    ]);
  });
});

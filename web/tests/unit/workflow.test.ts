import { describe, expect, test } from 'vitest';

import { changeLines, diffOf, unionOf } from '~/features/workflow/diff';
import * as edits from '~/features/workflow/edits';
import { neededBy, positionsOf, readForm, transitionsOf, withAt, type Form } from '~/features/workflow/form';
import { arrowBetween, boxesOf, curve, layOut } from '~/features/workflow/layout';
import { heatOf, timeWords } from '~/features/workflow/overlay';
import { placed } from '~/features/workflow/problems';
import { readProgress } from '~/features/workflow/progress';
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
  test('a simulation colours them by how long tasks wait', () => {
    const heat = heatOf({
      steps: {
        label: { share: 1, work_ms: 90_000, queue_ms: 3_600_000 },
        look: { share: 0.1, work_ms: 1_000, queue_ms: 900_000 },
      },
    });
    expect(heat.get('label')).toEqual({ level: 1, words: '100% · 1.5 min · waits 1 h' });
    expect(heat.get('look')?.level).toBe(0.25);
    expect(heatOf({ steps: { a: { share: 0, work_ms: 0, queue_ms: 0 } } }).get('a')?.level).toBe(0);
    expect(timeWords(172_800_000)).toBe('2 d');
  });

  test('counts are read for this version only, and faces where they are known', () => {
    const face = { id: 'u', name: 'Ana', color: '#000000' };
    const step = {
      step: 'label',
      waiting: 3,
      working: 1,
      done: 'x',
      people: [{ user_id: 'u' }, { user_id: 'u' }, { user_id: '?' }],
    };
    const answer = { workflow_id: 'v1', steps: [step, 7] };
    const faces = new Map([['u', face]]);
    expect(readProgress(answer, 'v1', faces)?.get('label')).toEqual({ waiting: 3, working: 1, done: 0, people: [face] });
    expect(readProgress(answer, 'v2', faces)).toBeNull();
    expect(readProgress('nonsense', 'v1', faces)).toBeNull();
  });
});

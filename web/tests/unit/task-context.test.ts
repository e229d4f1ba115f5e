import { describe, expect, test } from 'vitest';

import { contextOf, uiContextOf } from '~/features/workbench/task-context';
import { Desk } from '~/tools/desk';
import { people } from '../support/layout';

type Around = Parameters<typeof contextOf>[0];

const TASK = { id: 't', external_id: 'x-1', batch_id: null, priority: 3, status: 'in_progress', step: 'annotate' };
const answer = (by: string, label: string, output: object = { topic: 'bug' }): unknown => ({
  user_name: by,
  annotation: {
    id: by,
    user_id: by,
    step: 'annotate',
    submitted_at: null,
    output,
    regions: [{ id: by, label, geometry: { kind: 'point', x: 1, y: 2 }, attributes: {} }],
  },
});
const around = (answers: unknown[], work: unknown = null): Around =>
  ({ task: TASK, project: { id: 'p', name: 'Street' }, person: { id: 'a', name: 'Ann' }, work, answers }) as unknown as Around;

describe('$.context', () => {
  test('says which task, project, step and person it is', () => {
    expect(contextOf(around([], { step: 'check', kind: 'review', round: 2 }))).toMatchObject({
      task: { id: 't', external_id: 'x-1', priority: 3 },
      project: { id: 'p', name: 'Street' },
      step: { name: 'check', kind: 'review', round: 2 },
      person: { id: 'a', name: 'Ann' },
      previous_annotations: [],
      has_previous_annotations: false,
      has_conflicts: false,
    });
    expect(contextOf(around([]))).toMatchObject({ step: { name: 'annotate', kind: null } });
  });

  test('has earlier answers, and a conflict where they do not say the same', () => {
    const same = contextOf(around([answer('Ben', 'car'), answer('Cleo', 'car')]));
    expect(same).toMatchObject({ has_previous_annotations: true, has_conflicts: false });
    expect(same).toMatchObject({ previous: [{ user_name: 'Ben', output: { topic: 'bug' } }, { user_name: 'Cleo' }] });
    expect(contextOf(around([answer('Ben', 'car'), answer('Cleo', 'bus')]))).toMatchObject({ has_conflicts: true });
  });

  test('has no conflict where marked letters differ in their ids alone', () => {
    const marked = (id: string, label: string): object => ({ entities: [{ id, start: 0, end: 3, label }] });
    const both = (one: object, other: object): unknown =>
      contextOf(around([answer('Ben', 'car', one), answer('Cleo', 'car', other)]));
    expect(both(marked('1', 'Person'), marked('2', 'Person'))).toMatchObject({ has_conflicts: false });
    expect(both(marked('1', 'Person'), marked('2', 'Place'))).toMatchObject({ has_conflicts: true });
  });
});

describe('$.ui_context', () => {
  test('says what is in hand, what is selected and what is looked at', async () => {
    const [room] = await people('ann');
    if (!room) throw new Error('nobody is there');
    const desk = new Desk({
      room,
      image: { width: 1000, height: 800 },
      frames: { request: () => 0, cancel: () => undefined, still: true },
      notify: () => undefined,
    });
    desk.camera.resize({ width: 1000, height: 800 });
    const ids = [1, 2].map((n) =>
      room.regions.add({ label: 'car', geometry: { kind: 'point', x: n, y: n }, attributes: { kind: 'suv' } }),
    );
    desk.select(ids.slice(0, 1));
    const [id] = ids;
    expect(uiContextOf(desk)).toMatchObject({
      tool: 'box',
      label: 'car',
      selection: [id],
      selected: { id, label: 'car', kind: 'point', attributes: { kind: 'suv' } },
    });
    desk.select(ids);
    expect(uiContextOf(desk)).toMatchObject({ selection: ids, selected: null });
    desk.dispose();
  });
});

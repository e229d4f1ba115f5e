import type { Json, TaskRoom } from '@tandem/client';
import { beforeEach, describe, expect, it } from 'vitest';

import { field, follows, layout, literal, modelOf, people, text } from '../support/layout';
import type { Node } from '~/layout/tree';

let room: TaskRoom;
beforeEach(async () => {
  [room] = (await people('ann')) as [TaskRoom];
});

const later = (): Promise<void> => new Promise((done) => setTimeout(done, 5));
const preset = (name: string, where: string, kept: 'value' | 'text' | 'set', value: Json): Node =>
  field(name, where, { kept, properties: { default: literal(value) }, schema: {} });

describe('defaults', () => {
  it('are written once, each as its field is kept', () => {
    const model = modelOf(
      layout(
        preset('Number', 'count', 'value', 3),
        preset('TextInput', 'place', 'text', 'Bonn'),
        preset('Select', 'tags', 'set', 'a'),
        preset('Checkbox', 'sure', 'value', false),
        text('free'),
      ),
      room,
    );
    expect(room.fields.keys()).toEqual([]);
    expect(model.fillDefaults(true)).toBe(true);
    expect(model.variables.output).toEqual({ count: 3, place: 'Bonn', tags: ['a'] });
    expect(model.fillDefaults(true)).toBe(false);
  });

  it('do not come back where somebody emptied the field on purpose', () => {
    room.fields.setValue('count', null);
    room.fields.setText('place', 'x');
    room.fields.setText('place', '');
    const model = modelOf(layout(preset('Number', 'count', 'value', 3), preset('TextInput', 'place', 'text', 'Bonn')), room);
    expect(model.fillDefaults(true)).toBe(false);
    expect(room.fields.get('count')).toEqual({ kind: 'value', value: null });
  });

  it('do not come back where they were taken back', async () => {
    const model = modelOf(layout(preset('Number', 'count', 'value', 3), text('free')), room);
    model.fillDefaults(true);
    room.undo.undo();
    room.fields.setText('free', 'x');
    await later();
    expect(room.fields.get('count')).toBeUndefined();
  });

  it('come with a field that is to be seen only now', async () => {
    const more: Node = { type: 'show', when: follows('$.output.free'), children: [preset('Number', 'count', 'value', 3)] };
    const model = modelOf(layout(text('free'), more), room);
    expect(model.fillDefaults(true)).toBe(false);
    room.fields.setText('free', 'x');
    await later();
    expect(room.fields.get('count')).toEqual({ kind: 'value', value: 3 });
  });

  it('are for whoever fills in: nothing is written for those who look', async () => {
    const model = modelOf(layout(preset('Number', 'count', 'value', 3), text('free')), room);
    model.fillDefaults(false);
    room.fields.setText('free', 'x');
    await later();
    expect(room.fields.keys()).toEqual(['free']);
  });
});

describe('what is around the answer', () => {
  it('wakes those who follow it, if it is something else', () => {
    const model = modelOf(layout(), room);
    let told = 0;
    model.follow(['$.context.step'], () => (told += 1));
    model.setContext({ step: 'review' });
    model.setContext({ step: 'review' });
    expect([told, model.value(follows('$.context.step'), [])]).toEqual([1, 'review']);
  });

  it('is asked for only where the layout reads it', () => {
    const show: Node = { type: 'show', when: follows('$.ui_context.tool'), children: [] };
    const model = modelOf(layout(show), room);
    expect([model.reads('ui_context'), model.reads('context')]).toEqual([true, false]);
  });
});

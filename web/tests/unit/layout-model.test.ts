import type { TaskRoom } from '@tandem/client';
import { beforeEach, describe, expect, it, vi } from 'vitest';

import { follows, field, layout, modelOf, path, people, text } from '../support/layout';
import type { ForEachNode, Node } from '~/layout/tree';

let room: TaskRoom;
beforeEach(async () => {
  [room] = (await people('ann')) as [TaskRoom];
});

/** After what is to run soon, and what that asks for: timers of one length run in their order, however busy the machine is. */
async function later(): Promise<void> {
  for (let turn = 0; turn < 4; turn++) await new Promise((done) => setTimeout(done, 0));
}

const topic = field('RadioGroup', 'topic', {
  kept: 'value',
  label: 'Topic',
  required: true,
  schema: { type: 'string', enum: ['bug', 'other'] },
});
const other = text('other', {
  label: 'What else?',
  schema: { type: 'string', maxLength: 5 },
  required_when: follows('$.output.topic', {
    op: 'compare',
    sign: '==',
    left: path('$.output.topic'),
    right: { op: 'literal', value: 'other' },
  }),
});
const shownIf = (when: string, ...children: Node[]): Node => ({ type: 'show', when: follows(when), children });
const loop: ForEachNode = {
  type: 'for_each',
  items: follows('$.input.sentences'),
  as: 'sentence',
  key: 'index',
  children: [text('translations[index]', { label: 'Translation', required: true })],
};

describe('the answer', () => {
  it('is put together out of the document, each field as it is kept', () => {
    const tags = { kept: 'set' as const, schema: { type: 'array', items: { enum: ['z', 'a'] } } };
    room.fields.setText('other', 'hi');
    room.fields.setEntry('tags', 'a', true);
    room.fields.setEntry('tags', 'z', true);
    room.fields.setEntry('entities', '2', { start: 0, end: 9, label: 'P' });
    room.fields.setEntry('entities', '1', { start: 0, end: 4, label: 'P' });
    room.fields.setText('translations[1]', 'zwei');
    room.fields.setValue('nothing', 1);
    const model = modelOf(
      layout(topic, other, field('Select', 'tags', tags), field('NERTagger', 'entities', { kept: 'items', schema: {} }), loop),
      room,
    );
    expect(model.variables.output).toEqual({
      other: 'hi',
      tags: ['z', 'a'],
      entities: [
        { id: '1', start: 0, end: 4, label: 'P' },
        { id: '2', start: 0, end: 9, label: 'P' },
      ],
      translations: [null, 'zwei'],
    });
  });

  it('leaves out what is kept as something else than its field', () => {
    room.fields.setText('topic', 'bug');
    room.fields.setValue('other', 'x');
    expect(modelOf(layout(topic, other), room).variables.output).toEqual({});
  });

  it('has the regions where an ImageAnnotator keeps them', () => {
    const model = modelOf(
      layout(field('ImageAnnotator', 'regions', { kept: 'regions', schema: { type: 'array', minItems: 1 } })),
      room,
    );
    const told = vi.fn();
    model.follow(['$.output.regions'], told);
    expect(model.variables.output).toEqual({ regions: [] });
    room.regions.add({ label: 'car', geometry: { kind: 'box', x: 1, y: 2, width: 3, height: 4 } });
    expect(told).toHaveBeenCalled();
    expect(model.variables.output).toMatchObject({ regions: [{ label: 'car' }] });
  });
});

describe('who follows a path', () => {
  it('hears of what changes there and of nothing else', () => {
    const model = modelOf(layout(topic, other, loop), room);
    const [a, b, all, first] = [vi.fn(), vi.fn(), vi.fn(), vi.fn()];
    model.follow(['$.output.topic'], a);
    model.follow(['$.output.other'], b);
    model.follow(['$.output'], all);
    model.follow(['$.output.translations[0]'], first);
    room.fields.setValue('topic', 'bug');
    expect([a, b, all, first].map((told) => told.mock.calls.length)).toEqual([1, 0, 1, 0]);
    room.fields.setText('translations[1]', 'x');
    expect([a, b, all, first].map((told) => told.mock.calls.length)).toEqual([1, 0, 2, 0]);
  });

  it('gets the same value until it is another one', () => {
    const model = modelOf(layout(topic, loop), room);
    room.fields.setText('translations[0]', 'x');
    const watched = model.watch(['$.output'], () => model.value(follows('$.output.translations'), []));
    const before = watched.get();
    room.fields.setValue('topic', 'bug');
    expect(watched.get()).toBe(before);
    room.fields.setText('translations[0]', 'xy');
    expect(watched.get()).toEqual(['xy']);
  });
});

describe('what is wrong', () => {
  it('follows the answer, by the server’s rules and in its words', () => {
    const model = modelOf(layout(topic, other), room);
    const errors = (): string[] => model.errors().map(({ field, rule, message }) => `${field} ${rule}: ${message}`);
    expect(errors()).toEqual(['topic required: Topic must be filled in']);
    room.fields.setValue('topic', 'other');
    expect(errors()).toEqual(['other required: What else? must be filled in']);
    room.fields.setText('other', '   ');
    expect(errors()).toEqual(['other required: What else? must be filled in']);
    room.fields.setText('other', 'a spaceship');
    expect(errors()).toEqual(['other max_length: What else? must have at most 5 letters; it has 11']);
    room.fields.setText('other', 'ship');
    expect(errors()).toEqual([]);
  });

  it('is not asked of fields that are not to be seen', () => {
    const model = modelOf(layout(topic, shownIf('$.input.more', other)), room);
    room.fields.setValue('topic', 'other');
    expect(model.errors()).toEqual([]);
    expect(modelOf(layout(topic, shownIf('$.input.more', other)), room, { input: { more: true } }).errors()).toHaveLength(1);
  });

  it('names the turn of a loop', () => {
    const model = modelOf(layout(loop), room, { input: { sentences: ['one', 'two'] } });
    room.fields.setText('translations[0]', 'eins');
    expect(model.errors().map(({ field }) => field)).toEqual(['translations[1]']);
  });

  it('tells those who follow $.validation once for many changes, and not when nothing changes', async () => {
    const model = modelOf(layout(topic, other), room);
    await later();
    const told = vi.fn();
    model.follow(['$.validation.isValid'], told);
    room.fields.setValue('topic', 'bug');
    for (const letters of ['a', 'ab', 'abc']) room.fields.setText('other', letters);
    await later();
    expect(told).toHaveBeenCalledTimes(1);
    expect(model.variables.validation).toEqual({ isValid: true, errors: [] });
    room.fields.setText('other', 'abcd');
    await later();
    expect(told).toHaveBeenCalledTimes(1);
  });

  it('is shown at a field once somebody has left it or tried to submit', () => {
    const model = modelOf(layout(topic, other), room);
    expect(model.shownError('topic')).toBeNull();
    model.leave('topic');
    expect(model.shownError('topic')).toBe('Topic must be filled in');
    room.fields.setValue('topic', 'other');
    expect(model.shownError('other')).toBeNull();
    expect(model.attempt()).toHaveLength(1);
    expect(model.shownError('other')).toBe('What else? must be filled in');
  });

  it('that the server says stays at its field until that changes', () => {
    const entities = field('NERTagger', 'entities', { kept: 'items', schema: {} });
    const model = modelOf(layout(topic, entities), room);
    const told = vi.fn();
    model.onErrors(told);
    model.refuse([{ field: 'entities[0].label', rule: 'one_of', message: 'Entities must be one of Person' }]);
    expect(told).toHaveBeenCalled();
    expect(model.shownError('entities')).toBe('Entities must be one of Person');
    expect(model.shownError('entitiesX')).toBeNull();
    room.fields.setEntry('entities', '1', { start: 0, end: 1, label: 'x' });
    expect(model.shownError('entities')).toBeNull();
  });
});

import type { Json, RegionSnapshot, TaskRoom } from '@tandem/client';
import { beforeEach, describe, expect, test } from 'vitest';

import { nominalAlpha, unitsOf } from '~/agreement/alpha';
import { compareValues, entriesOf, valueLikeness } from '~/agreement/values';
import { mayFill } from '~/features/workbench/fills';
import { Adjudication, isField } from '~/features/workbench/review/adjudication';
import type { Answer } from '~/features/workbench/review/answers';
import { changesBetween, fieldChangesBetween } from '~/features/workbench/review/changes';
import type { FieldThing } from '~/features/workbench/review/field-decisions';
import { keptOn } from '~/features/workbench/review/kept';
import * as resolve from '~/features/workbench/review/resolve';
import { answerText } from '~/features/workbench/review/words';
import type { Geometry } from '~/geometry/shapes';
import { answerFields, outputIn } from '~/layout/answer-fields';
import type { Layout } from '~/layout/tree';
import { writeField } from '~/layout/write';
import { Desk } from '~/tools/desk';
import { field, follows, layout, part, people, text } from '../support/layout';

const IMAGE = { width: 1000, height: 800 };
const frames = { request: () => 0, cancel: () => undefined, still: true };

const FORM = layout(
  field('RadioGroup', 'weather', {
    kept: 'value',
    label: 'Weather',
    schema: { type: 'string', enum: ['dry', 'rain'] },
    parts: [part('Option', { value: 'dry' }, 'Dry road'), part('Option', { value: 'rain' }, 'Rain')],
  }),
  field('Select', 'seen', {
    kept: 'set',
    label: 'Seen',
    schema: { type: 'array', uniqueItems: true, items: { type: 'string', enum: ['road', 'water', 'ice'] } },
  }),
  text('notes', { label: 'Notes' }),
  field('NERTagger', 'entities', {
    kept: 'items',
    label: 'Entities',
    schema: { type: 'array', items: { type: 'object' }, 'x-no-overlap': true },
  }),
  text('city', { label: 'City' }),
);

const span = (id: string, start: number, end: number, label: string): Json => ({ id, start, end, label, text: 'x' });

const ANNA: Json = {
  weather: 'dry',
  seen: ['road', 'ice'],
  notes: 'wet leaves',
  entities: [span('a1', 0, 3, 'Person'), span('a2', 8, 12, 'Place')],
  city: 'Ulm',
};
const BEN: Json = {
  weather: 'rain',
  seen: ['road', 'water'],
  entities: [span('b1', 0, 3, 'Person'), span('b2', 20, 24, 'Place')],
  city: 'Ulm',
};

const answer = (at: number, name: string, output: Json, ...regions: RegionSnapshot[]): Answer => ({
  at,
  id: name,
  userId: name,
  name,
  regions,
  output,
});

describe('answers to one question', () => {
  test('are equal or not, and lists agree as far as they share', () => {
    expect(valueLikeness('dry', 'rain')).toBe(0);
    expect(valueLikeness(3, 3)).toBe(1);
    expect(valueLikeness(['a', 'b'], ['b', 'c', 'd', 'a'])).toBeCloseTo(4 / 6);
    expect(valueLikeness(['a', 'b'], ['b', 'a'])).toBe(1);
  });

  test('are spans by where they are and what they are, whatever ids they were given', () => {
    expect(valueLikeness([span('a', 0, 3, 'Person')], [span('b', 0, 3, 'Person')])).toBe(1);
    expect(valueLikeness([span('a', 0, 3, 'Person')], [span('b', 0, 3, 'Place')])).toBe(0);
  });

  test('of a ranking differ in their order', () => {
    expect(valueLikeness(['a', 'b'], ['b', 'a'], true)).toBe(0);
    expect(valueLikeness(['a', 'b'], ['a', 'b'], true)).toBe(1);
  });

  test('are the same nothing where nobody said anything: empty, not ticked, not there', () => {
    const nothings: Json[] = [null, '', '  ', false, []];
    for (const nothing of nothings) expect(valueLikeness(undefined, nothing)).toBe(1);
    expect(valueLikeness(undefined, 0)).toBe(0);
  });

  test('have in their middle the one that is most like the others', () => {
    const { middle, likeness, isAgreed } = compareValues({ key: 'k', values: ['a', 'b', 'b'] });
    expect([middle, isAgreed]).toEqual([1, false]);
    expect(likeness).toBeCloseTo(1 / 3);
  });

  test('list each thing once, with who has it, in the order of the text', () => {
    const entries = entriesOf([[span('a', 5, 8, 'X'), span('b', 0, 3, 'X')], [span('c', 5, 8, 'X')]]);
    expect(entries.map(({ answers }) => answers)).toEqual([[0], [0, 1]]);
  });
});

describe("Krippendorff's alpha", () => {
  /** Units of a table whose rows are observers; a dot: not rated. */
  const units = (...rows: string[]): string[][] =>
    Array.from(rows[0] ?? '').map((_, unit) => rows.map((row) => row[unit] ?? '.').filter((value) => value !== '.'));

  // Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011), sections A, B and C.
  test.each([
    ['binary data, two observers', 0.095, ['0100000010', '1110010000']],
    ['nominal data, two observers', 0.692, ['112243335441', '212223335444']],
    ['nominal data, four observers, missing values', 0.743, ['123321412...', '1233224125.3', '.3332342251.', '12332441251.']],
  ])('of %s is %f', (_, published, rows) => {
    expect(nominalAlpha(units(...rows))).toBeCloseTo(published, 3);
  });

  test('is 1 where nothing varies, and not there where nobody can be compared', () => {
    expect(
      nominalAlpha([
        ['a', 'a'],
        ['a', 'a'],
      ]),
    ).toBe(1);
    expect(nominalAlpha([['a'], ['b']])).toBeNull();
  });

  test('takes each field as a unit, lists whole and without their ids', () => {
    const outputs: Json[] = [
      { a: { b: 1 }, list: [span('x', 0, 1, 'P')] },
      { a: { b: 2 }, list: [span('y', 0, 1, 'P')], c: null },
    ];
    expect(unitsOf(outputs).map((unit) => new Set(unit).size)).toEqual([2, 1]);
  });
});

describe('an answer taken apart', () => {
  test('has a field for each place, also in loops, named as people read it', () => {
    const loop: Layout = layout({
      type: 'for_each',
      items: follows('$.input.pages'),
      as: 'page',
      key: 'n',
      children: [text('lines[n]', { label: 'Line' })],
    });
    const found = answerFields(loop, [{ lines: ['a', null, 'c'] }, { lines: ['a'] }]);
    expect(found.map(({ key, label }) => [key, label])).toEqual([
      ['lines[0]', 'Line 1'],
      ['lines[1]', 'Line 2'],
      ['lines[2]', 'Line 3'],
    ]);
    expect(found[2]?.values).toEqual(['c', undefined]);
  });

  test('leaves out what the layout has no field for', () => {
    expect(answerFields(FORM, [{ gone: 1, weather: 'dry' }]).map(({ key }) => key)).toEqual(['weather']);
  });

  test('is of the case whose field takes what was answered, where two share a place', () => {
    const shared = layout(
      field('NERTagger', 'said', { kept: 'items', schema: { type: 'array' } }),
      field('RadioGroup', 'said', { kept: 'value', schema: { type: 'string' } }),
    );
    expect(answerFields(shared, [{ said: 'yes' }])[0]?.output.kept_as).toBe('value');
  });

  test('is read by people as they read it in the form', () => {
    const [weather] = answerFields(FORM, [ANNA]);
    expect(answerText('dry', weather?.names ?? new Map())).toBe('Dry road');
    expect(answerText([span('a', 0, 1, 'Person')], new Map())).toBe('“x” Person');
    expect(answerText('', new Map())).toBe('nothing');
  });
});

describe('deciding about fields', () => {
  let room: TaskRoom;
  let desk: Desk;
  let deciding: Adjudication;

  const begin = async (...answers: Answer[]): Promise<void> => {
    const [mine] = await people('rita');
    if (!mine) throw new Error('nobody came');
    room = mine;
    desk = new Desk({ room, image: IMAGE, frames, notify: () => undefined });
    desk.camera.resize({ width: 1000, height: 800 });
    deciding = new Adjudication({ desk, layout: FORM, draws: true, answers, scope: 'decide', leftOut: keptOn(null, 'x') });
  };
  const conflict = (key: string): FieldThing => {
    const found = deciding.fields.all.find((one) => one.key === key);
    if (!found) throw new Error(`no field ${key}`);
    return found;
  };
  const output = (): Json => outputIn(FORM, room.fields);

  beforeEach(() => begin(answer(0, 'Anna', ANNA), answer(1, 'Ben', BEN)));

  test('what differs is in the list in the order of the form, and steps go through it', () => {
    expect(deciding.all.map((one) => isField(one) && one.key)).toEqual(['weather', 'seen', 'notes', 'entities']);
    expect(deciding.fields.agreed.map(({ key }) => key)).toEqual(['city']);
    expect(deciding.step(1)).toBe(conflict('weather'));
    expect(deciding.step(1)).toBe(conflict('seen'));
    expect(deciding.step(-1)).toBe(conflict('weather'));
    expect(deciding.looked()).toBe(conflict('weather'));
  });

  test('agreement is told for each part and over all of them', () => {
    const told = Object.fromEntries(deciding.parts.map(({ name, value }) => [name, value]));
    expect(told).toEqual({ Regions: 1, Weather: 0, Seen: 0.5, Notes: 0, Entities: 0.5, City: 1 });
    expect(deciding.agreement).toBeCloseTo(3 / 6);
  });

  test('what is taken is kept as the field keeps it: a text stays a text, spans are entries, choices a set', () => {
    for (const key of ['weather', 'seen', 'notes', 'entities']) resolve.take(deciding, conflict(key), 0);
    expect(room.fields.get('notes')).toEqual({ kind: 'text', text: 'wet leaves' });
    expect(room.fields.get('seen')).toEqual({ kind: 'map', entries: { road: true, ice: true } });
    expect(room.fields.get('entities')?.kind).toBe('map');
    expect(room.fields.get('weather')).toEqual({ kind: 'value', value: 'dry' });
    expect(deciding.open()).toEqual([]);
    expect(deciding.fields.decided(conflict('entities'))).toEqual({ kind: 'taken', answers: [0] });
    expect(output()).toEqual({ ...(ANNA as Record<string, Json>), city: undefined });
  });

  test('each is one step of undo, which opens it again', () => {
    resolve.take(deciding, conflict('entities'), 1);
    resolve.take(deciding, conflict('weather'), 1);
    desk.undo();
    expect(deciding.fields.decided(conflict('weather'))).toBeNull();
    expect(deciding.fields.decided(conflict('entities'))).toEqual({ kind: 'taken', answers: [1] });
    desk.undo();
    expect(deciding.open()).toHaveLength(4);
  });

  test('the next answer goes round', () => {
    const now = (): Json | undefined => deciding.fields.now(conflict('weather'));
    resolve.takeNext(deciding, conflict('weather'));
    expect(now()).toBe('dry');
    resolve.takeNext(deciding, conflict('weather'));
    expect(now()).toBe('rain');
    resolve.takeNext(deciding, conflict('weather'));
    expect(now()).toBe('dry');
  });

  test('of somebody who said nothing nothing is taken, and that is a decision', () => {
    resolve.take(deciding, conflict('notes'), 1);
    expect(deciding.fields.decided(conflict('notes'))).toEqual({ kind: 'taken', answers: [1] });
    resolve.leaveOut(deciding, conflict('weather'));
    expect(deciding.fields.decided(conflict('weather'))).toEqual({ kind: 'left_out' });
    resolve.leaveOut(deciding, conflict('weather'));
    expect(deciding.fields.decided(conflict('weather'))).toBeNull();
  });

  test('lists are brought together, whole or thing by thing', () => {
    const seen = conflict('seen');
    resolve.mergeNext(deciding, seen);
    expect(deciding.fields.now(seen)).toEqual(['road', 'water', 'ice']);
    resolve.mergeNext(deciding, seen);
    expect(deciding.fields.now(seen)).toEqual(['road']);
    const entities = conflict('entities');
    const [both, hers, his] = deciding.fields.entries(entities);
    if (!both || !hers || !his) throw new Error('there are three');
    for (const entry of [both, hers, his]) deciding.fields.toggle(entities, entry);
    deciding.fields.toggle(entities, hers);
    expect([both, hers, his].map((entry) => deciding.fields.has(entities, entry))).toEqual([true, false, true]);
    expect(deciding.fields.decided(entities)).toEqual({ kind: 'taken', answers: [1] });
  });

  test('what all agree on is taken with the regions that all agree on, in one step', async () => {
    const box: Geometry = { kind: 'box', x: 10, y: 10, width: 100, height: 100 };
    await begin(answer(0, 'Anna', ANNA, region('a:1', 'car', box)), answer(1, 'Ben', BEN, region('b:1', 'car', box)));
    expect(resolve.takeAgreed(deciding)).toBe(2);
    expect([room.regions.size, output()]).toEqual([1, { city: 'Ulm' }]);
    expect(resolve.takeAgreed(deciding)).toBe(0);
    desk.undo();
    expect([room.regions.size, output()]).toEqual([0, {}]);
  });

  test('a whole answer is taken with its fields, and what it leaves empty is empty', () => {
    resolve.take(deciding, conflict('notes'), 0);
    resolve.takeWhole(deciding, 1);
    expect(deciding.open()).toEqual([]);
    expect(output()).toEqual({ ...(BEN as Record<string, Json>), entities: expect.any(Array) as Json });
    desk.undo();
    expect(output()).toEqual({ notes: 'wet leaves' });
  });

  test('what is not asked for with the answer as it is waits for no decision', () => {
    deciding.fields.ask(new Set(['weather', 'seen', 'entities', 'city']));
    expect(deciding.open()).toHaveLength(3);
    expect(deciding.count()).toBe(3);
    deciding.step(1);
    deciding.step(1);
    expect(deciding.step(1)).toBe(conflict('entities'));
  });
});

const region = (id: string, label: string, geometry: Geometry, ...to: string[]): RegionSnapshot => ({
  id,
  label,
  geometry,
  attributes: {},
  author: null,
  z: 0,
  createdAt: 0,
  relations: to.map((target) => ({ to: target, label: 'rides', directed: true })),
});

describe('relations of what is taken', () => {
  const box = (x: number): Geometry => ({ kind: 'box', x, y: 100, width: 100, height: 100 });
  let room: TaskRoom;
  let deciding: Adjudication;

  beforeEach(async () => {
    const [mine] = await people('rita');
    if (!mine) throw new Error('nobody came');
    room = mine;
    const desk = new Desk({ room, image: IMAGE, frames, notify: () => undefined });
    desk.camera.resize({ width: 1000, height: 800 });
    const answers = [
      answer(0, 'Anna', {}, region('a:1', 'rider', box(100), 'a:2'), region('a:2', 'bike', box(300))),
      answer(1, 'Ben', {}, region('b:1', 'rider', box(140)), region('b:2', 'bike', box(340))),
    ];
    deciding = new Adjudication({ desk, layout: null, draws: true, answers, scope: 'decide', leftOut: keptOn(null, 'x') });
  });

  const things = () => {
    const [rider, bike] = ['a:1', 'a:2'].map((id) => deciding.thingOf(id));
    if (!rider || !bike) throw new Error('both are there');
    return { rider, bike };
  };
  const related = (): readonly string[] =>
    room.regions.list().flatMap(({ id, relations }) => relations.map(({ to, label }) => `${id} ${label} ${to}`));

  test.each([
    ['the one it goes from first', ['rider', 'bike'] as const],
    ['the one it goes to first', ['bike', 'rider'] as const],
  ])('come along when both ends are there: %s', (_, order) => {
    const { rider, bike } = things();
    for (const name of order) resolve.take(deciding, things()[name], 0);
    expect(related()).toEqual([`${deciding.idOf(rider)} rides ${deciding.idOf(bike)}`]);
  });

  test('go when the answer is taken that does not have them', () => {
    const { rider, bike } = things();
    resolve.take(deciding, rider, 0);
    resolve.take(deciding, bike, 0);
    resolve.take(deciding, rider, 1);
    expect(related()).toEqual([]);
  });

  test('come with a whole answer', () => {
    resolve.takeWhole(deciding, 0);
    expect(related()).toHaveLength(1);
  });

  test('that changed alone are a change between rounds', () => {
    const before = [region('1', 'rider', box(0)), region('2', 'bike', box(50))];
    const after = [region('1', 'rider', box(0), '2'), region('2', 'bike', box(50))];
    expect(changesBetween(before, after)).toMatchObject([{ kind: 'changed', id: '1', in: ['relations'] }]);
  });
});

test('what changed between rounds has fields too, by what they say', () => {
  const after = {
    ...(ANNA as Record<string, Json>),
    weather: 'rain',
    entities: [span('n', 0, 3, 'Person'), span('m', 8, 12, 'Place')],
  };
  expect(fieldChangesBetween(FORM, ANNA, after)).toMatchObject([{ id: 'weather', before: 'dry', after: 'rain' }]);
  expect(fieldChangesBetween(null, ANNA, after)).toEqual([]);
});

describe('writing an answer into the document', () => {
  test('leaves alone what is there already, so that a colleague in it keeps their place', async () => {
    const [ann] = await people('ann');
    if (!ann) throw new Error('nobody came');
    ann.fields.setEntry('entities', 'old', { start: 0, end: 3, label: 'Person', text: 'x' });
    writeField(ann.fields, 'entities', { kept_as: 'items' }, [span('new', 0, 3, 'Person'), span('more', 5, 6, 'Place')]);
    const entry = ann.fields.get('entities');
    expect(entry?.kind === 'map' && Object.keys(entry.entries).sort()).toEqual(['more', 'old']);
    writeField(ann.fields, 'entities', { kept_as: 'items' }, null);
    expect(ann.fields.get('entities')).toEqual({ kind: 'map', entries: {} });
  });
});

describe('defaults', () => {
  const snapshot = { phase: 'joined', readOnly: null } as const;

  test('are for whoever answers anew, under the layout of this very task', () => {
    expect(mayFill({ work: { kind: 'annotation' }, snapshot, isOwn: true })).toBe(true);
    expect(mayFill({ work: { kind: 'annotation' }, snapshot, isOwn: false })).toBe(false);
    expect(mayFill({ work: { kind: 'adjudication' }, snapshot, isOwn: true })).toBe(false);
    expect(mayFill({ work: null, snapshot, isOwn: true })).toBe(false);
    expect(mayFill({ work: { kind: 'annotation' }, snapshot: { ...snapshot, readOnly: 'Not yours' }, isOwn: true })).toBe(false);
  });
});

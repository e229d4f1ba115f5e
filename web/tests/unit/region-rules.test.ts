import type { Geometry, Json, RegionSnapshot } from '@tandem/client';
import { describe, expect, test } from 'vitest';

import { setupOf } from '~/features/workbench/annotator-setup';
import { choosing, sharedAttributes, sharedValue, toggled } from '~/features/workbench/attribute-values';
import { faultsOf, wrongWith } from '~/features/workbench/region-rules';
import { readAnnotator } from '~/layout/annotator';
import type { Part } from '~/layout/tree';
import { annotator, attribute, label } from '../support/annotator';

const PROJECT = [
  { name: 'car', color: '#111111' },
  { name: 'person', color: '#222222' },
];
const BOX: Geometry = { kind: 'box', x: 0, y: 0, width: 5, height: 5 };

let made = 0;
const region = (name: string, attributes: Record<string, Json> = {}, geometry = BOX): RegionSnapshot => ({
  id: `r${++made}`,
  label: name,
  geometry,
  attributes,
  author: null,
  z: 0,
  createdAt: made,
  relations: [],
});
const setup = (said: Parameters<typeof annotator>[0], ...parts: Part[]) =>
  setupOf(PROJECT, readAnnotator(annotator(said, parts)));
const messages = (...given: Parameters<typeof faultsOf>): string[] => faultsOf(...given).map(({ message }) => message);

describe('what is wrong with regions', () => {
  test('limits of a label and of all are said in words, and the newest beyond a limit is named', () => {
    const rules = setup({ max_regions: 3 }, label('car', { max: 1 }), label('person', { min: 2 }));
    const regions = [region('car'), region('car'), region('person'), region('car')];
    expect(messages(rules, regions)).toEqual([
      'At most 1 of car; there are 3',
      'At least 2 of person must be drawn; there is 1',
      'At most 3 regions in all; there are 4',
    ]);
    expect(faultsOf(rules, regions)[0]?.region).toBe(regions[3]?.id);
    expect(messages(setup({ min_regions: 2 }), [])).toEqual(['At least 2 regions must be drawn; there is none']);
  });

  test('a region says which attribute it lacks', () => {
    const rules = setup({}, label('car', {}, [attribute('kind', 'select', { label: 'Kind', required: true }, ['suv'])]));
    const [whole, lacking] = [region('car', { kind: 'suv' }), region('car')];
    expect(faultsOf(rules, [whole, lacking])).toEqual([
      { region: lacking.id, attribute: 'kind', message: 'Kind of this car must be filled in' },
    ]);
  });

  test('a label that is not of the task, or a shape that its label does not take, is named', () => {
    const rules = setup({ tools: ['polygon'] }, label('car'));
    expect(messages(rules, [region('car'), region('person')])).toEqual([
      '“car” takes no such shape (box)',
      '“person” is no label of this task: give the region another, or delete it',
    ]);
  });

  test('nothing is asked where there are no labels', () => {
    expect(messages(setupOf([], null), [region('car')])).toEqual([]);
  });

  test('each kind of attribute has its rules', () => {
    const of = (kind: string, said: Record<string, Json>, value: Json | undefined): string | null => {
      const [read] = readAnnotator(annotator({}, [attribute('x', kind, said, ['a', 'b'])])).attributes;
      if (!read) throw new Error('not read');
      return wrongWith(read, value);
    };
    expect([of('number', { min: 2, max: 5 }, 1), of('number', { min: 2, max: 5 }, 6)]).toEqual([
      'must be 2 or more',
      'must be 5 or less',
    ]);
    expect([of('number', { integer: true }, 1.5), of('number', {}, 'x')]).toEqual(['must be a whole number', 'must be a number']);
    expect([of('text', { max_length: 2 }, 'abc'), of('text', { max_length: 2 }, '🙂🙂')]).toEqual([
      'must have at most 2 letters',
      null,
    ]);
    expect([of('text', { pattern: '[A-Z]+' }, 'AB'), of('text', { pattern: '[A-Z]+' }, 'ABc')]).toEqual([
      null,
      'must fit [A-Z]+',
    ]);
    expect([of('select', {}, 'a'), of('select', {}, 'c')]).toEqual([null, 'must be one of its options']);
    expect([of('multi-select', {}, ['a', 'b']), of('multi-select', {}, ['c'])]).toEqual([null, 'must be some of its options']);
    // A required yes or no is answered by no as well.
    expect([of('boolean', { required: true }, false), of('boolean', { required: true }, undefined)]).toEqual([
      null,
      'must be filled in',
    ]);
    expect([of('text', { required: true }, '  '), of('text', {}, '')]).toEqual(['must be filled in', null]);
  });
});

describe('attributes of several regions', () => {
  const rules = setup(
    {},
    label('car', {}, [attribute('kind', 'select', {}, ['suv']), attribute('doors', 'number')]),
    label('person', {}, [attribute('kind', 'select', {}, ['adult'])]),
    attribute('note', 'text'),
  );

  test('those that all have are shown: of one name, one kind and the same options', () => {
    expect(sharedAttributes(rules.labels).map(({ name }) => name)).toEqual(['note']);
    expect(sharedAttributes(rules.labels.slice(0, 1)).map(({ name }) => name)).toEqual(['kind', 'doors', 'note']);
    expect(sharedAttributes([])).toEqual([]);
  });

  test('a value is shown if it is the same in all', () => {
    expect(sharedValue([region('car', { doors: 2 }), region('car', { doors: 2 })], 'doors')).toEqual({ mixed: false, value: 2 });
    expect(sharedValue([region('car', { doors: 2 }), region('car')], 'doors')).toEqual({ mixed: true });
    expect(sharedValue([region('car', { t: ['a'] }), region('car', { t: ['a'] })], 't')).toEqual({ mixed: false, value: ['a'] });
    expect(sharedValue([region('car'), region('car')], 'doors')).toEqual({ mixed: false, value: undefined });
  });

  test('of several choices each is chosen in all, in some or in none', () => {
    const regions = [region('car', { t: ['a', 'b'] }), region('car', { t: ['a'] })];
    expect(['a', 'b', 'c'].map((option) => choosing(regions, 't', option))).toEqual(['all', 'some', 'none']);
  });

  test('choices keep the order of the options; the last taken away leaves nothing', () => {
    const [read] = readAnnotator(annotator({}, [attribute('t', 'multi-select', {}, ['a', 'b', 'c'])])).attributes;
    if (!read) throw new Error('not read');
    expect(toggled(read, ['c'], 'a', true)).toEqual(['a', 'c']);
    expect(toggled(read, ['c'], 'c', false)).toBeUndefined();
  });
});

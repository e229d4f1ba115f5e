import { describe, expect, test } from 'vitest';

import { setupOf } from '~/features/workbench/annotator-setup';
import { benchKeys } from '~/features/workbench/bench-keys';
import { annotatorsOf, readAnnotator } from '~/layout/annotator';
import type { Hotkey, Part } from '~/layout/tree';
import type { LabelDef } from '~/session/queries';
import { annotator, attribute, label } from '../support/annotator';
import { layout, part } from '../support/layout';

const PROJECT: LabelDef[] = [
  { name: 'car', color: '#111111', hotkey: '1', kinds: ['box', 'polygon'] },
  { name: 'person', color: '#222222', hotkey: 'p', keypoints: ['a', 'b'], skeleton: [[0, 1]] },
];

const setup = (said: Parameters<typeof annotator>[0], ...parts: Part[]) =>
  setupOf(PROJECT, readAnnotator(annotator(said, parts)));
const named = ({ labels }: ReturnType<typeof setupOf>, name: string) => labels.find((one) => one.name === name);

describe('what can be drawn', () => {
  test('without a layout it is what the project says', () => {
    const { labels, tools, most, hasAttributes } = setupOf(PROJECT, null);
    expect(labels.map(({ name, color, hotkey }) => [name, color, hotkey])).toEqual([
      ['car', '#111111', '1'],
      ['person', '#222222', 'p'],
    ]);
    expect([tools.length, most, hasAttributes]).toEqual([17, undefined, false]);
  });

  test('an annotator without labels has those of the project', () => {
    expect(setup({ max_regions: 5 }).labels.map(({ name }) => name)).toEqual(['car', 'person']);
    expect(setup({ max_regions: 5 }).most).toBe(5);
  });

  test('what the layout says of a label goes; the rest is the project’s', () => {
    const made = setup({}, label('person', { color: '#abcdef' }), label('car', { hotkey: 'X', max: 3, min: 1 }));
    expect(made.labels.map(({ name, color, hotkey, least, most }) => [name, color, hotkey, least, most])).toEqual([
      ['person', '#abcdef', 'p', 0, undefined],
      ['car', '#111111', 'x', 1, 3],
    ]);
  });

  test('a shape must be one that project, annotator and label allow: submit asks by all of them', () => {
    const made = setup({ tools: ['box', 'keypoints', 'mask'] }, label('car', { tools: ['box', 'mask'] }), label('person'));
    expect(named(made, 'car')?.kinds).toEqual(['box']);
    expect(named(made, 'person')?.kinds).toEqual(['box', 'keypoints', 'mask']);
  });

  test('only tools of allowed shapes are offered, with those that make no shape; the eraser goes with the mask', () => {
    expect(setup({ tools: ['box'] }).tools).toEqual(['select', 'box', 'cut', 'relation', 'comment']);
    expect(setup({ tools: ['mask'] }).tools).toEqual([
      'select',
      'wand',
      'smart',
      'brush',
      'eraser',
      'cut',
      'relation',
      'comment',
    ]);
  });

  test('a label that could not be submitted says why', () => {
    const made = setup({}, label('tree'), label('car', { tools: ['mask'] }));
    expect(named(made, 'tree')?.problem).toMatch(/project has no label “tree”/);
    expect(named(made, 'car')?.problem).toMatch(/no common shape/);
  });

  test('a skeleton has the layout’s names only if they are as many as the project’s points', () => {
    const points = (...names: string[]): Part[] => names.map((name) => part('Keypoint', { name }));
    const edge = part('Edge', { from: 'hip', to: 'head' });
    const two = named(setup({}, label('person', {}, [...points('head', 'hip'), edge])), 'person');
    expect([two?.keypoints, two?.skeleton]).toEqual([['head', 'hip'], [[1, 0]]]);
    const three = named(setup({}, label('person', {}, [...points('x', 'y', 'z')])), 'person');
    expect([three?.keypoints, three?.skeleton]).toEqual([['a', 'b'], [[0, 1]]]);
  });

  test('a label has its own attributes and those beside all labels; its own of the same name goes', () => {
    const made = setup(
      {},
      label('car', {}, [attribute('kind', 'select', { default: 'suv' }, ['suv', 'bus'])]),
      label('person'),
      attribute('kind', 'text'),
      attribute('occluded', 'boolean', { default: 'false' }),
    );
    expect(named(made, 'car')?.attributes.map(({ name, kind }) => [name, kind])).toEqual([
      ['kind', 'select'],
      ['occluded', 'boolean'],
    ]);
    expect(named(made, 'car')?.initial).toEqual({ kind: 'suv', occluded: false });
    expect(named(made, 'person')?.initial).toEqual({ occluded: false });
  });

  test('a default is a value of its attribute, or none', () => {
    const initial = (type: string, text: string): unknown =>
      readAnnotator(annotator({}, [attribute('x', type, { default: text }, ['a', 'b', 'c'])])).attributes[0]?.initial;
    expect([initial('number', '2.5'), initial('number', 'two')]).toEqual([2.5, undefined]);
    expect([initial('boolean', 'true'), initial('boolean', 'yes')]).toEqual([true, undefined]);
    expect([initial('select', 'b'), initial('select', 'd')]).toEqual(['b', undefined]);
    expect([initial('multi-select', 'a, c'), initial('multi-select', 'a, d')]).toEqual([['a', 'c'], undefined]);
    expect(initial('text', '7')).toBe('7');
  });

  test('annotators are found wherever they stand', () => {
    const when = { text: '', expression: { op: 'literal', value: true }, depends: [] } as const;
    const show = { type: 'show' as const, when, children: [], fallback: [annotator()] };
    expect(
      annotatorsOf(layout({ type: 'switch', on: when, cases: [{ values: [1], children: [show] }], default: [] })),
    ).toHaveLength(1);
  });
});

describe('keys on a task with a layout', () => {
  const keysOf = (said: Parameters<typeof annotator>[0], labels: Part[], ...others: Hotkey[]) => {
    const own = labels.flatMap(({ properties }): Hotkey[] => {
      const word = (of: string): string => {
        const said = properties[of];
        return said?.kind === 'literal' && typeof said.value === 'string' ? said.value : '';
      };
      return word('hotkey') === '' ? [] : [{ key: word('hotkey'), instance_id: 'regions', value: word('name') }];
    });
    return benchKeys(setup(said, ...labels), { ...layout(), hotkeys: [...own, ...others] });
  };

  test('a label has the key that the layout gives it', () => {
    expect([...keysOf({}, [label('car', { hotkey: 'x' }), label('person')]).labels]).toEqual([
      ['car', 'x'],
      ['person', '1'],
    ]);
  });

  test('the key of a tool that the layout does not have is free', () => {
    expect(keysOf({ tools: ['box'] }, [label('person', { hotkey: 'p' })]).labels.get('person')).toBe('p');
  });

  test('a key that is a tool’s goes to the tool; the label has another, and it is said why', () => {
    const keys = keysOf({}, [label('person', { hotkey: 'p' })]);
    expect([keys.labels.get('person'), keys.moved.get('person')]).toEqual(['1', 'P is Polygon']);
  });

  test('what the layout gives to something else is no label’s and no command’s', () => {
    const keys = keysOf({}, [label('car'), label('person')], { key: '1', instance_id: 'weather', value: 'rain' });
    expect([...keys.labels]).toEqual(
      [
        ['car', '2'],
        ['person', '3'],
      ].map(([name, key]) => [name, key]),
    );
    expect(keys.moved.get('car')).toBe('1 is something else of the layout');
    expect([keys.ceded.has('1'), keys.taken.has('1'), keys.shown.get('rain')]).toEqual([true, true, '1']);
  });

  test('a label that cannot be given has no key', () => {
    const keys = keysOf({}, [label('tree', { hotkey: 'y' }), label('car')]);
    expect(keys.labels.has('tree')).toBe(false);
  });
});

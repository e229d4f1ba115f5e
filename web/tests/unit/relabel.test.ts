import { expect, test } from 'vitest';

import { setupOf } from '~/features/workbench/annotator-setup';
import { looksOf } from '~/features/workbench/looks';
import { faultsOf } from '~/features/workbench/region-rules';
import { effects, verb } from '~/features/project/relabel-words';
import type { AnnotatorSpec } from '~/layout/annotator';
import type { LabelDef } from '~/session/queries';
import { LabelBook } from '~/tools/label-book';
import { byName } from '~/tools/labels';

const label = (name: string, color: string, formerly: string[] = []): LabelDef => ({
  name,
  color,
  formerly,
  kinds: [],
  keypoints: [],
  skeleton: [],
});
const project = [label('vehicle', '#111111', ['car', 'auto']), label('dog', '#222222')];
const spec = (...names: string[]): AnnotatorSpec => ({
  labels: names.map((name) => ({ name, min: 1, keypoints: [], edges: [], attributes: [] })) as unknown as AnnotatorSpec['labels'],
  attributes: [],
  relations: [],
  tools: undefined,
  min: undefined,
  max: undefined,
});
const box = { kind: 'box', x: 1, y: 1, width: 2, height: 2 } as const;

test('a label goes by the names that it had, too', () => {
  expect(byName(setupOf(project, null).labels).get('auto')?.name).toBe('vehicle');
  const book = new LabelBook(setupOf(project, null).labels);
  expect([book.gives('car'), book.gives('vehicle'), book.gives('cat')]).toEqual([true, true, false]);
  expect(book.accepts('car', box)).toBe(true);
});

test('regions that still have a former name look like what they are', () => {
  const looks = looksOf(setupOf(project, null), project, { names: false, crosshair: false });
  expect(looks.color('car')).toBe('#111111');
});

test('a layout of before offers the label under its present name, once', () => {
  const names = setupOf(project, spec('car', 'dog', 'auto')).labels.map(({ name, problem }) => [name, problem]);
  expect(names).toEqual([
    ['vehicle', null],
    ['dog', null],
  ]);
});

test('regions of both names are counted together', () => {
  const region = (id: string, name: string) =>
    ({ id, label: name, geometry: box, attributes: {}, author: null, z: 0, relations: [] }) as never;
  expect(faultsOf(setupOf(project, spec('vehicle')), [region('a', 'car')])).toEqual([]);
  expect(faultsOf(setupOf(project, spec('vehicle')), [])[0]?.message).toContain('vehicle');
});

test('what a new name changes is said with its numbers', () => {
  const preview = {
    change: 'merge',
    regions: 1200,
    annotations: 1,
    tasks: 1,
    open_tasks: 2,
    layouts: [{ id: 'x', name: 'Street', version: 3 }],
    kinds: [],
    samples: [],
    problems: [],
  } as const;
  expect(effects({ ...preview, layouts: [...preview.layouts], kinds: [], samples: [], problems: [] }, 'car', 'vehicle')).toEqual([
    '1,200 regions in 1 annotation of 1 task will be called vehicle.',
    '2 documents of tasks that are not done will be looked through.',
    'car is no label any more; colour, key and shapes are those of vehicle. This cannot be taken apart again.',
    'A layout says car (Street 3): that means vehicle from then on.',
  ]);
  expect([verb('merge'), verb('rename'), verb('done'), verb(null)]).toEqual(['Merge', 'Rename', 'Finish it', 'Rename']);
});

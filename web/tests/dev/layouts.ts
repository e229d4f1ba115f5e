/** Layouts of the world in memory: one task has the seed's, one has every field; the others have none. */
import seed from '../../../domain/tests/layout/seed_b4.json';
import type { KeptAs, Layout, Node } from '~/layout/tree';
import { bound, component, field, layout, literal, part } from '../support/layout';
import { uuid } from './world';

const DOCUMENT = `The patient, a 58-year-old woman, was admitted with newly diagnosed type 2 diabetes and hypertension.
She was started on metformin 500mg twice daily and lisinopril 10mg.

An MRI of the left knee showed a small effusion. Follow-up blood panel in two weeks.`;

const KEPT: Readonly<Record<string, KeptAs>> = { NERTagger: 'items', TextArea: 'text' };
const clinical = JSON.parse(JSON.stringify(seed), (_, value: { component?: string; output?: object } | null) =>
  typeof value === 'object' && value?.output && value.component !== undefined
    ? { ...value, output: { kept_as: KEPT[value.component] ?? 'value', ...value.output } }
    : value,
) as Layout;

const options = [
  part('Option', { value: 'billing', hotkey: '1' }, 'Billing'),
  part('Option', { value: 'bug', hotkey: '2' }, 'Something is broken'),
  part('Option', { value: 'other', hotkey: '3' }, 'Something else'),
];
const panel = (title: string, flex: number, ...children: Node[]): Node =>
  component('Panel', { title: literal(title), flex: literal(flex) }, { children });
const items = ['Fast', 'Correct', 'Friendly'].map((value) => part('Item', { value }));
const fields: Layout = layout(
  component(
    'Section',
    { direction: literal('row'), gap: literal('md') },
    {
      children: [
        panel(
          'The ticket',
          1,
          component('TextDisplay', { source: bound('$.input.document_text'), font: literal('reading') }),
          field('Checkbox', 'urgent', { kept: 'value', label: 'It is urgent', schema: { type: 'boolean' } }),
          field('Pairwise', 'better', {
            kept: 'value',
            label: 'Which answer is better?',
            properties: { left: literal('Turn it off and on.'), right: literal('Please send us the log.') },
          }),
          field('Ranker', 'order', { kept: 'value', label: 'What matters most', parts: items }),
        ),
        panel(
          'What is it about?',
          1,
          field('RadioGroup', 'topic', { kept: 'value', label: 'Topic', required: true, parts: options }),
          field('Select', 'tags', {
            kept: 'set',
            label: 'Tags',
            parts: ['Angry', 'Paying'].map((value) => part('Option', { value })),
          }),
          field('TextInput', 'title', { kept: 'text', label: 'Title', schema: { type: 'string', maxLength: 20 } }),
          field('Number', 'amount', {
            kept: 'value',
            label: 'Amount',
            properties: { unit: literal('EUR') },
            schema: { type: 'number' },
          }),
          field('Date', 'day', { kept: 'value', label: 'Since when', schema: { type: 'string', format: 'date' } }),
          field('Rating', 'mood', {
            kept: 'value',
            label: 'Mood',
            properties: { half: literal(true) },
            schema: { type: 'number' },
          }),
          component('HologramViewer'),
        ),
      ],
    },
  ),
  field('ImageAnnotator', 'regions', { kept: 'regions', schema: { type: 'array' } }),
);

const LAYOUTS: Readonly<Record<string, Layout>> = {
  [uuid(1001)]: clinical,
  [uuid(1002)]: {
    ...fields,
    components: ['ImageAnnotator'],
    hotkeys: ['1', '2', '3'].map((key) => ({ key, instance_id: 'topic' })),
  },
};

export const layoutOf = (taskId: string): object => {
  const tree = LAYOUTS[taskId];
  return { layout_id: tree ? uuid(5000) : null, name: tree?.name ?? null, version: tree ? 1 : null, tree: tree ?? null };
};

export const inputOf = (taskId: string): object =>
  taskId in LAYOUTS ? { input: { document_id: 'visit-2041', priority: 'warning', document_text: DOCUMENT } } : {};

// @vitest-environment happy-dom
import type { Json, TaskRoom } from '@tandem/client';
import { act, cleanup, configure, fireEvent, render, screen, within } from '@testing-library/react';
import axe from 'axe-core';
import { readFileSync } from 'node:fs';
import type { ReactNode } from 'react';
import { afterEach, describe, expect, it, vi } from 'vitest';

import { acceptPrediction } from '~/layout/accept';
import type { ComponentProps, LayoutBench } from '~/layout/context';
import type { LayoutModel } from '~/layout/model';
import { useResolved } from '~/layout/resolve';
import type { ComponentNode, ForEachNode, KeptAs, Layout, Node, Part, Schema } from '~/layout/tree';
import LayoutView from '~/layout/view';
import { TipProvider } from '~/ui/tip';
import {
  bound,
  component,
  computed,
  field,
  follows,
  layout,
  literal,
  modelOf,
  part,
  path,
  people,
  text,
} from '../support/layout';

// A busy machine makes a turn of two rooms and a screen slow, not wrong.
const PATIENCE = 4_000;
configure({ asyncUtilTimeout: PATIENCE });
const until = (holds: () => void): Promise<void> => vi.waitFor(holds, { timeout: PATIENCE });

afterEach(cleanup);

interface Shown {
  readonly model: LayoutModel;
  readonly room: TaskRoom;
  readonly again: (more: Partial<LayoutBench & { failures: number }>) => void;
}

interface Options extends Partial<LayoutBench> {
  readonly input?: Json;
  readonly context?: Json;
  readonly uiContext?: Json;
}

function show(tree: Layout, room: TaskRoom, { input = {}, context = null, uiContext = null, ...more }: Options = {}): Shown {
  const model = modelOf(tree, room, { input, context, uiContext });
  const bench = { model, room, readOnly: false, handlers: {}, submit: vi.fn(), ...more };
  const page = (other = {}): ReactNode => (
    <TipProvider>
      <LayoutView {...bench} {...other} />
    </TipProvider>
  );
  const { rerender } = render(page());
  return { model, room, again: (other) => rerender(page(other)) };
}

const one = async (): Promise<TaskRoom> => first(await people('ann'));
const first = <T,>(list: readonly T[]): T => {
  const [found] = list;
  if (found === undefined) throw new Error('there is none');
  return found;
};
const settled = (): Promise<void> => act(() => new Promise<void>((done) => setTimeout(done, 20)));
const valueOf = (room: TaskRoom, key: string): Json | undefined => {
  const entry = room.fields.get(key);
  return entry?.kind === 'value' ? entry.value : entry?.kind === 'text' ? entry.text : entry?.entries;
};
const type = (label: RegExp | string, value: string): void => {
  fireEvent.change(screen.getByLabelText(label), { target: { value } });
};

const options = (...values: string[]): Part[] => values.map((value) => part('Option', { value }, value.toUpperCase()));
const radio = (where: string, ...values: string[]): ComponentNode =>
  field('RadioGroup', where, { kept: 'value', schema: { type: 'string', enum: values }, parts: options(...values) });

/** Counts how often components that follow something are rendered. */
function probe(): { Probe: (props: ComponentProps) => null; renders: Map<string, number> } {
  const renders = new Map<string, number>();
  const Probe = ({ node, frame }: ComponentProps): null => {
    useResolved(node, frame);
    renders.set(node.instance_id, (renders.get(node.instance_id) ?? 0) + 1);
    return null;
  };
  return { Probe, renders };
}

describe('typing in one field', () => {
  it('renders again only what depends on it', async () => {
    const { Probe, renders } = probe();
    const watcher = (id: string, of: string): Node => component('Probe', { of: bound(of) }, { instance_id: id });
    const room = await one();
    show(
      layout(
        text('a', { label: 'A' }),
        text('b', { label: 'B' }),
        watcher('follows-a', '$.output.a'),
        watcher('follows-length', '$.output.a.length'),
        watcher('follows-b', '$.output.b'),
        watcher('follows-input', '$.input.x'),
      ),
      room,
      { components: { Probe } },
    );
    await settled();
    renders.clear();
    for (const letters of ['x', 'xy', 'xyz']) type('A', letters);
    await settled();
    const counted = Object.fromEntries(renders);
    expect(Object.keys(counted).sort()).toEqual(['follows-a', 'follows-length']);
    expect(valueOf(room, 'a')).toBe('xyz');
    renders.clear();
    type('A', 'xya');
    await settled();
    // As long as before: who asks for the length alone is left alone.
    expect([...renders.keys()]).toEqual(['follows-a']);
  });

  it('in one turn of a loop leaves the other turns alone', async () => {
    const { Probe, renders } = probe();
    const loop: ForEachNode = {
      type: 'for_each',
      items: follows('$.input.rows'),
      as: 'row',
      key: 'at',
      children: [
        text('notes[at]', { label: 'Note' }),
        component('Probe', { of: bound('row', '$.input.rows') }, { instance_id: 'probe' }),
      ],
    };
    const room = await one();
    show(layout(loop), room, { input: { rows: ['a', 'b', 'c'] }, components: { Probe } });
    await settled();
    renders.clear();
    const inputs = screen.getAllByLabelText('Note');
    expect(inputs).toHaveLength(3);
    fireEvent.change(first(inputs.slice(1)), { target: { value: 'second' } });
    await settled();
    expect(renders.get('probe')).toBeUndefined();
    expect(room.fields.keys()).toEqual(['notes[1]']);
    expect(valueOf(room, 'notes[1]')).toBe('second');
  });
});

describe('what is there', () => {
  it('comes and goes with a Show, its fallback, a Switch and visible', async () => {
    const room = await one();
    const said = (content: string): Node => component('Text', { content: literal(content) });
    const isBug = {
      op: 'compare',
      sign: '==',
      left: path('$.output.topic'),
      right: { op: 'literal', value: 'bug' },
    } as const;
    show(
      layout(
        radio('topic', 'bug', 'other'),
        { type: 'show', when: follows('$.output.topic'), children: [said('chosen')], fallback: [said('nothing chosen')] },
        {
          type: 'switch',
          on: follows('$.output.topic'),
          cases: [{ values: ['bug'], children: [said('a bug')] }],
          default: [said('no bug')],
        },
        component('Text', { content: literal('visible'), visible: computed(follows('$.output.topic', isBug)) }),
      ),
      room,
    );
    const there = (): string[] =>
      ['chosen', 'nothing chosen', 'a bug', 'no bug', 'visible'].filter((words) => screen.queryByText(words) !== null);
    expect(there()).toEqual(['nothing chosen', 'no bug']);
    fireEvent.click(screen.getByLabelText('BUG'));
    expect(there()).toEqual(['chosen', 'a bug', 'visible']);
    fireEvent.click(screen.getByLabelText('OTHER'));
    expect(there()).toEqual(['chosen', 'no bug']);
  });

  it('is a box with its name where nothing here can show it', async () => {
    show(layout(component('HologramViewer')), await one());
    expect(screen.getByRole('note').textContent).toContain('HologramViewer');
  });
});

describe('fields', () => {
  it('keep what people enter, each in its own way', async () => {
    const room = await one();
    const set = { kept: 'set' as const, schema: { type: 'array', items: { enum: ['x', 'y'] }, uniqueItems: true } };
    show(
      layout(
        radio('topic', 'bug', 'other'),
        field('Select', 'choice', { kept: 'value', parts: options('k', 'l'), label: 'Choice' }),
        field('Select', 'tags', { ...set, parts: options('x', 'y') }),
        field('Checkbox', 'sure', { kept: 'value', schema: { type: 'boolean' }, label: 'Sure' }),
        field('Number', 'age', { kept: 'value', schema: { type: 'integer' }, label: 'Age' }),
        field('Date', 'day', { kept: 'value', label: 'Day' }),
        field('Rating', 'stars', { kept: 'value', schema: { type: 'integer' }, label: 'Stars', properties: { max: literal(3) } }),
        field('Ranker', 'order', {
          kept: 'value',
          label: 'Order',
          parts: [part('Item', { value: 'p' }), part('Item', { value: 'q' })],
        }),
        field('Pairwise', 'better', { kept: 'value', label: 'Better', properties: { left: literal('L'), right: literal('R') } }),
        field('Classification', 'way', {
          kept: 'value',
          label: 'Way',
          properties: { mode: literal('hierarchical') },
          parts: [{ ...part('Category', { value: 'animal' }), parts: [part('Category', { value: 'cat' })] }],
        }),
      ),
      room,
    );
    fireEvent.click(screen.getByLabelText('BUG'));
    fireEvent.change(screen.getByLabelText('Choice'), { target: { value: 'l' } });
    for (const tag of ['Y', 'X', 'Y']) fireEvent.click(screen.getByLabelText(tag));
    fireEvent.click(screen.getByLabelText('Sure'));
    type('Age', '7');
    type('Day', '2026-11-29');
    fireEvent.click(screen.getByLabelText('2 of 3'));
    fireEvent.click(screen.getByRole('button', { name: 'q' }));
    fireEvent.click(screen.getByRole('button', { name: 'p' }));
    fireEvent.click(screen.getByRole('button', { name: 'p one place up' }));
    fireEvent.click(screen.getByLabelText(/Right is better/));
    fireEvent.click(screen.getByRole('button', { name: 'Classes below animal' }));
    fireEvent.click(screen.getByLabelText('cat'));
    expect(Object.fromEntries(room.fields.keys().map((key) => [key, valueOf(room, key)]))).toEqual({
      topic: 'bug',
      choice: 'l',
      tags: { x: true },
      sure: true,
      age: 7,
      day: '2026-11-29',
      stars: 2,
      order: ['p', 'q'],
      better: 'right',
      way: ['animal', 'cat'],
    });
    // And one stack of undo for all of them.
    act(() => void room.undo.undo());
    expect(valueOf(room, 'way')).toBeUndefined();
  });

  it('that are locked change nothing', async () => {
    const room = await one();
    show(layout(radio('topic', 'bug'), text('notes', { label: 'Notes' })), room, { readOnly: true });
    expect(screen.getByLabelText<HTMLInputElement>('BUG').disabled).toBe(true);
    expect(screen.getByLabelText<HTMLInputElement>('Notes').readOnly).toBe(true);
  });

  it('say what is wrong once they were left, and no longer when it is right', async () => {
    const room = await one();
    show(layout(text('name', { label: 'Name', required: true })), room);
    const input = screen.getByLabelText(/Name/);
    expect(screen.queryByRole('alert')).toBeNull();
    fireEvent.focus(input);
    fireEvent.blur(input);
    expect((await screen.findByRole('alert')).textContent).toBe('Name must be filled in');
    expect(input.getAttribute('aria-invalid')).toBe('true');
    type(/Name/, 'Ann');
    await settled();
    expect(screen.queryByRole('alert')).toBeNull();
  });

  it('that the server refused say why, and the first of them takes the focus', async () => {
    const room = await one();
    const { model, again } = show(layout(text('a', { label: 'A' }), text('b', { label: 'B' })), room);
    act(() => model.refuse([{ field: 'b', rule: 'pattern', message: 'B must fit [0-9]+' }]));
    again({ failures: 1 });
    expect(screen.getByRole('alert').textContent).toBe('B must fit [0-9]+');
    expect(document.activeElement).toBe(screen.getByLabelText('B'));
  });

  it('show who else is in them', async () => {
    const [ann, bob] = (await people('ann', 'bob')) as [TaskRoom, TaskRoom];
    show(layout(text('notes', { label: 'Notes' })), ann);
    bob.presence.setMine({ editing: 'field:notes' });
    await until(() => expect(screen.getByText('bob is in this field')).toBeTruthy());
  });
});

describe('a text field', () => {
  it('takes what two people type at once, and keeps my caret where I type', async () => {
    const [ann, bob] = (await people('ann', 'bob')) as [TaskRoom, TaskRoom];
    ann.fields.setText('notes', 'hello world');
    await until(() => expect(valueOf(bob, 'notes')).toBe('hello world'));
    show(layout(text('notes', { label: 'Notes' })), ann);
    const input = screen.getByLabelText<HTMLInputElement>('Notes');
    act(() => input.focus());
    input.setSelectionRange(5, 5);
    fireEvent.select(input);
    bob.fields.setText('notes', 'Oh, hello world', 4);
    await until(() => expect(input.value).toBe('Oh, hello world'));
    expect([input.selectionStart, input.selectionEnd]).toEqual([9, 9]);
  });

  it('undoes by its key what I typed without a pause, and not what others typed', async () => {
    const [ann, bob] = (await people('ann', 'bob')) as [TaskRoom, TaskRoom];
    show(layout(text('notes', { label: 'Notes' })), ann);
    for (const letters of ['m', 'mi', 'min', 'mine']) type('Notes', letters);
    await until(() => expect(valueOf(bob, 'notes')).toBe('mine'));
    bob.fields.setText('notes', 'mine and theirs');
    await until(() => expect(valueOf(ann, 'notes')).toBe('mine and theirs'));
    fireEvent.keyDown(screen.getByLabelText('Notes'), { key: 'z', ctrlKey: true });
    expect(valueOf(ann, 'notes')).toBe(' and theirs');
  });

  it('submits by its key', async () => {
    const submit = vi.fn();
    show(layout(text('notes', { label: 'Notes' })), await one(), { submit });
    fireEvent.keyDown(screen.getByLabelText('Notes'), { key: 'Enter', ctrlKey: true });
    expect(submit).toHaveBeenCalledOnce();
  });
});

describe('keys of options', () => {
  it('choose, but not while somebody types', async () => {
    const keyed = field('RadioGroup', 'topic', {
      kept: 'value',
      label: 'Topic',
      parts: [part('Option', { value: 'bug', hotkey: 'g' }, 'Bug'), part('Option', { value: 'other', hotkey: 'o' }, 'Other')],
    });
    const room = await one();
    show(layout(keyed, text('notes', { label: 'Notes' })), room);
    fireEvent.keyDown(screen.getByLabelText('Notes'), { key: 'g' });
    expect(valueOf(room, 'topic')).toBeUndefined();
    fireEvent.keyDown(document.body, { key: 'g' });
    expect(valueOf(room, 'topic')).toBe('bug');
    fireEvent.keyDown(screen.getByLabelText(/Bug/), { key: 'o' });
    expect(valueOf(room, 'topic')).toBe('other');
    fireEvent.keyDown(document.body, { key: 'g', ctrlKey: true });
    expect(valueOf(room, 'topic')).toBe('other');
  });
});

describe('a button', () => {
  it('does what its handler does, and cannot be pressed where nothing provides it', async () => {
    const submit = vi.fn();
    const press = (name: string, handler: string): Node =>
      component('Button', {}, { instance_id: name, events: { click: handler }, children: [{ type: 'text', text: name }] });
    show(layout(press('Send', 'submitAnnotation'), press('Magic', 'doMagic')), await one(), { submit });
    fireEvent.click(screen.getByRole('button', { name: 'Send' }));
    expect(submit).toHaveBeenCalledOnce();
    expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Magic' }).disabled).toBe(true);
  });
});

describe('marking entities', () => {
  const tagger = field('NERTagger', 'entities', {
    kept: 'items',
    label: 'Entities',
    schema: { type: 'array', 'x-no-overlap': true },
    properties: { source: bound('$.input.text') },
    parts: [
      part('EntityType', { name: 'Person', color: '#4ecdc4', hotkey: 'p' }),
      part('EntityType', { name: 'Place', color: '#ff6b6b', hotkey: 'l' }),
    ],
  });
  const input = { text: '😀 Ann Lee met Bob in Köln' };
  const entities = (room: TaskRoom): Json[] => Object.values((valueOf(room, 'entities') ?? {}) as Record<string, Json>);

  it('goes by keyboard: along the words, wider, and a type’s key', async () => {
    const room = await one();
    show(layout(tagger), room, { input });
    const letters = screen.getByRole('application');
    act(() => letters.focus());
    for (const press of [{}, {}, { shiftKey: true }]) fireEvent.keyDown(letters, { key: 'ArrowRight', ...press });
    fireEvent.keyDown(letters, { key: 'p' });
    expect(entities(room)).toEqual([{ start: 2, end: 9, label: 'Person', text: 'Ann Lee' }]);
    expect(screen.getByRole('button', { name: /Take away Person “Ann Lee”/ })).toBeTruthy();
  });

  it('refuses what overlaps, and says with what', async () => {
    const room = await one();
    show(layout(tagger), room, { input });
    act(() => room.fields.setEntry('entities', '1', { start: 2, end: 9, label: 'Person', text: 'Ann Lee' }));
    const letters = screen.getByRole('application');
    for (const press of [{}, {}]) fireEvent.keyDown(letters, { key: 'ArrowRight', ...press });
    fireEvent.keyDown(letters, { key: 'l' });
    expect(entities(room)).toHaveLength(1);
    expect(screen.getByRole('status').textContent).toContain('overlaps the Person from 2 to 9');
    fireEvent.keyDown(letters, { key: 'Delete' });
    expect(entities(room)).toEqual([]);
  });

  it('is live: what a colleague marks is there, and both keep theirs', async () => {
    const [ann, bob] = (await people('ann', 'bob')) as [TaskRoom, TaskRoom];
    show(layout(tagger), ann, { input });
    bob.fields.setEntry('entities', 'b', { start: 14, end: 17, label: 'Person', text: 'Bob' });
    ann.fields.setEntry('entities', 'a', { start: 21, end: 25, label: 'Place', text: 'Köln' });
    await until(() => expect(screen.getAllByRole('button', { name: /^Take away/ })).toHaveLength(2));
    await until(() => expect(entities(bob)).toHaveLength(2));
  });

  it('tells others what is chosen, and no more of it once one has left the field', async () => {
    const [ann, bob] = (await people('ann', 'bob')) as [TaskRoom, TaskRoom];
    show(layout(tagger), ann, { input });
    const told = (): unknown => {
      const { editing, selection } = bob.presence.peer(ann.presence.me ?? -1)?.state ?? {};
      return [editing, selection];
    };
    const letters = screen.getByRole('application');
    act(() => letters.focus());
    for (const press of [{}, {}, { shiftKey: true }]) fireEvent.keyDown(letters, { key: 'ArrowRight', ...press });
    await until(() => expect(told()).toEqual(['field:entities', ['letters:2-9']]));
    act(() => letters.blur());
    await until(() => expect(told()).toEqual([null, []]));
    act(() => letters.focus());
    await until(() => expect(told()).toEqual(['field:entities', ['letters:2-9']]));
  });

  it('says to whoever does not see it what a colleague has chosen, as long as they are there', async () => {
    const [ann, bob] = (await people('ann', 'bob')) as [TaskRoom, TaskRoom];
    show(layout(tagger), ann, { input });
    bob.presence.setMine({ editing: 'field:entities', selection: ['letters:2-9'] });
    const said = await screen.findByText('bob has chosen “Ann Lee”');
    expect(screen.getByRole('application').getAttribute('aria-describedby')).toBe(said.id);
    bob.close();
    await until(() => expect(screen.queryByText(/has chosen/)).toBeNull());
    expect(screen.getByRole('application').hasAttribute('aria-describedby')).toBe(false);
  });
});

describe('answers and suggestions', () => {
  const answers = [
    { user_name: 'Ann', output: { topic: 'bug', sure: true } },
    { user_name: 'Bob', output: { topic: 'billing', sure: true } },
  ];

  it('stand side by side, differences are named, and one can be taken', async () => {
    const room = await one();
    const decision = field('AnnotationComparison', 'topic', {
      kept: 'value',
      properties: { annotations: bound('$.context.answers'), source: bound('$.input.text') },
    });
    show(layout(decision, component('AgreementDisplay', { annotations: bound('$.context.answers') })), room, {
      context: { answers },
    });
    expect(screen.getByRole('rowheader', { name: 'topic differs' })).toBeTruthy();
    expect(screen.getByRole('rowheader', { name: 'sure' })).toBeTruthy();
    fireEvent.click(within(screen.getByRole('columnheader', { name: /Bob/ })).getByRole('button'));
    expect(valueOf(room, 'topic')).toBe('billing');
    expect(screen.getByText('Fields that are equal').nextSibling?.textContent).toBe('50 %');
  });

  describe('that mark a text', () => {
    const letter = 'Ann sees Bob in Ulm';
    const span = (id: string, start: number, end: number, label: string): Json => ({ id, start, end, label });
    const marked = [
      { user_name: 'Ann', output: { entities: [span('1', 0, 3, 'Person'), span('2', 9, 12, 'Person')] } },
      { user_name: 'Bob', output: { entities: [span('3', 0, 3, 'Person'), span('4', 16, 19, 'Place')] } },
    ];
    const decide = async (mode: string): Promise<TaskRoom> => {
      const room = await one();
      const comparison = field('AnnotationComparison', 'resolved_entities', {
        kept: 'value',
        label: 'Decision',
        schema: { type: 'array' },
        properties: { annotations: bound('$.context.answers'), source: bound('$.input.text') },
        parts: [part('ConflictResolver', { mode })],
      });
      const metrics = component('AgreementDisplay', {
        annotations: bound('$.context.answers'),
        metrics: literal(['krippendorff_alpha', 'token_f1', 'percentage']),
      });
      show(layout(comparison, metrics), room, { input: { text: letter }, context: { answers: marked } });
      return room;
    };
    const decided = (room: TaskRoom): string[] =>
      ((valueOf(room, 'resolved_entities') ?? []) as { start: number; label: string }[]).map(
        ({ start, label }) => `${start} ${label}`,
      );

    it('show in the text what all have and what only some have', async () => {
      await decide('select');
      const shown = within(screen.getByRole('region', { name: /differences marked/ }));
      expect(shown.getByText('Person · Ann')).toBeTruthy();
      expect(shown.getByText('Place · Bob')).toBeTruthy();
      expect(shown.getByText('Ann').className).not.toContain('lay-differs');
      expect(shown.getByText('Bob').className).toContain('lay-differs');
    });

    it('are taken whole as a list, whatever the decision is called, and then thing by thing', async () => {
      const room = await decide('select-or-edit');
      fireEvent.click(within(screen.getByRole('columnheader', { name: /Ann/ })).getByRole('button'));
      expect(decided(room)).toEqual(['0 Person', '9 Person']);
      const picks = within(screen.getByRole('group', { name: /thing by thing/ }));
      fireEvent.click(picks.getByRole('button', { name: /Place: Ulm/ }));
      fireEvent.click(picks.getByRole('button', { name: /Person: Bob/ }));
      expect(decided(room)).toEqual(['0 Person', '16 Place']);
      expect(screen.getByRole('button', { name: 'Chosen' })).toBeTruthy();
    });

    it('are edited: an answer goes into the form, and what is marked there can go or have another label', async () => {
      const room = await decide('select-or-edit');
      fireEvent.click(screen.getByRole('button', { name: 'Edit the decision' }));
      expect(decided(room)).toEqual(['0 Person', '9 Person']);
      fireEvent.click(screen.getByRole('button', { name: /^Take away Person “Ann”/ }));
      expect(decided(room)).toEqual(['9 Person']);
      const form = within(screen.getByRole('list', { name: /what is marked/ }));
      fireEvent.click(form.getByRole('button', { name: /^Bob/ }));
      fireEvent.click(within(screen.getByRole('list', { name: 'Labels' })).getByRole('button', { name: 'Place' }));
      expect(decided(room)).toEqual(['9 Place']);
    });

    it('cannot be edited where the layout asks to choose', async () => {
      await decide('select');
      expect(screen.queryByRole('button', { name: 'Edit the decision' })).toBeNull();
      expect(screen.queryAllByRole('button', { name: 'Use this' })).toHaveLength(2);
    });

    it('agree by every number that a layout may ask for', async () => {
      await decide('select');
      // One unit, two values that differ: what chance would give.
      expect(screen.getByText('Krippendorff’s alpha').nextSibling?.textContent).toBe('0.00');
      expect(screen.getByText('Letters marked alike (F1)').nextSibling?.textContent).toBe('50 %');
      expect(screen.getByText('Fields that are equal').nextSibling?.textContent).toBe('0 %');
    });
  });

  it('are compared on the picture too, as the workbench does it', async () => {
    const room = await one();
    const shown = (id: string, x: number) => ({
      id,
      label: 'car',
      geometry: { kind: 'box', x, y: 0, width: 100, height: 100 },
      attributes: {},
    });
    const drawn = [
      { user_name: 'Ann', output: {}, regions: [shown('a', 0), shown('b', 500)] },
      { user_name: 'Bob', output: {}, regions: [shown('c', 50), { label: 'not a region' }] },
    ];
    const comparison = component('AnnotationComparison', {
      annotations: bound('$.context.answers'),
      source: bound('$.input.text'),
    });
    show(layout(comparison, component('AgreementDisplay', { annotations: bound('$.context.answers') })), room, {
      context: { answers: drawn },
    });
    const table = within(screen.getByRole('region', { name: 'Regions side by side' }));
    expect(table.getByRole('rowheader', { name: 'car only Ann has it' })).toBeTruthy();
    expect(table.getByRole('rowheader', { name: 'car shape differs' }).parentElement?.textContent).toContain('33 %');
    expect(screen.getByText('Regions: how much they overlap').nextSibling?.textContent).toBe('17 %');
  });

  it('are accepted into the field they are for, and gone from the list', async () => {
    const room = await one();
    const suggestions = component(
      'AISuggestions',
      { predictions: bound('$.ui_context.found'), min_confidence: literal(0.5) },
      { events: { accept: 'applyPrediction' } },
    );
    const found = [
      { start: 0, end: 3, label: 'Person', text: 'Ann', confidence: 0.9 },
      { start: 4, end: 6, label: 'Person', text: 'it', confidence: 0.2 },
    ];
    const tagger = field('NERTagger', 'entities', { kept: 'items', schema: {}, properties: { source: bound('$.input.text') } });
    show(layout(tagger, suggestions), room, { uiContext: { found }, input: { text: 'Ann it' } });
    expect(screen.queryByText(/Person: it/)).toBeNull();
    fireEvent.click(screen.getByRole('button', { name: /Accept Person: Ann/ }));
    expect(Object.values(valueOf(room, 'entities') as Record<string, Json>)).toEqual([
      { start: 0, end: 3, label: 'Person', text: 'Ann' },
    ]);
    expect(screen.getByText('Nothing is left to decide.')).toBeTruthy();
  });

  it('become what their field keeps: letters in a text, one more of several choices, no plain value over either', async () => {
    const room = await one();
    room.fields.setText('notes', 'wet');
    room.fields.setEntry('seen', 'road', true);
    const several = { type: 'array', uniqueItems: true, items: { type: 'string', enum: ['road', 'ice'] } } as const;
    const seen = field('Select', 'seen', { kept: 'set', schema: several as unknown as Schema });
    const fixed = text('fixed', { properties: { readonly: literal(true) } });
    const suggestions = component(
      'AISuggestions',
      { predictions: bound('$.ui_context.found') },
      { events: { accept: 'acceptPrediction' } },
    );
    const found = [
      { field: 'notes', value: 'wet leaves' },
      { field: 'seen', value: 'ice' },
      { field: 'seen', value: 'snow' },
      { field: 'fixed', value: 'no' },
      { field: 'gone', value: 'no' },
    ];
    show(layout(text('notes'), seen, fixed, suggestions), room, { uiContext: { found } });
    for (const [at, name] of ['wet leaves', 'ice', 'snow', 'no'].entries()) {
      fireEvent.click(first(screen.getAllByRole('button', { name: `Accept ${name}` })));
      if (at === 2) expect(screen.getByRole('status').textContent).toContain('must be one of');
    }
    expect(room.fields.get('notes')).toEqual({ kind: 'text', text: 'wet leaves' });
    expect(valueOf(room, 'seen')).toEqual({ road: true, ice: true });
    expect([...room.fields.keys()]).toEqual(['notes', 'seen']);
    // What could not be done is still there.
    expect(screen.getAllByRole('button', { name: /^Accept (snow|no)$/ })).toHaveLength(3);
    expect(screen.getByRole('status').textContent).toContain('only be looked at');
  });

  it('mark no letters that are marked already, and nothing where all is read only', async () => {
    const room = await one();
    room.fields.setEntry('entities', 'a', { start: 0, end: 3, label: 'Person' });
    const tagger = field('NERTagger', 'entities', { kept: 'items', schema: { 'x-no-overlap': true } });
    const { model } = show(layout(tagger), room, { input: {} });
    const span = (start: number, end: number): Json => ({ detail: { start, end, label: 'Person' } });
    expect(acceptPrediction(model, span(1, 5))).toContain('overlaps');
    expect(acceptPrediction(model, span(4, 6), true)).toContain('looked at');
    expect(Object.keys(valueOf(room, 'entities') as object)).toEqual(['a']);
    expect(acceptPrediction(model, span(4, 6))).toBeNull();
    expect(Object.keys(valueOf(room, 'entities') as object)).toHaveLength(2);
  });

  it('that came with the data are decided once: for everybody, after a reload, and taken back as one step', async () => {
    const [ann, bob] = await people('ann', 'bob');
    if (!ann || !bob) throw new Error('two came');
    const tagger = field('NERTagger', 'entities', {
      kept: 'items',
      properties: { source: bound('$.input.text') },
      parts: [part('EntityType', { name: 'Person' })],
    });
    const list = component(
      'AISuggestions',
      { predictions: bound('$.input.predictions') },
      { events: { accept: 'acceptPrediction' } },
    );
    const input = {
      text: 'Ann met Bob',
      predictions: [
        { start: 0, end: 3, label: 'Person', text: 'Ann' },
        { start: 8, end: 11, label: 'Person', text: 'Bob' },
      ],
    };
    const open = (room: TaskRoom): number => {
      cleanup();
      show(layout(tagger, list), room, { input });
      return screen.queryAllByRole('button', { name: /^Accept Person/ }).length;
    };
    expect(open(ann)).toBe(2);
    fireEvent.click(screen.getByRole('button', { name: 'Accept Person: Ann' }));
    fireEvent.click(screen.getByRole('button', { name: 'Reject Person: Bob' }));
    expect(screen.getByText('Nothing is left to decide.')).toBeTruthy();
    await until(() => expect(bob.fields.get('entities')).toBeDefined());
    await until(() => expect(open(bob)).toBe(0));
    expect(open(ann)).toBe(0);
    act(() => void ann.undo.undo());
    expect(screen.getByRole('button', { name: 'Accept Person: Bob' })).toBeTruthy();
    act(() => void ann.undo.undo());
    expect(Object.keys(valueOf(ann, 'entities') ?? {})).toEqual([]);
    expect(open(ann)).toBe(2);
  });

  it('that are regions of the document are decided there, for everybody', async () => {
    const room = await one();
    const id = '0192f0c1-0000-7000-8000-000000000101';
    const predictions = component(
      'AISuggestions',
      { predictions: bound('$.ui_context.ai_predictions') },
      { events: { accept: 'acceptPrediction' } },
    );
    const decided: string[] = [];
    const suggestions = {
      has: (one: string) => one === id,
      accept: (ids: readonly string[]) => void decided.push(...ids),
      reject: () => undefined,
    };
    const found = [{ id, label: 'car', confidence: 0.9 }];
    show(layout(predictions), room, { uiContext: { ai_predictions: found }, suggestions });
    fireEvent.click(screen.getByRole('button', { name: /Accept car/ }));
    expect(decided).toEqual([id]);
    // It goes when the document says so, and not before: undo brings it back.
    expect(screen.getByRole('button', { name: /Accept car/ })).toBeTruthy();
  });
});

/** The seed's layout as the server compiles it. */
function seed(): Layout {
  const KEPT: Readonly<Record<string, KeptAs>> = { NERTagger: 'items', TextArea: 'text' };
  const file = new URL('../../../domain/tests/layout/seed_b4.json', `file://${import.meta.filename}`);
  return JSON.parse(readFileSync(file, 'utf8'), (_, value: unknown) => {
    const node = value as { component?: string; output?: object } | null;
    if (typeof node !== 'object' || !node?.output || node.component === undefined) return value;
    return { ...node, output: { kept_as: KEPT[node.component] ?? 'value', ...node.output } };
  }) as Layout;
}

describe('the layout of clinical entities', () => {
  const input = { document_id: 'doc-7', priority: 'warning', document_text: 'Diabetes treated with metformin 500mg.' };

  it('renders as it stands, with what is wrong in its own alert', async () => {
    show(seed(), await one(), { input });
    await settled();
    expect(document.querySelector('.lay-unknown')).toBeNull();
    expect(screen.getByText('doc-7')).toBeTruthy();
    expect(screen.getByRole('button', { name: /Medication/ }).title).toContain('metformin 500mg');
    expect(screen.getByRole('alert').textContent).toContain('Confidence must be filled in');
    fireEvent.change(screen.getByLabelText(/Confidence/), { target: { value: 'high' } });
    await settled();
    expect(screen.queryByRole('alert')).toBeNull();
  });

  it('has nothing that stands in the way of anybody', async () => {
    const room = await one();
    room.fields.setEntry('entities', '1', { start: 0, end: 8, label: 'Diagnosis', text: 'Diabetes' });
    const uiContext = { ai_predictions: [{ start: 22, end: 31, label: 'Medication', text: 'metformin', confidence: 0.8 }] };
    show(seed(), room, { input, uiContext });
    await settled();
    const { violations } = await axe.run(document.body, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'best-practice'],
      // Nothing is painted here; the page itself is looked at in a browser.
      rules: { 'color-contrast': { enabled: false }, 'page-has-heading-one': { enabled: false }, region: { enabled: false } },
    });
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)).toEqual([]);
  });
});

describe('an ImageAnnotator', () => {
  const events = {
    'region-add': 'added',
    'region-change': 'changed',
    'region-remove': 'removed',
    'selection-change': 'selected',
  };
  const box = { kind: 'box', x: 1, y: 2, width: 30, height: 40 } as const;

  it('tells its handlers what I do with regions and which I select, and nothing that others do', async () => {
    const [ann, bob] = await people('ann', 'bob');
    if (!ann || !bob) throw new Error('two came');
    const heard: Json[] = [];
    const names = Object.values(events);
    const handlers = Object.fromEntries(names.map((name) => [name, (event: Json) => void heard.push([name, event])]));
    const { model } = show(layout(component('ImageAnnotator', {}, { events })), ann, { handlers });
    const told = (name: string, detail: Json): Json => [name, { instance: 'ImageAnnotator-1', detail }];

    const id = ann.regions.add({ label: 'car', geometry: box });
    ann.regions.update(id, { label: 'bus' });
    const theirs = bob.regions.add({ label: 'tree', geometry: box });
    await until(() => expect(ann.regions.get(theirs)).toBeDefined());
    ann.regions.remove(id);
    act(() => model.setUiContext({ selection: [theirs] }));
    await settled();
    expect(heard).toEqual([
      told('added', { id, label: 'car' }),
      told('changed', { id, label: 'bus' }),
      told('removed', { id, label: null }),
      told('selected', { ids: [theirs] }),
    ]);
  });
});

describe('a field with a handler', () => {
  const events = { change: 'looked', blur: 'left' };
  const noted = (): Node => ({ ...text('note', { label: 'Note' }), events });

  it('tells it its place and its value', async () => {
    const heard: Json[] = [];
    const looked = (event: Json): void => void heard.push(event);
    const several = { type: 'array', uniqueItems: true, items: { type: 'string', enum: ['a', 'b'] } } as unknown as Schema;
    const choice = {
      ...field('Select', 'seen', { kept: 'set', schema: several, properties: { multiple: literal(true) } }),
      events,
    };
    show(layout(noted(), choice), await one(), { handlers: { looked } });
    type(/Note/, 'wet');
    await settled();
    expect(heard).toEqual([{ instance: 'note', detail: { field: 'note', value: 'wet' } }]);
  });

  it('says what it answers, later too, until the value is another; and that is no reason not to submit', async () => {
    let answer: (said: string) => void = () => undefined;
    const looked = (): Promise<string> => new Promise((done) => (answer = done));
    const { model } = show(layout(noted()), await one(), { handlers: { looked } });
    type(/Note/, 'X99');
    answer('There is no code X99');
    await settled();
    expect(document.querySelector('.lay-field-wrong')?.textContent).toContain('There is no code X99');
    expect(model.attempt()).toEqual([]);
    type(/Note/, 'X9');
    await settled();
    expect(document.body.textContent).not.toContain('There is no code');
  });

  it('hears nothing of an answer to what is no longer there, nor of a handler that failed', async () => {
    const answers: ((said: string) => void)[] = [];
    const looked = (): Promise<string> => new Promise((done) => answers.push(done));
    const left = (): Promise<string> => Promise.reject(new Error('away'));
    show(layout(noted()), await one(), { handlers: { looked, left } });
    type(/Note/, 'one');
    type(/Note/, 'two');
    answers[0]?.('one is wrong');
    await settled();
    fireEvent.blur(screen.getByLabelText(/Note/));
    await settled();
    expect(document.body.textContent).not.toContain('one is wrong');
  });
});

describe('a component that this workbench does not know', () => {
  const unknown = (): Node => component('MedicalCodeSelector', { 'code-system': literal('CPT') }, { instance_id: 'codes' });

  it('says so in its place, and what is around it works', async () => {
    show(layout(unknown(), text('note', { label: 'Note' })), await one(), {});
    expect(screen.getByRole('note').textContent).toContain('MedicalCodeSelector');
    fireEvent.change(screen.getByLabelText(/Note/), { target: { value: 'seen' } });
    await settled();
    expect(screen.getByLabelText<HTMLInputElement>(/Note/).value).toBe('seen');
  });

  it('is rendered by whoever brings it along', async () => {
    const Selector = (): ReactNode => <p>codes</p>;
    show(layout(unknown()), await one(), { components: { MedicalCodeSelector: Selector } });
    expect(screen.getByText('codes')).toBeTruthy();
    expect(screen.queryByRole('note')).toBeNull();
  });
});

import { describe, expect, test } from 'vitest';

import { about, byName, takes, written, type Component, type Property } from '~/features/layouts/code/components';
import { cursorAt } from '~/features/layouts/code/cursor';
import { offersAt, toldAt, type Known } from '~/features/layouts/code/offers';
import { applied, bare, placed, type Problem } from '~/features/layouts/code/problems';
import type { LayoutVersion } from '~/features/layouts/queries';
import { newsOf, seriesOf } from '~/features/layouts/versions';
import { diffLines, hunks } from '~/lib/line-diff';

const property = (name: string, more: Partial<Property> = {}): Property => ({
  name,
  type: { name: 'text' },
  summary: `What ${name} is`,
  required: false,
  binding: 'none',
  literal: true,
  computed: true,
  responsive: false,
  ...more,
});
const component = (name: string, more: Partial<Component> = {}): Component => ({
  name,
  group: 'layout',
  summary: `A ${name}`,
  properties: [],
  events: [],
  children: 'any',
  text: false,
  ...more,
});
const value = property('value', { binding: 'two_way', literal: false, computed: false, required: true, type: { name: 'data' } });
const source = property('source', { binding: 'one_way', literal: false, required: true, type: { name: 'data' } });
const direction = property('direction', {
  type: { name: 'choice', values: ['row', 'column'] },
  responsive: true,
  default: 'column',
});
const components = byName([
  component('Layout', { properties: [property('id', { required: true }), property('extends')] }),
  component('Section', { properties: [direction, property('wrap', { type: { name: 'flag' } })] }),
  component('Override', { group: 'inheritance' }),
  component('TextDisplay', { properties: [source], children: 'none' }),
  component('Show', { properties: [property('when', { type: { name: 'expression' }, required: true })] }),
  component('ForEach', { properties: [property('items', { type: { name: 'expression' } }), property('as'), property('key')] }),
  component('TextInput', {
    group: 'form',
    produces: 'text',
    children: 'none',
    properties: [property('label'), value],
    events: [{ name: 'change', summary: 'It was changed' }],
  }),
  component('Select', {
    group: 'form',
    properties: [value, property('tools', { type: { name: 'text_list', values: ['box', 'mask'] } })],
    children: { only: ['Option'] },
  }),
  component('Option', { group: 'part', properties: [property('value', { required: true })], children: 'none', text: true }),
]);
const known: Known = {
  components,
  input: { text: 'Hello', pages: [{ title: 'One', lines: ['a'] }], 'odd name': 1 },
  layouts: ['base', 'street'],
};

/** What is offered at the bar; names alone. */
function offered(marked: string): string[] {
  const at = marked.indexOf('|');
  return offersAt(marked.replace('|', ''), at, known)?.list.map(({ name }) => name) ?? [];
}
const template = (marked: string, name: string): string | undefined => {
  const at = marked.indexOf('|');
  return offersAt(marked.replace('|', ''), at, known)?.list.find((offer) => offer.name === name)?.template;
};

describe('what stands at the cursor', () => {
  const kind = (marked: string): string | undefined => {
    const at = marked.indexOf('|');
    const cursor = cursorAt(marked.replace('|', ''), at);
    return cursor ? `${cursor.kind} ${cursor.word}`.trim() : undefined;
  };

  test('is read out of text that is not finished', () => {
    expect(kind('<Layout><Sec|')).toBe('element Sec');
    expect(kind('<Layout><Section dir|')).toBe('attribute dir');
    expect(kind('<Layout><Section direction="ro|')).toBe('value ro');
    expect(kind("<Layout><Section direction='ro|' wrap")).toBe('value ro');
    expect(kind('<Layout><Section></Sec|')).toBe('end Sec');
    expect(kind('<Layout>some text|')).toBe('text');
    expect(kind('<Layout><Section direction=|')).toBeUndefined();
    expect(kind('<Layout><Section direction \n <TextInput lab|')).toBe('attribute lab');
  });

  test('is nothing in a comment', () => {
    expect(kind('<!-- <Layout> <Sec| -->')).toBeUndefined();
    expect(kind('<!-- > --><Lay|')).toBe('element Lay');
  });

  test('knows the elements around it, those that are closed not among them', () => {
    const around = (text: string): string[] => cursorAt(text, text.length)?.around.map(({ name }) => name) ?? [];
    expect(around('<Layout><Section><TextInput /><Show></Show><')).toEqual(['Layout', 'Section']);
    expect(around('<Layout><Show when="a > b" fallback={<Section><')).toEqual(['Layout', '', 'Section']);
    expect(around('<Layout><Show when="x" fallback={<Section />}><')).toEqual(['Layout', 'Show']);
  });
});

describe('components are offered', () => {
  test('where they may stand: parts in their own element, changes of a parent in a layout that extends one', () => {
    expect(offered('<|')).toEqual(['Layout']);
    expect(offered('<Layout><Select><|')).toEqual(['Option']);
    expect(offered('<Layout><|')).toEqual(['Section', 'TextDisplay', 'Show', 'ForEach', 'TextInput', 'Select']);
    expect(offered('<Layout extends="base"><|')).toContain('Override');
  });

  test('with what they must have, unless they are put in front of something', () => {
    expect(template('<Layout><TextI|\n', 'TextInput')).toBe('TextInput bind:value="$.output.#{}" label="#{}" />');
    expect(template('<Layout><|', 'Select')).toBe('Select bind:value="$.output.#{}">\n\t#{}\n</Select>');
    expect(template('<Layout><Select><|', 'Option')).toBe('Option value="#{}">#{}</Option>');
    expect(template('<Layout><TextI| label="x" />', 'TextInput')).toBe('TextInput');
  });

  test('and the end of the element that is open', () => {
    expect(offered('<Layout><Section></|')).toEqual(['Section']);
  });
});

describe('properties are offered', () => {
  test('in the forms that they take, and not twice', () => {
    expect(offered('<TextInput |')).toEqual(['label', ':label', 'bind:value', 'on:change']);
    expect(offered('<TextInput label="x" bind:value="$.output.a" |')).toEqual([':label', 'on:change']);
  });

  test('by breakpoint once their colon is there', () => {
    expect(offered('<Section direction|')).not.toContain('direction:md');
    expect(offered('<Section direction:|')).toContain('direction:md');
  });

  test('without quotes where a value follows already', () => {
    expect(template('<Section dir|', 'direction')).toBe('direction="#{}"');
    expect(template('<Section dir|="row"', 'direction')).toBe('direction');
  });
});

describe('values are offered', () => {
  test('of choices, flags and lists', () => {
    expect(offered('<Section direction="|"')).toEqual(['row', 'column']);
    expect(offered('<Section direction:md="r|"')).toEqual(['row', 'column']);
    expect(offered('<Section wrap="|"')).toEqual(['true', 'false']);
    expect(offered(`<Select tools="['box', 'm|`)).toEqual(['box', 'mask']);
    expect(offered('<Layout extends="|"')).toEqual(['base', 'street']);
    expect(offered('<TextInput on:change="|"')).toContain('submitAnnotation');
  });

  test('of paths, by the data of the task that is shown', () => {
    expect(offered('<TextDisplay bind:source="|"')).toContain('$.input');
    expect(offered('<TextDisplay bind:source="$.|"')).toEqual(['input', 'output', 'context', 'ui_context', 'validation']);
    expect(offered('<TextDisplay bind:source="$.input.|"')).toEqual(['text', 'pages']);
    expect(offered('<TextDisplay bind:source="$.input.pages[0].|"')).toEqual(['title', 'lines']);
    expect(offered('<TextDisplay bind:source="$.input.text.|"')).toEqual(['length']);
    expect(offered('<TextDisplay bind:source="$.nothing.|"')).toEqual([]);
  });

  test('of the answer, by what the fields of the text keep', () => {
    const fields = '<TextInput bind:value="$.output.patient.name" /><TextInput bind:value="$.output.notes" />';
    expect(offered(`${fields}<Show when="$.output.|"`)).toEqual(['patient', 'notes']);
    expect(offered(`${fields}<Show when="$.output.patient.|"`)).toEqual(['name']);
  });

  test('of the variables of the loops around', () => {
    const loop = '<ForEach items="$.input.pages" as="page" key="n">';
    expect(offered(`${loop}<TextDisplay bind:source="page.|"`)).toEqual(['title', 'lines']);
    expect(offered(`${loop}<TextDisplay bind:source="|"`)).toEqual(expect.arrayContaining(['page', 'n']));
    const inner = '<ForEach items="page.lines" as="line">';
    expect(offered(`${loop}${inner}<TextDisplay bind:source="line.|"`)).toEqual(['length']);
    expect(offered(`${loop}</ForEach><TextDisplay bind:source="page.|"`)).toEqual([]);
  });

  test('functions in expressions, never in a binding', () => {
    expect(offered('<Show when="len|"')).toContain('length');
    expect(offered('<Show when="!$.validation.isValid && len|"')).toContain('length');
    expect(offered('<TextDisplay bind:source="len|"')).not.toContain('length');
  });
});

describe('a property says', () => {
  test('what it takes, what it is without and how it may be written', () => {
    expect(about(direction)).toEqual([
      'What direction is',
      'Takes one of row, column.',
      'Without it column.',
      'Also as :direction; direction:md.',
    ]);
    expect(about(value)).toEqual([
      'What value is',
      'Takes data.',
      'It must be there.',
      'Only as bind:value, kept in the answer.',
    ]);
    expect(takes({ name: 'integer', minimum: 1, maximum: null })).toBe('a whole number of 1 or more');
    expect(written('direction:md')).toEqual({ form: 'literal', name: 'direction', breakpoint: 'md' });
  });

  test('it of the word under the pointer, whatever its form', () => {
    const told = (marked: string): string | undefined => toldAt(marked.replace('|', ''), marked.indexOf('|'), known)?.title;
    expect(told('<Sec|tion direction="row">')).toBe('Section');
    expect(told('<Section dir|ection:md="row">')).toBe('direction');
    expect(told('<TextInput bind:va|lue="$.output.a">')).toBe('value');
    expect(told('<TextInput on:ch|ange="x">')).toBe('on:change');
    expect(told('<Section direction="ro|w">')).toBeUndefined();
  });
});

describe('a problem', () => {
  const problem = (line: number, column: number, endColumn: number, more: Partial<Problem> = {}): Problem => ({
    line,
    column,
    end_line: line,
    end_column: endColumn,
    severity: 'error',
    rule: 'unknown_component',
    message: 'there is no component Txt; did you mean Text?',
    suggestion: null,
    layout: null,
    ...more,
  });
  const one = (text: string, found: Problem) => {
    const [first] = placed(text, [found]);
    if (!first) throw new Error('there is none');
    return first;
  };
  const marked = (text: string, found: Problem): string | undefined => {
    const { range } = one(text, found);
    return range ? text.slice(range.from, range.to) : undefined;
  };

  test('is where the server counted it, in characters and not in units', () => {
    expect(marked('<Layout>\n  <Txt />', problem(2, 4, 7))).toBe('Txt');
    expect(marked('😀é <Txt />', problem(1, 5, 8))).toBe('Txt');
  });

  test('stays within a text that has become shorter, and within its line', () => {
    expect(marked('<L', problem(7, 4, 7))).toBe('');
    expect(marked('ab\ncd', problem(1, 2, 40))).toBe('b');
  });

  test('of a layout that is extended has no place here', () => {
    expect(one('<Layout>', problem(1, 1, 2, { layout: 'base' })).range).toBeNull();
  });

  test('is mended by what the server suggests', () => {
    const text = '<Layout>\n  <Txt />';
    const { fix } = one(text, problem(2, 4, 7, { suggestion: 'Text' }));
    expect(fix && applied(text, fix)).toBe('<Layout>\n  <Text />');
  });

  test('in a list is mended at the word that is meant', () => {
    const text = `tools="['polygon', 'boxx', 'mask']"`;
    const { fix } = one(text, problem(1, 8, 35, { suggestion: 'box' }));
    expect(fix && applied(text, fix)).toBe(`tools="['polygon', 'box', 'mask']"`);
  });

  test('leaves the last words of its message to the button that does it', () => {
    const text = '<Txt />';
    expect(bare(one(text, problem(1, 2, 5, { suggestion: 'Text' })))).toBe('there is no component Txt');
    expect(bare(one(text, problem(1, 2, 5)))).toMatch('did you mean Text?');
  });
});

describe('versions', () => {
  const version = (id: string, series: string, n: number, more: Partial<LayoutVersion> = {}): LayoutVersion =>
    ({ id, series, version: n, name: series, status: 'draft', updated_at: '2026-01-01T00:00:00Z', ...more }) as LayoutVersion;

  test('are put together by their layout, the one in use first', () => {
    const all = [
      version('a1', 'a', 1, { updated_at: '2026-03-01T00:00:00Z' }),
      version('b1', 'b', 1, { status: 'active' }),
      version('b2', 'b', 2),
    ];
    expect(seriesOf(all).map(({ id, newest, active }) => [id, newest.id, active?.id])).toEqual([
      ['b', 'b2', 'b1'],
      ['a', 'a1', undefined],
    ]);
  });

  test('that others saved meanwhile are told: the same one again, and a later one', () => {
    const mine = version('b1', 'b', 1);
    expect(newsOf([mine], mine)).toEqual({ again: null, later: null });
    const again = { ...mine, updated_at: '2026-01-01T00:00:01Z' };
    const later = version('b3', 'b', 3);
    expect(newsOf([again, version('b2', 'b', 2), later, version('a9', 'a', 9)], mine)).toEqual({ again, later });
  });
});

describe('two texts', () => {
  const told = (before: string, after: string): string[] =>
    diffLines(before, after).map(({ change, text }) => `${{ same: ' ', added: '+', removed: '-' }[change]}${text}`);

  test('are compared line by line', () => {
    expect(told('a\nb\nc\nd', 'a\nx\nc\nd\ne')).toEqual([' a', '-b', '+x', ' c', ' d', '+e']);
    expect(told('a', 'a')).toEqual([' a']);
    expect(told('a\nb', 'b')).toEqual(['-a', ' b']);
    expect(told('x\ny', 'y\nx\ny')).toEqual(['+y', ' x', ' y']);
  });

  test('that are very long are still compared', () => {
    const long = (letter: string): string => Array.from({ length: 3_000 }, (_, n) => `${letter}${n}`).join('\n');
    const lines = diffLines(`head\n${long('a')}\ntail`, `head\n${long('b')}\ntail`);
    expect(lines.filter(({ change }) => change === 'same').map(({ text }) => text)).toEqual(['head', 'tail']);
    expect(lines).toHaveLength(6_002);
  });

  test('are shown with a few lines around what changed', () => {
    const before = Array.from({ length: 20 }, (_, n) => String(n)).join('\n');
    const shown = hunks(diffLines(before, before.replace('10', 'ten')), 1);
    expect(shown.map((line) => line?.text ?? null)).toEqual([null, '9', '10', 'ten', '11', null]);
  });
});

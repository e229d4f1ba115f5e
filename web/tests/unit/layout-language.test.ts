import { readFileSync } from 'node:fs';
import type { Json } from '@tandem/client';
import { describe, expect, it } from 'vitest';

import { followed, touches } from '~/layout/depends';
import { evaluate, holds, type Locals } from '~/layout/expression';
import { same, type JsonObject } from '~/layout/json';
import { readPlace, spelled, valueAt, withValueAt, type Place } from '~/layout/place';
import { filled, isDate, wrongs } from '~/layout/schema';
import type { Expr } from '~/layout/tree';

const table = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../../domain/tests/layout/${name}`, import.meta.url), 'utf8'));

describe('expressions come to what the server says they do', () => {
  interface Case {
    readonly text: string;
    readonly expression: Expr;
    readonly value: Json;
    readonly holds: boolean;
  }
  const { variables, locals, cases } = table('expressions.json') as {
    variables: JsonObject;
    locals: JsonObject;
    cases: Case[];
  };
  const scope = { variables, locals: Object.entries(locals) as Locals };

  it('has all of them', () => expect(cases.length).toBeGreaterThanOrEqual(84));
  it.each(cases)('$text', ({ expression, value, holds: held }) => {
    const found = evaluate(expression, scope);
    expect(same(found, value), JSON.stringify(found)).toBe(true);
    expect(holds(expression, scope)).toBe(held);
  });
});

describe('a place has one spelling', () => {
  const cases = table('places.json') as { place: Place; key: string }[];
  it.each(cases)('$place is $key', ({ place, key }) => {
    expect(spelled(place)).toBe(key);
    expect(readPlace(key)).toEqual(place);
  });
  it.each([
    '',
    '.',
    'a.',
    '.a',
    'a..b',
    'a b',
    'a[',
    'a[]',
    'a[00]',
    'a[-1]',
    'a[1.0]',
    "a['b']",
    'a["b"]',
    '7',
    'a.7',
    'a[true]',
    'a]',
  ])('%j is no place', (key) => expect(readPlace(key)).toBeNull());

  it('is written to without touching what lies beside it', () => {
    const before = { a: { x: 1 }, b: [{ y: 2 }] };
    const after = withValueAt(before, ['b', 2], 'z');
    expect(after).toEqual({ a: { x: 1 }, b: [{ y: 2 }, null, 'z'] });
    expect(valueAt(after, ['a'])).toBe(before.a);
    expect(valueAt(after, ['b', 0])).toBe(before.b[0]);
    expect(withValueAt(after, ['a'], undefined)).toEqual({ b: [{ y: 2 }, null, 'z'] });
    expect(valueAt(withValueAt({}, ['__proto__', 'x'], 1), ['__proto__', 'x'])).toBe(1);
  });
});

describe('what an expression follows', () => {
  it('is read as steps from the variable down', () => {
    expect(followed('$.input.pages[0].text')).toEqual(['input', 'pages', 0, 'text']);
    expect(followed("$.input['odd \\'name'].x")).toEqual(['input', "odd 'name", 'x']);
    expect(followed('$.input.pages[-1].id')).toEqual(['input', 'pages']);
  });
  it('is touched by what changes at, above or below it, and by nothing else', () => {
    const follows = followed('$.output.answers[1]');
    for (const changed of [['output'], ['output', 'answers'], ['output', 'answers', 1], ['output', 'answers', 1, 'text']])
      expect(touches(changed, follows)).toBe(true);
    for (const changed of [['input'], ['output', 'answer'], ['output', 'answers', 2]])
      expect(touches(changed, follows)).toBe(false);
  });
});

describe('a value that breaks a rule', () => {
  it.each<[object, Json, string[]]>([
    [{ type: 'string', maxLength: 2 }, '😀😀', []],
    [{ type: 'string', maxLength: 2 }, 'abc', ['max_length: must have at most 2 letters; it has 3']],
    [{ type: 'string', pattern: '^(?:[A-Z]\\d+)$', 'x-message': 'A letter and digits' }, 'a1', ['pattern: A letter and digits']],
    [{ type: 'string', format: 'date', 'x-minimum': '2026-01-01' }, '2025-12-31', ['range: must not be before 2026-01-01']],
    [{ type: 'string', format: 'date' }, '2026-02-30', ['format: must be a date like 2026-11-29']],
    [{ type: 'integer' }, 1.5, ['type: must be a whole number; it is a number']],
    [
      { type: 'number', minimum: 0.5, multipleOf: 0.5 },
      0.25,
      ['range: must be 0.5 or more; it is 0.25', 'step: must be in steps of 0.5; it is 0.25'],
    ],
    [{ type: 'string', enum: ['a', 'b'] }, 'c', ['one_of: must be one of a, b; it is c']],
    [{ type: 'array', minItems: 2, uniqueItems: true }, ['a', 'a'], ['unique: must not have a twice']],
    [
      { type: 'array', 'x-no-overlap': true, items: { properties: { start: {} } } },
      [
        { start: 4, end: 9 },
        { start: 0, end: 5 },
      ],
      ['overlap: must not overlap the one from 0 to 5'],
    ],
    [
      { type: 'array', 'x-min-span': 3, items: { properties: { start: {} } } },
      [{ start: 2, end: 2 }],
      ['range: must end after its start, 2; it ends at 2'],
    ],
    [{ type: 'array', items: { type: 'object', required: ['label'] } }, [{}], ['required: must have label']],
  ])('%j of %j', (schema, value, told) => {
    expect(wrongs(schema as Record<string, Json>, value).map(({ rule, message }) => `${rule}: ${message}`)).toEqual(told);
  });

  it('must be more than spaces, and a tick a yes, where something must be filled in', () => {
    expect(wrongs(filled({ type: 'string' }), '  ').map(({ rule }) => rule)).toEqual(['pattern']);
    expect(wrongs(filled({ type: 'boolean' }), false).map(({ message }) => message)).toEqual(['must be true']);
    expect(wrongs(filled({ type: 'array' }), []).map(({ rule }) => rule)).toEqual(['min_items']);
  });

  it('knows the days there are', () => {
    expect([isDate('2024-02-29'), isDate('2023-02-29'), isDate('2026-1-1'), isDate('2026-13-01')]).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });
});

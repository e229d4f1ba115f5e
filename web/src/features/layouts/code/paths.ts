/** Where `$.` paths lead while they are written: the task's data by a real task, the answer by what the layout's fields keep. */
import type { Json } from '@tandem/client';

import { isList, isObject } from '~/layout/json';
import { valueAt, withValueAt, type Place } from '~/layout/place';
import type { Open } from './cursor';

export interface Step {
  readonly name: string;
  /** What is there, in a few letters. */
  readonly detail: string;
}

/** Of what the workflow, models and checks give only the names are known before anybody works. */
const GIVEN: Readonly<Record<string, Json>> = {
  context: { previous_annotations: [], has_conflicts: false },
  ui_context: { ai_predictions: [], ai_highlights: [] },
  validation: { isValid: true, errors: [{ field: '', rule: '', message: '' }] },
};

const VARIABLES: Readonly<Record<string, string>> = {
  input: "the task's data",
  output: 'the answer',
  context: 'what the workflow gives',
  ui_context: 'what models and hooks give',
  validation: 'what is wrong with the answer',
};

const FIELDS = /\bbind:[\w-]+\s*=\s*(["'])\s*\$\.output\.([\w.]+)/g;

/** Everything that the fields of a text keep, as an object that has it. */
export function outputOf(text: string): Json {
  return [...text.matchAll(FIELDS)].reduce<Json>((kept, [, , path = '']) => {
    const place = path.split('.').filter(Boolean);
    return valueAt(kept, place) === undefined ? withValueAt(kept, place, '') : kept;
  }, {});
}

/** The variables of the loops around a place, with what the first turn would have in them. */
export function localsOf(around: readonly Open[], variables: Record<string, Json>): Record<string, Json> {
  const locals: Record<string, Json> = {};
  for (const { name, attributes } of around) {
    if (name !== 'ForEach') continue;
    const said = (which: string): string | undefined => attributes.find((attribute) => attribute.name === which)?.value;
    const [as, key, items] = [said('as'), said('key'), said('items') ?? said('bind:items') ?? said(':items')];
    const list = items === undefined ? undefined : lookUp(items.trim(), variables, locals);
    if (as) locals[as] = isList(list) ? (list[0] ?? null) : null;
    if (key) locals[key] = 0;
  }
  return locals;
}

export const variablesOf = (input: Json, text: string): Record<string, Json> => ({ input, output: outputOf(text), ...GIVEN });

const PATH = /(?:\$|[A-Za-z_]\w*)(?:\.\w*|\[(?:-?\w*|'[^']*'?)\]?)*$/;

export interface PathAt {
  /** Where the last name begins, counted from the end of what is before the cursor. */
  readonly back: number;
  readonly steps: readonly Step[];
}

/** What may follow. @param before the expression up to the cursor */
export function stepsAt(before: string, variables: Record<string, Json>, locals: Record<string, Json>): PathAt | null {
  const path = PATH.exec(before)?.[0];
  if (path === undefined) return null;
  const dot = path.lastIndexOf('.');
  if (dot === -1) return null;
  const name = path.slice(dot + 1);
  if (/[^\w]/.test(name)) return null;
  const from = path.slice(0, dot);
  if (from === '$') {
    return { back: name.length, steps: Object.keys(variables).map((key) => ({ name: key, detail: VARIABLES[key] ?? '' })) };
  }
  const value = lookUp(from, variables, locals);
  return value === undefined ? null : { back: name.length, steps: below(value) };
}

function below(value: Json): Step[] {
  if (typeof value === 'string' || isList(value)) {
    return [{ name: 'length', detail: isList(value) ? 'how many items' : 'how many letters' }];
  }
  if (!isObject(value)) return [];
  return Object.entries(value)
    .filter(([key]) => /^[A-Za-z_]\w*$/.test(key))
    .map(([key, of]) => ({ name: key, detail: brief(of) }));
}

const MOST = 32;

function brief(value: Json): string {
  if (isList(value)) return value.length === 1 ? 'a list of 1' : `a list of ${value.length}`;
  if (isObject(value)) return `{ ${Object.keys(value).slice(0, 3).join(', ')} }`;
  const text = JSON.stringify(value);
  return text.length > MOST ? `${text.slice(0, MOST - 1)}…` : text;
}

function lookUp(path: string, variables: Record<string, Json>, locals: Record<string, Json>): Json | undefined {
  const [, root = '', rest = ''] = /^(\$|[A-Za-z_]\w*)(.*)$/.exec(path) ?? [];
  const steps: Place = [...rest.matchAll(/\.(\w+)|\[(-?\w+)\]|\['([^']*)'\]/g)].map(([, name, index, quoted]) =>
    // A loop's variable or a place: of all items the first stands for them.
    index !== undefined ? (/^-?\d+$/.test(index) ? Math.max(0, Number(index)) : 0) : (name ?? quoted ?? ''),
  );
  if (root === '$') return valueAt(variables, steps);
  const local = locals[root];
  return local === undefined ? undefined : valueAt(local, steps);
}

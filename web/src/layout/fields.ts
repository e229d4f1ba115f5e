/** The fields of a layout: all that there can be, and those that are to be seen just now. */
import type { FieldSnapshot, Json } from '@tandem/client';

import { evaluate, holds, NO_LOCALS, type Locals, type Scope } from './expression';
import { isList, isObject, isSomething, same, type JsonObject } from './json';
import type { Place } from './place';
import type { ComponentNode, Expr, Layout, Node, Output, Property, Segment, SwitchNode } from './tree';

/** A step of a field's place: a name, some place in a list, some name that data gives. */
type Step = string | { readonly any: 'item' | 'entry' };

/** A field wherever it keeps its values. */
export interface KnownField {
  readonly node: ComponentNode;
  readonly output: Output;
  readonly steps: readonly Step[];
}

/** A field to be filled in just now. */
export interface SeenField {
  readonly output: Output;
  readonly place: Place;
  readonly required: boolean;
  /** The layout lets nobody change it. */
  readonly locked: boolean;
  /** What is there at first; undefined: nothing. */
  readonly initial: Json | undefined;
}

/** Lists in lists of a task's data would be without end; the server has the same bound. */
const MAX_SEEN = 100_000;

/** @param keys variables that are places in a list */
function stepsOf({ path }: Output, keys: readonly string[]): Step[] {
  const { expression } = path;
  if (expression.op !== 'path') return [];
  return (expression.segments ?? []).map((segment) => {
    if (typeof segment === 'string') return segment;
    return { any: typeof segment === 'number' || isPlace(segment, keys) ? 'item' : 'entry' };
  });
}

const isPlace = (expr: Expr, keys: readonly string[]): boolean =>
  expr.op === 'local' && (expr.segments ?? []).length === 0 && keys.includes(expr.name);

/** All fields, whether they are to be seen or not. */
export function knownFields({ root }: Layout): KnownField[] {
  const found: KnownField[] = [];
  const walk = (nodes: readonly Node[], keys: readonly string[]): void => {
    for (const node of nodes) {
      switch (node.type) {
        case 'text':
          break;
        case 'component':
          if (node.output) found.push({ node, output: node.output, steps: stepsOf(node.output, keys) });
          walk(node.children ?? [], keys);
          break;
        case 'show':
          walk(node.children, keys);
          walk(node.fallback ?? [], keys);
          break;
        case 'switch':
          for (const { children } of node.cases) walk(children, keys);
          walk(node.default, keys);
          break;
        case 'for_each':
          walk(node.children, node.key === undefined ? keys : [...keys, node.key]);
      }
    }
  };
  walk(root, []);
  return found;
}

/** Whether a field may keep its value there. */
export const fits = ({ steps }: KnownField, place: Place): boolean =>
  steps.length === place.length &&
  steps.every((step, at) => {
    const found = place[at];
    if (typeof step === 'string') return step === found;
    return typeof found === (step.any === 'item' ? 'number' : 'string');
  });

/** Whether what `visible` says holds. */
export function isVisible(properties: Readonly<Record<string, Property>>, scope: Scope): boolean {
  const { visible } = properties;
  if (visible?.kind === 'literal') return isSomething(visible.value);
  return visible?.kind === 'expression' ? holds(visible.expression, scope) : true;
}

/** Whether a field can be looked at and not changed. */
function isLocked({ disabled, readonly: fixed }: Readonly<Record<string, Property>>, scope: Scope): boolean {
  return [disabled, fixed].some((property) => {
    if (property === undefined || property.kind === 'two_way') return false;
    return property.kind === 'literal' ? isSomething(property.value) : holds(property.expression, scope);
  });
}

/** A field's `default`. A box that is not ticked is as good as one that nobody has been in. */
function initialOf({ properties }: ComponentNode): Json | undefined {
  const { default: said } = properties;
  return said?.kind === 'literal' && said.value !== false ? said.value : undefined;
}

/** The nodes that a Switch shows. */
export function chosen({ cases, default: otherwise }: SwitchNode, on: Json): readonly Node[] {
  return cases.find(({ values }) => values.some((value) => same(value, on)))?.children ?? otherwise;
}

/** The variables of one turn of a loop. */
export const turn = (around: Locals, { as, key }: { as: string; key?: string }, item: Json, index: number): Locals => [
  ...around,
  [as, item],
  ...(key === undefined ? [] : [[key, index] as const]),
];

/** @returns null: its place is computed from something that is not there */
export function placeOf({ path }: Output, scope: Scope, keys: readonly string[]): Place | null {
  if (path.expression.op !== 'path') return null;
  const place: (string | number)[] = [];
  const step = (segment: Segment): string | number | null => {
    if (typeof segment === 'string') return segment;
    if (typeof segment === 'number') return segment >= 0 ? segment : null;
    const value = evaluate(segment, scope);
    if (typeof value === 'number') return isPlace(segment, keys) ? value : String(value);
    return typeof value === 'string' ? value : null;
  };
  for (const segment of path.expression.segments ?? []) {
    const found = step(segment);
    if (found === null) return null;
    place.push(found);
  }
  return place;
}

/** The fields that are to be seen with the answer and the task's data as they are. */
export function seenFields(layout: Layout, variables: JsonObject): SeenField[] {
  const seen: SeenField[] = [];
  // Whether something is right must not depend on whether something is right.
  const settled = { ...variables, validation: { isValid: true, errors: [] } };
  let left = MAX_SEEN;
  const walk = (nodes: readonly Node[], locals: Locals, keys: readonly string[]): void => {
    const scope: Scope = { variables: settled, locals };
    for (const node of nodes) {
      if (left === 0) return;
      left -= 1;
      switch (node.type) {
        case 'text':
          break;
        case 'component': {
          if (!isVisible(node.properties, scope)) break;
          const place = node.output && placeOf(node.output, scope, keys);
          if (node.output && place) {
            const { output } = node;
            const required =
              output.required || (output.required_when !== undefined && holds(output.required_when.expression, scope));
            const locked = isLocked(node.properties, scope);
            seen.push({ output, place, required, locked, initial: initialOf(node) });
          }
          walk(node.children ?? [], locals, keys);
          break;
        }
        case 'show':
          walk(holds(node.when.expression, scope) ? node.children : (node.fallback ?? []), locals, keys);
          break;
        case 'switch':
          walk(chosen(node, evaluate(node.on.expression, scope)), locals, keys);
          break;
        case 'for_each': {
          const items = evaluate(node.items.expression, scope);
          if (!isList(items)) break;
          const below = node.key === undefined ? keys : [...keys, node.key];
          for (const [index, item] of items.entries()) walk(node.children, turn(locals, node, item, index), below);
        }
      }
    }
  };
  walk(layout.root, NO_LOCALS, []);
  return seen;
}

/** What a field's entry in the live document is in the answer. Undefined: it is not kept as such a field is, so it is shown as nothing. */
export function readField(
  { kept_as: kept, schema }: Pick<Output, 'kept_as' | 'schema'>,
  entry: FieldSnapshot | undefined,
): Json | undefined {
  switch (entry?.kind) {
    case undefined:
      return undefined;
    case 'text':
      return kept === 'text' ? entry.text : undefined;
    case 'value':
      return kept === 'value' ? entry.value : undefined;
    case 'map':
      return kept === 'set' ? choices(schema, entry.entries) : kept === 'items' ? sorted(entry.entries) : undefined;
  }
}

/** In the order of the options; those that data adds, and what is no option, after them. */
function choices({ items }: Output['schema'], entries: Readonly<Record<string, Json>>): Json | undefined {
  if (Object.values(entries).some((value) => value !== true)) return undefined;
  const options = isObject(items) && isList(items.enum) ? items.enum : [];
  const rank = (name: string): number => (options.includes(name) ? options.indexOf(name) : options.length);
  return Object.keys(entries)
    .sort()
    .sort((a, b) => rank(a) - rank(b));
}

/** By where they begin and end, each with its id. */
function sorted(entries: Readonly<Record<string, Json>>): Json | undefined {
  const items = Object.entries(entries);
  if (!items.every(([, item]) => isObject(item))) return undefined;
  const number = (item: JsonObject, name: string): number => (typeof item[name] === 'number' ? item[name] : Number.MAX_VALUE);
  return items
    .map(([id, item]) => ({ ...(item as JsonObject), id }))
    .sort(
      (a: JsonObject & { id: string }, b: JsonObject & { id: string }) =>
        number(a, 'start') - number(b, 'start') || number(a, 'end') - number(b, 'end') || (a.id < b.id ? -1 : 1),
    );
}

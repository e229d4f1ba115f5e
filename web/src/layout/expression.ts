/**
 * What an expression comes to: the same as in `domain/src/layout/expression/evaluate.rs`, which says why; both are tested with
 * `domain/tests/layout/expressions.json`.
 */
import type { Json } from '@tandem/client';

import { isList, isObject, isSomething, letters, order, same, written, type JsonObject } from './json';
import type { Expr, Segment, Sign } from './tree';

/** What paths lead into. */
export interface Scope {
  /** `input`, `output`, `context`, ... */
  readonly variables: JsonObject;
  /** Variables of the loops around, the innermost last. */
  readonly locals: Locals;
}

export type Locals = readonly (readonly [name: string, value: Json])[];

export const NO_LOCALS: Locals = [];

export const holds = (expr: Expr, scope: Scope): boolean => isSomething(evaluate(expr, scope));

export function evaluate(expr: Expr, scope: Scope): Json {
  switch (expr.op) {
    case 'literal':
      return expr.value;
    case 'list':
      return expr.items.map((item) => evaluate(item, scope));
    case 'path':
      return follow(scope.variables[expr.from] ?? null, expr.segments ?? [], scope);
    case 'local':
      return follow(scope.locals.findLast(([name]) => name === expr.name)?.[1] ?? null, expr.segments ?? [], scope);
    case 'not':
      return !holds(expr.of, scope);
    case 'negate': {
      const value = evaluate(expr.of, scope);
      return typeof value === 'number' ? finite(-value) : null;
    }
    case 'and':
      return holds(expr.left, scope) && holds(expr.right, scope);
    case 'or':
      return holds(expr.left, scope) || holds(expr.right, scope);
    case 'compare':
      return compare(expr.sign, evaluate(expr.left, scope), evaluate(expr.right, scope));
    case 'arithmetic':
      return arithmetic(expr.sign, evaluate(expr.left, scope), evaluate(expr.right, scope));
    case 'call':
      return call(expr.function, expr.arguments, scope);
  }
}

function follow(start: Json, segments: readonly Segment[], scope: Scope): Json {
  let at = start;
  for (const [place, segment] of segments.entries()) {
    const computed = typeof segment === 'object' ? evaluate(segment, scope) : segment;
    if (typeof computed !== 'string' && typeof computed !== 'number') return null;
    // A number that is no place is a name like any other.
    const step = typeof computed === 'number' && !Number.isInteger(computed) ? String(computed) : computed;
    if (isObject(at)) {
      const name = String(step);
      at = Object.hasOwn(at, name) ? (at[name] ?? null) : null;
    } else if (step === 'length' && place + 1 === segments.length) return length(at);
    else if (isList(at) && typeof step === 'number') at = at.at(step) ?? null;
    else at = null;
  }
  return at;
}

function length(value: Json): Json {
  if (typeof value === 'string') return letters(value);
  if (isList(value)) return value.length;
  if (isObject(value)) return Object.keys(value).length;
  return value === null ? 0 : null;
}

function compare(sign: Sign, left: Json, right: Json): boolean {
  const ordered = (): number =>
    typeof left === 'number' && typeof right === 'number'
      ? Math.sign(left - right)
      : typeof left === 'string' && typeof right === 'string'
        ? order(left, right)
        : Number.NaN;
  switch (sign) {
    case '==':
      return same(left, right);
    case '!=':
      return !same(left, right);
    case 'in':
      return contains(right, left);
    case '<':
      return ordered() < 0;
    case '<=':
      return ordered() <= 0;
    case '>':
      return ordered() > 0;
    case '>=':
      return ordered() >= 0;
  }
}

function contains(whole: Json, part: Json): boolean {
  if (isList(whole)) return whole.some((item) => same(item, part));
  return typeof whole === 'string' && typeof part === 'string' && whole.includes(part);
}

/** Null: there is none, or none that is finite. */
const finite = (number: number | undefined): Json => (number !== undefined && Number.isFinite(number) ? number : null);

function arithmetic(sign: '+' | '-' | '*' | '/' | '%', left: Json, right: Json): Json {
  if (typeof left !== 'number' || typeof right !== 'number') return null;
  switch (sign) {
    case '+':
      return finite(left + right);
    case '-':
      return finite(left - right);
    case '*':
      return finite(left * right);
    case '/':
      return finite(left / right);
    case '%':
      return finite(left % right);
  }
}

type Call = (first: Json, other: (at: number) => Json, all: () => Json[]) => Json;

const textual =
  (change: (text: string) => string): Call =>
  (first) =>
    typeof first === 'string' ? change(first) : null;

const ofPair =
  (test: (text: string, part: string) => boolean): Call =>
  (first, other) => {
    const part = other(1);
    return typeof first === 'string' && typeof part === 'string' && test(first, part);
  };

/** Of a list, or of all arguments. */
const numbers = (first: Json, all: Json[]): number[] =>
  (isList(first) && all.length === 1 ? first : all).filter((value) => typeof value === 'number');

const extreme =
  (pick: (...numbers: number[]) => number): Call =>
  (first, _, all) => {
    const found = numbers(first, all());
    return found.length === 0 ? null : finite(pick(...found));
  };

const CALLS: Readonly<Record<string, Call>> = {
  length,
  exists: (first) => first !== null,
  empty: (first) => !isSomething(first),
  default: (first, other) => first ?? other(1),
  if: (first, other) => other(isSomething(first) ? 1 : 2),
  contains: (first, other) => contains(first, other(1)),
  starts_with: ofPair((text, part) => text.startsWith(part)),
  ends_with: ofPair((text, part) => text.endsWith(part)),
  lower: textual((text) => text.toLowerCase()),
  upper: textual((text) => text.toUpperCase()),
  trim: textual((text) => text.trim()),
  concat: (_, __, all) => all().map(written).join(''),
  join: (first, other) => (isList(first) ? first.map(written).join(written(other(1))) : null),
  sum: (first) => (isList(first) ? finite(numbers(first, [first]).reduce((sum, number) => sum + number, 0)) : null),
  min: extreme(Math.min),
  max: extreme(Math.max),
  // A half goes up.
  round: (first) => (typeof first === 'number' ? finite(Math.floor(first + 0.5)) : null),
  abs: (first) => (typeof first === 'number' ? Math.abs(first) : null),
};

function call(name: string, args: readonly Expr[], scope: Scope): Json {
  const value = (at: number): Json => {
    const argument = args[at];
    return argument ? evaluate(argument, scope) : null;
  };
  // A function of a later server: nothing, as all that is not known.
  return CALLS[name]?.(value(0), value, () => args.map((_, at) => value(at))) ?? null;
}

/**
 * A value against the part of JSON Schema that layouts produce, in the server's words (`domain/src/layout/answer/instance.rs`): whoever reads a message
 * here reads the same one if the server says it.
 */
import type { Json } from '@tandem/client';

import { isList, isObject, letters, lettersOf, order, same, type JsonObject } from './json';
import type { Schema } from './tree';

/** One rule that a value breaks. */
export interface Wrong {
  /** Below the value: `[2].label`. */
  readonly path: string;
  readonly rule: string;
  /** `must ...`, or a sentence of the layout's own. */
  readonly message: string;
}

/** A list of thousands with the same mistake is told by its first few. */
const MAX_WRONG = 20;

export function wrongs(schema: Schema, value: Json): Wrong[] {
  const report = new Report();
  report.check(schema, value, '');
  return report.wrong.slice(0, MAX_WRONG);
}

const fitsSchema = (schema: Schema, value: Json): boolean => wrongs(schema, value).length === 0;

/** Of a value that must be filled in. */
export function filled(schema: Schema): Schema {
  const { anyOf, type } = schema;
  if (isList(anyOf)) return { ...schema, anyOf: anyOf.map((choice) => (isObject(choice) ? filled(choice) : choice)) };
  const atLeastOne = (key: string): JsonObject => (schema[key] === undefined || schema[key] === 0 ? { [key]: 1 } : {});
  switch (type) {
    case 'string':
      // More than spaces.
      if (schema.enum === undefined && schema.pattern === undefined)
        return { ...schema, ...atLeastOne('minLength'), pattern: '\\S' };
      return { ...schema, ...atLeastOne('minLength') };
    case 'array':
      return { ...schema, ...atLeastOne('minItems') };
    case 'boolean':
      return { ...schema, const: true };
    default:
      return schema;
  }
}

class Report {
  readonly wrong: Wrong[] = [];

  check(schema: Schema, value: Json, path: string): void {
    if (this.wrong.length >= MAX_WRONG || !this.#ofType(schema, value, path)) return;
    const { enum: choices, const: wanted } = schema;
    if (isList(choices) && !choices.some((choice) => same(choice, value))) {
      const known = choices.slice(0, 20).map(shown).join(', ');
      const more = choices.length > 20 ? ` and ${choices.length - 20} more` : '';
      this.#add(path, 'one_of', `must be one of ${known}${more}; it is ${shown(value)}`);
      return;
    }
    if (wanted !== undefined && !same(wanted, value)) {
      this.#add(path, 'one_of', `must be ${shown(wanted)}`);
      return;
    }
    if (typeof value === 'number') this.#number(schema, value, path);
    else if (typeof value === 'string') this.#text(schema, value, path);
    else if (isList(value)) this.#list(schema, value, path);
    else if (isObject(value)) this.#object(schema, value, path);
    this.#combined(schema, value, path);
  }

  #add(path: string, rule: string, message: string): void {
    this.wrong.push({ path, rule, message });
  }

  #ofType({ type }: Schema, value: Json, path: string): boolean {
    const said = typeof type === 'string' ? TYPES[type] : undefined;
    if (!said || said.has(value)) return true;
    this.#add(path, 'type', `must be ${said.name}; it is ${kindOf(value)}`);
    return false;
  }

  #number(schema: Schema, value: number, path: string): void {
    const { minimum: least, maximum: most, multipleOf: step } = schema;
    if (typeof least === 'number' && value < least) this.#add(path, 'range', `must be ${least} or more; it is ${value}`);
    if (typeof most === 'number' && value > most) this.#add(path, 'range', `must be ${most} or less; it is ${value}`);
    if (typeof step === 'number' && (value / step) % 1 !== 0)
      this.#add(path, 'step', `must be in steps of ${step}; it is ${value}`);
  }

  #text(schema: Schema, text: string, path: string): void {
    const { minLength: least, maxLength: most, pattern, format } = schema;
    const length = letters(text);
    if (typeof least === 'number' && length < least)
      this.#add(path, 'min_length', `must have at least ${least} letters; it has ${length}`);
    if (typeof most === 'number' && length > most)
      this.#add(path, 'max_length', `must have at most ${most} letters; it has ${length}`);
    if (typeof pattern === 'string' && !matches(pattern, text)) {
      const told = schema['x-message'];
      this.#add(path, 'pattern', typeof told === 'string' ? told : `must fit ${pattern}`);
    }
    if (format === 'date') this.#date(schema, text, path);
  }

  #date({ 'x-minimum': first, 'x-maximum': last }: Schema, text: string, path: string): void {
    if (!isDate(text)) this.#add(path, 'format', 'must be a date like 2026-11-29');
    else if (typeof first === 'string' && order(text, first) < 0) this.#add(path, 'range', `must not be before ${first}`);
    else if (typeof last === 'string' && order(text, last) > 0) this.#add(path, 'range', `must not be after ${last}`);
  }

  #list(schema: Schema, items: readonly Json[], path: string): void {
    this.#count(items.length, schema.minItems, schema.maxItems, '', path);
    if (schema.uniqueItems === true) {
      const twice = items.find((item, at) => items.findIndex((other) => same(other, item)) < at);
      if (twice !== undefined) this.#add(path, 'unique', `must not have ${shown(twice)} twice`);
    }
    const { items: each, contains } = schema;
    if (isObject(each)) for (const [at, item] of items.entries()) this.check(each, item, `${path}[${at}]`);
    if (isObject(contains)) {
      const count = items.filter((item) => fitsSchema(contains, item)).length;
      this.#count(count, schema.minContains, schema.maxContains, ` ${nameOf(contains)}`, path);
    }
    this.#spans(schema, items, path);
  }

  #count(count: number, least: Json | undefined, most: Json | undefined, what: string, path: string): void {
    if (typeof least === 'number' && count < least)
      this.#add(path, 'min_items', `must have at least ${least}${what}; there is ${count}`);
    if (typeof most === 'number' && count > most)
      this.#add(path, 'max_items', `must have at most ${most}${what}; there is ${count}`);
  }

  /** What JSON Schema cannot say about spans of a text. */
  #spans(schema: Schema, items: readonly Json[], path: string): void {
    const { 'x-min-span': least, 'x-max-span': most } = schema;
    const isSpans = isObject(schema.items) && isObject(schema.items.properties) && 'start' in schema.items.properties;
    const spans = items.flatMap((item, at) => {
      const [start, end] = isObject(item) ? [item.start, item.end] : [];
      return typeof start === 'number' && typeof end === 'number' ? [{ start, end, at }] : [];
    });
    for (const { start, end, at } of spans) {
      const length = Math.max(0, end - start);
      const here = `${path}[${at}]`;
      if (length === 0 && isSpans) this.#add(here, 'range', `must end after its start, ${start}; it ends at ${end}`);
      else if (typeof least === 'number' && length < least)
        this.#add(here, 'min_length', `must be at least ${least} letters long; it is ${length}`);
      else if (typeof most === 'number' && length > most)
        this.#add(here, 'max_length', `must be at most ${most} letters long; it is ${length}`);
    }
    if (schema['x-no-overlap'] !== true) return;
    spans.sort((a, b) => a.start - b.start || a.end - b.end || a.at - b.at);
    for (const [at, after] of spans.slice(1).entries()) {
      const before = spans[at];
      if (before && after.start < before.end)
        this.#add(`${path}[${after.at}]`, 'overlap', `must not overlap the one from ${before.start} to ${before.end}`);
    }
  }

  #object(schema: Schema, entries: JsonObject, path: string): void {
    const { required, properties, additionalProperties: others } = schema;
    for (const name of isList(required) ? required : [])
      if (typeof name === 'string' && !Object.hasOwn(entries, name)) this.#add(path, 'required', `must have ${name}`);
    for (const [name, value] of Object.entries(entries)) {
      const known = isObject(properties) && Object.hasOwn(properties, name) ? properties[name] : undefined;
      if (isObject(known)) this.check(known, value, `${path}.${name}`);
      else if (known === undefined && others === false) this.#add(path, 'unknown_field', `must not have ${name}`);
      else if (known === undefined && isObject(others)) this.check(others, value, `${path}.${name}`);
    }
  }

  #combined(schema: Schema, value: Json, path: string): void {
    const { allOf, if: condition, not, anyOf } = schema;
    for (const rule of isList(allOf) ? allOf : []) if (isObject(rule)) this.check(rule, value, path);
    if (isObject(condition)) {
      const branch = schema[fitsSchema(condition, value) ? 'then' : 'else'];
      if (isObject(branch)) this.check(branch, value, path);
    }
    if (isObject(not) && fitsSchema(not, value)) this.#add(path, 'not', 'must be something else');
    if (!isList(anyOf)) return;
    const choices = anyOf.filter(isObject);
    const [first] = choices;
    if (!first || choices.some((choice) => fitsSchema(choice, value))) return;
    // Of those that do not fit the first says why: the others are what an empty field may be.
    this.check(first, value, path);
  }
}

const TYPES: Readonly<Record<string, { readonly name: string; readonly has: (value: Json) => boolean }>> = {
  string: { name: 'a text', has: (value) => typeof value === 'string' },
  boolean: { name: 'true or false', has: (value) => typeof value === 'boolean' },
  integer: { name: 'a whole number', has: Number.isInteger },
  number: { name: 'a number', has: (value) => typeof value === 'number' },
  array: { name: 'a list', has: isList },
  object: { name: 'an object', has: isObject },
};

export function kindOf(value: Json): string {
  if (value === null) return 'null';
  return Object.values(TYPES).find(({ has, name }) => has(value) && name !== 'a whole number')?.name ?? 'something else';
}

function matches(pattern: string, text: string): boolean {
  try {
    return new RegExp(pattern, 'u').test(text);
  } catch {
    // The server compiled it; what this browser cannot read is asked at submit.
    return true;
  }
}

export function isDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const at = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text);
}

const nameOf = (contains: Schema): string => {
  const label = isObject(contains.properties) ? contains.properties.label : undefined;
  const name = isObject(label) ? label.const : undefined;
  return name === undefined ? 'of them' : shown(name);
};

/** In a message; long ones are cut. */
function shown(value: Json): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return letters(text) > 60 ? `${lettersOf(text).slice(0, 60).join('')}…` : text;
}

/** The components of the language as the server lists them (`domain/src/layout/registry/schema.rs`), and what they take in words. */
import type { Json } from '@tandem/client';

export interface Component {
  readonly name: string;
  readonly group: string;
  readonly summary: string;
  readonly properties: readonly Property[];
  readonly events: readonly { readonly name: string; readonly summary: string }[];
  readonly children: 'none' | 'any' | { readonly only: readonly string[] };
  readonly text: boolean;
  readonly produces?: Json;
}

export interface Property {
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly type: Kind;
  readonly summary: string;
  readonly required: boolean;
  readonly default?: Json;
  readonly binding: 'none' | 'one_way' | 'two_way';
  readonly literal: boolean;
  readonly computed: boolean;
  readonly responsive: boolean;
}

export interface Kind {
  readonly name: string;
  readonly values?: readonly string[];
  readonly minimum?: number | null;
  readonly maximum?: number | null;
}

export type Components = ReadonlyMap<string, Component>;

export const byName = (list: readonly Component[]): Components => new Map(list.map((component) => [component.name, component]));

export const BREAKPOINTS = ['sm', 'md', 'lg', 'xl'];

/** A property as it is written: in which form, of which property, from which breakpoint on. */
export interface Written {
  readonly form: 'literal' | 'bind' | 'computed' | 'event';
  readonly name: string;
  readonly breakpoint: string | null;
}

export function written(attribute: string): Written {
  const [, sign = '', rest = ''] = /^(bind:|on:|:)?(.*)$/.exec(attribute) ?? [];
  const form = sign === 'bind:' ? 'bind' : sign === 'on:' ? 'event' : sign === ':' ? 'computed' : 'literal';
  const [name = '', breakpoint] = form === 'literal' ? rest.split(':') : [rest];
  return { form, name, breakpoint: breakpoint ?? null };
}

export const propertyOf = (component: Component, name: string): Property | undefined =>
  component.properties.find((property) => property.name === name || property.aliases?.includes(name));

/** What a property takes, in a sentence. */
export function takes({ name, values = [], minimum, maximum }: Kind): string {
  const list = values.join(', ');
  switch (name) {
    case 'identifier':
      return 'a name';
    case 'number':
      return `a number${range(minimum, maximum)}`;
    case 'integer':
      return `a whole number${range(minimum, maximum)}`;
    case 'flag':
      return 'true or false';
    case 'choice':
      return `one of ${list}`;
    case 'color':
      return 'a colour like #ff6b6b';
    case 'key':
      return 'one key, like d or 1';
    case 'date':
      return 'a date like 2026-11-29';
    case 'pattern':
      return 'a regular expression';
    case 'text_list':
      return list ? `a list of ${list}` : "a list like ['a', 'b']";
    case 'expression':
      return 'an expression';
    case 'condition':
      return 'a condition';
    case 'markup':
      return 'elements in braces, like {<Text>none</Text>}';
    case 'data':
      return 'data';
    default:
      return 'a text';
  }
}

function range(least: number | null | undefined, most: number | null | undefined): string {
  if (least != null && most != null) return ` from ${least} to ${most}`;
  if (least != null) return ` of ${least} or more`;
  return most != null ? ` of ${most} or less` : '';
}

/** All that is to be known of a property, a line each. */
export function about(property: Property): string[] {
  const { name, type, required, summary, default: first } = property;
  const forms = [
    property.binding === 'two_way' && `bind:${name}, kept in the answer`,
    property.binding === 'one_way' && `bind:${name}`,
    property.computed && `:${name}`,
    property.responsive && `${name}:md`,
  ].filter((form) => form !== false);
  return [
    summary,
    `Takes ${takes(type)}.`,
    ...(required ? ['It must be there.'] : first === undefined ? [] : [`Without it ${said(first)}.`]),
    ...(forms.length > 0 ? [`${property.literal ? 'Also' : 'Only'} as ${forms.join('; ')}.`] : []),
  ];
}

const said = (value: Json): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** What may be written at a place of a layout: components, properties in all their forms, values, and paths into the task's data and the answer. */
import type { Json } from '@tandem/client';

import { about, BREAKPOINTS, propertyOf, takes, written, type Component, type Components, type Property } from './components';
import { cursorAt, type Cursor, type Open } from './cursor';
import { FUNCTIONS } from './functions';
import { localsOf, stepsAt, variablesOf } from './paths';

export interface Offer {
  readonly name: string;
  readonly kind: 'component' | 'property' | 'event' | 'value' | 'path' | 'function';
  readonly detail: string;
  /** What it is, a line each. */
  readonly about: readonly string[];
  /** What is put in, `#{...}` where the cursor goes next. */
  readonly template: string;
  /** What must be there comes first. */
  readonly first: boolean;
}

export interface Offers {
  /** What they take the place of. */
  readonly from: number;
  readonly to: number;
  readonly list: readonly Offer[];
}

export interface Known {
  readonly components: Components;
  /** The data of the task in the preview. */
  readonly input: Json;
  /** Ids of the project's layouts, which others extend. */
  readonly layouts: readonly string[];
}

/** What the workbench itself does when something happens. */
const HANDLERS: Readonly<Record<string, string>> = {
  submitAnnotation: 'Submit and next',
  skipTask: 'Ask for the reason and skip',
  acceptPrediction: 'Put a suggestion into the answer',
  applyPrediction: 'The same as acceptPrediction',
  rejectPrediction: 'Leave a suggestion out',
};

const offer = (name: string, kind: Offer['kind'], more: Partial<Offer> = {}): Offer => ({
  name,
  kind,
  detail: '',
  about: [],
  template: escaped(name),
  first: false,
  ...more,
});

/** @returns null where there is nothing to offer */
export function offersAt(text: string, at: number, known: Known): Offers | null {
  const cursor = cursorAt(text, at);
  if (!cursor) return null;
  switch (cursor.kind) {
    case 'text':
      return null;
    case 'element':
      return elements(text, at, cursor, known);
    case 'end':
      return { ...span(text, at, cursor.from), list: cursor.around.slice(-1).map(({ name }) => offer(name, 'component')) };
    case 'attribute':
      return attributes(text, at, cursor, known);
    case 'value':
      return values(text, at, cursor, known);
  }
}

/** The whole word that the cursor is in is replaced, not only what is before it. */
const span = (text: string, at: number, from: number, word = /^[\w.:-]*/): { from: number; to: number } => ({
  from,
  to: at + (word.exec(text.slice(at))?.[0].length ?? 0),
});

const escaped = (text: string): string => text.replace(/[{}\\]/g, '\\$&');

// ---------------------------------------------------------------- components

function elements(text: string, at: number, { from, around }: Cursor, { components }: Known): Offers {
  const parent = around.at(-1);
  const all = [...components.values()];
  const fitting = all.filter(({ name, group }) => {
    if (!parent) return name === 'Layout';
    const children = components.get(parent.name)?.children ?? 'any';
    if (typeof children === 'object') return children.only.includes(name);
    const isChild = parent.name === 'Layout' && parent.attributes.some((attribute) => attribute.name === 'extends');
    return children === 'any' && name !== 'Layout' && group !== 'part' && (group !== 'inheritance' || isChild);
  });
  const where = span(text, at, from);
  // A name that is put in front of what is there already is a name and nothing else.
  const isFresh = /^[ \t]*(?:$|\n|<)/.test(text.slice(where.to));
  return {
    ...where,
    list: fitting.map((component) =>
      offer(component.name, 'component', {
        detail: component.summary,
        about: [component.summary],
        template: isFresh ? skeleton(component) : component.name,
      }),
    ),
  };
}

/** An element with what it must have, its cursor at the first place to fill. */
function skeleton(component: Component): string {
  const label = component.properties.find(({ name }) => name === 'label');
  const needed = component.properties.filter(({ required }) => required);
  const wanted = component.produces !== undefined && label && !label.required ? [...needed, label] : needed;
  const head = [component.name, ...wanted.map((property) => `${mostly(property)}="${start(property)}#{}"`)].join(' ');
  if (component.children === 'none' && !component.text) return `${head} />`;
  return component.children === 'none' ? `${head}>#{}</${component.name}>` : `${head}>\n\t#{}\n</${component.name}>`;
}

/** The form in which a property is mostly written. */
const mostly = ({ name, binding, literal }: Property): string => (binding !== 'none' && !literal ? `bind:${name}` : name);

const start = ({ binding, type, literal }: Property): string => {
  if (binding === 'two_way') return '$.output.';
  return !literal || type.name === 'expression' ? '$.input.' : '';
};

// ---------------------------------------------------------------- properties

function attributes(text: string, at: number, cursor: Cursor & { kind: 'attribute' }, { components }: Known): Offers | null {
  const component = components.get(cursor.element.name);
  if (!component) return null;
  const where = span(text, at, cursor.from);
  const present = new Set(cursor.element.attributes.map(({ name }) => name));
  const isValued = /^\s*=/.test(text.slice(where.to));
  const list = [
    ...component.properties.flatMap((property) => forms(property, cursor.word, isValued)),
    ...component.events.map(({ name, summary }) =>
      offer(`on:${name}`, 'event', { about: [summary], template: isValued ? `on:${name}` : `on:${name}="#{}"` }),
    ),
  ];
  return { ...where, list: list.filter(({ name }) => !present.has(name)) };
}

function forms(property: Property, word: string, isValued: boolean): Offer[] {
  const { name } = property;
  const one = (as: string, begin = ''): Offer =>
    offer(as, 'property', {
      detail: takes(property.type),
      about: about(property),
      template: isValued ? as : `${as}="${begin}#{}"`,
      first: property.required && as === mostly(property),
    });
  const begun = start(property);
  return [
    ...(property.literal ? [one(name, begun)] : []),
    ...(property.binding === 'none' ? [] : [one(`bind:${name}`, begun || '$.input.')]),
    ...(property.computed ? [one(`:${name}`)] : []),
    // Each property in five forms would bury what is looked for: those by breakpoint come when its colon is written.
    ...(property.responsive && word.startsWith(`${name}:`) ? BREAKPOINTS.map((width) => one(`${name}:${width}`)) : []),
  ];
}

// ---------------------------------------------------------------- values

function values(text: string, at: number, cursor: Cursor & { kind: 'value' }, known: Known): Offers | null {
  const { form, name } = written(cursor.attribute);
  const component = known.components.get(cursor.element.name);
  const property = component && propertyOf(component, name);
  if (form === 'event') {
    const list = Object.entries(HANDLERS).map(([handler, says]) => offer(handler, 'value', { detail: says }));
    return { ...span(text, at, cursor.from), list };
  }
  if (form !== 'literal' || ['expression', 'condition'].includes(property?.type.name ?? '')) {
    return expressions(text, at, cursor, known, form === 'bind');
  }
  if (cursor.element.name === 'Layout' && name === 'extends') {
    return { ...span(text, at, cursor.from), list: known.layouts.map((id) => offer(id, 'value')) };
  }
  if (!property) return null;
  const listed = property.type.name === 'flag' ? ['true', 'false'] : (property.type.values ?? []);
  if (listed.length === 0) return null;
  const isList = property.type.name === 'text_list';
  const typed = isList ? (/[\w-]*$/.exec(cursor.word)?.[0] ?? '') : cursor.word;
  const list = listed.map((value) => offer(value, 'value', value === property.default ? { detail: 'without it, too' } : {}));
  return { ...span(text, at, at - typed.length, /^[\w-]*/), list };
}

function expressions(text: string, at: number, cursor: Cursor & { kind: 'value' }, known: Known, isPath: boolean): Offers | null {
  const variables = variablesOf(known.input, text);
  const locals = localsOf(cursor.around.filter(isElement), variables);
  const path = stepsAt(cursor.word, variables, locals);
  if (path) {
    const list = path.steps.map(({ name, detail }) => offer(name, 'path', { detail }));
    return { ...span(text, at, at - path.back, /^\w*/), list };
  }
  const word = /(?:\$|[A-Za-z_]\w*)?$/.exec(cursor.word)?.[0] ?? '';
  // A path is written from its beginning; behind anything else there is nothing to add.
  if (isPath && word !== cursor.word) return null;
  const roots = Object.keys(variables).map((name) => offer(`$.${name}`, 'path', { first: true }));
  const loops = Object.keys(locals).map((name) => offer(name, 'path', { first: true }));
  const functions = isPath
    ? []
    : FUNCTIONS.map(({ name, says }) => offer(name, 'function', { detail: says, template: `${name}(#{})` }));
  return { ...span(text, at, at - word.length, /^\w*/), list: [...roots, ...loops, ...functions] };
}

const isElement = ({ name }: Open): boolean => name !== '';

// ---------------------------------------------------------------- what something is

export interface Told {
  readonly from: number;
  readonly to: number;
  readonly title: string;
  readonly about: readonly string[];
}

/** What the word at a place is: a component, a property or an event. */
export function toldAt(text: string, at: number, { components }: Pick<Known, 'components'>): Told | null {
  const end = at + (/^[\w.:-]*/.exec(text.slice(at))?.[0].length ?? 0);
  const cursor = cursorAt(text, end);
  if (!cursor || cursor.word === '') return null;
  const where = { from: cursor.from, to: end };
  if (cursor.kind === 'element' || cursor.kind === 'end') {
    const component = components.get(cursor.word);
    return component ? { ...where, title: component.name, about: [component.summary] } : null;
  }
  if (cursor.kind !== 'attribute') return null;
  const component = components.get(cursor.element.name);
  if (!component) return null;
  const { form, name } = written(cursor.word);
  if (form === 'event') {
    const event = component.events.find((known) => known.name === name);
    return event ? { ...where, title: `on:${name}`, about: [event.summary] } : null;
  }
  const property = propertyOf(component, name);
  return property ? { ...where, title: property.name, about: about(property) } : null;
}

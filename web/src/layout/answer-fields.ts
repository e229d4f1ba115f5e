/** Answers as they are kept (one object each), taken apart into the fields that they were put together out of: the other way round than `LayoutModel` does it. */
import type { FieldStore, Json } from '@tandem/client';

import { fits, knownFields, readField, type KnownField } from './fields';
import { isEmpty, isList, isObject } from './json';
import { readPlace, spelled, valueAt, withValueAt, type Place } from './place';
import { wrongs } from './schema';
import type { Layout, Output, Part } from './tree';

/** A field that one of the answers has something for. */
export interface AnswerField {
  /** Its key in the document. */
  readonly key: string;
  readonly output: Output;
  /** What people read. */
  readonly label: string;
  /** Of each answer; undefined: nothing. */
  readonly values: readonly (Json | undefined)[];
  /** What options are called, by their values. */
  readonly names: ReadonlyMap<string, string>;
  readonly ordered: boolean;
}

/** In the layout's order. What no field of the layout can be (a later version has it no more) is left out: the server would refuse it. */
export function answerFields(layout: Layout, outputs: readonly Json[]): readonly AnswerField[] {
  const found = new Map<string, AnswerField>();
  for (const field of knownFields(layout)) {
    const { output } = field;
    if (output.kept_as === 'regions') continue;
    for (const place of outputs.flatMap((answer) => placesIn(field, answer))) {
      const key = spelled(place);
      const values = outputs.map((answer) => valueAt(answer, place));
      if (values.every((value) => value === undefined)) continue;
      // Fields of different cases may share a place: it is of the one that takes what was answered there.
      const known = found.get(key);
      if (known && (takes(known.output, values) || !takes(output, values))) continue;
      // An order, a way down a tree of classes: one value, whose parts mean nothing by themselves.
      const ordered = output.kept_as === 'value';
      found.set(key, { key, output, label: labelAt(field, place), values, names: namesOf(field), ordered });
    }
  }
  return [...found.values()];
}

const takes = ({ schema }: Output, values: readonly (Json | undefined)[]): boolean =>
  values.every((value) => value === undefined || wrongs(schema, value).length === 0);

/** The answer that a document holds just now, besides its regions. */
export function outputIn(layout: Layout, fields: FieldStore): Json {
  const known = knownFields(layout);
  let output: Json = {};
  for (const key of fields.keys()) {
    const place = readPlace(key);
    const found = place && known.filter((field) => fits(field, place));
    const value = found?.map((field) => readField(field.output, fields.get(key))).find((one) => one !== undefined);
    if (place && value !== undefined && !isEmpty(value)) output = withValueAt(output, place, value);
  }
  return output;
}

/** Where an answer has this field: once, or once for each turn of a loop. */
function placesIn({ steps }: KnownField, answer: Json): readonly Place[] {
  let places: readonly (readonly [Place, Json | undefined])[] = [[[], answer]];
  for (const step of steps) {
    places = places.flatMap(([place, at]): (readonly [Place, Json | undefined])[] => {
      if (typeof step === 'string') return [[[...place, step], isObject(at) ? at[step] : undefined]];
      if (step.any === 'item') return isList(at) ? at.map((item, n) => [[...place, n], item]) : [];
      return isObject(at) ? Object.entries(at).map(([name, inner]) => [[...place, name], inner]) : [];
    });
  }
  return places.map(([place]) => place);
}

/** In a loop, with which turn it is. */
function labelAt({ output, steps }: KnownField, place: Place): string {
  const turns = steps.flatMap((step, at) => {
    const found = place[at];
    return typeof step === 'string' || found === undefined ? [] : [typeof found === 'number' ? String(found + 1) : found];
  });
  return [output.label, ...turns].join(' ');
}

const said = ({ properties }: Part, name: string): string => {
  const property = properties[name];
  return property?.kind === 'literal' && typeof property.value === 'string' ? property.value : '';
};

function namesOf({ node }: KnownField): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  const walk = (parts: readonly Part[]): void => {
    for (const part of parts) {
      const value = said(part, 'value') || said(part, 'name');
      const name = said(part, 'label') || (part.text ?? '');
      if (value !== '' && name !== '') names.set(value, name);
      walk(part.parts ?? []);
    }
  };
  walk(node.parts ?? []);
  return names;
}

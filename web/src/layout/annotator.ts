/** What an ImageAnnotator of a layout says about drawing, out of its compiled form: labels, shapes, limits, attributes. Nothing of it is computed. */
import type { Json } from '@tandem/client';

import { isList } from './json';
import type { ComponentNode, Layout, Node, Part, Property } from './tree';

export type AttributeKind = 'text' | 'number' | 'select' | 'multi-select' | 'boolean';

export interface AttributeOption {
  readonly value: string;
  readonly label: string;
  /** Empty: none. */
  readonly hotkey: string;
}

/** Something said about each region. */
export interface AttributeDef {
  readonly name: string;
  readonly kind: AttributeKind;
  /** What people read. */
  readonly label: string;
  readonly help: string;
  readonly required: boolean;
  /** What a new region has; undefined: nothing. */
  readonly initial: Json | undefined;
  readonly options: readonly AttributeOption[];
  readonly min: number | undefined;
  readonly max: number | undefined;
  readonly integer: boolean;
  /** What one step of the arrows adds. */
  readonly step: number | undefined;
  /** What stands behind a number. */
  readonly unit: string | undefined;
  readonly pattern: string | undefined;
  readonly maxLength: number | undefined;
}

export interface AnnotatorLabel {
  readonly name: string;
  readonly color: string | undefined;
  readonly hotkey: string | undefined;
  readonly description: string;
  /** Shapes it may take; undefined: not said. */
  readonly tools: readonly string[] | undefined;
  readonly min: number | undefined;
  readonly max: number | undefined;
  readonly attributes: readonly AttributeDef[];
  readonly keypoints: readonly string[];
  readonly edges: readonly (readonly [number, number])[];
  readonly symmetry: readonly (readonly [number, number])[];
}

/** What one region may have to do with another. */
export interface AnnotatorRelation {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly color: string | undefined;
  readonly directed: boolean;
  readonly from: readonly string[] | undefined;
  readonly to: readonly string[] | undefined;
}

export interface AnnotatorSpec {
  /** Empty: those of the project. */
  readonly labels: readonly AnnotatorLabel[];
  /** Of every label. */
  readonly attributes: readonly AttributeDef[];
  /** Empty: regions are just related. */
  readonly relations: readonly AnnotatorRelation[];
  readonly tools: readonly string[] | undefined;
  readonly min: number | undefined;
  readonly max: number | undefined;
}

type Properties = Readonly<Record<string, Property>>;

const said = (properties: Properties, name: string): Json | undefined => {
  const property = properties[name];
  return property?.kind === 'literal' ? property.value : undefined;
};
const word = (properties: Properties, name: string): string | undefined => {
  const value = said(properties, name);
  return typeof value === 'string' && value !== '' ? value : undefined;
};
const number = (properties: Properties, name: string): number | undefined => {
  const value = said(properties, name);
  return typeof value === 'number' ? value : undefined;
};
const words = (properties: Properties, name: string): readonly string[] | undefined => {
  const value = said(properties, name);
  return isList(value) ? value.filter((item) => typeof item === 'string') : undefined;
};

const named = (parts: readonly Part[] | undefined, name: string): readonly Part[] =>
  (parts ?? []).filter(({ part }) => part === name);

const describedBy = ({ properties, parts }: Part): string =>
  word(properties, 'description') ?? named(parts, 'Description')[0]?.text ?? '';

/** Every ImageAnnotator, wherever it stands; of those in different cases of a Switch one is shown. */
export function annotatorsOf({ root }: Layout): ComponentNode[] {
  const found: ComponentNode[] = [];
  const walk = (nodes: readonly Node[]): void => {
    for (const node of nodes) {
      if (node.type === 'text') continue;
      if (node.type === 'component' && node.component === 'ImageAnnotator') found.push(node);
      if (node.type === 'show') walk(node.fallback ?? []);
      if (node.type === 'switch') {
        for (const { children } of node.cases) walk(children);
        walk(node.default);
      } else walk(node.children ?? []);
    }
  };
  walk(root);
  return found;
}

export function readAnnotator({ properties, parts }: ComponentNode): AnnotatorSpec {
  return {
    labels: named(parts, 'Label').map(labelOf),
    attributes: named(parts, 'Attribute').map(attributeOf),
    relations: named(parts, 'RelationType').map(relationOf),
    tools: words(properties, 'tools'),
    min: number(properties, 'min_regions'),
    max: number(properties, 'max_regions'),
  };
}

function labelOf(part: Part): AnnotatorLabel {
  const { properties, parts } = part;
  const points = named(parts, 'Keypoint').map(({ properties: point }) => ({
    name: word(point, 'name') ?? '',
    mirror: word(point, 'mirror'),
  }));
  const keypoints = points.map((point) => point.name);
  const edges = named(parts, 'Edge').flatMap(({ properties: edge }): [number, number][] => {
    const ends = [keypoints.indexOf(word(edge, 'from') ?? ''), keypoints.indexOf(word(edge, 'to') ?? '')] as const;
    return ends.includes(-1) ? [] : [[...ends]];
  });
  return {
    name: word(properties, 'name') ?? '',
    color: word(properties, 'color'),
    hotkey: word(properties, 'hotkey')?.toLowerCase(),
    description: describedBy(part),
    tools: words(properties, 'tools'),
    min: number(properties, 'min'),
    max: number(properties, 'max'),
    attributes: named(parts, 'Attribute').map(attributeOf),
    keypoints,
    edges,
    symmetry: points.flatMap(({ mirror }, place): [number, number][] => {
      const other = mirror === undefined ? -1 : keypoints.indexOf(mirror);
      // Both may say it.
      return other < 0 || (other < place && points[other]?.mirror === keypoints[place]) ? [] : [[place, other]];
    }),
  };
}

function relationOf(part: Part): AnnotatorRelation {
  const { properties } = part;
  const name = word(properties, 'name') ?? '';
  return {
    name,
    title: word(properties, 'label') ?? name,
    description: describedBy(part),
    color: word(properties, 'color'),
    directed: said(properties, 'directed') !== false,
    from: words(properties, 'from'),
    to: words(properties, 'to'),
  };
}

const KINDS: readonly AttributeKind[] = ['text', 'number', 'select', 'multi-select', 'boolean'];

function attributeOf(part: Part): AttributeDef {
  const { properties, parts } = part;
  const name = word(properties, 'name') ?? '';
  const options = named(parts, 'Option').map(({ properties: option, text = '' }) => {
    const value = word(option, 'value') ?? '';
    return {
      value,
      label: word(option, 'label') ?? (text === '' ? value : text),
      hotkey: word(option, 'hotkey')?.toLowerCase() ?? '',
    };
  });
  const kind = KINDS.find((known) => known === word(properties, 'type')) ?? 'text';
  return {
    name,
    kind,
    label: word(properties, 'label') ?? name,
    help: describedBy(part),
    required: said(properties, 'required') === true,
    initial: initialOf(kind, word(properties, 'default'), options),
    options,
    min: number(properties, 'min'),
    max: number(properties, 'max'),
    integer: said(properties, 'integer') === true,
    step: number(properties, 'step'),
    unit: word(properties, 'unit'),
    pattern: word(properties, 'pattern'),
    maxLength: number(properties, 'max_length'),
  };
}

/** A default is written as a text, whatever it is of; one that is no value of its attribute is none. Several choices have commas between. */
function initialOf(kind: AttributeKind, text: string | undefined, options: readonly AttributeOption[]): Json | undefined {
  if (text === undefined) return undefined;
  const isOption = (value: string): boolean => options.some((option) => option.value === value);
  switch (kind) {
    case 'text':
      return text;
    case 'number': {
      const value = Number(text);
      return text.trim() !== '' && Number.isFinite(value) ? value : undefined;
    }
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : undefined;
    case 'select':
      return isOption(text) ? text : undefined;
    case 'multi-select': {
      const chosen = text.split(',').map((value) => value.trim());
      return chosen.every(isOption) ? chosen : undefined;
    }
  }
}

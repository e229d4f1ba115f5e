/** A component's properties and parts as they are just now, as hooks. */
import type { Json } from '@tandem/client';
import { use, useMemo, useSyncExternalStore } from 'react';

import { BreakpointContext, useLayout, type Frame } from './context';
import type { JsonObject } from './json';
import type { LayoutModel } from './model';
import type { Breakpoint, ComponentNode, Part, Property, Reactive } from './tree';

export interface ResolvedPart {
  readonly part: string;
  readonly properties: JsonObject;
  readonly text: string;
  readonly parts: readonly ResolvedPart[];
}

export interface Resolved {
  readonly properties: JsonObject;
  readonly parts: readonly ResolvedPart[];
}

type Properties = Readonly<Record<string, Property>>;

const dependsOf = (properties: Properties): string[] =>
  Object.values(properties).flatMap((property) =>
    property.kind === 'literal' || property.kind === 'two_way' ? [] : property.depends,
  );

const partDepends = ({ properties, parts = [] }: Part): string[] => [...dependsOf(properties), ...parts.flatMap(partDepends)];

const all = (node: ComponentNode): string[] => [
  ...new Set([...dependsOf(node.properties), ...(node.parts ?? []).flatMap(partDepends)]),
];

/** From the narrowest on: a value holds on screens from its width on. */
const BREAKPOINTS: readonly Breakpoint[] = ['sm', 'md', 'lg', 'xl'];

function atWidth(node: ComponentNode, width: Breakpoint | null): JsonObject {
  const found: Record<string, Json> = {};
  const upTo = width === null ? [] : BREAKPOINTS.slice(0, BREAKPOINTS.indexOf(width) + 1);
  for (const [name, values] of Object.entries(node.responsive ?? {})) {
    const breakpoint = upTo.findLast((known) => values[known] !== undefined);
    const value = breakpoint === undefined ? undefined : values[breakpoint];
    if (value !== undefined) found[name] = value;
  }
  return found;
}

function valuesOf(model: LayoutModel, properties: Properties, frame: Frame): Record<string, Json> {
  const values: Record<string, Json> = {};
  for (const [name, property] of Object.entries(properties)) {
    if (property.kind === 'literal') values[name] = property.value;
    else if (property.kind !== 'two_way') values[name] = model.value(property, frame.locals);
  }
  return values;
}

const partOf = (model: LayoutModel, { part, properties, text = '', parts = [] }: Part, frame: Frame): ResolvedPart => ({
  part,
  properties: valuesOf(model, properties, frame),
  text,
  parts: parts.map((below) => partOf(model, below, frame)),
});

/** The same object until something of it changes. */
export function useResolved(node: ComponentNode, frame: Frame): Resolved {
  const { model } = useLayout();
  const width = use(BreakpointContext);
  const watched = useMemo(() => {
    const responsive = atWidth(node, width);
    const read = (): Resolved => ({
      properties: { ...valuesOf(model, node.properties, frame), ...responsive },
      parts: (node.parts ?? []).map((part) => partOf(model, part, frame)),
    });
    return model.watch(all(node), read as unknown as () => Json);
  }, [model, node, frame, width]);
  return useSyncExternalStore(watched.subscribe, watched.get) as unknown as Resolved;
}

/** What an expression comes to. */
export function useReactive(reactive: Reactive, frame: Frame): Json {
  const { model } = useLayout();
  const watched = useMemo(
    () => model.watch(reactive.depends, () => model.value(reactive, frame.locals)),
    [model, reactive, frame],
  );
  return useSyncExternalStore(watched.subscribe, watched.get);
}

/** A property as a text; what is no text is written as people read it. */
export function textOf(properties: JsonObject, name: string): string {
  const value = properties[name];
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

export const numberOf = (properties: JsonObject, name: string): number | undefined => {
  const value = properties[name];
  return typeof value === 'number' ? value : undefined;
};

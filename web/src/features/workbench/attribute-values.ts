/** Attributes over several regions: those that all have, and what of their values is the same. */
import type { Json, RegionSnapshot } from '@tandem/client';

import type { AttributeDef } from '~/layout/annotator';
import { isList, same } from '~/layout/json';
import type { BenchLabel } from './annotator-setup';

/** One value, nothing, or not the same in all. */
export type Shared = { readonly mixed: true } | { readonly mixed: false; readonly value: Json | undefined };

/** By name, where it is the same kind with the same options. In the order of the first label. */
export function sharedAttributes(labels: readonly BenchLabel[]): readonly AttributeDef[] {
  const [first, ...rest] = labels;
  return (first?.attributes ?? []).filter((attribute) =>
    rest.every((label) => label.attributes.some((other) => other.name === attribute.name && isAlike(other, attribute))),
  );
}

const isAlike = (one: AttributeDef, other: AttributeDef): boolean =>
  one.kind === other.kind && same(one.options as unknown as Json, other.options as unknown as Json);

export function sharedValue(regions: readonly RegionSnapshot[], name: string): Shared {
  const [first, ...rest] = regions.map(({ attributes }) => attributes[name]);
  const isSame = rest.every((value) => value === first || (value !== undefined && first !== undefined && same(value, first)));
  return isSame ? { mixed: false, value: first } : { mixed: true };
}

/** How many of the regions have chosen an option. */
export const choosing = (regions: readonly RegionSnapshot[], name: string, option: string): 'all' | 'some' | 'none' => {
  const count = regions.filter(({ attributes }) => chosenIn(attributes[name]).includes(option)).length;
  return count === 0 ? 'none' : count === regions.length ? 'all' : 'some';
};

const chosenIn = (value: Json | undefined): readonly Json[] => (isList(value) ? value : []);

/** Several choices with one more or less, in the order of the options; none is nothing. */
export function toggled({ options }: AttributeDef, before: Json | undefined, option: string, on: boolean): Json | undefined {
  const chosen = chosenIn(before);
  const after = options.map(({ value }) => value).filter((value) => (value === option ? on : chosen.includes(value)));
  return after.length === 0 ? undefined : after;
}

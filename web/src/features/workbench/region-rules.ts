/**
 * What is wrong with the regions by the rules of the layout, in words that say what to do. The server asks the same at submit, by the schema made of the same
 * layout (`domain/src/layout/answer/values.rs`).
 */
import type { Json, RegionSnapshot } from '@tandem/client';

import { KIND_NAMES } from '~/geometry/shapes';
import type { AttributeDef } from '~/layout/annotator';
import { isEmpty, isList, letters } from '~/layout/json';
import { atMost } from '~/tools/label-book';
import { byName, takes } from '~/tools/labels';
import { joins, RELATED, type RelationType } from '~/tools/relations';
import type { AnnotatorSetup, BenchLabel } from './annotator-setup';

export interface RegionFault {
  /** What it is about; null: about all of them. */
  readonly region: string | null;
  readonly attribute: string | null;
  readonly message: string;
}

/** Who has no labels yet asks nothing. Those of single regions come first, in the order in which they lie: they have a place to go to. */
export function faultsOf({ labels, relations, least, most }: AnnotatorSetup, regions: readonly RegionSnapshot[]): RegionFault[] {
  if (labels.length === 0) return [];
  const known = byName(labels);
  const nameOf = ({ label }: RegionSnapshot): string => known.get(label)?.name ?? label;
  const counts = countsOf(regions.map((region) => ({ label: nameOf(region) })));
  const faults = regions.flatMap((region) => [...regionFaults(known.get(region.label), region)]);
  const named = new Map(regions.map((region) => [region.id, nameOf(region)]));
  faults.push(...regions.flatMap((region) => relationFaults(relations, region, named)));
  const about = (message: string, region: string | null = null): void => void faults.push({ region, attribute: null, message });
  for (const label of labels) {
    const count = counts.get(label.name) ?? 0;
    if (count < label.least) about(`At least ${label.least} of ${label.name} must be drawn; there ${are(count)}`);
    if (label.most !== undefined && count > label.most) {
      const newest = regions.filter((region) => nameOf(region) === label.name).at(-1);
      about(`${atMost(label.most, label.name)}; there ${are(count)}`, newest?.id);
    }
  }
  if (regions.length < least) about(`At least ${least} regions must be drawn; there ${are(regions.length)}`);
  if (most !== undefined && regions.length > most)
    about(`${atMost(most, null)}; there ${are(regions.length)}`, regions.at(-1)?.id);
  return faults;
}

/** @param labels of all regions, by their ids: what goes to none of them is no relation */
function relationFaults(
  types: readonly RelationType[],
  { id, relations }: RegionSnapshot,
  labels: ReadonlyMap<string, string>,
): RegionFault[] {
  return relations.flatMap(({ to, label }): RegionFault[] => {
    const [from, other] = [labels.get(id), labels.get(to)];
    if (from === undefined || other === undefined) return [];
    const type = types.find(({ name }) => name === label);
    // Where the layout states none, the server takes any.
    if (!type && types.includes(RELATED)) return [];
    const about = (message: string): RegionFault[] => [{ region: id, attribute: null, message }];
    if (!type) return about(`“${label}” is no relation of this task: change it, or delete it`);
    return joins(type, from, other) ? [] : about(`“${type.title}” does not go from ${from} to ${other} here`);
  });
}

export function countsOf(regions: readonly Pick<RegionSnapshot, 'label'>[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { label } of regions) counts.set(label, (counts.get(label) ?? 0) + 1);
  return counts;
}

const are = (count: number): string => (count === 1 ? 'is 1' : count === 0 ? 'is none' : `are ${count}`);

/** What is wrong with one region. An unchanged region is not asked twice: a screen may have thousands. */
export function regionFaults(label: BenchLabel | undefined, region: RegionSnapshot): readonly RegionFault[] {
  const kept = answered.get(region);
  if (kept && kept.label === label) return kept.faults;
  const faults = found(label, region);
  answered.set(region, { label, faults });
  return faults;
}

const answered = new WeakMap<RegionSnapshot, { label: BenchLabel | undefined; faults: readonly RegionFault[] }>();

function found(label: BenchLabel | undefined, { id, label: name, geometry, attributes }: RegionSnapshot): RegionFault[] {
  const about = (message: string, attribute: string | null = null): RegionFault => ({ region: id, attribute, message });
  if (!label) return [about(`“${name}” is no label of this task: give the region another, or delete it`)];
  if (label.problem !== null) return [about(label.problem)];
  const wrong = takes(label, geometry.kind)
    ? []
    : [about(`“${name}” takes no such shape (${KIND_NAMES[geometry.kind].toLowerCase()})`)];
  return [
    ...wrong,
    ...label.attributes.flatMap((attribute) => {
      const message = wrongWith(attribute, attributes[attribute.name]);
      return message === null ? [] : [about(`${attribute.label} of this ${name} ${message}`, attribute.name)];
    }),
  ];
}

/** `must ...`; null: nothing. */
export function wrongWith(attribute: AttributeDef, value: Json | undefined): string | null {
  if (value === undefined || isEmpty(value)) return attribute.required ? 'must be filled in' : null;
  switch (attribute.kind) {
    case 'text':
      return typeof value === 'string' ? wrongText(attribute, value) : 'must be a text';
    case 'number':
      return typeof value === 'number' ? wrongNumber(attribute, value) : 'must be a number';
    case 'boolean':
      return typeof value === 'boolean' ? null : 'must be yes or no';
    case 'select':
      return typeof value === 'string' && has(attribute, value) ? null : 'must be one of its options';
    case 'multi-select':
      return isList(value) && value.every((item) => typeof item === 'string' && has(attribute, item))
        ? null
        : 'must be some of its options';
  }
}

const has = ({ options }: AttributeDef, value: string): boolean => options.some((option) => option.value === value);

function wrongText({ maxLength, pattern }: AttributeDef, text: string): string | null {
  if (maxLength !== undefined && letters(text) > maxLength) return `must have at most ${maxLength} letters`;
  return pattern !== undefined && !fits(pattern, text) ? `must fit ${pattern}` : null;
}

function wrongNumber({ min, max, integer }: AttributeDef, value: number): string | null {
  if (integer && !Number.isInteger(value)) return 'must be a whole number';
  if (min !== undefined && value < min) return `must be ${min} or more`;
  return max !== undefined && value > max ? `must be ${max} or less` : null;
}

function fits(pattern: string, text: string): boolean {
  try {
    return new RegExp(`^(?:${pattern})$`, 'u').test(text);
  } catch {
    // The server compiled it; what this browser cannot read is asked at submit.
    return true;
  }
}

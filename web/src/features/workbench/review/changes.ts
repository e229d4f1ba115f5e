/** What became of an answer between two rounds. Rework goes on in the same document, so a region keeps its id. */
import type { Json, RegionSnapshot } from '@tandem/client';

import { isBlank, saysTheSame } from '~/agreement/values';
import { answerFields, type AnswerField } from '~/layout/answer-fields';
import type { Layout } from '~/layout/tree';
import { same } from '~/lib/json';
import type { Candidate } from './answers';

type Region = Pick<RegionSnapshot, 'id' | 'label' | 'geometry' | 'attributes' | 'relations'>;

export type RegionChange =
  | { readonly kind: 'added'; readonly id: string; readonly after: Region }
  | { readonly kind: 'removed'; readonly id: string; readonly before: Region }
  | {
      readonly kind: 'changed';
      readonly id: string;
      readonly before: Region;
      readonly after: Region;
      readonly in: readonly Part[];
    };

/** Something that the answer says besides its regions. */
export interface FieldChange extends AnswerField {
  readonly kind: 'field';
  /** The key of the field. */
  readonly id: string;
  readonly before: Json | undefined;
  readonly after: Json | undefined;
}

export type Change = RegionChange | FieldChange;

export type Part = 'shape' | 'label' | 'attributes' | 'relations';

/** In no order. */
const relationsOf = ({ relations }: Region): readonly string[] =>
  relations.map(({ to, label, directed }) => JSON.stringify([to, label, directed])).sort();

function partsOf(before: Region, after: Region): readonly Part[] {
  const parts: Part[] = [];
  if (before.label !== after.label) parts.push('label');
  if (!same(before.geometry, after.geometry)) parts.push('shape');
  if (!same({ ...before.attributes }, { ...after.attributes })) parts.push('attributes');
  if (!same([...relationsOf(before)], [...relationsOf(after)])) parts.push('relations');
  return parts;
}

/** What changed first, then what came, then what went: the order in which one looks whether what was asked for was done. */
export function changesBetween(before: readonly Region[], after: readonly Region[]): readonly RegionChange[] {
  const [old, now] = [new Map(before.map((region) => [region.id, region])), new Map(after.map((region) => [region.id, region]))];
  const changed = after.flatMap((region): RegionChange[] => {
    const was = old.get(region.id);
    const parts = was ? partsOf(was, region) : [];
    return was && parts.length > 0 ? [{ kind: 'changed', id: region.id, before: was, after: region, in: parts }] : [];
  });
  const added = after.flatMap((region): RegionChange[] =>
    old.has(region.id) ? [] : [{ kind: 'added', id: region.id, after: region }],
  );
  const removed = before.flatMap((region): RegionChange[] =>
    now.has(region.id) ? [] : [{ kind: 'removed', id: region.id, before: region }],
  );
  return [...changed, ...added, ...removed];
}

/** Fields that say something else than before, in the layout's order. */
export function fieldChangesBetween(layout: Layout | null, before: Json, after: Json): readonly FieldChange[] {
  return (layout ? answerFields(layout, [before, after]) : []).flatMap((field): FieldChange[] => {
    const [was, is] = field.values;
    const isSame = saysTheSame(was, is, field.ordered) || (isBlank(was) && isBlank(is));
    return isSame ? [] : [{ ...field, kind: 'field', id: field.key, before: was, after: is }];
  });
}

/** The same answer as it was the last time that somebody looked at it; null: this is the first time. */
export function roundBefore(candidates: readonly Candidate[], of: Candidate): Candidate | null {
  const earlier = candidates.filter(
    ({ annotation, slot, round }) => annotation.step === of.annotation.step && slot === of.slot && round < of.round,
  );
  return earlier.reduce<Candidate | null>((last, one) => (last === null || one.round > last.round ? one : last), null);
}

/** By when they were given, the newest first. */
export const newestFirst = (candidates: readonly Candidate[]): readonly Candidate[] =>
  [...candidates].sort((a, b) => (b.annotation.submitted_at ?? '').localeCompare(a.annotation.submitted_at ?? ''));

export const regionsIn = ({ annotation }: Candidate): readonly Region[] => annotation.regions as unknown as readonly Region[];

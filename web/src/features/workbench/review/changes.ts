/** What became of an answer between two rounds. Rework goes on in the same document, so a region keeps its id. */
import type { RegionSnapshot } from '@tandem/client';

import { same } from '~/lib/json';
import type { Candidate } from './answers';

type Region = Pick<RegionSnapshot, 'id' | 'label' | 'geometry' | 'attributes'>;

export type Change =
  | { readonly kind: 'added'; readonly id: string; readonly after: Region }
  | { readonly kind: 'removed'; readonly id: string; readonly before: Region }
  | {
      readonly kind: 'changed';
      readonly id: string;
      readonly before: Region;
      readonly after: Region;
      readonly in: readonly Part[];
    };

export type Part = 'shape' | 'label' | 'attributes';

function partsOf(before: Region, after: Region): readonly Part[] {
  const parts: Part[] = [];
  if (before.label !== after.label) parts.push('label');
  if (!same(before.geometry, after.geometry)) parts.push('shape');
  if (!same({ ...before.attributes }, { ...after.attributes })) parts.push('attributes');
  return parts;
}

/** What changed first, then what came, then what went: the order in which one looks whether what was asked for was done. */
export function changesBetween(before: readonly Region[], after: readonly Region[]): readonly Change[] {
  const [old, now] = [new Map(before.map((region) => [region.id, region])), new Map(after.map((region) => [region.id, region]))];
  const changed = after.flatMap((region): Change[] => {
    const was = old.get(region.id);
    const parts = was ? partsOf(was, region) : [];
    return was && parts.length > 0 ? [{ kind: 'changed', id: region.id, before: was, after: region, in: parts }] : [];
  });
  const added = after.flatMap((region): Change[] =>
    old.has(region.id) ? [] : [{ kind: 'added', id: region.id, after: region }],
  );
  const removed = before.flatMap((region): Change[] =>
    now.has(region.id) ? [] : [{ kind: 'removed', id: region.id, before: region }],
  );
  return [...changed, ...added, ...removed];
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

/** Regions of answers as a layout is given them, compared as the workbench compares them. Layouts can be bound to anything, so what is no region is left out. */
import type { Json } from '@tandem/client';

import { compare, type Comparison } from '~/agreement/compare';
import { bounds, KIND_NAMES, type Geometry } from '~/geometry/shapes';
import { isList, isObject } from './json';

export interface AnswerRegion {
  readonly id: string;
  readonly label: string;
  readonly geometry: Geometry;
  readonly attributes: Readonly<Record<string, Json>>;
}

const isGeometry = (value: Json | undefined): boolean =>
  isObject(value) && typeof value.kind === 'string' && Object.hasOwn(KIND_NAMES, value.kind);

/** null: the answer says nothing about regions. */
export function regionsIn(value: Json | undefined): readonly AnswerRegion[] | null {
  if (!isList(value)) return null;
  return value.flatMap((region, at): AnswerRegion[] => {
    if (!isObject(region) || typeof region.label !== 'string' || !isGeometry(region.geometry)) return [];
    const { id, label, geometry, attributes } = region;
    return [
      {
        id: typeof id === 'string' ? id : String(at),
        label,
        geometry: geometry as unknown as Geometry,
        attributes: isObject(attributes) ? attributes : {},
      },
    ];
  });
}

/** null: fewer than two answers have regions, or what they have cannot be measured. */
export function comparedRegions(answers: readonly (readonly AnswerRegion[] | null)[]): Comparison<AnswerRegion> | null {
  const given = answers.filter((regions) => regions !== null);
  if (given.length < 2 || given.length < answers.length) return null;
  try {
    const rects = given.flat().map(({ geometry }) => bounds(geometry));
    // The picture is not known here: as far as anything was drawn on it.
    const width = Math.max(1, ...rects.map((rect) => rect.x + rect.width));
    const height = Math.max(1, ...rects.map((rect) => rect.y + rect.height));
    const told = given.map((regions, answer) => regions.map((region) => ({ ...region, id: `${answer}:${region.id}` })));
    return compare(told, { width, height });
  } catch {
    return null;
  }
}

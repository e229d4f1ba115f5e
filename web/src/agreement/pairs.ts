/** Which regions of two answers are alike at all. Only those are measured whose boxes meet: of a thousand against a thousand, a few for each. */
import type { Json } from '@tandem/client';
import RBush from 'rbush';

import { likeness, reachOf } from '~/geometry/likeness';
import { isAreal, overlapAtMost } from '~/geometry/overlap';
import type { Size } from '~/geometry/points';
import { bounds, type Geometry } from '~/geometry/shapes';
import type { Edge } from './assignment';

/** What of a region is compared. */
export interface Compared {
  readonly label: string;
  readonly geometry: Geometry;
  readonly attributes: Readonly<Record<string, Json>>;
}

interface Item {
  readonly minX: number;
  readonly minY: number;
  readonly maxX: number;
  readonly maxY: number;
  readonly at: number;
}

function itemOf({ geometry }: Compared, at: number, reach: number): Item {
  const { x, y, width, height } = bounds(geometry);
  return { minX: x - reach, minY: y - reach, maxX: x + width + reach, maxY: y + height + reach, at };
}

/** Outlines whose boxes touch a little are neighbours: how little their borders cross is not worth reckoning. Boxes are exact, as the server has them. */
const NEIGHBOURS = 0.05;

function isWorth(a: Geometry, b: Geometry): boolean {
  if (!isAreal(a) || !isAreal(b) || (a.kind === 'box' && b.kind === 'box')) return true;
  return overlapAtMost(a, b) >= NEIGHBOURS;
}

/** All pairs that are alike a little, by their places in the two lists. */
export function alikePairs(left: readonly Compared[], right: readonly Compared[], image: Size): readonly Edge[] {
  const tree = new RBush<Item>();
  tree.load(right.map((region, at) => itemOf(region, at, 0)));
  return left.flatMap((region, at) =>
    tree.search(itemOf(region, at, reachOf(region.geometry, image))).flatMap(({ at: other }): Edge[] => {
      const [one, two] = [region.geometry, right[other]?.geometry];
      const weight = two && isWorth(one, two) ? likeness(one, two, image) : 0;
      return weight > 0 ? [{ left: at, right: other, weight }] : [];
    }),
  );
}

/** One shape out of several that mean the same thing. Which ways there are depends on what the shapes are. */
import type { Geometry } from '@tandem/client';

import { common, united } from '~/geometry/booleans';
import { intersection, isEmpty, maskOfShape, union, type MaskGeometry } from '~/geometry/mask';
import { isAreal } from '~/geometry/overlap';
import { round2, type Size } from '~/geometry/points';
import { bounds, type BoxGeometry } from '~/geometry/shapes';
import { polygonWithin } from '~/geometry/within';

export interface Merge {
  readonly id: 'union' | 'intersection' | 'mean';
  readonly name: string;
  readonly geometry: Geometry;
}

const mean = (numbers: readonly number[]): number => round2(numbers.reduce((sum, n) => sum + n, 0) / numbers.length);

const isBox = (g: Geometry): g is BoxGeometry => g.kind === 'box';

function boxOf(x0: number, y0: number, x1: number, y1: number): BoxGeometry | null {
  if (x1 <= x0 || y1 <= y0) return null;
  return { kind: 'box', x: round2(x0), y: round2(y0), width: round2(x1 - x0), height: round2(y1 - y0) };
}

/** Boxes stay boxes: most labels that take them take nothing else. */
function ofBoxes(boxes: readonly BoxGeometry[]): readonly Merge[] {
  const [xs, ys] = [boxes.map(({ x }) => x), boxes.map(({ y }) => y)];
  const [rights, bottoms] = [boxes.map(({ x, width }) => x + width), boxes.map(({ y, height }) => y + height)];
  const middle = boxOf(mean(xs), mean(ys), mean(rights), mean(bottoms));
  const around = boxOf(Math.min(...xs), Math.min(...ys), Math.max(...rights), Math.max(...bottoms));
  const shared = boxOf(Math.max(...xs), Math.max(...ys), Math.min(...rights), Math.min(...bottoms));
  return [
    ...(middle ? [{ id: 'mean', name: 'Mean box', geometry: middle } as const] : []),
    ...(around ? [{ id: 'union', name: 'Box around all', geometry: around } as const] : []),
    ...(shared ? [{ id: 'intersection', name: 'Box they share', geometry: shared } as const] : []),
  ];
}

function ofMasks(shapes: readonly Geometry[], image: Size): readonly Merge[] {
  const masks = shapes.map((shape) => maskOfShape(shape, image)).filter((mask) => mask !== null);
  const [first, ...rest] = masks;
  if (!first || masks.length < shapes.length) return [];
  const merge = (id: Merge['id'], name: string, of: (a: MaskGeometry, b: MaskGeometry) => MaskGeometry): readonly Merge[] => {
    const geometry = rest.reduce(of, first);
    return isEmpty(geometry) ? [] : [{ id, name, geometry }];
  };
  return [...merge('union', 'Union', union), ...merge('intersection', 'Intersection', intersection)];
}

function ofOutlines(shapes: readonly Geometry[], image: Size): readonly Merge[] {
  try {
    const inside = shapes.map((shape) => polygonWithin(shape, image)).filter((shape) => shape !== null);
    const [first, ...rest] = inside;
    if (!first || inside.length < shapes.length) return [];
    const all = united(inside);
    const shared = rest.reduce<Geometry | null>((both, shape) => both && common(both, shape), first);
    return [
      ...(all ? [{ id: 'union', name: 'Union', geometry: all } as const] : []),
      ...(shared ? [{ id: 'intersection', name: 'Intersection', geometry: shared } as const] : []),
    ];
  } catch {
    // They cross themselves in a way that cannot be computed: there is nothing to offer.
    return [];
  }
}

/** What can be made of them; nothing of a single one, or of shapes that have no common measure. */
export function mergesOf(shapes: readonly Geometry[], image: Size): readonly Merge[] {
  if (shapes.length < 2) return [];
  if (shapes.every(isBox)) return ofBoxes(shapes);
  if (shapes.every(({ kind }) => kind === 'point')) {
    const places = shapes.map((shape) => bounds(shape));
    return [
      {
        id: 'mean',
        name: 'Mean point',
        geometry: { kind: 'point', x: mean(places.map(({ x }) => x)), y: mean(places.map(({ y }) => y)) },
      },
    ];
  }
  if (!shapes.every(isAreal)) return [];
  return shapes.some(({ kind }) => kind === 'mask') ? ofMasks(shapes, image) : ofOutlines(shapes, image);
}

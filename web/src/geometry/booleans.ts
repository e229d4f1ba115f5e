import clipping from 'polygon-clipping';

import { areaOf as areaOfParts, asPolygon, pointAt, rounded, tidy, type PolygonGeometry, type Rings } from './areas';
import { distanceToSegment, insideRing } from './hit';
import { distance, imagePoint, type ImagePoint } from './points';
import type { Geometry } from './shapes';
import { CROSSED, divided } from './split';

export { asPolygon, type PolygonGeometry };

/** Square pixels covered, holes taken out. */
export const areaOf = (polygon: PolygonGeometry): number => areaOfParts(polygon.parts);

type Parts = Rings[];

/** As the library takes it. Hundredths are not only what is stored: on finer coordinates it is known to give up. */
const partsOf = (g: Geometry): Parts => rounded(asPolygon(g)?.parts ?? []);

/** In image pixels: the first are less than rounding takes away again. */
const NUDGES = [0, 0.0031, -0.0023, 0.0047, 0.031, -0.083];

const nudged = (parts: Parts, by: number): Parts =>
  by === 0 ? parts : parts.map((part) => part.map((ring) => ring.map(([x, y]) => [x + by, y + by * 0.7])));

/**
 * In a few of ten thousand operations on borders that coincide the library loses its way ("Unable to complete output
 * ring"). The borders need not coincide quite so exactly, so it is asked again with one shape moved by less than anybody
 * could see or store.
 */
function withNudges(first: Parts, second: Parts, operate: (a: Parts, b: Parts) => Parts): PolygonGeometry | null {
  let fault: unknown;
  for (const by of NUDGES) {
    try {
      return tidy(operate(first, nudged(second, by)));
    } catch (error) {
      fault = error;
    }
  }
  throw fault;
}

/** All that any of them covers; null: nothing. */
export function united(shapes: Iterable<Geometry>): PolygonGeometry | null {
  // One after the other, so that a nudge concerns two shapes only.
  let sum: PolygonGeometry | null = null;
  for (const shape of shapes) {
    sum = withNudges(sum ? partsOf(sum) : [], partsOf(shape), (a, b) => clipping.union(a, b));
  }
  return sum;
}

/** What `a` covers and `b` does not. */
export const without = (a: Geometry, b: Geometry): PolygonGeometry | null =>
  withNudges(partsOf(a), partsOf(b), (x, y) => clipping.difference(x, y));

/** What both cover. */
export const common = (a: Geometry, b: Geometry): PolygonGeometry | null =>
  withNudges(partsOf(a), partsOf(b), (x, y) => clipping.intersection(x, y));

/** A line's end this near (image pixels) to the border was meant to be on it. */
const BEYOND = 1;
const ON_BORDER = 0.02;

/** `end` of a line that comes from `from`, and a little further. */
function extended(end: ImagePoint, from: ImagePoint): ImagePoint {
  const length = distance(end, from);
  return imagePoint(end.x + ((end.x - from.x) / length) * BEYOND, end.y + ((end.y - from.y) / length) * BEYOND);
}

function isWithin(p: ImagePoint, polygon: PolygonGeometry): boolean {
  return polygon.parts.some((part) => {
    const rings = part.map((ring) => ring.map(pointAt));
    const onBorder = rings.some((ring) => ring.some((b, i) => distanceToSegment(p, ring.at(i - 1) ?? b, b) <= ON_BORDER));
    return !onBorder && rings.filter((ring) => insideRing(p, ring)).length % 2 === 1;
  });
}

/**
 * The pieces into which a line divides a shape: two or more, which together are the shape and share nothing but borders.
 * null when it does not divide it: it has to come from outside and to end outside, or on the border.
 */
export function splitBy(shape: Geometry, line: readonly ImagePoint[]): PolygonGeometry[] | null {
  const polygon = asPolygon(shape);
  const path = line.filter((p, i) => i === 0 || distance(p, line[i - 1] ?? p) > 0);
  const [first, second, last, beforeLast] = [path[0], path[1], path.at(-1), path.at(-2)];
  if (!polygon || !first || !second || !last || !beforeLast) return null;
  const ends = [
    { end: first, out: extended(first, second) },
    { end: last, out: extended(last, beforeLast) },
  ];
  if (ends.some(({ end, out }) => isWithin(end, polygon) && isWithin(out, polygon))) return null;
  const long = [extended(first, second), ...path.slice(1, -1), extended(last, beforeLast)];
  const pieces = divided(polygon, long);
  if (pieces !== CROSSED) return pieces;
  const mended = united([polygon]);
  const again = mended && divided(mended, long);
  return again === CROSSED ? null : again;
}

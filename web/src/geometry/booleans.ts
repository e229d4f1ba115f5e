import { ClipType, FillRule, type Path64, type Paths64 } from 'clipper2-ts/dist/Core.js';
// Not from the package's index: with it come offsetting, triangulation and more that no bundler can leave out.
import { Clipper64 } from 'clipper2-ts/dist/Engine.js';

import { areaOf as areaOfParts, asPolygon, cleanRing, pointAt, signedArea, tidy, type PolygonGeometry, type Ring } from './areas';
import { distanceToSegment, insideRing } from './hit';
import { nested } from './nesting';
import { distance, imagePoint, type ImagePoint } from './points';
import type { Geometry } from './shapes';
import { CROSSED, divided } from './split';

export { asPolygon, type PolygonGeometry };

/** Square pixels covered, holes taken out. */
export const areaOf = (polygon: PolygonGeometry): number => areaOfParts(polygon.parts);

/**
 * The library reckons in integers. Finer ones than the hundredths that are stored: where borders almost coincide, a
 * crossing moved by half a hundredth lies on the wrong side of its neighbours, and whole areas go missing.
 */
const SCALE = 10_000;

/** The library loses areas at horizontal spikes, so rings are cleaned of spikes before, not only after. */
const pathsOfRings = (rings: readonly Ring[]): Paths64 =>
  rings
    .map(cleanRing)
    .filter((ring) => ring !== null)
    .map((ring) => ring.map(([x, y]) => ({ x: Math.round(x * SCALE), y: Math.round(y * SCALE) })));

/** Exteriors with the area on their left, and holes too. */
function operated(type: ClipType, subject: Paths64, clip: Paths64): Paths64 {
  const engine = new Clipper64();
  engine.preserveCollinear = false;
  engine.addSubject(subject);
  engine.addClip(clip);
  const result: Paths64 = [];
  // Non-zero: a ring that crosses itself encloses all of its loops.
  if (!engine.execute(type, FillRule.NonZero, result)) throw new Error('Clipper2 gave up');
  return result;
}

/**
 * What a shape covers, no place twice and none less than once: only then may parts lie over each other without holes of
 * one being taken out of another.
 */
function pathsOf(g: Geometry): Paths64 {
  const parts = asPolygon(g)?.parts ?? [];
  return parts.flatMap(([exterior = [], ...holes]) =>
    operated(ClipType.Difference, pathsOfRings([exterior]), pathsOfRings(holes)),
  );
}

/** What is compared is compared with many others: each shape is cleaned once. */
const cleaned = new WeakMap<Geometry, Paths64>();

function coverOf(g: Geometry): Paths64 {
  let paths = cleaned.get(g);
  if (!paths) cleaned.set(g, (paths = pathsOf(g)));
  return paths;
}

/** Square pixels inside; holes run the other way round, so they take themselves out. */
const insideOf = (paths: Paths64): number =>
  Math.abs(paths.reduce((sum, path) => sum + signedArea(path.map(({ x, y }) => imagePoint(x, y))), 0)) / (SCALE * SCALE);

/** Square pixels that a shape covers, no place counted twice. */
export const coveredArea = (g: Geometry): number => insideOf(coverOf(g));

/** Square pixels that both cover. */
export const commonArea = (a: Geometry, b: Geometry): number => insideOf(operated(ClipType.Intersection, coverOf(a), coverOf(b)));

/** Begun at the leftmost of its points (of several, the one with the smallest y): equal areas are equal data. */
function begun(path: Path64): ImagePoint[] {
  const points = path.map(({ x, y }) => imagePoint(x / SCALE, y / SCALE));
  const first = points.reduce((best, p, i) => {
    const b = points[best] ?? p;
    return p.x < b.x || (p.x === b.x && p.y < b.y) ? i : best;
  }, 0);
  return [...points.slice(first), ...points.slice(0, first)];
}

function polygonOf(paths: Paths64): PolygonGeometry | null {
  // A hole in no exterior is thinner than rounding.
  const { parts } = nested(paths.map(begun));
  return tidy(parts.map((part) => part.map((ring) => ring.map((p) => [p.x, p.y]))));
}

/** All that any of them covers; null: nothing. */
export const united = (shapes: Iterable<Geometry>): PolygonGeometry | null =>
  polygonOf(operated(ClipType.Union, [...shapes].flatMap(pathsOf), []));

/** What `a` covers and `b` does not. */
export const without = (a: Geometry, b: Geometry): PolygonGeometry | null =>
  polygonOf(operated(ClipType.Difference, pathsOf(a), pathsOf(b)));

/** What both cover. */
export const common = (a: Geometry, b: Geometry): PolygonGeometry | null =>
  polygonOf(operated(ClipType.Intersection, pathsOf(a), pathsOf(b)));

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

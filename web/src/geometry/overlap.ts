/**
 * How much two shapes cover in common: the area that both cover over the area that either covers (Jaccard), as the server counts it for boxes
 * (`domain/src/agreement/boxes.rs`), and here for every pair of kinds that enclose an area; of a cuboid that is what it covers, its faces and what lies between them. Two that cover nothing share nothing.
 */
import { commonArea, coveredArea } from './booleans';
import { area, commonOnes, maskOfShape, sameSize, type MaskGeometry } from './mask';
import { bounds, type BoxGeometry, type Geometry, type RegionKind } from './shapes';

const AREAL: ReadonlySet<RegionKind> = new Set<RegionKind>(['box', 'rotated_box', 'ellipse', 'polygon', 'cuboid', 'mask']);

/** Whether it encloses an area. */
export const isAreal = (g: Geometry): boolean => AREAL.has(g.kind);

const ratio = (both: number, one: number, other: number): number => {
  const either = one + other - both;
  return either > 0 ? Math.min(1, both / either) : 0;
};

const shared = (from: number, length: number, otherFrom: number, otherLength: number): number =>
  Math.max(0, Math.min(from + length, otherFrom + otherLength) - Math.max(from, otherFrom));

function ofBoxes(a: BoxGeometry, b: BoxGeometry): number {
  const both = shared(a.x, a.width, b.x, b.width) * shared(a.y, a.height, b.y, b.height);
  return ratio(both, a.width * a.height, b.width * b.height);
}

/** A shape beside a mask is compared as pixels; it is turned into them once. */
const pixels = new WeakMap<Geometry, MaskGeometry>();

function pixelsOf(g: Geometry, like: MaskGeometry): MaskGeometry | null {
  if (g.kind === 'mask') return sameSize(g, like) ? g : null;
  const known = pixels.get(g);
  if (known && sameSize(known, like)) return known;
  const made = maskOfShape(g, like);
  if (made) pixels.set(g, made);
  return made;
}

function ofMasks(a: Geometry, b: Geometry, like: MaskGeometry): number {
  const [one, other] = [pixelsOf(a, like), pixelsOf(b, like)];
  return one && other ? ratio(commonOnes(one, other), area(one), area(other)) : 0;
}

const meet = (a: Geometry, b: Geometry): boolean => {
  const [p, q] = [bounds(a), bounds(b)];
  return p.x <= q.x + q.width && q.x <= p.x + p.width && p.y <= q.y + q.height && q.y <= p.y + p.height;
};

/** Shapes that cross themselves in strange ways may not be computable: what cannot be told to be shared is not. */
function ofOutlines(a: Geometry, b: Geometry): number {
  try {
    return ratio(commonArea(a, b), coveredArea(a), coveredArea(b));
  } catch {
    return 0;
  }
}

/** 0 to 1; null where one of them encloses no area. */
export function overlap(a: Geometry, b: Geometry): number | null {
  if (!isAreal(a) || !isAreal(b)) return null;
  if (a === b) return 1;
  if (a.kind === 'box' && b.kind === 'box') return ofBoxes(a, b);
  if (!meet(a, b)) return 0;
  if (a.kind === 'mask') return ofMasks(a, b, a);
  if (b.kind === 'mask') return ofMasks(a, b, b);
  return ofOutlines(a, b);
}

/** No less than their overlap, and had from their boxes alone. */
export function overlapAtMost(a: Geometry, b: Geometry): number {
  const [p, q] = [bounds(a), bounds(b)];
  const both = shared(p.x, p.width, q.x, q.width) * shared(p.y, p.height, q.y, q.height);
  const areaOf = (g: Geometry): number => (g.kind === 'mask' ? area(g) : coveredArea(g));
  const most = Math.max(areaOf(a), areaOf(b));
  return most > 0 ? Math.min(1, both / most) : 0;
}

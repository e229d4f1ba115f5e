/**
 * How alike two shapes are, 0 to 1, whatever they are. What encloses an area is measured by overlap (IoU). Points, lines and skeletons have none, so for them
 * it is how far they are from one another, through a bell curve as in COCO's object keypoint similarity (cocodataset.org/#keypoints-eval): 1 where they
 * coincide, 0.61 at one "slip", 0.14 at two. So one threshold means about the same for all.
 *
 * - **Points and lines** have no size of their own that could say what is near: a slip is 1 % of the image's diagonal, about what a hand misses by on a picture
 *   that fits the screen. Lines by the mean distance of one from the other, the greater of both ways round (Dubuisson and Jain's modified Hausdorff distance,
 *   1994): a piece that one of them leaves out counts, and the way it was drawn does not.
 * - **Skeletons** by OKS itself. Its scale is the size of the two, its constant 0.1 for every point: COCO's go from 0.05 (eyes) to 0.21 (hips), and
 *   our skeletons are of any kind. A point that only one of them has placed counts as a miss.
 */
import { pointAt } from './areas';
import { distanceToSegment } from './hit';
import { overlap } from './overlap';
import { distance, imagePoint, type ImagePoint, type Size } from './points';
import { bounds, type Geometry, type Keypoint } from './shapes';

const SLIP = 0.01;
const KEYPOINT = 0.1;
/** Points along a line at which its distance from another is taken. */
const STOPS = 24;

const slipOf = ({ width, height }: Size): number => Math.max(SLIP * Math.hypot(width, height), 1e-6);

const bell = (far: number, slip: number): number => Math.exp(-(far * far) / (2 * slip * slip));

type Line = readonly ImagePoint[];

/** Points at equal distances along a line, its ends included. */
function stops(line: Line): Line {
  const lengths = line.map((p, i) => (i === 0 ? 0 : distance(p, line[i - 1] ?? p)));
  const total = lengths.reduce((sum, length) => sum + length, 0);
  const [first] = line;
  if (!first || total === 0) return line.slice(0, 1);
  const found: ImagePoint[] = [first];
  let passed = 0;
  for (let i = 1; i < line.length; i++) {
    const [a, b, length] = [line[i - 1] ?? first, line[i] ?? first, lengths[i] ?? 0];
    for (; found.length <= STOPS && (found.length * total) / STOPS <= passed + length + 1e-9;) {
      const t = length === 0 ? 0 : Math.min(1, ((found.length * total) / STOPS - passed) / length);
      found.push(imagePoint(a.x + (b.x - a.x) * t, a.y + (b.y - a.y) * t));
    }
    passed += length;
  }
  return found;
}

const fromLine = (p: ImagePoint, line: Line): number =>
  line.reduce((least, b, i) => Math.min(least, distanceToSegment(p, line[i - 1] ?? b, b)), Infinity);

const meanDistance = (from: Line, to: Line): number => {
  const at = stops(from);
  return at.length === 0 ? Infinity : at.reduce((sum, p) => sum + fromLine(p, to), 0) / at.length;
};

type Skeleton = Extract<Geometry, { kind: 'keypoints' }>;

/** Of a point that is absent there is nothing to compare. */
const placed = (p: Keypoint | undefined): Keypoint | undefined => (p && p.v > 0 ? p : undefined);

function ofSkeletons(a: Skeleton, b: Skeleton): number {
  const [p, q] = [bounds(a), bounds(b)];
  const size = Math.max(Math.sqrt((p.width * p.height + q.width * q.height) / 2), 1);
  let [sum, count] = [0, 0];
  for (let i = 0; i < Math.max(a.points.length, b.points.length); i++) {
    const [one, other] = [placed(a.points[i]), placed(b.points[i])];
    if (!one && !other) continue;
    count++;
    if (one && other) sum += bell(distance(one, other), size * KEYPOINT);
  }
  return count === 0 ? 0 : sum / count;
}

/** How far beyond its box something may lie that is still a little like it, in image pixels. */
export function reachOf(g: Geometry, image: Size): number {
  if (g.kind === 'point' || g.kind === 'polyline') return 3 * slipOf(image);
  return g.kind === 'keypoints' ? 3 * KEYPOINT * Math.max(bounds(g).width, bounds(g).height, 1) : 0;
}

export function likeness(a: Geometry, b: Geometry, image: Size): number {
  if (a.kind === 'point' && b.kind === 'point') return bell(distance(a, b), slipOf(image));
  if (a.kind === 'keypoints' && b.kind === 'keypoints') return ofSkeletons(a, b);
  if (a.kind === 'polyline' && b.kind === 'polyline') {
    const [one, other] = [a.points.map(pointAt), b.points.map(pointAt)];
    return bell(Math.max(meanDistance(one, other), meanDistance(other, one)), slipOf(image));
  }
  return overlap(a, b) ?? 0;
}

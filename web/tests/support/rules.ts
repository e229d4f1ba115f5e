import type { RegionSnapshot } from '@tandem/client';

import type { Size } from '~/geometry/points';
import type { Geometry, Pair } from '~/geometry/shapes';
import type { DeskLabel } from '~/tools/labels';

/** The rules by which the server takes or refuses a region (domain/src/validate.rs), so that what the tools make is never refused. */
const TOLERANCE = 0.5;

const near = (value: number, length: number): boolean => value >= -TOLERANCE && value <= length + TOLERANCE;
const inside = (x: number, y: number, image: Size): boolean => near(x, image.width) && near(y, image.height);

const points = (pairs: readonly Pair[], image: Size): string | null =>
  pairs.every(([x, y, ...more]) => more.length === 0 && inside(x ?? NaN, y ?? NaN, image)) ? null : 'a point lies outside';

function framed(cx: number, cy: number, sides: readonly number[], rotation: number, image: Size): string | null {
  if (!Number.isFinite(rotation)) return 'no angle';
  if (!sides.every((side) => side > 0)) return 'no size';
  if (sides.some((side) => side > 2 * Math.hypot(image.width, image.height))) return 'vast';
  return inside(cx, cy, image) ? null : 'its centre lies outside';
}

/** The rule a geometry breaks; null: none. */
export function broken(g: Geometry, image: Size, label: DeskLabel | undefined): string | null {
  switch (g.kind) {
    case 'box':
      if (!(g.width > 0 && g.height > 0)) return 'no size';
      return inside(g.x, g.y, image) && inside(g.x + g.width, g.y + g.height, image) ? null : 'outside';
    case 'rotated_box':
      return framed(g.x + g.width / 2, g.y + g.height / 2, [g.width, g.height], g.rotation, image);
    case 'ellipse':
      return framed(g.cx, g.cy, [g.rx, g.ry], g.rotation, image);
    case 'cuboid': {
      const faces = [g.front, g.back];
      if (!faces.every(({ width, height }) => width > 0 && height > 0)) return 'no size';
      const within = faces.every(({ x, y, width, height }) => inside(x, y, image) && inside(x + width, y + height, image));
      return within ? null : 'outside';
    }
    case 'polygon': {
      if (g.parts.length === 0 || g.parts.some((part) => part.length === 0)) return 'an empty part';
      if (g.parts.flat().some((ring) => ring.length < 3)) return 'a ring of less than three points';
      return points(g.parts.flat(2), image);
    }
    case 'polyline':
      return g.points.length < 2 ? 'a line of less than two points' : points(g.points, image);
    case 'point':
      return inside(g.x, g.y, image) ? null : 'outside';
    case 'keypoints': {
      if (g.points.length !== (label?.keypoints?.length ?? 0)) return 'not the points of its label';
      if (g.points.every((p) => p.v === 0)) return 'all points absent';
      if (g.points.some((p) => ![0, 1, 2].includes(p.v) || !Number.isFinite(p.x) || !Number.isFinite(p.y))) return 'a bad point';
      return g.points.every((p) => p.v === 0 || inside(p.x, p.y, image)) ? null : 'a point lies outside';
    }
    case 'mask': {
      if (g.width !== image.width || g.height !== image.height) return 'not of this image';
      if (!g.counts.every((run) => Number.isInteger(run) && run >= 0)) return 'a run that is no number of pixels';
      if (g.counts.reduce((sum, run) => sum + run, 0) !== g.width * g.height) return 'runs that do not add up';
      return g.counts.some((run, i) => i % 2 === 1 && run > 0) ? null : 'no pixel';
    }
  }
}

/** In words, every region that the server would refuse. */
export const refused = (regions: readonly RegionSnapshot[], image: Size, labels: readonly DeskLabel[]): string[] =>
  regions.flatMap(({ id, label, geometry }) => {
    const known = labels.find(({ name }) => name === label);
    const why = known ? broken(geometry, image, known) : `no such label: ${label}`;
    return why === null ? [] : [`${why}: ${id} ${JSON.stringify(geometry)}`];
  });

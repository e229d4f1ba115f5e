import { outlineOf } from './cuboid';
import { maskWriter, sameSize, type MaskGeometry } from './mask-runs';
import { clamp, distance, imagePoint, type ImagePoint, type Size } from './points';
import { corners, type Geometry, type Pair } from './shapes';

/** Where a vertical line cuts a convex shape, in image pixels; from > to: nowhere. */
type Slice = readonly [from: number, to: number];
const NOWHERE: Slice = [Infinity, -Infinity];

const both = (a: Slice, b: Slice): Slice => [Math.min(a[0], b[0]), Math.max(a[1], b[1])];

/** Rows whose centres lie in a slice, as the first and the one after the last. */
const rows = ([from, to]: Slice): Slice => [Math.ceil(from - 0.5), Math.floor(to - 0.5) + 1];

/** One stretch of rows in each column from `left` to `right`, cut off at the image's border. */
function columnwise(size: Size, left: number, right: number, rowsOf: (x: number) => Slice): MaskGeometry {
  const writer = maskWriter(size);
  for (let x = Math.max(0, Math.floor(left)); x <= Math.min(size.width - 1, Math.floor(right)); x++) {
    const [from, to] = rowsOf(x);
    writer.ones(x * size.height + Math.max(0, from), x * size.height + Math.min(size.height, to));
  }
  return writer.mask();
}

/** Below this radius a disc may lie between all centres of pixels. */
const REACHES_A_CENTRE = Math.SQRT1_2;

/**
 * A disc moved from `a` to `b`: pixels whose centres are within `radius` of the way. So thin that it would miss them, it
 * still paints every pixel on its way: a brush that leaves gaps, or nothing, is broken.
 */
export function capsule(a: ImagePoint, b: ImagePoint, radius: number, size: Size): MaskGeometry {
  const left = Math.min(a.x, b.x) - radius;
  const right = Math.max(a.x, b.x) + radius;
  return columnwise(size, left, right, (x) => {
    const near = rows(capsuleSlice(a, b, radius, x + 0.5));
    return radius < REACHES_A_CENTRE ? both(near, passed(a, b, x)) : near;
  });
}

function capsuleSlice(a: ImagePoint, b: ImagePoint, radius: number, x: number): Slice {
  const length = distance(a, b);
  const ends = both(discSlice(a, radius, x), discSlice(b, radius, x));
  if (length === 0) return ends;
  const [nx, ny] = [((a.y - b.y) / length) * radius, ((b.x - a.x) / length) * radius];
  return [-1, 1].reduce<Slice>((slice, side) => {
    const y = crossing(a.x + side * nx, a.y + side * ny, b.x + side * nx, b.y + side * ny, x);
    return y === null ? slice : both(slice, [y, y]);
  }, ends);
}

function discSlice(centre: ImagePoint, radius: number, x: number): Slice {
  const dx = Math.abs(x - centre.x);
  if (dx > radius) return NOWHERE;
  const half = Math.sqrt(radius * radius - dx * dx);
  return [centre.y - half, centre.y + half];
}

/** Where a vertical line meets a segment, half open, so that of two segments at a corner one is met. */
function crossing(x0: number, y0: number, x1: number, y1: number, x: number): number | null {
  return x0 > x !== x1 > x ? y0 + ((x - x0) * (y1 - y0)) / (x1 - x0) : null;
}

/** Rows of column `x` through which a segment goes. */
function passed(a: ImagePoint, b: ImagePoint, x: number): Slice {
  const [from, to] = a.x <= b.x ? [a, b] : [b, a];
  if (to.x < x || from.x >= x + 1) return NOWHERE;
  const along = (at: number): number => from.y + ((clamp(at, from.x, to.x) - from.x) * (to.y - from.y)) / (to.x - from.x);
  const [y0, y1] = from.x === to.x ? [from.y, to.y] : [along(x), along(x + 1)];
  return [Math.floor(Math.min(y0, y1)), Math.floor(Math.max(y0, y1)) + 1];
}

/** Pixels whose centres lie inside by the even-odd rule over all rings: holes are left out. */
export function maskOfPolygon(polygon: Extract<Geometry, { kind: 'polygon' }>, size: Size): MaskGeometry {
  const at = (pair: Pair): ImagePoint => imagePoint(pair[0] ?? 0, pair[1] ?? 0);
  return maskOfRings(
    polygon.parts.flatMap((part) => part.map((ring) => ring.map(at))),
    size,
  );
}

function maskOfRings(rings: readonly (readonly ImagePoint[])[], size: Size): MaskGeometry {
  const crossings: number[][] = Array.from({ length: size.width }, () => []);
  for (const ring of rings) {
    ring.forEach((b, i) => {
      const a = ring.at(i - 1) ?? b;
      const left = Math.max(0, Math.floor(Math.min(a.x, b.x) - 0.5));
      const right = Math.min(size.width - 1, Math.ceil(Math.max(a.x, b.x)));
      for (let x = left; x <= right; x++) {
        const y = crossing(a.x, a.y, b.x, b.y, x + 0.5);
        if (y !== null) crossings[x]?.push(y);
      }
    });
  }
  const writer = maskWriter(size);
  crossings.forEach((ys, x) => {
    ys.sort((p, q) => p - q);
    for (let i = 1; i < ys.length; i += 2) {
      // Half open, so that of two shapes with a border in common only one takes a centre on it.
      const from = clamp(Math.ceil((ys[i - 1] ?? 0) - 0.5), 0, size.height);
      const to = clamp(Math.ceil((ys[i] ?? 0) - 0.5), 0, size.height);
      writer.ones(x * size.height + from, x * size.height + to);
    }
  });
  return writer.mask();
}

/** Where a vertical line cuts an ellipse: both roots of its equation, solved for y. */
function ellipseSlice(g: Extract<Geometry, { kind: 'ellipse' }>, x: number): Slice {
  const turn = (g.rotation * Math.PI) / 180;
  const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
  const [p, q] = [1 / (g.rx * g.rx), 1 / (g.ry * g.ry)];
  const dx = x - g.cx;
  const a = sin * sin * p + cos * cos * q;
  const b = 2 * dx * cos * sin * (p - q);
  const c = dx * dx * (cos * cos * p + sin * sin * q) - 1;
  const root = b * b - 4 * a * c;
  // Not `root < 0`: an ellipse without a width has no number here at all.
  return !(root >= 0) ? NOWHERE : [g.cy + (-b - Math.sqrt(root)) / (2 * a), g.cy + (-b + Math.sqrt(root)) / (2 * a)];
}

/** The pixels inside a shape, by their centres; null for shapes that have no inside. */
export function maskOfShape(g: Geometry, size: Size): MaskGeometry | null {
  switch (g.kind) {
    case 'box':
    case 'rotated_box':
      return maskOfRings([corners(g)], size);
    case 'cuboid':
      return maskOfRings([outlineOf(g)], size);
    case 'ellipse': {
      const reach = Math.max(g.rx, g.ry);
      return columnwise(size, g.cx - reach, g.cx + reach, (x) => rows(ellipseSlice(g, x + 0.5)));
    }
    case 'polygon':
      return maskOfPolygon(g, size);
    case 'mask':
      return sameSize(g, size) ? g : null;
    case 'polyline':
    case 'point':
    case 'keypoints':
      return null;
  }
}

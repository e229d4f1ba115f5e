/** The axis-parallel box around a shape: what something that hangs on a region is measured by. */
import type { Geometry } from '../wire/types.js';

export interface Extent {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

type Pair = readonly number[];
type Turned = Extract<Geometry, { kind: 'rotated_box' }>;
type Mask = Extract<Geometry, { kind: 'mask' }>;
type Ellipse = Extract<Geometry, { kind: 'ellipse' }>;

const NOWHERE: Extent = { x: 0, y: 0, width: 0, height: 0 };

/** From the smallest and the largest coordinates; none at all is a box of no size. */
const between = (x0: number, y0: number, x1: number, y1: number): Extent =>
  x0 > x1 ? NOWHERE : { x: x0, y: y0, width: x1 - x0, height: y1 - y0 };

function around(points: Iterable<Pair>): Extent {
  let [x0, y0, x1, y1] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [x = 0, y = 0] of points) {
    x0 = Math.min(x0, x);
    y0 = Math.min(y0, y);
    x1 = Math.max(x1, x);
    y1 = Math.max(y1, y);
  }
  return between(x0, y0, x1, y1);
}

function turned(g: Turned): Extent {
  const a = (g.rotation * Math.PI) / 180;
  const [cos, sin] = [Math.abs(Math.cos(a)), Math.abs(Math.sin(a))];
  const [width, height] = [g.width * cos + g.height * sin, g.width * sin + g.height * cos];
  return { x: g.x + (g.width - width) / 2, y: g.y + (g.height - height) / 2, width, height };
}

function ellipse(g: Ellipse): Extent {
  const a = (g.rotation * Math.PI) / 180;
  const w = Math.hypot(g.rx * Math.cos(a), g.ry * Math.sin(a));
  const h = Math.hypot(g.rx * Math.sin(a), g.ry * Math.cos(a));
  return { x: g.cx - w, y: g.cy - h, width: 2 * w, height: 2 * h };
}

/** The runs of a mask lie column by column; this is the box around the ones. */
function mask(g: Mask): Extent {
  let [x0, y0, x1, y1] = [Infinity, Infinity, -Infinity, -Infinity];
  let offset = 0;
  g.counts.forEach((run, i) => {
    if (i % 2 === 1 && run > 0) {
      const last = offset + run - 1;
      const firstColumn = Math.floor(offset / g.height);
      const lastColumn = Math.floor(last / g.height);
      const within = firstColumn === lastColumn;
      x0 = Math.min(x0, firstColumn);
      x1 = Math.max(x1, lastColumn + 1);
      y0 = Math.min(y0, within ? offset % g.height : 0);
      y1 = Math.max(y1, within ? (last % g.height) + 1 : g.height);
    }
    offset += run;
  });
  return between(x0, y0, x1, y1);
}

export function extentOf(g: Geometry): Extent {
  switch (g.kind) {
    case 'box':
      return { x: g.x, y: g.y, width: g.width, height: g.height };
    case 'rotated_box':
      return turned(g);
    case 'ellipse':
      return ellipse(g);
    case 'cuboid':
      return around([g.front, g.back].flatMap(({ x, y, width, height }) => [[x, y], [x + width, y + height]])); // prettier-ignore
    case 'polygon':
      return around(g.parts.flatMap((part) => part[0] ?? []));
    case 'polyline':
      return around(g.points);
    case 'point':
      return { x: g.x, y: g.y, width: 0, height: 0 };
    case 'keypoints':
      return around(g.points.filter((p) => p.v > 0).map(({ x, y }) => [x, y]));
    case 'mask':
      return mask(g);
  }
}

import { pairOf } from '~/geometry/areas';
import { edgesOf, outlineOf } from '~/geometry/cuboid';
import { corners, type CuboidGeometry, type Geometry } from '~/geometry/shapes';
import { withAlpha } from '~/lib/color';
import { drawMask } from './mask-image';

export interface Paint {
  readonly color: string;
  /** Opacity of the inside. */
  readonly fill: number;
  /** Of the outline, in CSS pixels whatever the zoom. */
  readonly width: number;
  readonly dash?: readonly number[];
  /** One line and no more: for what is too small to show more. */
  readonly plain?: boolean;
  /** A dark line below also where the outline is dashed. */
  readonly halo?: boolean;
}

type Context = CanvasRenderingContext2D;
type Pair = readonly number[];

const RADIUS = 4.5;

function line(ctx: Context, points: readonly Pair[], close: boolean): void {
  points.forEach((p, i) => {
    if (i === 0) ctx.moveTo(p[0] ?? 0, p[1] ?? 0);
    else ctx.lineTo(p[0] ?? 0, p[1] ?? 0);
  });
  if (close) ctx.closePath();
}

/** The outline of a shape as the current path, in image pixels. Points get a disc of constant size on screen. */
export function trace(ctx: Context, g: Geometry, scale: number): void {
  ctx.beginPath();
  switch (g.kind) {
    case 'box':
      ctx.rect(g.x, g.y, g.width, g.height);
      return;
    case 'rotated_box':
      line(
        ctx,
        corners(g).map((p) => [p.x, p.y]),
        true,
      );
      return;
    case 'cuboid':
      ctx.rect(g.front.x, g.front.y, g.front.width, g.front.height);
      ctx.rect(g.back.x, g.back.y, g.back.width, g.back.height);
      for (const [a, b] of edgesOf(g)) line(ctx, [pairOf(a), pairOf(b)], false);
      return;
    case 'ellipse':
      ctx.ellipse(g.cx, g.cy, g.rx, g.ry, (g.rotation * Math.PI) / 180, 0, 2 * Math.PI);
      return;
    case 'polygon':
      for (const part of g.parts) for (const ring of part) line(ctx, ring, true);
      return;
    case 'polyline':
      line(ctx, g.points, false);
      return;
    case 'point':
      ctx.arc(g.x, g.y, RADIUS / scale, 0, 2 * Math.PI);
      return;
    case 'keypoints':
    case 'mask':
      return;
  }
}

/** Paints one shape into a context that is already in image pixels at `scale`. */
export function paint(ctx: Context, g: Geometry, style: Paint, scale: number, edges: readonly (readonly number[])[] = []): void {
  if (g.kind === 'mask') {
    ctx.globalAlpha *= Math.min(0.75, style.fill * 2.4);
    drawMask(ctx, g, style.color);
    return;
  }
  if (g.kind === 'keypoints') {
    skeleton(ctx, g, style, scale, edges);
    joints(ctx, g, style, scale);
    return;
  }
  if (g.kind === 'cuboid') sides(ctx, g, style);
  trace(ctx, g, scale);
  const solid = g.kind === 'point';
  if (g.kind !== 'polyline' && g.kind !== 'cuboid' && (solid || style.fill > 0)) {
    ctx.fillStyle = withAlpha(style.color, solid ? 0.95 : style.fill);
    ctx.fill('evenodd');
  }
  ctx.lineJoin = 'round';
  // A dark hairline under the colour: the outline stays visible on a picture of the same colour.
  if (style.halo ?? (!style.dash && !style.plain)) {
    ctx.lineWidth = (style.width + 1.25) / scale;
    ctx.strokeStyle = 'rgb(0 0 0 / 38%)';
    ctx.stroke();
  }
  if (style.dash) ctx.setLineDash(style.dash.map((d) => d / scale));
  ctx.lineWidth = style.width / scale;
  ctx.strokeStyle = solid ? '#fff' : style.color;
  ctx.stroke();
  ctx.setLineDash([]);
}

/** All of it faintly, and the front more: which of the two faces is the nearer is seen at once. */
function sides(ctx: Context, g: CuboidGeometry, style: Paint): void {
  if (style.fill <= 0) return;
  ctx.fillStyle = withAlpha(style.color, style.fill * 0.6);
  ctx.beginPath();
  line(ctx, outlineOf(g).map(pairOf), true);
  ctx.fill();
  ctx.fillStyle = withAlpha(style.color, style.fill * 0.8);
  ctx.fillRect(g.front.x, g.front.y, g.front.width, g.front.height);
}

/** Points that are seen are full, those that are occluded hollow. */
function joints(ctx: Context, g: Extract<Geometry, { kind: 'keypoints' }>, style: Paint, scale: number): void {
  for (const p of g.points) {
    if (p.v === 0) continue;
    ctx.beginPath();
    ctx.arc(p.x, p.y, RADIUS / scale, 0, 2 * Math.PI);
    ctx.fillStyle = p.v === 1 ? 'rgb(255 255 255 / 85%)' : withAlpha(style.color, 0.95);
    ctx.fill();
    ctx.lineWidth = style.width / scale;
    ctx.strokeStyle = p.v === 1 ? style.color : '#fff';
    ctx.stroke();
  }
}

function skeleton(
  ctx: Context,
  g: Extract<Geometry, { kind: 'keypoints' }>,
  style: Paint,
  scale: number,
  edges: readonly (readonly number[])[],
): void {
  ctx.beginPath();
  for (const [from, to] of edges) {
    const a = g.points[from ?? -1];
    const b = g.points[to ?? -1];
    if (!a || !b || a.v === 0 || b.v === 0) continue;
    ctx.moveTo(a.x, a.y);
    ctx.lineTo(b.x, b.y);
  }
  ctx.lineWidth = (style.width + 0.5) / scale;
  ctx.strokeStyle = style.color;
  ctx.stroke();
}

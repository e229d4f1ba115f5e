/** Lines between regions that have something to do with one another: above the shapes, below what is in hand. */
import { tether, type Tether } from '~/geometry/tether';
import { imagePoint, type Size, type StagePoint } from '~/geometry/points';
import type { Geometry } from '~/geometry/shapes';
import { toStage, type View } from '~/geometry/view';
import type { Desk } from '~/tools/desk';
import { linksOf } from '~/tools/relations';
import type { Looks } from './overlay';
import { tag, tagWidth } from './tags';

type Context = CanvasRenderingContext2D;

const PLAIN = '#e2e8f0';
/** Of an arrow's head, in CSS pixels. */
const HEAD = 9;
/** Shorter lines (CSS pixels) have no room for a word. */
const ROOM = 56;

interface Line {
  readonly color: string;
  readonly width: number;
  readonly dash: readonly number[];
  readonly atStart: boolean;
  readonly atEnd: boolean;
}

/** All of them. Where an end is hidden, or gone, there is nothing to join. */
export function paintRelations(ctx: Context, desk: Desk, looks: Looks): void {
  const links = linksOf(desk.room.regions.list());
  if (links.length === 0) return;
  const [view, stage, hidden] = [desk.camera.view.get(), desk.camera.stage.get(), desk.hidden.get()];
  const standing = new Set([...desk.selection.get(), desk.hovered.get()]);
  for (const { a, b, labels, toA, toB } of links) {
    if (hidden.has(a) || hidden.has(b)) continue;
    const [one, other] = [desk.geometryOf(a), desk.geometryOf(b)];
    if (!one || !other) continue;
    const ends = onStage(view, tether(one, other));
    if (isAway(ends, stage)) continue;
    const looked = labels.map((label) => looks.relation(label));
    const color = looked[0]?.color ?? PLAIN;
    const stands = standing.has(a) || standing.has(b);
    line(ctx, ends, { color, width: stands ? 2.5 : 1.5, dash: [], atStart: toA, atEnd: toB });
    if (stands || (looks.names && lengthOf(ends) > ROOM))
      name(ctx, ends, looked.map(({ title }) => title).join(', '), color, stage);
  }
}

/** One that is being drawn, by me or by somebody else: it goes to where the pointer is. */
export function paintRelation(
  ctx: Context,
  view: View,
  geometry: Geometry,
  color: string,
  dash: readonly number[],
  text: string,
  stage: Size,
): void {
  if (geometry.kind !== 'polyline') return;
  const [from, to] = geometry.points.map(([x = 0, y = 0]) => imagePoint(x, y));
  if (!from || !to) return;
  const ends = onStage(view, [from, to]);
  line(ctx, ends, { color, width: 2, dash, atStart: false, atEnd: true });
  name(ctx, ends, text, color, stage);
}

type Ends = readonly [StagePoint, StagePoint];

const onStage = (view: View, [a, b]: Tether): Ends => [toStage(view, a), toStage(view, b)];
const lengthOf = ([a, b]: Ends): number => Math.hypot(b.x - a.x, b.y - a.y);

function isAway([a, b]: Ends, { width, height }: Size): boolean {
  return Math.max(a.x, b.x) < 0 || Math.max(a.y, b.y) < 0 || Math.min(a.x, b.x) > width || Math.min(a.y, b.y) > height;
}

function line(ctx: Context, [a, b]: Ends, { color, width, dash, atStart, atEnd }: Line): void {
  const angle = Math.atan2(b.y - a.y, b.x - a.x);
  ctx.save();
  ctx.lineCap = 'round';
  ctx.lineJoin = 'round';
  const trace = (): void => {
    ctx.beginPath();
    ctx.moveTo(a.x, a.y);
    ctx.lineTo(b.x, b.y);
  };
  const heads = (): void => {
    ctx.beginPath();
    if (atEnd) head(ctx, b, angle);
    if (atStart) head(ctx, a, angle + Math.PI);
  };
  // Seen on light and on dark.
  for (const [stroke, thick] of [
    ['rgb(0 0 0 / 55%)', width + 2.5],
    [color, width],
  ] as const) {
    ctx.strokeStyle = stroke;
    ctx.lineWidth = thick;
    ctx.setLineDash([...dash]);
    trace();
    ctx.stroke();
    ctx.setLineDash([]);
    heads();
    ctx.stroke();
  }
  ctx.restore();
}

function head(ctx: Context, tip: StagePoint, angle: number): void {
  for (const side of [-1, 1]) {
    const way = angle + Math.PI + side * 0.45;
    ctx.moveTo(tip.x, tip.y);
    ctx.lineTo(tip.x + Math.cos(way) * HEAD, tip.y + Math.sin(way) * HEAD);
  }
}

function name(ctx: Context, [a, b]: Ends, text: string, color: string, stage: Size): void {
  const width = tagWidth(ctx, text);
  tag(ctx, text, (a.x + b.x - width) / 2, (a.y + b.y) / 2 + 9, { background: color }, stage.width);
}

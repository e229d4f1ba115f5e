import { inkOn } from '~/lib/color';

type Context = CanvasRenderingContext2D;

const FONT = "500 11px 'Inter Variable', Inter, system-ui, sans-serif";
const HEIGHT = 18;

export interface TagStyle {
  readonly background: string;
  readonly ink?: string;
}

/** How wide the plate of a text is. */
export function tagWidth(ctx: Context, text: string): number {
  ctx.font = FONT;
  return Math.ceil(ctx.measureText(text).width) + 12;
}

/** A small name plate whose bottom left corner is at a stage point; it slides to stay on the stage. */
export function tag(ctx: Context, text: string, x: number, y: number, style: TagStyle, stageWidth: number): void {
  const width = tagWidth(ctx, text);
  const left = Math.round(Math.max(4, Math.min(x, stageWidth - width - 4)));
  const top = Math.round(y - HEIGHT < 4 ? 4 : y - HEIGHT);
  ctx.fillStyle = style.background;
  ctx.beginPath();
  ctx.roundRect(left, top, width, HEIGHT, 4);
  ctx.fill();
  ctx.fillStyle = style.ink ?? inkOn(style.background);
  ctx.textBaseline = 'middle';
  ctx.fillText(text, left + 6, top + HEIGHT / 2 + 0.5);
}

/** The square on what can be taken in hand; a chosen one is filled. */
export function grip(ctx: Context, x: number, y: number, color: string, chosen: boolean): void {
  const r = chosen ? 5.5 : 4;
  ctx.beginPath();
  ctx.roundRect(x - r, y - r, 2 * r, 2 * r, 2);
  ctx.fillStyle = chosen ? color : '#fff';
  ctx.fill();
  ctx.lineWidth = 1.5;
  ctx.strokeStyle = chosen ? '#fff' : color;
  ctx.stroke();
}

/** The round one: of what becomes a point, or turns. */
export function dot(ctx: Context, x: number, y: number, radius: number, color: string): void {
  ctx.beginPath();
  ctx.arc(x, y, radius, 0, 2 * Math.PI);
  ctx.fillStyle = '#fff';
  ctx.fill();
  ctx.lineWidth = 1.5;
  ctx.strokeStyle = color;
  ctx.stroke();
}

import { PLATE_HEIGHT } from '~/geometry/name-plates';
import { inkOn } from '~/lib/color';

type Context = CanvasRenderingContext2D;

const FONT = "500 11px 'Inter Variable', Inter, system-ui, sans-serif";

export interface TagStyle {
  readonly background: string;
  readonly ink?: string;
}

/** Widths of texts once measured: labels are few, and what they are on are many. */
const widths = new Map<string, number>();
const MOST_WIDTHS = 2_000;

/** How wide the plate of a text is. */
export function tagWidth(ctx: Context, text: string): number {
  const known = widths.get(text);
  if (known !== undefined) return known;
  ctx.font = FONT;
  const width = Math.ceil(ctx.measureText(text).width) + 12;
  if (widths.size >= MOST_WIDTHS) widths.clear();
  // Before its font is there a text is as wide as another makes it.
  if (isLoaded()) widths.set(text, width);
  return width;
}

const isLoaded = (): boolean => typeof document !== 'undefined' && document.fonts.status === 'loaded';

/** A name plate where it has been found room. */
export function plate(ctx: Context, text: string, at: { x: number; y: number; width: number }, style: TagStyle): void {
  ctx.font = FONT;
  ctx.fillStyle = style.background;
  ctx.beginPath();
  ctx.roundRect(at.x, at.y, at.width, PLATE_HEIGHT, 4);
  ctx.fill();
  ctx.fillStyle = style.ink ?? inkOn(style.background);
  ctx.textBaseline = 'middle';
  ctx.fillText(text, at.x + 6, at.y + PLATE_HEIGHT / 2 + 0.5);
}

/** A small name plate whose bottom left corner is at a stage point; it slides to stay on the stage. */
export function tag(ctx: Context, text: string, x: number, y: number, style: TagStyle, stageWidth: number): void {
  const width = tagWidth(ctx, text);
  const left = Math.round(Math.max(4, Math.min(x, stageWidth - width - 4)));
  const top = Math.round(y - PLATE_HEIGHT < 4 ? 4 : y - PLATE_HEIGHT);
  plate(ctx, text, { x: left, y: top, width }, style);
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

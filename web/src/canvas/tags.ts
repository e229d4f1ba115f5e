import { inkOn } from '~/lib/color';

type Context = CanvasRenderingContext2D;

const FONT = "500 11px 'Inter Variable', Inter, system-ui, sans-serif";
const HEIGHT = 18;

export interface TagStyle {
  readonly background: string;
  readonly ink?: string;
}

/** A small name plate whose bottom left corner is at a stage point; it slides to stay on the stage. */
export function tag(ctx: Context, text: string, x: number, y: number, style: TagStyle, stageWidth: number): void {
  ctx.font = FONT;
  const width = Math.ceil(ctx.measureText(text).width) + 12;
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

/** The eight squares of a selected box. */
export function grip(ctx: Context, x: number, y: number, color: string): void {
  ctx.beginPath();
  ctx.roundRect(x - 4, y - 4, 8, 8, 2);
  ctx.fillStyle = '#fff';
  ctx.fill();
  ctx.lineWidth = 1.5;
  ctx.strokeStyle = color;
  ctx.stroke();
}

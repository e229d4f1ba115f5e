import { columnRuns, type ColumnRuns } from '~/geometry/column-runs';
import type { MaskGeometry } from '~/geometry/mask';
import type { Rect } from '~/geometry/points';
import { channels } from '~/lib/color';

interface Picture {
  readonly color: string;
  /** Null: nothing to draw. */
  readonly canvas: HTMLCanvasElement | null;
  /** Where it lies, in image pixels. */
  readonly place: Rect;
}

const pictures = new WeakMap<MaskGeometry, Picture>();

/** A colour as the bytes red, green, blue, opaque lie in memory; every machine a browser of ours runs on is little-endian. */
export function littleEndian(color: string): number {
  const [red, green, blue] = channels(color);
  return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}

/** The box around the ones, cut off at the image's border: runs that a damaged mask has too many must not ask for more memory. */
export function placeOf({ column, from, to }: ColumnRuns): Rect {
  const [x, last] = [column[0], column.at(-1)];
  if (x === undefined || last === undefined) return { x: 0, y: 0, width: 0, height: 0 };
  const top = from.reduce((least, y) => Math.min(least, y), Infinity);
  return { x, y: top, width: last - x + 1, height: to.reduce((most, y) => Math.max(most, y), 0) - top };
}

/**
 * The ones of a mask in the box around them, with x and y exchanged: a column of the image is a row of these pixels. As
 * runs lie column by column, each is then one `fill`, many times faster than going down the rows pixel by pixel.
 */
export function fillTransposed(pixels: Uint32Array, { column, from, to }: ColumnRuns, place: Rect, value: number): void {
  column.forEach((x, i) => {
    const row = (x - place.x) * place.height - place.y;
    pixels.fill(value, row + (from[i] ?? 0), row + (to[i] ?? 0));
  });
}

function pictureOf(mask: MaskGeometry, color: string): Picture {
  const known = pictures.get(mask);
  if (known?.color === color) return known;
  // Most masks cover a small part of their image: no more than that is kept in memory.
  const runs = columnRuns(mask, 1);
  const place = placeOf(runs);
  const picture = { color, place, canvas: runs.column.length > 0 ? canvasOf(runs, color, place) : null };
  pictures.set(mask, picture);
  return picture;
}

function canvasOf(runs: ColumnRuns, color: string, place: Rect): HTMLCanvasElement | null {
  const canvas = document.createElement('canvas');
  canvas.width = place.height;
  canvas.height = place.width;
  const context = canvas.getContext('2d');
  if (!context) return null;
  const data = context.createImageData(canvas.width, canvas.height);
  fillTransposed(new Uint32Array(data.data.buffer), runs, place, littleEndian(color));
  context.putImageData(data, 0, 0);
  return canvas;
}

/** Draws a mask into a context that is in image pixels. Its picture is made once per mask and colour. */
export function drawMask(context: CanvasRenderingContext2D, mask: MaskGeometry, color: string): void {
  const { canvas, place } = pictureOf(mask, color);
  if (!canvas) return;
  context.save();
  context.imageSmoothingEnabled = false;
  context.transform(0, 1, 1, 0, place.x, place.y);
  context.drawImage(canvas, 0, 0);
  context.restore();
}

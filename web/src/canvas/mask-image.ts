import { columnRuns, type ColumnRuns } from '~/geometry/column-runs';
import { area, minus, sameSize, type MaskGeometry } from '~/geometry/mask';
import { clamp, type Rect, type Size } from '~/geometry/points';
import { channels, withAlpha } from '~/lib/color';

interface Picture {
  readonly mask: MaskGeometry;
  readonly color: string;
  readonly context: CanvasRenderingContext2D;
  /** What part of the image it covers. */
  readonly place: Rect;
}

const pictures = new WeakMap<MaskGeometry, Picture>();
let newest: Picture | null = null;

/** Draws a mask into a context that is in image pixels. Its picture is made once per mask and colour. */
export function drawMask(context: CanvasRenderingContext2D, mask: MaskGeometry, color: string): void {
  const picture = pictureOf(mask, color);
  if (!picture) return;
  context.imageSmoothingEnabled = false;
  context.drawImage(picture.context.canvas, picture.place.x, picture.place.y);
}

function pictureOf(mask: MaskGeometry, color: string): Picture | null {
  const known = pictures.get(mask);
  if (known?.color === color) return known;
  const picture = (newest && repainted(newest, mask, color)) ?? made(mask, color);
  if (picture) pictures.set(mask, picture);
  newest = picture ?? newest;
  return picture;
}

/** A colour as the bytes red, green, blue, opaque lie in memory: little-endian, as is every machine our browsers run on. */
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
 * Sets the ones of a mask in the pixels of a place, column by column. Pixels turned by 90 degrees could be filled a whole
 * run at a time, but then every drawing would have to turn them back, and a mask is drawn far more often than it is made.
 */
export function fillRuns(pixels: Uint32Array, { column, from, to }: ColumnRuns, place: Rect, value: number): void {
  column.forEach((x, i) => {
    const end = ((to[i] ?? 0) - place.y) * place.width;
    for (let at = ((from[i] ?? 0) - place.y) * place.width; at < end; at += place.width) pixels[at + x - place.x] = value;
  });
}

function canvasOf(size: Size): CanvasRenderingContext2D | null {
  const canvas = document.createElement('canvas');
  canvas.width = size.width;
  canvas.height = size.height;
  return canvas.getContext('2d');
}

/** Most masks cover a small part of their image: no more than that is kept in memory. */
function made(mask: MaskGeometry, color: string): Picture | null {
  const runs = columnRuns(mask, 1);
  const place = placeOf(runs);
  const context = runs.column.length > 0 ? canvasOf(place) : null;
  if (!context) return null;
  const data = context.createImageData(place.width, place.height);
  fillRuns(new Uint32Array(data.data.buffer), runs, place, littleEndian(color));
  context.putImageData(data, 0, 0);
  return { mask, color, context, place };
}

/** Two masks that differ by less than this part of their ones are taken for the same before and after a move of the brush. */
const LIKENESS = 0.25;

/**
 * A stroke is a new mask at every move, hardly different from the last, which nobody will draw again: its picture becomes
 * the new one by what differs. Made anew, a mask of ten megapixels would take longer than a frame. Should the old one be
 * drawn again after all, it is made again.
 */
function repainted(old: Picture, mask: MaskGeometry, color: string): Picture | null {
  if (old.color !== color || !sameSize(old.mask, mask)) return null;
  const [gone, come] = [minus(old.mask, mask), minus(mask, old.mask)];
  if (area(gone) + area(come) > area(mask) * LIKENESS) return null;
  const added = columnRuns(come, 1);
  const picture = roomFor(placeOf(added), { ...old, mask });
  if (!picture) return null;
  pictures.delete(old.mask);
  const { context, place } = picture;
  context.fillStyle = withAlpha(color, 1);
  each(added, (x, y, height) => context.fillRect(x - place.x, y - place.y, 1, height));
  each(columnRuns(gone, 1), (x, y, height) => context.clearRect(x - place.x, y - place.y, 1, height));
  return picture;
}

const each = ({ column, from, to }: ColumnRuns, visit: (x: number, y: number, height: number) => void): void =>
  column.forEach((x, i) => visit(x, from[i] ?? 0, (to[i] ?? 0) - (from[i] ?? 0)));

/** The same picture, on a larger canvas if it has to be: with room to spare, so that a stroke outgrows it seldom. */
function roomFor(added: Rect, picture: Picture): Picture | null {
  const { mask, place } = picture;
  const [right, bottom] = [place.x + place.width, place.y + place.height];
  const [addedRight, addedBottom] = [added.x + added.width, added.y + added.height];
  const fits = added.x >= place.x && added.y >= place.y && addedRight <= right && addedBottom <= bottom;
  if (added.width === 0 || fits) return picture;
  const spare = Math.ceil(Math.max(place.width, place.height, added.width, added.height) / 4);
  const x = clamp(Math.min(place.x, added.x - spare), 0, place.x);
  const y = clamp(Math.min(place.y, added.y - spare), 0, place.y);
  const width = clamp(Math.max(right, addedRight + spare), right, mask.width) - x;
  const height = clamp(Math.max(bottom, addedBottom + spare), bottom, mask.height) - y;
  const context = canvasOf({ width, height });
  context?.drawImage(picture.context.canvas, place.x - x, place.y - y);
  return context && { ...picture, context, place: { x, y, width, height } };
}

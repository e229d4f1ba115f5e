/**
 * A picture too large to be shown in one piece, as squares at several levels: level 0 has its own pixels, each level after that half as many to a side. From
 * the overview on, one copy of all of it is fine enough.
 */
import type { Rect, Size } from './points';

/** Pixels to a side, of any level. A screen needs some forty of them; one that comes late is a small gap. */
export const TILE = 512;

/**
 * From here on a picture is shown by tiles. As an element of the page, one of 200 megapixels is decoded anew, by the page itself, for many a change of what is
 * seen of it: six seconds each. Photos of phones stay below.
 */
const WHOLE_PIXELS = 2 ** 25;
/** No texture is longer on common hardware. */
const WHOLE_SIDE = 16_384;

/** The overview has at most so many pixels: 16 MB, and more than most screens have. */
const OVERVIEW_PIXELS = 2 ** 22;

export interface Tile {
  readonly level: number;
  readonly column: number;
  readonly row: number;
}

export const isHuge = ({ width, height }: Size): boolean => width * height > WHOLE_PIXELS || Math.max(width, height) > WHOLE_SIDE;

export const sizeAt = ({ width, height }: Size, level: number): Size => ({
  width: Math.ceil(width / 2 ** level),
  height: Math.ceil(height / 2 ** level),
});

/** The first level of which one copy will do. */
export function overviewLevel(size: Size): number {
  let level = 0;
  for (let at = size; at.width * at.height > OVERVIEW_PIXELS || Math.max(at.width, at.height) > WHOLE_SIDE;) {
    at = sizeAt(size, ++level);
  }
  return level;
}

/** The coarsest level in which nothing is lost at a scale (pixels of the screen to a pixel of the picture). */
export function levelFor(scale: number, overview: number): number {
  return Math.min(overview, Math.max(0, Math.floor(Math.log2(1 / scale))));
}

/** What a tile shows, in pixels of the picture. One pixel of its level more to the right and below, under its neighbours: no gap shines through between two. */
export function tileRect({ level, column, row }: Tile, size: Size): Rect {
  const [side, over] = [TILE * 2 ** level, 2 ** level];
  const [x, y] = [column * side, row * side];
  return { x, y, width: Math.min(side + over, size.width - x), height: Math.min(side + over, size.height - y) };
}

/** The tiles of a level in a part of the picture, those in its middle first. */
export function tilesIn(part: Rect, level: number, size: Size): Tile[] {
  const side = TILE * 2 ** level;
  const [right, bottom] = [Math.min(part.x + part.width, size.width), Math.min(part.y + part.height, size.height)];
  if (part.x >= size.width || part.y >= size.height) return [];
  const [column, row] = [Math.floor(Math.max(0, part.x) / side), Math.floor(Math.max(0, part.y) / side)];
  const tiles: Tile[] = [];
  for (let r = row; r * side < bottom; r++) for (let c = column; c * side < right; c++) tiles.push({ level, column: c, row: r });
  const [x, y] = [(part.x + part.width / 2) / side - 0.5, (part.y + part.height / 2) / side - 0.5];
  const away = (tile: Tile): number => Math.hypot(tile.column - x, tile.row - y);
  return tiles.sort((a, b) => away(a) - away(b));
}

export const tileKey = ({ level, column, row }: Tile): string => `${level}/${column}/${row}`;

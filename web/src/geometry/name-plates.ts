/** Where names on a picture find room: as many as can be read, and none over another. All in CSS pixels on the stage. */
import type { Rect } from './points';

export const PLATE_HEIGHT = 18;
/** So far from the border of where it may be a plate stays. */
const EDGE = 4;
/** Between a plate and the shape that it names. */
const GAP = 2;
/** Around a plate no other one begins. */
const AIR = 2;
/** Of the grid in which plates are looked up. */
const CELL = 64;

export interface Named {
  readonly id: string;
  /** Around the shape. */
  readonly rect: Rect;
  /** Of its plate. */
  readonly width: number;
  /** How far above the shape its plate has to stay, e.g. for grips. */
  readonly lift?: number;
  /** Whether its plate may also stand beside it: what is as small as a point has no other side to be read from. */
  readonly beside?: boolean;
  /** Where its plate has to be; absent: where all have to. */
  readonly area?: Rect;
}

export interface Plate {
  readonly id: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

const overlap = (a: Rect, b: Rect): boolean =>
  a.x < b.x + b.width + AIR && b.x < a.x + a.width + AIR && a.y < b.y + b.height + AIR && b.y < a.y + a.height + AIR;

export const rectOf = ({ x, y, width }: Plate): Rect => ({ x, y, width, height: PLATE_HEIGHT });

/** What is taken already, by where it lies: thousands of plates ask it. */
export class Room {
  readonly #cells = new Map<string, Rect[]>();

  isFree(rect: Rect): boolean {
    return this.#around(rect).every((cell) => (this.#cells.get(cell) ?? []).every((other) => !overlap(rect, other)));
  }

  take(rect: Rect): void {
    for (const cell of this.#around(rect)) {
      const there = this.#cells.get(cell);
      if (there) there.push(rect);
      else this.#cells.set(cell, [rect]);
    }
  }

  #around({ x, y, width, height }: Rect): string[] {
    const cells: string[] = [];
    for (let i = Math.floor((x - AIR) / CELL); i <= Math.floor((x + width + AIR) / CELL); i++)
      for (let j = Math.floor((y - AIR) / CELL); j <= Math.floor((y + height + AIR) / CELL); j++) cells.push(`${i} ${j}`);
    return cells;
  }
}

/** Above its shape, else inside it, else below; what would leave the area slides along the shape as far as that goes. */
function places({ rect, width, lift = GAP, beside = false }: Named, area: Rect): readonly (readonly [number, number])[] {
  const { x, y, width: w, height: h } = rect;
  const [least, right] = [area.x + EDGE, area.x + area.width - width - EDGE];
  const [top, bottom] = [area.y + EDGE, area.y + area.height - PLATE_HEIGHT - EDGE];
  const slid = (at: number): number => Math.max(least, Math.min(at, right));
  const above = y - lift - PLATE_HEIGHT;
  const inside = Math.max(top, Math.min(y + GAP, bottom));
  const found: (readonly [number, number])[] = [
    [slid(x - 1), above],
    [slid(x + w - width + 1), above],
    [slid(x - 1), inside],
    [slid(x - 1), y + h + lift],
  ];
  const level = y + (h - PLATE_HEIGHT) / 2;
  if (beside) found.push([x + w + lift, level], [x - lift - width, level]);
  // A plate that has slid away from its shape would name nothing.
  const touches = (px: number, py: number): boolean =>
    px <= x + w + lift && px + width >= x - lift && py <= y + h + lift && py + PLATE_HEIGHT >= y - lift;
  return found.filter(([px, py]) => px >= least && px <= right && py >= top && py <= bottom && touches(px, py));
}

/**
 * Finds a place for each, the first before the later; who finds none has none.
 * @param room what is taken already; what is found is taken in it
 */
export function plates(named: Iterable<Named>, area: Rect, room: Room, most: number): Plate[] {
  const found: Plate[] = [];
  for (const one of named) {
    if (found.length >= most) break;
    for (const [x, y] of places(one, one.area ?? area)) {
      const plate = { id: one.id, x: Math.round(x), y: Math.round(y), width: one.width };
      if (!room.isFree(rectOf(plate))) continue;
      room.take(rectOf(plate));
      found.push(plate);
      break;
    }
  }
  return found;
}

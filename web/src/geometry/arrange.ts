import { clamp, round2, type Rect, type Size } from './points';
import { bounds, boundsOfAll, canMove, moved, movedTogether, type Geometry } from './shapes';

export type AlignEdge = 'left' | 'centre' | 'right' | 'top' | 'middle' | 'bottom';
export type Direction = 'across' | 'down';

/** The box around something that is to be arranged. */
export interface Placed {
  readonly id: string;
  readonly rect: Rect;
}

export interface Shift {
  readonly dx: number;
  readonly dy: number;
}

interface Span {
  readonly id: string;
  readonly start: number;
  readonly size: number;
}

const spans = (placed: readonly Placed[], direction: Direction): Span[] =>
  placed.map(({ id, rect }) =>
    direction === 'across' ? { id, start: rect.x, size: rect.width } : { id, start: rect.y, size: rect.height },
  );

const shift = (direction: Direction, by: number): Shift =>
  direction === 'across' ? { dx: round2(by), dy: 0 } : { dx: 0, dy: round2(by) };

const DIRECTIONS: Readonly<Record<AlignEdge, Direction>> = {
  left: 'across',
  centre: 'across',
  right: 'across',
  top: 'down',
  middle: 'down',
  bottom: 'down',
};

/** Which part of what is left over lies before each of them. */
const BEFORE: Readonly<Record<AlignEdge, number>> = { left: 0, centre: 0.5, right: 1, top: 0, middle: 0.5, bottom: 1 };

/** How far each has to move so that all have one edge, or one middle, of the box around them in common. */
export function aligned(placed: readonly Placed[], edge: AlignEdge): Map<string, Shift> {
  const direction = DIRECTIONS[edge];
  const all = spans(placed, direction);
  const low = Math.min(...all.map((s) => s.start));
  const high = Math.max(...all.map((s) => s.start + s.size));
  return new Map(all.map((s) => [s.id, shift(direction, low + (high - low - s.size) * BEFORE[edge] - s.start)]));
}

/** How far each has to move so that the gaps between them are equal; the two outermost stay. Gaps may be overlaps. */
export function distributed(placed: readonly Placed[], direction: Direction): Map<string, Shift> {
  const all = spans(placed, direction).sort((a, b) => a.start + a.size / 2 - b.start - b.size / 2);
  const [first, last] = [all[0], all.at(-1)];
  if (!first || !last || all.length < 3) return new Map(all.map((s) => [s.id, { dx: 0, dy: 0 }]));
  const filled = all.reduce((sum, s) => sum + s.size, 0);
  const gap = (last.start + last.size - first.start - filled) / (all.length - 1);
  let next = first.start;
  return new Map(
    all.map((s) => {
      const by = next - s.start;
      next += s.size + gap;
      return [s.id, shift(direction, by)];
    }),
  );
}

/**
 * Copies a little further on, lying to one another as they did. Where the border leaves them no room they go the other way, and where one of them fills the image each goes
 * by itself: on its original nobody sees a copy.
 */
export function copiesAt(shapes: readonly Geometry[], dx: number, dy: number, image: Size): readonly Geometry[] {
  const free = (all: readonly Geometry[]): Rect | null => boundsOfAll(all.filter(canMove));
  const before = free(shapes);
  const isSeen = (copies: readonly Geometry[]): boolean => {
    const after = free(copies);
    return before !== null && after !== null && (before.x !== after.x || before.y !== after.y);
  };
  const [on, back] = [movedTogether(shapes, dx, dy, image), movedTogether(shapes, -dx, -dy, image)];
  if (isSeen(on)) return on;
  if (isSeen(back) || shapes.length < 2) return back;
  return shapes.flatMap((shape) => copiesAt([shape], dx, dy, image));
}

/**
 * Moved inside an image of another size, together where all of them fit as they lie, else each by itself. Null in place of what is larger than the image,
 * or bound to the pixels of its own.
 */
export function brought(shapes: readonly Geometry[], image: Size): readonly (Geometry | null)[] {
  const fits = ({ width, height }: Rect): boolean => width <= image.width && height <= image.height;
  const kept = shapes.map((g) => (g.kind !== 'mask' && fits(bounds(g)) ? g : null));
  const around = boundsOfAll(kept.filter((g) => g !== null));
  if (!around) return kept;
  return kept.map((g) => g && inside(g, fits(around) ? around : bounds(g), image));
}

/** With the box around it, or around it and others, inside the image. */
function inside(g: Geometry, b: Rect, image: Size): Geometry {
  const dx = clamp(b.x, 0, image.width - b.width) - b.x;
  const dy = clamp(b.y, 0, image.height - b.height) - b.y;
  return dx === 0 && dy === 0 ? g : moved(g, dx, dy, image);
}

/** Stretches of a text on the screen: what browsers say of them put together line by line, and names that stand above them without covering letters or one another. */
import type { Rect } from './points';

const beside = (a: Rect, b: Rect): boolean => {
  const isSameLine = Math.abs(a.y + a.height / 2 - b.y - b.height / 2) < Math.min(a.height, b.height) / 2;
  return isSameLine && b.x <= a.x + a.width + 1 && a.x <= b.x + b.width + 1;
};

/** What touches on one line is one. A break of the line takes no room and is left out. */
export function joined(rects: readonly Rect[]): Rect[] {
  const lines: Rect[] = [];
  for (const rect of rects) {
    if (rect.width <= 0 || rect.height <= 0) continue;
    const last = lines.at(-1);
    if (!last || !beside(last, rect)) {
      lines.push(rect);
      continue;
    }
    const [x, y] = [Math.min(last.x, rect.x), Math.min(last.y, rect.y)];
    const right = Math.max(last.x + last.width, rect.x + rect.width);
    const bottom = Math.max(last.y + last.height, rect.y + rect.height);
    lines[lines.length - 1] = { x, y, width: right - x, height: bottom - y };
  }
  return lines;
}

/** A name of some width and height that belongs above a caret. */
interface Flag {
  readonly caret: Rect;
  readonly width: number;
  readonly height: number;
}

interface Spot {
  readonly x: number;
  readonly y: number;
}

/** Where each name stands: above its caret, within the text's width, beside a name that is there already; where there is no room for both, above that. */
export function namesAbove(flags: readonly Flag[], room: number): Spot[] {
  const taken: Rect[] = [];
  return flags.map(({ caret, width, height }) => {
    const within = (x: number): number => Math.max(0, Math.min(x, room - width));
    const spot = { x: within(caret.x), y: caret.y - height };
    for (const other of taken) {
      const covers =
        other.y < spot.y + height &&
        spot.y < other.y + other.height &&
        other.x < spot.x + width &&
        spot.x < other.x + other.width;
      if (!covers) continue;
      const right = other.x + other.width + 2;
      if (right + width <= room) spot.x = right;
      else if (other.x - width - 2 >= 0) spot.x = other.x - width - 2;
      else spot.y = other.y - height;
    }
    taken.push({ ...spot, width, height });
    return spot;
  });
}

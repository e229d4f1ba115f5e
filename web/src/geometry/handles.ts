import { clamp, imagePoint, round2, type ImagePoint, type Size } from './points';
import { MIN_BOX, type BoxGeometry } from './shapes';

/** The eight grips of a box, named by compass. */
export const HANDLES = ['nw', 'n', 'ne', 'e', 'se', 's', 'sw', 'w'] as const;
export type Handle = (typeof HANDLES)[number];

export function handlePoint(box: BoxGeometry, handle: Handle): ImagePoint {
  const x = handle.includes('w') ? box.x : handle.includes('e') ? box.x + box.width : box.x + box.width / 2;
  const y = handle.startsWith('n') ? box.y : handle.startsWith('s') ? box.y + box.height : box.y + box.height / 2;
  return imagePoint(x, y);
}

/** Corners win over edges: where a box is small they overlap, and a corner does both. */
const BY_PRIORITY: readonly Handle[] = ['nw', 'ne', 'se', 'sw', 'n', 'e', 's', 'w'];

/** The handle within `reach` image pixels of a point, the nearest of the highest kind. */
export function handleAt(box: BoxGeometry, point: ImagePoint, reach: number): Handle | null {
  let best: Handle | null = null;
  let bestDistance = Infinity;
  for (const handle of BY_PRIORITY) {
    const p = handlePoint(box, handle);
    const d = Math.max(Math.abs(p.x - point.x), Math.abs(p.y - point.y)) + (handle.length === 1 ? reach / 2 : 0);
    const limit = handle.length === 1 ? reach * 1.5 : reach;
    if (d <= limit && d < bestDistance) [best, bestDistance] = [handle, d];
  }
  return best ?? edgeAt(box, point, reach / 2);
}

/** All of an edge can be grabbed, not only the square in its middle. */
function edgeAt(box: BoxGeometry, point: ImagePoint, reach: number): Handle | null {
  const inX = point.x >= box.x && point.x <= box.x + box.width;
  const inY = point.y >= box.y && point.y <= box.y + box.height;
  if (inX && Math.abs(point.y - box.y) <= reach) return 'n';
  if (inX && Math.abs(point.y - box.y - box.height) <= reach) return 's';
  if (inY && Math.abs(point.x - box.x) <= reach) return 'w';
  if (inY && Math.abs(point.x - box.x - box.width) <= reach) return 'e';
  return null;
}

/** Pulls one handle by a distance. The opposite side stays; the box never turns inside out nor leaves the image. */
export function resized(box: BoxGeometry, handle: Handle, dx: number, dy: number, image: Size): BoxGeometry {
  let [x0, y0, x1, y1] = [box.x, box.y, box.x + box.width, box.y + box.height];
  if (handle.includes('w')) x0 = clamp(x0 + dx, 0, Math.max(0, x1 - MIN_BOX));
  if (handle.includes('e')) x1 = clamp(x1 + dx, Math.min(image.width, x0 + MIN_BOX), image.width);
  if (handle.startsWith('n')) y0 = clamp(y0 + dy, 0, Math.max(0, y1 - MIN_BOX));
  if (handle.startsWith('s')) y1 = clamp(y1 + dy, Math.min(image.height, y0 + MIN_BOX), image.height);
  return { kind: 'box', x: round2(x0), y: round2(y0), width: round2(x1 - x0), height: round2(y1 - y0) };
}

export const HANDLE_CURSORS: Record<Handle, string> = {
  nw: 'nwse-resize',
  n: 'ns-resize',
  ne: 'nesw-resize',
  e: 'ew-resize',
  se: 'nwse-resize',
  s: 'ns-resize',
  sw: 'nesw-resize',
  w: 'ew-resize',
};

const ARROWS = ['ns-resize', 'nesw-resize', 'ew-resize', 'nwse-resize'];

/** A cursor over an image that is seen turned by so many degrees: its arrows turn too. */
export function turnedCursor(cursor: string, degrees: number): string {
  const at = ARROWS.indexOf(cursor);
  return at === -1 ? cursor : (ARROWS[(at + Math.round(degrees / 45)) % ARROWS.length] ?? cursor);
}

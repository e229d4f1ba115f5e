/**
 * A box in space as a picture shows it: a front and a back face, both upright rectangles, and the four edges between their corners. Two rectangles rather than
 * eight free points: whatever is pulled, what is left is a box that stands, and every edit is one of a rectangle.
 */
import { HANDLES, handlePoint, resized, type Handle } from './handles';
import { clamp, imagePoint, round2, type ImagePoint, type Rect, type Size } from './points';
import { MIN_BOX, type BoxGeometry, type CuboidGeometry } from './shapes';

/** Of the faces, as grips name them. */
export const FRONT = 0;
export const BACK = 1;

/** From the top left one, clockwise: as grips number them. */
const CORNERS = ['nw', 'ne', 'se', 'sw'] as const satisfies readonly Handle[];
export const SIDES: readonly Handle[] = HANDLES.filter((handle) => handle.length === 1);

export const faceOf = (g: CuboidGeometry, part: number): BoxGeometry => ({
  kind: 'box',
  ...(part === FRONT ? g.front : g.back),
});

export const cornersOf = (face: Rect): ImagePoint[] => CORNERS.map((handle) => handlePoint({ kind: 'box', ...face }, handle));

export const middleOf = ({ x, y, width, height }: Rect): ImagePoint => imagePoint(x + width / 2, y + height / 2);

const plain = ({ x, y, width, height }: Rect): Rect => ({ x, y, width, height });

export function withFace(g: CuboidGeometry, part: number, face: Rect): CuboidGeometry {
  return part === FRONT ? { ...g, front: plain(face) } : { ...g, back: plain(face) };
}

/** One corner of a face goes to a point; the opposite one stays. */
export function withCorner(g: CuboidGeometry, part: number, index: number, to: ImagePoint, image: Size): CuboidGeometry {
  const handle = CORNERS[index];
  if (!handle) return g;
  const face = faceOf(g, part);
  const from = handlePoint(face, handle);
  return withFace(g, part, resized(face, handle, to.x - from.x, to.y - from.y, image));
}

/** One side of a face is pulled; null: all of the face goes, within the image. */
export function pulledFace(
  g: CuboidGeometry,
  part: number,
  handle: Handle | null,
  { dx, dy }: { readonly dx: number; readonly dy: number },
  image: Size,
): CuboidGeometry {
  const face = faceOf(g, part);
  return withFace(g, part, handle === null ? shifted(face, dx, dy, image) : resized(face, handle, dx, dy, image));
}

function shifted({ x, y, width, height }: Rect, dx: number, dy: number, image: Size): Rect {
  return {
    x: round2(clamp(x + dx, 0, Math.max(0, image.width - width))),
    y: round2(clamp(y + dy, 0, Math.max(0, image.height - height))),
    width,
    height,
  };
}

/** How large what is farther away looks, where nobody has said so yet. */
const FARTHER = 0.75;

/** With a back face whose corner on that side of the front is where a point is. Smaller, as what is farther away; as large as the front if asked. */
export function deepened(front: Rect, to: ImagePoint, image: Size, parallel: boolean): CuboidGeometry {
  const k = parallel ? 1 : FARTHER;
  const [width, height] = [Math.max(MIN_BOX, round2(front.width * k)), Math.max(MIN_BOX, round2(front.height * k))];
  const centre = middleOf(front);
  const x = to.x >= centre.x ? to.x - width : to.x;
  const y = to.y >= centre.y ? to.y - height : to.y;
  return { kind: 'cuboid', front: plain(front), back: shifted({ x, y, width, height }, 0, 0, image) };
}

/** What it covers: the hull of its eight corners (Andrew's monotone chain, 1979), as the server has it (`domain/src/geometry/ring.rs`). */
export function outlineOf(g: CuboidGeometry): ImagePoint[] {
  const sorted = [...cornersOf(g.front), ...cornersOf(g.back)].sort((a, b) => a.x - b.x || a.y - b.y);
  return [...chain(sorted), ...chain(sorted.reverse())];
}

/** Along one side of the hull, without its last point: the other side begins there. */
function chain(points: readonly ImagePoint[]): ImagePoint[] {
  const kept: ImagePoint[] = [];
  for (const p of points) {
    for (;;) {
      const [a, b] = [kept.at(-2), kept.at(-1)];
      if (!a || !b || (b.x - a.x) * (p.y - a.y) - (b.y - a.y) * (p.x - a.x) > 0) break;
      kept.pop();
    }
    kept.push(p);
  }
  return kept.slice(0, -1);
}

/** The edges between the faces, corner to corner. */
export function edgesOf(g: CuboidGeometry): readonly (readonly [ImagePoint, ImagePoint])[] {
  const back = cornersOf(g.back);
  return cornersOf(g.front).flatMap((p, i) => (back[i] ? [[p, back[i]] as const] : []));
}

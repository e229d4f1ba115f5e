import { clamp, imagePoint, stagePoint, type ImagePoint, type Rect, type Size, type StagePoint } from './points';

/** Where the image lies on the stage: turned around its corner, times scale, plus (x, y). */
export interface View {
  readonly scale: number;
  readonly x: number;
  readonly y: number;
  /** Degrees clockwise, from 0 up to 360. */
  readonly turn: number;
}

export const MIN_SCALE = 0.02;
export const MAX_SCALE = 40;
/** From here on single pixels are worth seeing, so they are drawn as crisp squares. */
export const CRISP_SCALE = 4;
/** A part of the image this large (CSS pixels) always stays on the stage: nobody loses it by panning. */
const KEEP = 64;

export const IDENTITY: View = { scale: 1, x: 0, y: 0, turn: 0 };

interface Turned {
  readonly cos: number;
  readonly sin: number;
}

/** Exact for quarter turns: pixels then stay on pixels. */
const QUARTERS: readonly Turned[] = [
  { cos: 1, sin: 0 },
  { cos: 0, sin: 1 },
  { cos: -1, sin: 0 },
  { cos: 0, sin: -1 },
];

let last: Turned & Pick<View, 'turn'> = { turn: 0, cos: 1, sin: 0 };

/** Asked for every point that is painted, nearly always with the same angle. */
function turned(turn: number): Turned {
  if (turn === last.turn) return last;
  const radians = (turn * Math.PI) / 180;
  const { cos, sin } = QUARTERS[turn / 90] ?? { cos: Math.cos(radians), sin: Math.sin(radians) };
  last = { turn, cos, sin };
  return last;
}

/** Degrees as a view has them. */
export const wholeTurn = (degrees: number): number => ((degrees % 360) + 360) % 360;

export function toStage({ scale, x, y, turn }: View, p: ImagePoint): StagePoint {
  const { cos, sin } = turned(turn);
  return stagePoint((p.x * cos - p.y * sin) * scale + x, (p.x * sin + p.y * cos) * scale + y);
}

export function toImage({ scale, x, y, turn }: View, p: StagePoint): ImagePoint {
  const { cos, sin } = turned(turn);
  const [dx, dy] = [(p.x - x) / scale, (p.y - y) / scale];
  return imagePoint(dx * cos + dy * sin, dy * cos - dx * sin);
}

/** A way on the stage as one on the image, in image pixels. */
export const wayOnImage = (view: View, dx: number, dy: number): ImagePoint =>
  toImage({ ...view, x: 0, y: 0 }, stagePoint(dx, dy));

/** What a canvas in CSS pixels is transformed with to be painted in image pixels. */
export function matrixOf({ scale, x, y, turn }: View): [number, number, number, number, number, number] {
  const { cos, sin } = turned(turn);
  return [scale * cos, scale * sin, -scale * sin, scale * cos, x, y];
}

const corners = ({ x, y, width, height }: Rect): readonly (readonly [number, number])[] => [
  [x, y],
  [x + width, y],
  [x, y + height],
  [x + width, y + height],
];

function around(points: readonly { readonly x: number; readonly y: number }[]): Rect {
  const [xs, ys] = [points.map((p) => p.x), points.map((p) => p.y)];
  const [x, y] = [Math.min(...xs), Math.min(...ys)];
  return { x, y, width: Math.max(...xs) - x, height: Math.max(...ys) - y };
}

/** Around a part of the image on the stage. */
export const onStage = (view: View, rect: Rect): Rect => around(corners(rect).map(([x, y]) => toStage(view, imagePoint(x, y))));

/** Around a part of the stage on the image. */
export const onImage = (view: View, rect: Rect): Rect => around(corners(rect).map(([x, y]) => toImage(view, stagePoint(x, y))));

/** How large a part of the image is when it is turned, at a scale of one. */
const turnedSize = ({ width, height }: Size, turn: number): Rect => onStage({ ...IDENTITY, turn }, { x: 0, y: 0, width, height });

/** The view in which an image point lies at a point of the stage. */
function placed(scale: number, turn: number, point: ImagePoint, at: StagePoint): View {
  const from = toStage({ scale, x: 0, y: 0, turn }, point);
  return { scale, x: at.x - from.x, y: at.y - from.y, turn };
}

const middleOf = (stage: Size): StagePoint => stagePoint(stage.width / 2, stage.height / 2);

/** The view in which an image point lies in the middle of the stage. */
export const centredOn = (view: View, point: ImagePoint, stage: Size, scale = view.scale): View =>
  placed(scale, view.turn, point, middleOf(stage));

/** The whole image, centred, with a margin; small images are not blown up past 4x. */
export function fit(image: Size, stage: Size, turn = 0, margin = 32): View {
  const { width, height } = turnedSize(image, turn);
  const room = Math.min((stage.width - 2 * margin) / width, (stage.height - 2 * margin) / height);
  const scale = clamp(room, MIN_SCALE, CRISP_SCALE);
  return placed(scale, turn, imagePoint(image.width / 2, image.height / 2), middleOf(stage));
}

/** Zooms so that the image point under `at` stays under it. */
export const zoomAt = (view: View, at: StagePoint, factor: number): View =>
  placed(clamp(view.scale * factor, MIN_SCALE, MAX_SCALE), view.turn, toImage(view, at), at);

/** Turns so that the image point under `at` stays under it. */
export const turnAt = (view: View, at: StagePoint, turn: number): View =>
  placed(view.scale, wholeTurn(turn), toImage(view, at), at);

export const panBy = (view: View, dx: number, dy: number): View => ({ ...view, x: view.x + dx, y: view.y + dy });

/** Keeps a grip of the image on the stage. */
export function confine(view: View, image: Size, stage: Size): View {
  const { x, y, width, height } = onStage(view, { x: 0, y: 0, ...image });
  const keepX = Math.min(KEEP, width);
  const keepY = Math.min(KEEP, height);
  return panBy(
    view,
    clamp(x, keepX - width, Math.max(keepX - width, stage.width - keepX)) - x,
    clamp(y, keepY - height, Math.max(keepY - height, stage.height - keepY)) - y,
  );
}

/** What of the image plane the stage shows, in image pixels; where the view is turned, what lies around that. */
export const visibleRect = (view: View, stage: Size): Rect => onImage(view, { x: 0, y: 0, ...stage });

/** The view that shows all of `rect`, centred: how following a person with another screen size works. */
export function viewOf(rect: Rect, stage: Size, turn = 0, margin = 0): View {
  const { width, height } = turnedSize(rect, turn);
  const room = Math.min((stage.width - 2 * margin) / Math.max(width, 1), (stage.height - 2 * margin) / Math.max(height, 1));
  const scale = clamp(room, MIN_SCALE, MAX_SCALE);
  return placed(scale, turn, imagePoint(rect.x + rect.width / 2, rect.y + rect.height / 2), middleOf(stage));
}

/** The smallest move that brings `rect` onto the stage; null when it is already there. */
export function reveal(view: View, rect: Rect, stage: Size, margin = 24): View | null {
  const { x: left, y: top, width, height } = onStage(view, rect);
  const [right, bottom] = [left + width, top + height];
  const fits = width <= stage.width - 2 * margin && height <= stage.height - 2 * margin;
  if (!fits) {
    const overlaps = right > margin && left < stage.width - margin && bottom > margin && top < stage.height - margin;
    return overlaps ? null : viewOf(rect, stage, view.turn, margin);
  }
  const dx = left < margin ? margin - left : Math.min(0, stage.width - margin - right);
  const dy = top < margin ? margin - top : Math.min(0, stage.height - margin - bottom);
  return dx === 0 && dy === 0 ? null : panBy(view, dx, dy);
}

/** Two fingers: what was between them stays between them. */
export function pinch(view: View, from: readonly [StagePoint, StagePoint], to: readonly [StagePoint, StagePoint]): View {
  const middle = (p: readonly [StagePoint, StagePoint]): StagePoint => stagePoint((p[0].x + p[1].x) / 2, (p[0].y + p[1].y) / 2);
  const spread = (p: readonly [StagePoint, StagePoint]): number => Math.max(Math.hypot(p[0].x - p[1].x, p[0].y - p[1].y), 1);
  const before = middle(from);
  const after = middle(to);
  return panBy(zoomAt(view, before, spread(to) / spread(from)), after.x - before.x, after.y - before.y);
}

/** Halfway views for a calm jump between views turned alike; scale is interpolated by ratio, so it feels even. */
export function mix(a: View, b: View, t: number): View {
  const scale = a.scale * Math.pow(b.scale / a.scale, t);
  return { scale, x: a.x + (b.x - a.x) * t, y: a.y + (b.y - a.y) * t, turn: b.turn };
}

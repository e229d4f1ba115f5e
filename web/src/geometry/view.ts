import { clamp, imagePoint, stagePoint, type ImagePoint, type Rect, type Size, type StagePoint } from './points';

/** Where the image lies on the stage: stage = image * scale + (x, y). */
export interface View {
  readonly scale: number;
  readonly x: number;
  readonly y: number;
}

export const MIN_SCALE = 0.02;
export const MAX_SCALE = 40;
/** From here on single pixels are worth seeing, so they are drawn as crisp squares. */
export const CRISP_SCALE = 4;
/** A part of the image this large (CSS pixels) always stays on the stage: nobody loses it by panning. */
const KEEP = 64;

export const IDENTITY: View = { scale: 1, x: 0, y: 0 };

export const toStage = (view: View, p: ImagePoint): StagePoint =>
  stagePoint(p.x * view.scale + view.x, p.y * view.scale + view.y);

export const toImage = (view: View, p: StagePoint): ImagePoint =>
  imagePoint((p.x - view.x) / view.scale, (p.y - view.y) / view.scale);

/** The whole image, centred, with a margin; small images are not blown up past 4x. */
export function fit(image: Size, stage: Size, margin = 32): View {
  const room = Math.min((stage.width - 2 * margin) / image.width, (stage.height - 2 * margin) / image.height);
  const scale = clamp(room, MIN_SCALE, CRISP_SCALE);
  return centred(image, stage, scale);
}

function centred(image: Size, stage: Size, scale: number): View {
  return { scale, x: (stage.width - image.width * scale) / 2, y: (stage.height - image.height * scale) / 2 };
}

/** Zooms so that the image point under `at` stays under it. */
export function zoomAt(view: View, at: StagePoint, factor: number): View {
  const scale = clamp(view.scale * factor, MIN_SCALE, MAX_SCALE);
  const anchor = toImage(view, at);
  return { scale, x: at.x - anchor.x * scale, y: at.y - anchor.y * scale };
}

export const panBy = (view: View, dx: number, dy: number): View => ({
  scale: view.scale,
  x: view.x + dx,
  y: view.y + dy,
});

/** Keeps a grip of the image on the stage. */
export function confine(view: View, image: Size, stage: Size): View {
  const w = image.width * view.scale;
  const h = image.height * view.scale;
  const keepX = Math.min(KEEP, w);
  const keepY = Math.min(KEEP, h);
  return {
    scale: view.scale,
    x: clamp(view.x, keepX - w, Math.max(keepX - w, stage.width - keepX)),
    y: clamp(view.y, keepY - h, Math.max(keepY - h, stage.height - keepY)),
  };
}

/** What of the image plane the stage shows, in image pixels. */
export function visibleRect(view: View, stage: Size): Rect {
  return {
    x: -view.x / view.scale,
    y: -view.y / view.scale,
    width: stage.width / view.scale,
    height: stage.height / view.scale,
  };
}

/** The view that shows all of `rect`, centred: how following a person with another screen size works. */
export function viewOf(rect: Rect, stage: Size, margin = 0): View {
  const room = Math.min(
    (stage.width - 2 * margin) / Math.max(rect.width, 1),
    (stage.height - 2 * margin) / Math.max(rect.height, 1),
  );
  const scale = clamp(room, MIN_SCALE, MAX_SCALE);
  return {
    scale,
    x: stage.width / 2 - (rect.x + rect.width / 2) * scale,
    y: stage.height / 2 - (rect.y + rect.height / 2) * scale,
  };
}

/** The smallest move that brings `rect` onto the stage; null when it is already there. */
export function reveal(view: View, rect: Rect, stage: Size, margin = 24): View | null {
  const left = rect.x * view.scale + view.x;
  const top = rect.y * view.scale + view.y;
  const right = left + rect.width * view.scale;
  const bottom = top + rect.height * view.scale;
  const fits = right - left <= stage.width - 2 * margin && bottom - top <= stage.height - 2 * margin;
  if (!fits) {
    const overlaps = right > margin && left < stage.width - margin && bottom > margin && top < stage.height - margin;
    return overlaps ? null : viewOf(rect, stage, margin);
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

/** Halfway views for a calm jump; scale is interpolated by ratio, so it feels even. */
export function mix(a: View, b: View, t: number): View {
  const scale = a.scale * Math.pow(b.scale / a.scale, t);
  return { scale, x: a.x + (b.x - a.x) * t, y: a.y + (b.y - a.y) * t };
}

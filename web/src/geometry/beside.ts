import { clamp, stagePoint, type Rect, type Size, type StagePoint } from './points';

/** How much of the stage's border stays free, in CSS pixels. */
const MARGIN = 8;

/**
 * The top left corner of a card that belongs to a point: right of it, else left, else below or above; never over it, and never off the stage
 * where there is room for it at all.
 * @param gap from the point to the card
 */
export function beside(point: StagePoint, card: Size, stage: Size, gap: number): StagePoint {
  const inside = stagePoint(clamp(point.x, 0, stage.width), clamp(point.y, 0, stage.height));
  const fit = (start: number, length: number, whole: number): number =>
    clamp(start, MARGIN, Math.max(MARGIN, whole - length - MARGIN));
  const y = fit(inside.y - gap, card.height, stage.height);
  const right = inside.x + gap;
  if (right + card.width <= stage.width - MARGIN) return stagePoint(right, y);
  const left = inside.x - gap - card.width;
  if (left >= MARGIN) return stagePoint(left, y);
  const x = fit(inside.x - card.width / 2, card.width, stage.width);
  const below = inside.y + gap / 2;
  if (below + card.height <= stage.height - MARGIN) return stagePoint(x, below);
  return stagePoint(x, Math.max(MARGIN, inside.y - gap - card.height));
}

/**
 * The same of a card that belongs to a shape: right of it, else left, else below or above; where the shape leaves no room at all, at the foot of the stage.
 * @param around the box around the shape, on the stage
 */
export function besideRect(around: Rect, card: Size, stage: Size, gap: number): StagePoint {
  const fit = (start: number, length: number, whole: number): number =>
    clamp(start, MARGIN, Math.max(MARGIN, whole - length - MARGIN));
  const x = fit(around.x + around.width / 2 - card.width / 2, card.width, stage.width);
  const y = fit(around.y, card.height, stage.height);
  const right = around.x + around.width + gap;
  if (right >= MARGIN && right + card.width <= stage.width - MARGIN) return stagePoint(right, y);
  const left = around.x - gap - card.width;
  if (left >= MARGIN && left + card.width <= stage.width - MARGIN) return stagePoint(left, y);
  const below = around.y + around.height + gap;
  if (below >= MARGIN && below + card.height <= stage.height - MARGIN) return stagePoint(x, below);
  const above = around.y - gap - card.height;
  if (above >= MARGIN && above + card.height <= stage.height - MARGIN) return stagePoint(x, above);
  return stagePoint(x, Math.max(MARGIN, stage.height - card.height - MARGIN));
}

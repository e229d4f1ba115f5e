import { clamp, stagePoint, type Size, type StagePoint } from './points';

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

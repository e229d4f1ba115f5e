/** What is looked at of an underlay stands out from everything, each shape in its colour and dash and with its name. */
import type { Size } from '~/geometry/points';
import { bounds } from '~/geometry/shapes';
import { matrixOf, onStage, type View } from '~/geometry/view';
import type { Looks } from './overlay';
import { paint } from './paint';
import { tag } from './tags';
import type { Focused, Tagged } from './underlay';

/** Inside the shape, where no name plate of another comes. */
const TAG_INSIDE = 18;
/** From one name plate to the next, where shapes begin at the same place. */
const LINE = 20;

/** What is said on shapes lies below what is looked at, and less loud. */
export function paintTags(ctx: CanvasRenderingContext2D, tagged: readonly Tagged[], view: View, stage: Size): void {
  ctx.save();
  ctx.globalAlpha = 0.85;
  for (const { geometry, text, color } of tagged) {
    const at = onStage(view, bounds(geometry));
    tag(ctx, text, at.x, at.y + TAG_INSIDE, { background: color }, stage.width);
  }
  ctx.restore();
}

export function paintFocus(
  ctx: CanvasRenderingContext2D,
  focused: readonly Focused[],
  view: View,
  stage: Size,
  looks: Pick<Looks, 'edges'>,
): void {
  ctx.save();
  ctx.transform(...matrixOf(view));
  for (const { geometry, color, dash, label } of focused) {
    ctx.save();
    paint(ctx, geometry, { color, fill: 0.1, width: 2.75, dash, halo: true }, view.scale, looks.edges(label));
    ctx.restore();
  }
  ctx.restore();
  const taken: { x: number; y: number }[] = [];
  for (const { geometry, color, name } of focused) {
    const at = onStage(view, bounds(geometry));
    let top = at.y - 4;
    // Plates of shapes that begin at nearly the same place stand above one another.
    while (taken.some((other) => Math.abs(other.y - top) < LINE && Math.abs(other.x - at.x) < 120)) top -= LINE;
    taken.push({ x: at.x, y: top });
    tag(ctx, name, at.x - 1, top, { background: color }, stage.width);
  }
}

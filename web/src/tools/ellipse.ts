import { imagePoint, round2, type ImagePoint, type Size } from '~/geometry/points';
import { bounds, boxBetween, MIN_BOX, type Geometry } from '~/geometry/shapes';
import { draggedTool } from './dragged';

/** The ellipse in the box between two corners; with Shift a circle. */
function ellipseBetween(from: ImagePoint, to: ImagePoint, image: Size, circle: boolean): Geometry {
  let end = to;
  if (circle) {
    const side = Math.min(Math.abs(to.x - from.x), Math.abs(to.y - from.y));
    end = imagePoint(from.x + Math.sign(to.x - from.x) * side, from.y + Math.sign(to.y - from.y) * side);
  }
  const { x, y, width, height } = boxBetween(from, end, image);
  return {
    kind: 'ellipse',
    cx: round2(x + width / 2),
    cy: round2(y + height / 2),
    rx: round2(width / 2),
    ry: round2(height / 2),
    rotation: 0,
  };
}

export const ellipseTool = draggedTool({
  name: 'ellipse',
  makes: ['ellipse'],
  between: ellipseBetween,
  extent: bounds,
  least: MIN_BOX,
});

import { boxBetween, bounds, MIN_BOX } from '~/geometry/shapes';
import { draggedTool } from './dragged';

export const boxTool = draggedTool({
  name: 'box',
  makes: ['box'],
  between: (from, to, image) => boxBetween(from, to, image),
  extent: bounds,
  least: MIN_BOX,
});

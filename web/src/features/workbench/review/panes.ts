/** How pictures are laid out beside one another. */
import type { Size } from '~/geometry/points';

/** Of a pane's head. */
const HEAD = 30;

/** The number of columns at which pictures of this shape are largest. */
export function columnsFor(panes: number, room: Size, image: Size): number {
  let [best, most] = [1, 0];
  for (let columns = 1; columns <= panes; columns++) {
    const rows = Math.ceil(panes / columns);
    const scale = Math.min(room.width / columns / image.width, (room.height / rows - HEAD) / image.height);
    if (scale > most * 1.001) [best, most] = [columns, scale];
  }
  return best;
}

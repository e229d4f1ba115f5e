/** A mask elsewhere on its picture. */
import { columnRuns, get } from './column-runs';
import { maskWriter, type MaskGeometry } from './mask-runs';

/** By whole pixels; what would lie beyond the picture's border is cut off. */
export function shifted(mask: MaskGeometry, dx: number, dy: number): MaskGeometry {
  const { width, height } = mask;
  const ones = columnRuns(mask, 1);
  const writer = maskWriter(mask);
  ones.column.forEach((column, i) => {
    const x = column + dx;
    if (x < 0 || x >= width) return;
    const [from, to] = [Math.max(0, get(ones.from, i) + dy), Math.min(height, get(ones.to, i) + dy)];
    writer.ones(x * height + from, x * height + to);
  });
  return writer.mask();
}

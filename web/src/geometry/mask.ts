import { columnRuns, components, get } from './column-runs';
import { maskWriter, union, type MaskGeometry } from './mask-runs';

export { polygonOfMask } from './contour';
export { area, commonOnes, emptyMask, intersection, isEmpty, minus, sameSize, union, type MaskGeometry } from './mask-runs';
export { capsule, maskOfPolygon, maskOfShape } from './raster';

/** A mask without its holes: zeros from which no way over sides of pixels leads to the image's border become ones. */
export function filled(mask: MaskGeometry): MaskGeometry {
  const zeros = columnRuns(mask, 0);
  const component = components(zeros);
  const open = new Set<number>();
  component.forEach((root, i) => {
    const [x, from, to] = [get(zeros.column, i), get(zeros.from, i), get(zeros.to, i)];
    if (x === 0 || x === mask.width - 1 || from === 0 || to === mask.height) open.add(root);
  });
  const holes = maskWriter(mask);
  component.forEach((root, i) => {
    const top = get(zeros.column, i) * mask.height;
    if (!open.has(root)) holes.ones(top + get(zeros.from, i), top + get(zeros.to, i));
  });
  return union(mask, holes.mask());
}

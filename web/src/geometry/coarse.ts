/** What a mask looks like from afar: its outline by squares of several pixels, for those who are shown it many times a second. */
import { columnRuns, get } from './column-runs';
import { polygonOfMask } from './contour';
import { maskWriter, type MaskGeometry } from './mask-runs';
import type { Geometry } from './shapes';

/**
 * The outline of a mask with few enough corners to be told at every move. No square loses what little is in it, so thin strokes
 * stay: the outline is never inside the mask by more than a square's side, and never outside it by more. Null for a mask without ones.
 *
 * @param most how many runs the mask of squares may have; its outline has about as many corners at the very most
 */
export function coarseOutline(mask: MaskGeometry, most: number): Extract<Geometry, { kind: 'polygon' }> | null {
  let side = 2;
  let coarse = bySquares(mask, side);
  // What is no more than a few squares has few runs, whatever the mask is like.
  while (coarse.counts.length > most && coarse.width * coarse.height > 1) coarse = bySquares(mask, (side *= 2));
  const outline = polygonOfMask(coarse);
  const onImage = ([x = 0, y = 0]: readonly number[]): number[] => [
    Math.min(mask.width, x * side),
    Math.min(mask.height, y * side),
  ];
  return outline && { kind: 'polygon', parts: outline.parts.map((part) => part.map((ring) => ring.map(onImage))) };
}

/** A mask with a pixel for each square of another, one where any pixel of the square is. */
function bySquares(mask: MaskGeometry, side: number): MaskGeometry {
  const [width, height] = [Math.ceil(mask.width / side), Math.ceil(mask.height / side)];
  const runs = columnRuns(mask, 1);
  const writer = maskWriter({ width, height });
  for (let x = 0; x < width; x++) {
    const [first, end] = [get(runs.first, x * side), get(runs.first, Math.min(mask.width, (x + 1) * side))];
    const stretches: [number, number][] = [];
    for (let i = first; i < end; i++) stretches.push([Math.floor(get(runs.from, i) / side), Math.ceil(get(runs.to, i) / side)]);
    // The writer takes stretches in order and joins those that meet.
    stretches.sort(([a], [b]) => a - b);
    for (const [from, to] of stretches) writer.ones(x * height + from, x * height + to);
  }
  return writer.mask();
}

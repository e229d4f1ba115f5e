/**
 * What of a found area is no more than grain: islands that belong to nothing, holes in what is whole. Models leave both along borders that they are unsure of
 * (`remove_small_regions` of segment-anything has the same purpose), and somebody would have to take away each by hand.
 */
import type { Size } from '~/geometry/points';

/** Of so few pixels, or such a part of the whole area. */
const LEAST = { pixels: 12, part: 0.002 };

/** Changes the area, ones and zeros row by row. The largest island stays, however small it is. */
export function cleanGrain(area: Uint8Array, { width, height }: Size): void {
  const ones = area.reduce((sum, value) => sum + value, 0);
  const least = Math.max(LEAST.pixels, ones * LEAST.part);
  const seen = new Uint8Array(area.length);
  /** Islands no larger than grain are all gone but for the largest, if no larger one was met. */
  let largest: Int32Array = new Int32Array(0);
  const small: Int32Array[] = [];
  for (let start = 0; start < area.length; start++) {
    if (seen[start] === 1) continue;
    const value = area[start] ?? 0;
    const { pixels, isAtEdge } = piece(area, seen, start, { width, height });
    if (value === 1 && pixels.length > largest.length) {
      if (largest.length > 0 && largest.length < least) small.push(largest);
      largest = pixels;
    } else if (pixels.length < least && (value === 1 || !isAtEdge)) small.push(pixels);
  }
  for (const pixels of small) {
    const other = 1 - (area[pixels[0] ?? 0] ?? 0);
    for (const pixel of pixels) area[pixel] = other;
  }
}

/** All that is joined to a pixel, side by side, and of its value. */
function piece(
  area: Uint8Array,
  seen: Uint8Array,
  start: number,
  { width, height }: Size,
): { readonly pixels: Int32Array; readonly isAtEdge: boolean } {
  const value = area[start];
  let found = new Int32Array(64);
  let [count, isAtEdge] = [0, false];
  const meet = (pixel: number): void => {
    if (seen[pixel] === 1 || area[pixel] !== value) return;
    seen[pixel] = 1;
    if (count === found.length) {
      const larger = new Int32Array(2 * count);
      larger.set(found);
      found = larger;
    }
    found[count++] = pixel;
  };
  meet(start);
  // What was found is the list of what is still to be looked around from.
  for (let i = 0; i < count; i++) {
    const pixel = found[i] ?? 0;
    const x = pixel % width;
    if (x > 0) meet(pixel - 1);
    if (x < width - 1) meet(pixel + 1);
    if (pixel >= width) meet(pixel - width);
    if (pixel < width * (height - 1)) meet(pixel + width);
    isAtEdge ||= x === 0 || x === width - 1 || pixel < width || pixel >= width * (height - 1);
  }
  return { pixels: found.subarray(0, count), isAtEdge };
}

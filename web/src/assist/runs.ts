/** From what was found on a smaller copy of a picture to a mask in the picture's own pixels. */
import { maskWriter, type MaskGeometry } from '~/geometry/mask-runs';
import type { Rect, Size } from '~/geometry/points';

/**
 * Column by column, each of the picture's pixels as the one is that stands for it.
 * @param isInside of a pixel as it was worked on
 * @param rect where, of those, there may be any
 */
export function scaledMask(isInside: (x: number, y: number) => boolean, rect: Rect, worked: Size, image: Size): MaskGeometry {
  const writer = maskWriter(image);
  const [across, down] = [image.width / worked.width, image.height / worked.height];
  /** The first of the picture's pixels whose middle is not before a pixel of the mask. */
  const first = (pixel: number, scale: number, most: number): number =>
    Math.min(most, Math.max(0, Math.ceil(pixel * scale - 0.5)));
  for (let x = rect.x; x < rect.x + rect.width; x++) {
    const stretches: number[] = [];
    let inside = false;
    for (let y = rect.y; y <= rect.y + rect.height; y++) {
      const here = y < rect.y + rect.height && isInside(x, y);
      if (here !== inside) stretches.push(first(y, down, image.height));
      inside = here;
    }
    const end = first(x + 1, across, image.width);
    for (let column = first(x, across, image.width); column < end; column++) {
      for (let i = 0; i + 1 < stretches.length; i += 2) {
        writer.ones(column * image.height + (stretches[i] ?? 0), column * image.height + (stretches[i + 1] ?? 0));
      }
    }
  }
  return writer.mask();
}

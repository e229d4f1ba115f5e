/** The magic wand's eye: what is joined to a pixel and nowhere further than a tolerance from its color. */
import type { MaskGeometry } from '~/geometry/mask-runs';
import type { Size } from '~/geometry/points';
import { deleting, type Cv, type CvPoint, type CvRect, type Mat } from './cv';
import { scaledMask } from './runs';

/** A hole that is smaller than this many pixels, or this part of the area, is grain of the picture and no hole of the thing. */
const LEAST_HOLE = { pixels: 12, part: 0.0004 };
const INSIDE = 255;

/**
 * @param rgb the picture as it is worked on
 * @param at a pixel of it
 * @param image the size of the picture itself: the mask's
 */
export function flood(cv: Cv, rgb: Mat, at: CvPoint, tolerance: number, image: Size): MaskGeometry {
  return deleting((own) => {
    // With a border of a pixel, as OpenCV wants it.
    const mask = own(cv.Mat.zeros(rgb.rows + 2, rgb.cols + 2, cv.CV_8UC1));
    const range = new cv.Scalar(tolerance, tolerance, tolerance);
    const rect = new cv.Rect(0, 0, 0, 0);
    const flags = 4 | cv.FLOODFILL_FIXED_RANGE | cv.FLOODFILL_MASK_ONLY | (INSIDE << 8);
    const area = cv.floodFill(rgb, mask, at, new cv.Scalar(0, 0, 0), rect, range, range, flags);
    fillGrain(cv, mask, rect, area);
    const { data, cols: stride } = mask;
    const isInside = (x: number, y: number): boolean => data[(y + 1) * stride + x + 1] === INSIDE;
    return scaledMask(isInside, rect, { width: rgb.cols, height: rgb.rows }, image);
  });
}

function fillGrain(cv: Cv, mask: Mat, rect: CvRect, area: number): void {
  const least = Math.max(LEAST_HOLE.pixels, area * LEAST_HOLE.part);
  deleting((own) => {
    const part = own(mask.roi(new cv.Rect(rect.x + 1, rect.y + 1, rect.width, rect.height)));
    const contours = own(new cv.MatVector());
    const hierarchy = own(new cv.Mat());
    cv.findContours(part, contours, hierarchy, cv.RETR_CCOMP, cv.CHAIN_APPROX_SIMPLE);
    for (let i = 0; i < contours.size(); i++) {
      // Four numbers to a contour; the last is the one around it, which only holes have.
      if ((hierarchy.data32S[4 * i + 3] ?? -1) === -1) continue;
      const contour = own(contours.get(i));
      if (cv.contourArea(contour) < least) cv.drawContours(part, contours, i, new cv.Scalar(INSIDE), cv.FILLED);
    }
  });
}

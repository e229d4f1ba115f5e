/** One picture as the worker has it, and what can be found on it. Coordinates are the picture's own, whatever size it is worked on in. */
import { clamp, imagePoint, type ImagePoint, type Size } from '~/geometry/points';
import type { MaskGeometry } from '~/geometry/mask';
import type { Cv, Mat } from './cv';
import { flood } from './flood';
import { Ways, type WayAsk } from './way';

export interface Pixels extends Size {
  /** Red, green, blue, opacity. */
  readonly data: Uint8Array | Uint8ClampedArray;
}

export class Sight {
  readonly #rgb: Mat;
  readonly #ways: Ways;

  /** @param size of the picture itself, of which these pixels may be a smaller copy */
  constructor(
    private readonly cv: Cv,
    pixels: Pixels,
    private readonly size: Size,
  ) {
    const rgba = new cv.Mat(pixels.height, pixels.width, cv.CV_8UC4);
    rgba.data.set(pixels.data);
    this.#rgb = new cv.Mat();
    cv.cvtColor(rgba, this.#rgb, cv.COLOR_RGBA2RGB);
    rgba.delete();
    this.#ways = new Ways(cv, this.#rgb, size.width / pixels.width);
  }

  dispose(): void {
    this.#ways.dispose();
    this.#rgb.delete();
  }

  area(point: ImagePoint, tolerance: number): MaskGeometry {
    const { rows, cols } = this.#rgb;
    const x = clamp(Math.floor((point.x * cols) / this.size.width), 0, cols - 1);
    const y = clamp(Math.floor((point.y * rows) / this.size.height), 0, rows - 1);
    return flood(this.cv, this.#rgb, new this.cv.Point(x, y), tolerance, this.size);
  }

  way(ask: WayAsk): ImagePoint[] {
    return this.#ways.find(ask).map(({ x, y }) => imagePoint(clamp(x, 0, this.size.width), clamp(y, 0, this.size.height)));
  }
}

/**
 * The scissors' eye: the cheapest way over the picture's borders (Mortensen and Barrett 1995, as OpenCV has it). All ways from one point are found at once,
 * within a window around it; then the one to the pointer is there as fast as it is asked for.
 */
import { clamp, imagePoint, type ImagePoint, type Rect } from '~/geometry/points';
import { simplifiedLine } from '~/geometry/simplify';
import { deleting, type Cv, type CvPoint, type Mat, type ScissorsMB } from './cv';

/** Side of the window in pixels as they are worked on: all ways through it take about a third of a second. */
const SIDE = 768;
/** How strong a border is, at least, that a click is moved onto; and how much that counts less at the end of its reach. */
const LEAST_STRENGTH = 60;
const FAR = 0.6;
const CANNY = { low: 32, high: 100 };
const STRONGEST = 200;
/** How far a corner may be from the way, in pixels as they are worked on. */
const COURSE = 0.75;
/** Pixels to either side over which the way is smoothed: its stairs and its trembling are not the border's. */
const CALM = 2;

export interface WayAsk {
  readonly from: ImagePoint | null;
  readonly to: ImagePoint;
  readonly reach: number;
  readonly pixel: number;
}

/** A part of the picture, shrunk so that its pixels are about as large as those on the screen. */
class Window {
  readonly #scissors: ScissorsMB;
  readonly #strength: Float32Array;
  readonly #contour: Mat;
  #from: ImagePoint | null = null;

  constructor(
    private readonly cv: Cv,
    rgb: Mat,
    /** In pixels of `rgb`. */
    private readonly rect: Rect,
    /** Size of the window as it is worked on. */
    private readonly size: { readonly width: number; readonly height: number },
    /** The picture's pixels to one of `rgb`. */
    private readonly base: number,
  ) {
    const [scissors, strength] = deleting((own) => {
      const part = own(rgb.roi(new cv.Rect(rect.x, rect.y, rect.width, rect.height)));
      const small = own(new cv.Mat());
      cv.resize(part, small, new cv.Size(size.width, size.height), 0, 0, cv.INTER_AREA);
      const found = new cv.segmentation_IntelligentScissorsMB();
      found.setEdgeFeatureCannyParameters(CANNY.low, CANNY.high);
      found.setGradientMagnitudeMaxLimit(STRONGEST);
      found.applyImage(small);
      return [found, strengthOf(cv, small)] as const;
    });
    this.#scissors = scissors;
    this.#strength = strength;
    this.#contour = new cv.Mat();
  }

  dispose(): void {
    this.#scissors.delete();
    this.#contour.delete();
  }

  /** The picture's pixels to one of the window's. */
  get scale(): number {
    return (this.rect.width / this.size.width) * this.base;
  }

  holds(point: ImagePoint): boolean {
    const [x, y] = this.#place(point);
    return x >= 0 && y >= 0 && x < this.size.width && y < this.size.height;
  }

  /** On the strongest border within reach, or where it is. */
  settled(point: ImagePoint, reach: number): ImagePoint {
    const { width, height } = this.size;
    const [x, y] = this.#place(point);
    const radius = reach / this.scale;
    let [best, at] = [LEAST_STRENGTH, point];
    for (let py = Math.max(1, Math.ceil(y - radius)); py <= Math.min(height - 2, y + radius); py++) {
      for (let px = Math.max(1, Math.ceil(x - radius)); px <= Math.min(width - 2, x + radius); px++) {
        const away = Math.hypot(px - x, py - y) / radius;
        const worth = away > 1 ? 0 : (this.#strength[py * width + px] ?? 0) * (1 - FAR * away);
        if (worth > best) [best, at] = [worth, this.#point(px, py)];
      }
    }
    return at;
  }

  /** From `from` itself, with no more corners than its course needs. */
  way(from: ImagePoint, to: ImagePoint): ImagePoint[] {
    if (this.#from?.x !== from.x || this.#from.y !== from.y) {
      this.#scissors.buildMap(this.#pixel(from));
      this.#from = from;
    }
    this.#scissors.getContour(this.#pixel(to), this.#contour, false);
    const found = this.#contour.data32S;
    const line: [number, number][] = [];
    for (let i = 0; i + 1 < found.length; i += 2) {
      const { x, y } = this.#point(found[i] ?? 0, found[i + 1] ?? 0);
      line.push([x, y]);
    }
    const between = simplifiedLine(calmed(line), COURSE * this.scale).slice(1, -1);
    return [from, ...between.map(([x, y]) => imagePoint(x, y)), to];
  }

  #place({ x, y }: ImagePoint): readonly [number, number] {
    return [
      (x / this.base - this.rect.x) / (this.scale / this.base) - 0.5,
      (y / this.base - this.rect.y) / (this.scale / this.base) - 0.5,
    ];
  }

  #pixel(point: ImagePoint): CvPoint {
    const [x, y] = this.#place(point);
    return new this.cv.Point(clamp(Math.round(x), 0, this.size.width - 1), clamp(Math.round(y), 0, this.size.height - 1));
  }

  /** The middle of a pixel. */
  #point(x: number, y: number): ImagePoint {
    const scale = this.scale / this.base;
    return imagePoint(((x + 0.5) * scale + this.rect.x) * this.base, ((y + 0.5) * scale + this.rect.y) * this.base);
  }
}

/** Each point the middle of those around it; the ends stay, and so do the points beside them as far as they must. */
function calmed(line: readonly (readonly [number, number])[]): [number, number][] {
  return line.map((_, i) => {
    const far = Math.min(CALM, i, line.length - 1 - i);
    const near = line.slice(i - far, i + far + 1);
    const middle = (axis: 0 | 1): number => near.reduce((sum, point) => sum + point[axis], 0) / near.length;
    return [middle(0), middle(1)];
  });
}

/** How strongly the picture changes at each pixel. */
function strengthOf(cv: Cv, rgb: Mat): Float32Array {
  return deleting((own) => {
    const grey = own(new cv.Mat());
    const [across, down, strength] = [own(new cv.Mat()), own(new cv.Mat()), own(new cv.Mat())];
    cv.cvtColor(rgb, grey, cv.COLOR_RGB2GRAY);
    cv.Sobel(grey, across, cv.CV_32F, 1, 0);
    cv.Sobel(grey, down, cv.CV_32F, 0, 1);
    cv.magnitude(across, down, strength);
    return strength.data32F.slice();
  });
}

/** Finds ways over one picture. The last window is kept: most questions are about the same one. */
export class Ways {
  #window: Window | null = null;
  #around: { readonly point: ImagePoint; readonly shrink: number } | null = null;

  constructor(
    private readonly cv: Cv,
    private readonly rgb: Mat,
    private readonly base: number,
  ) {}

  dispose(): void {
    this.#window?.dispose();
    this.#window = null;
  }

  find({ from, to, reach, pixel }: WayAsk): ImagePoint[] {
    const window = this.#windowAround(from ?? to, pixel);
    if (from === null) return [window.settled(to, reach)];
    if (window.holds(to)) return window.way(from, window.settled(to, reach));
    // Beyond the window nothing is known: straight from where the way leaves it.
    return [...window.way(from, to).slice(0, -1), to];
  }

  #windowAround(point: ImagePoint, pixel: number): Window {
    const shrink = Math.max(1, 2 ** Math.floor(Math.log2(Math.max(1, pixel / this.base))));
    const known = this.#around;
    if (this.#window && known?.shrink === shrink && known.point.x === point.x && known.point.y === point.y) return this.#window;
    const { rgb, base } = this;
    const [width, height] = [Math.min(rgb.cols, SIDE * shrink), Math.min(rgb.rows, SIDE * shrink)];
    const rect = {
      x: clamp(Math.round(point.x / base - width / 2), 0, rgb.cols - width),
      y: clamp(Math.round(point.y / base - height / 2), 0, rgb.rows - height),
      width,
      height,
    };
    const size = { width: Math.max(1, Math.round(width / shrink)), height: Math.max(1, Math.round(height / shrink)) };
    this.dispose();
    this.#window = new Window(this.cv, rgb, rect, size, base);
    this.#around = { point, shrink };
    return this.#window;
  }
}

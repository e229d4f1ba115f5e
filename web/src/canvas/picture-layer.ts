import type { Size } from '~/geometry/points';
import { CRISP_SCALE, type View } from '~/geometry/view';
import { adjust, AS_IT_IS, isAsItIs, type Adjustments } from '~/lib/adjust';
import { Sheet, type Surface } from './sheet';

/** Below this a picture is drawn from a smaller copy of it: drawing all its pixels to show a quarter of them takes long. */
const HALF = 0.5;

const ADJUSTED = ['brightness', 'contrast', 'gamma', 'equalise', 'channel'] as const;

/** The image itself, or the place where it will be, on a sheet that moves with the camera. */
export class PictureLayer {
  readonly #sheet: Sheet;
  #image: HTMLImageElement | null = null;
  /** Copies of half the size, a quarter and so on; made when they are first needed. */
  #smaller: HTMLCanvasElement[] = [];
  /** Those in use, as they are to be seen. */
  readonly #adjusted = new Map<CanvasImageSource, CanvasImageSource>();
  #adjustments: Adjustments = AS_IT_IS;
  #surface: Surface = { stage: { width: 0, height: 0 }, ratio: 1 };

  constructor(
    canvas: HTMLCanvasElement,
    private readonly size: Size,
  ) {
    this.#sheet = new Sheet(canvas);
  }

  set(image: HTMLImageElement | null): void {
    if (image === this.#image) return;
    this.#image = image;
    this.#smaller = [];
    this.#adjusted.clear();
    this.#sheet.forget();
  }

  adjust(now: Adjustments): void {
    const { brightness, contrast, gamma, equalise, channel } = now;
    const before = this.#adjustments;
    this.#adjustments = { brightness, contrast, gamma, equalise, channel };
    if (ADJUSTED.every((name) => before[name] === now[name])) return;
    this.#adjusted.clear();
    this.#sheet.forget();
  }

  resize(surface: Surface): void {
    this.#surface = surface;
    this.#sheet.forget();
  }

  frame(view: View, moving: boolean): void {
    const good = moving ? this.#sheet.serves(this.#surface, view, this.size) : this.#sheet.isFor(this.#surface, view);
    if (!good) {
      this.#sheet.begin(this.#surface, view);
      this.#paint();
    }
    this.#sheet.show(view);
  }

  #paint(): void {
    const { ratio } = this.#surface;
    const { scale } = this.#sheet.view;
    const ctx = this.#sheet.enter(ratio);
    if (!ctx) return;
    const { width, height } = this.size;
    if (this.#image) {
      ctx.imageSmoothingEnabled = scale < CRISP_SCALE;
      ctx.drawImage(this.#seen(this.#fitting(this.#image, scale * ratio)), 0, 0, width, height);
    } else {
      ctx.fillStyle = 'rgb(128 132 142 / 12%)';
      ctx.fillRect(0, 0, width, height);
    }
    const hair = 1 / scale;
    ctx.lineWidth = hair;
    ctx.strokeStyle = 'rgb(0 0 0 / 22%)';
    ctx.strokeRect(-hair / 2, -hair / 2, width + hair, height + hair);
    ctx.restore();
  }

  /** Only the copy that is shown is adjusted: a slider is followed while it moves. */
  #seen(source: HTMLImageElement | HTMLCanvasElement): CanvasImageSource {
    if (isAsItIs(this.#adjustments)) return source;
    let seen = this.#adjusted.get(source);
    if (!seen) this.#adjusted.set(source, (seen = adjusted(source, this.#adjustments)));
    return seen;
  }

  #fitting(image: HTMLImageElement, scale: number): HTMLImageElement | HTMLCanvasElement {
    let source: HTMLImageElement | HTMLCanvasElement = image;
    let [width, height] = [image.naturalWidth, image.naturalHeight];
    for (let level = 0, s = scale; s < HALF && width > 64 && height > 64; level++, s *= 2) {
      [width, height] = [Math.ceil(width / 2), Math.ceil(height / 2)];
      source = this.#smaller[level] ??= shrunk(source, width, height);
    }
    return source;
  }
}

function shrunk(source: CanvasImageSource, width: number, height: number): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [width, height];
  const ctx = canvas.getContext('2d');
  if (ctx) {
    ctx.imageSmoothingQuality = 'medium';
    ctx.drawImage(source, 0, 0, width, height);
  }
  return canvas;
}

/** A storage of another origin may show a picture and yet not let its pixels be read: then it stays as it is. */
function adjusted(source: HTMLImageElement | HTMLCanvasElement, adjustments: Adjustments): CanvasImageSource {
  const canvas = document.createElement('canvas');
  const of = source instanceof HTMLImageElement ? { width: source.naturalWidth, height: source.naturalHeight } : source;
  [canvas.width, canvas.height] = [of.width, of.height];
  const ctx = canvas.getContext('2d', { willReadFrequently: true });
  if (!ctx) return source;
  ctx.drawImage(source, 0, 0);
  try {
    const pixels = ctx.getImageData(0, 0, canvas.width, canvas.height);
    adjust(pixels.data, adjustments);
    ctx.putImageData(pixels, 0, 0);
    return canvas;
  } catch {
    return source;
  }
}

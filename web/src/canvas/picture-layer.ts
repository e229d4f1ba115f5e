import type { Size } from '~/geometry/points';
import { CRISP_SCALE, type View } from '~/geometry/view';

/** Below this a picture is drawn from a smaller copy of it: drawing all its pixels to show a quarter of them takes long. */
const HALF = 0.5;

/** The image itself, or the place where it will be. */
export class PictureLayer {
  #image: HTMLImageElement | null = null;
  /** Copies of half the size, a quarter and so on; made when they are first needed. */
  #smaller: HTMLCanvasElement[] = [];

  constructor(private readonly size: Size) {}

  set(image: HTMLImageElement | null): void {
    if (image === this.#image) return;
    this.#image = image;
    this.#smaller = [];
  }

  paint(ctx: CanvasRenderingContext2D, view: View, ratio: number): void {
    const { width, height } = this.size;
    const [x, y, w, h] = [view.x, view.y, width * view.scale, height * view.scale];
    if (this.#image) {
      ctx.imageSmoothingEnabled = view.scale < CRISP_SCALE;
      ctx.drawImage(this.#fitting(this.#image, view.scale * ratio), x, y, w, h);
    } else {
      ctx.fillStyle = 'rgb(128 132 142 / 12%)';
      ctx.fillRect(x, y, w, h);
    }
    ctx.lineWidth = 1;
    ctx.strokeStyle = 'rgb(0 0 0 / 22%)';
    ctx.strokeRect(x - 0.5, y - 0.5, w + 1, h + 1);
  }

  #fitting(image: HTMLImageElement, scale: number): CanvasImageSource {
    let source: CanvasImageSource = image;
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

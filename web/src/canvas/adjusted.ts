/** Copies of what is painted, as it is to be seen: brighter, one channel, and so on. */
import { adjust, AS_IT_IS, histogram, isAsItIs, type Adjustments } from '~/lib/adjust';

export type Raster = HTMLImageElement | HTMLCanvasElement | ImageBitmap;

const ADJUSTED = ['brightness', 'contrast', 'gamma', 'equalise', 'channel'] as const;

export const widthOf = (raster: Raster): number => (raster instanceof HTMLImageElement ? raster.naturalWidth : raster.width);
export const heightOf = (raster: Raster): number => (raster instanceof HTMLImageElement ? raster.naturalHeight : raster.height);

/** Only what is shown is adjusted, so that a slider is followed while it moves. Copies go with what they are copies of. */
export class Adjusted {
  #copies = new WeakMap<Raster, Raster>();
  #adjustments: Adjustments = AS_IT_IS;
  /** Of the whole picture, by what tells it: a part of it alone would be spread in a way of its own. */
  #counts: { readonly of: Raster; readonly counts: Uint32Array | null } | null = null;

  /** @returns whether it looks different now */
  set({ brightness, contrast, gamma, equalise, channel }: Adjustments): boolean {
    const before = this.#adjustments;
    const now = { brightness, contrast, gamma, equalise, channel };
    this.#adjustments = now;
    if (ADJUSTED.every((name) => before[name] === now[name])) return false;
    this.forget();
    return true;
  }

  forget(): void {
    this.#copies = new WeakMap();
  }

  /** @param whole small, if the raster is only a part of the picture */
  of(raster: Raster, whole: Raster = raster): Raster {
    if (isAsItIs(this.#adjustments)) return raster;
    let copy = this.#copies.get(raster);
    if (!copy) this.#copies.set(raster, (copy = this.#adjusted(raster, whole)));
    return copy;
  }

  /** A storage of another origin may show a picture and yet not let its pixels be read: then it stays as it is. */
  #adjusted(raster: Raster, whole: Raster): Raster {
    const read = readable(raster);
    if (!read) return raster;
    const counts = this.#adjustments.equalise && whole !== raster ? this.#countsOf(whole) : null;
    adjust(read.pixels.data, this.#adjustments, counts ?? undefined);
    read.ctx.putImageData(read.pixels, 0, 0);
    return read.ctx.canvas;
  }

  #countsOf(whole: Raster): Uint32Array | null {
    if (this.#counts?.of !== whole) {
      const read = readable(whole);
      this.#counts = { of: whole, counts: read && histogram(read.pixels.data) };
    }
    return this.#counts.counts;
  }
}

function readable(raster: Raster): { readonly ctx: CanvasRenderingContext2D; readonly pixels: ImageData } | null {
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [widthOf(raster), heightOf(raster)];
  const ctx = canvas.getContext('2d', { willReadFrequently: true });
  if (!ctx) return null;
  ctx.drawImage(raster, 0, 0);
  try {
    return { ctx, pixels: ctx.getImageData(0, 0, canvas.width, canvas.height) };
  } catch {
    return null;
  }
}

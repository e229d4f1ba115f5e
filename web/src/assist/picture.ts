/** The pixels of the picture that is shown, as far as the browser lets them be read. */
import type { Size } from '~/geometry/points';

/**
 * Larger pictures are worked on in a smaller copy: 12 megapixels are 36 MB in OpenCV, and as much again while an area is looked for; a phone's photo is
 * still whole, and what is found is as exact as it can be seen on a screen.
 */
export const MOST_PIXELS = 12_000_000;

export const UNREADABLE =
  'The storage of this picture does not let its pixels be read (CORS), which this tool needs. An admin can allow this address there.';

export interface Picture {
  /** The same for the same picture, whenever it is opened. */
  readonly key: string;
  /** In whose coordinates people draw. */
  readonly size: Size;
  bitmap(): Promise<ImageBitmap>;
}

export function workedSize({ width, height }: Size): Size {
  const shrink = Math.sqrt(Math.min(1, MOST_PIXELS / (width * height)));
  return { width: Math.max(1, Math.floor(width * shrink)), height: Math.max(1, Math.floor(height * shrink)) };
}

/** A picture as it is shown. */
interface Shown {
  readonly address: string;
  readonly whole: HTMLImageElement | ImageBitmap;
  /** Where it is shown by tiles: who makes a copy of any size. */
  readonly tiles: { readonly size: Size; copy(as: Size): Promise<ImageBitmap> } | null;
}

export function pictureOf(shown: Shown, size: Size): Picture {
  const { address, whole, tiles } = shown;
  const bitmap = async (): Promise<ImageBitmap> => {
    if (tiles) return tiles.copy(workedSize(tiles.size));
    return smaller(whole instanceof HTMLImageElement ? await readable(whole) : whole);
  };
  return { key: keyOf(address), size, bitmap };
}

/** What signs an address changes from hour to hour; what is at it does not. */
export function keyOf(address: string): string {
  const at = address.indexOf('?');
  return address.startsWith('data:') || at === -1 ? address : address.slice(0, at);
}

/** A picture from another origin that was not asked for with leave to read it is asked for once more, with it. */
async function readable(image: HTMLImageElement): Promise<HTMLImageElement | ImageBitmap> {
  if (mayBeRead(image)) return image;
  try {
    // What the browser has kept was answered without that leave.
    const response = await fetch(image.currentSrc, { mode: 'cors', credentials: 'omit', cache: 'reload' });
    return await createImageBitmap(await response.blob());
  } catch {
    throw new Error(UNREADABLE);
  }
}

function mayBeRead(image: HTMLImageElement): boolean {
  const ctx = document.createElement('canvas').getContext('2d');
  if (!ctx) return false;
  ctx.drawImage(image, 0, 0, 1, 1);
  try {
    ctx.getImageData(0, 0, 1, 1);
    return true;
  } catch {
    return false;
  }
}

/** Upright: a photo's own turn is followed, as it is where it is shown. */
function smaller(source: HTMLImageElement | ImageBitmap): Promise<ImageBitmap> {
  const of = source instanceof HTMLImageElement ? { width: source.naturalWidth, height: source.naturalHeight } : source;
  const { width, height } = workedSize(of);
  if (width === of.width && height === of.height) return createImageBitmap(source);
  return createImageBitmap(source, { resizeWidth: width, resizeHeight: height, resizeQuality: 'medium' });
}

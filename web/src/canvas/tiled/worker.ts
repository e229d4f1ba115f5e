/** Decodes a huge picture and cuts parts of it, away from the page: either would hold up the pointer. It ends when its picture is not needed any more. */
import type { Rect, Size } from '~/geometry/points';
import { overviewLevel, sizeAt } from '~/geometry/tiles';
import type { FromWorker, ToWorker } from './messages';
import { Original } from './original';

/** Without a question for so long, the pixels go; the file stays. */
const IDLE_MS = 60_000;
/** A picture is made smaller in pieces of so many of its pixels to a side: all at once takes ten times as long, and a third more memory. */
const PIECE = 2304;

const say = (message: FromWorker, moved: Transferable[] = []): void => postMessage(message, { transfer: moved });
const reason = (error: unknown): string => (error instanceof Error ? error.message : String(error));

let original: Original<ImageBitmap> | null = null;

/** Upright: what a photo says of its own turn is followed, as an element of the page would. */
const decodes = (file: Blob) => (): Promise<ImageBitmap> => createImageBitmap(file, { imageOrientation: 'from-image' });

/**
 * Drawn, not cut by `createImageBitmap`: of a photo that its EXIF turns by a quarter, Chromium cuts another part than is asked for. By the processor: the
 * whole picture would be more than graphics memory takes.
 */
function own(from: ImageBitmap, { x, y, width, height }: Rect): ImageBitmap {
  const canvas = new OffscreenCanvas(width, height);
  const ctx = canvas.getContext('2d', { willReadFrequently: true });
  if (!ctx) throw new Error('the browser gives no canvas');
  ctx.drawImage(from, x, y, width, height, 0, 0, width, height);
  return canvas.transferToImageBitmap();
}

async function cut(from: ImageBitmap, part: Rect, as: Size): Promise<ImageBitmap> {
  if (part.width > PIECE || part.height > PIECE) return smaller(from, part, as);
  const bitmap = own(from, part);
  if (as.width === part.width && as.height === part.height) return bitmap;
  try {
    return await createImageBitmap(bitmap, { resizeWidth: as.width, resizeHeight: as.height, resizeQuality: 'medium' });
  } finally {
    bitmap.close();
  }
}

async function smaller(from: ImageBitmap, part: Rect, as: Size): Promise<ImageBitmap> {
  const canvas = new OffscreenCanvas(as.width, as.height);
  const ctx = canvas.getContext('2d', { willReadFrequently: true });
  if (!ctx) throw new Error('the browser gives no canvas');
  const [columns, rows] = [Math.ceil(part.width / PIECE), Math.ceil(part.height / PIECE)];
  // Borders lie on whole pixels of the copy.
  const edges = (n: number, length: number): number[] => Array.from({ length: n + 1 }, (_, i) => Math.round((i * length) / n));
  const [xs, ys] = [edges(columns, as.width), edges(rows, as.height)];
  const [kx, ky] = [part.width / as.width, part.height / as.height];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const [left, right] = [xs[column] ?? 0, xs[column + 1] ?? 0];
      const [top, bottom] = [ys[row] ?? 0, ys[row + 1] ?? 0];
      const [x, y] = [Math.round(left * kx), Math.round(top * ky)];
      const piece = {
        x: part.x + x,
        y: part.y + y,
        width: Math.round(right * kx) - x,
        height: Math.round(bottom * ky) - y,
      };
      const bitmap = await cut(from, piece, { width: right - left, height: bottom - top });
      ctx.drawImage(bitmap, left, top);
      bitmap.close();
    }
  }
  return canvas.transferToImageBitmap();
}

async function open(file: Blob): Promise<void> {
  const timers = {
    after: (ms: number, run: () => void) => setTimeout(run, ms),
    cancel: (timer: unknown) => clearTimeout(timer as number),
  };
  original = new Original(decodes(file), IDLE_MS, timers, (now) => say({ type: 'decoding', now }));
  await original.use(async (bitmap) => {
    const size = { width: bitmap.width, height: bitmap.height };
    const overview = await cut(bitmap, { x: 0, y: 0, ...size }, sizeAt(size, overviewLevel(size)));
    say({ type: 'opened', size, overview }, [overview]);
  });
}

async function answer({ id, part, as }: Extract<ToWorker, { type: 'cut' }>): Promise<void> {
  if (!original) throw new Error('there is no picture');
  const bitmap = await original.use((whole) => cut(whole, part, as));
  say({ type: 'cut', id, bitmap }, [bitmap]);
}

addEventListener('message', ({ data }: MessageEvent<ToWorker>) => {
  const done = data.type === 'open' ? open(data.file) : answer(data);
  done.catch((error: unknown) => say({ type: 'failed', id: data.type === 'open' ? null : data.id, why: reason(error) }));
});

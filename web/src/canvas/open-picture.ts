/** Opens the picture of a task, whatever its size, and says how far that is. */
import { createStore, type Store } from '~/lib/store';
import { NoFile, type Arrived } from '~/lib/download';
import { imageAtHand, isHugePicture, loadImage, NOT_LOADED, sizeOf, takeFile, type LoadedPicture, type Source } from './images';
import { spawnPictureWorker, TiledPicture } from './tiled/tiled-picture';

/** null: nothing is known of how far it is. */
export type Progress = { readonly stage: 'fetching'; readonly arrived: Arrived } | { readonly stage: 'decoding' } | null;

export interface Opening {
  readonly picture: Promise<LoadedPicture>;
  readonly progress: Pick<Store<Progress>, 'get' | 'subscribe'>;
  /** Ends what is going on, and what the picture holds. */
  close(): void;
}

export function openPicture(source: Source): Opening {
  const progress = createStore<Progress>(null);
  if (!isHugePicture(source) || !source.url) return { picture: inOnePiece(source), progress, close: () => undefined };
  const abort = new AbortController();
  return { picture: inTiles(source, source.url, progress, abort.signal), progress, close: () => abort.abort() };
}

/** What was fetched ahead, in the frame that asks for it; null: it has to be opened. */
export function pictureAtHand(source: Source): LoadedPicture | null {
  const whole = isHugePicture(source) ? null : imageAtHand(source.id);
  return whole && pieceOf(whole);
}

const inOnePiece = async (source: Source): Promise<LoadedPicture> => pieceOf(await loadImage(source));

/** The same for the same image: what shows it starts anew with another. */
const pieces = new WeakMap<HTMLImageElement, LoadedPicture>();

function pieceOf(whole: HTMLImageElement): LoadedPicture {
  const size = { width: whole.naturalWidth, height: whole.naturalHeight };
  const piece = pieces.get(whole) ?? { size, address: whole.currentSrc, whole, tiles: null };
  pieces.set(whole, piece);
  return piece;
}

async function inTiles(source: Source, address: string, progress: Store<Progress>, signal: AbortSignal): Promise<LoadedPicture> {
  const file = await fetched(source, address, progress, signal);
  if (!file) return inOnePiece(source);
  progress.set({ stage: 'decoding' });
  try {
    const tiles = await TiledPicture.open(file, spawnPictureWorker, signal);
    return { size: tiles.size, address, whole: tiles.overview, tiles };
  } catch (error) {
    throw signal.aborted ? error : new Error(tooLarge(source));
  }
}

/** null: the storage is another origin that does not let its files be read (CORS). An element of the page may show them all the same. */
async function fetched(source: Source, address: string, progress: Store<Progress>, signal: AbortSignal): Promise<Blob | null> {
  const file = takeFile(source.id, address);
  const tell = (): void => progress.set({ stage: 'fetching', arrived: file.arrived.get() });
  const stop = file.arrived.subscribe(tell);
  signal.addEventListener('abort', () => file.stop());
  tell();
  try {
    return await file.blob;
  } catch (error) {
    if (signal.aborted) throw error;
    if (error instanceof NoFile) throw new Error(NOT_LOADED, { cause: error });
    return null;
  } finally {
    stop();
  }
}

function tooLarge(source: Source): string {
  const size = sizeOf(source);
  if (!size) return NOT_LOADED;
  const { width, height } = size;
  const gigabytes = ((width * height * 4) / 1e9).toFixed(1);
  return (
    `This browser could not decode the picture: ${width} x ${height} pixels need ${gigabytes} GB of memory. ` +
    'Close other tabs and programs and try again, or use a computer with more memory. Whoever has the file can also cut it into smaller pictures.'
  );
}

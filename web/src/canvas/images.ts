/** Pictures by the ids of their assets. What is fetched ahead is there when its task opens. */
import type { Size } from '~/geometry/points';
import { isHuge } from '~/geometry/tiles';
import { download, type Download } from '~/lib/download';
import type { TiledPicture } from './tiled/tiled-picture';

/** An image by the id of its asset: presigned addresses differ from call to call, the bytes behind them do not. */
export interface Source {
  readonly id: string;
  readonly url?: string | null | undefined;
  /** As the server read them when the file came. */
  readonly width?: number | null | undefined;
  readonly height?: number | null | undefined;
}

/** A picture that can be shown. */
export interface LoadedPicture {
  readonly size: Size;
  readonly address: string;
  /** All of it: in its own pixels, or, where there are tiles, smaller. */
  readonly whole: HTMLImageElement | ImageBitmap;
  readonly tiles: TiledPicture | null;
}

const KEEP = 6;
/** Files of huge pictures that are there ahead of time: tens of megabytes each. They are decoded when they are opened, one at a time. */
const KEEP_HUGE = 2;

export const NO_ADDRESS = 'The image has no address: its upload was not completed.';
export const NOT_LOADED =
  'The image could not be loaded. It may have been removed from the storage, or the connection broke off.';

const cache = new Map<string, Promise<HTMLImageElement>>();
/** Those of the cache that are decoded. */
const decoded = new Map<string, HTMLImageElement>();
const ahead = new Map<string, Download>();

/** Null where the server does not know. */
export function sizeOf({ width, height }: Pick<Source, 'width' | 'height'>): Size | null {
  return width == null || height == null ? null : { width, height };
}

export function isHugePicture(source: Pick<Source, 'width' | 'height'>): boolean {
  const size = sizeOf(source);
  return size !== null && isHuge(size);
}

/** Loads and decodes an image once; the newest few stay, so that the next task's picture is there when it opens. */
export function loadImage(source: Source): Promise<HTMLImageElement> {
  const known = cache.get(source.id);
  if (known) {
    cache.delete(source.id);
    cache.set(source.id, known);
    return known;
  }
  if (!source.url) return Promise.reject(new Error(NO_ADDRESS));
  const image = new Image();
  image.src = source.url;
  const loading = image.decode().then(
    () => {
      if (cache.get(source.id) === loading) decoded.set(source.id, image);
      return image;
    },
    () => {
      cache.delete(source.id);
      throw new Error(NOT_LOADED);
    },
  );
  cache.set(source.id, loading);
  for (const id of [...cache.keys()].slice(0, Math.max(0, cache.size - KEEP))) {
    cache.delete(id);
    decoded.delete(id);
  }
  return loading;
}

/** An image that is there, without waiting for it; null: it is not, or not yet. */
export const imageAtHand = (id: string): HTMLImageElement | null => decoded.get(id) ?? null;

/** The file of a huge picture, which may have been fetched ahead. It belongs to who takes it. */
export function takeFile(id: string, address: string): Download {
  const file = ahead.get(id) ?? download(address);
  ahead.delete(id);
  return file;
}

/** Fetches ahead; nobody waits for it, so a failure is left to the one who opens it. */
export function prefetchImage(source: Source): void {
  if (isHugePicture(source)) fetchFile(source);
  else loadImage(source).catch(() => undefined);
}

function fetchFile({ id, url }: Source): void {
  if (!url || ahead.has(id)) return;
  const file = download(url);
  ahead.set(id, file);
  // Who opens it finds out what is wrong by asking anew.
  file.blob.catch(() => {
    if (ahead.get(id) === file) ahead.delete(id);
  });
  for (const [other, old] of [...ahead].slice(0, Math.max(0, ahead.size - KEEP_HUGE))) {
    ahead.delete(other);
    old.stop();
  }
}

/** An image by the id of its asset: presigned addresses differ from call to call, the bytes behind them do not. */
interface Source {
  readonly id: string;
  readonly url?: string | null | undefined;
}

const KEEP = 6;
const cache = new Map<string, Promise<HTMLImageElement>>();

/** Loads and decodes an image once; the newest few stay, so that the next task's picture is there when it opens. */
export function loadImage(source: Source): Promise<HTMLImageElement> {
  const known = cache.get(source.id);
  if (known) {
    cache.delete(source.id);
    cache.set(source.id, known);
    return known;
  }
  if (!source.url) return Promise.reject(new Error('The image has no address: its upload was not completed.'));
  const image = new Image();
  image.src = source.url;
  const loading = image.decode().then(
    () => image,
    () => {
      cache.delete(source.id);
      throw new Error('The image could not be loaded. It may have been removed from the storage, or the connection broke off.');
    },
  );
  cache.set(source.id, loading);
  for (const id of [...cache.keys()].slice(0, Math.max(0, cache.size - KEEP))) cache.delete(id);
  return loading;
}

/** Fetches ahead; nobody waits for it, so a failure is left to the one who opens it. */
export function prefetchImage(source: Source): void {
  loadImage(source).catch(() => undefined);
}

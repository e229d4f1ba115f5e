/**
 * Files of models: loaded once with progress, checked against their hash, and kept by it in the browser's Cache Storage, so that they are there without a
 * network too. Where nothing can be kept (no room, no secure page) it goes on without, and says so.
 */
import type { FileToLoad } from './messages';

export interface Shelf {
  match(key: string): Promise<Response | undefined>;
  put(key: string, response: Response): Promise<void>;
  delete(key: string): Promise<boolean>;
  keys(): Promise<readonly Request[]>;
}

const keyOf = (sha256: string): string => `/models/${sha256}`;

export const NO_ROOM = 'The browser has no room to keep this model: it will be loaded again next time';
export const NOT_KEPT = 'This page cannot keep models (it needs HTTPS): this one will be loaded again next time';

/** Null: nothing can be kept here. */
export async function shelfOf(name: string): Promise<Shelf | null> {
  if (!('caches' in globalThis)) return null;
  try {
    return await caches.open(name);
  } catch {
    return null;
  }
}

export async function isKept(shelf: Shelf | null, sha256: string): Promise<boolean> {
  return (await shelf?.match(keyOf(sha256)).catch(() => undefined)) !== undefined;
}

/** Files of models that are no more. */
export async function clear(shelf: Shelf, keep: readonly string[]): Promise<void> {
  const kept = new Set(keep.map(keyOf));
  for (const { url } of await shelf.keys()) {
    const key = new URL(url).pathname;
    if (!kept.has(key)) await shelf.delete(key);
  }
}

export interface Reading {
  readonly shelf: Shelf | null;
  readonly progress: (loaded: number) => void;
  readonly say: (text: string) => void;
}

/** @throws in words that follow "could not be loaded" */
export async function fileOf(file: FileToLoad, { shelf, progress, say }: Reading): Promise<Uint8Array<ArrayBuffer>> {
  const key = keyOf(file.sha256);
  const kept = await shelf?.match(key).catch(() => undefined);
  if (kept) {
    const bytes = new Uint8Array(await kept.arrayBuffer());
    if (bytes.length === file.size) {
      progress(file.size);
      return bytes;
    }
    await shelf?.delete(key);
  }
  if (file.address === null) throw new Error('what was kept of it is damaged: try again');
  // Kept on our own shelf, not once more in the browser's.
  const bytes = await downloaded(await fetch(file.address, { cache: 'no-store' }), file.size, progress);
  // A page without HTTPS may not compute hashes: there the size has to do.
  if (isSecureContext && (await sha256(bytes)) !== file.sha256) throw new Error('what came is damaged: its hash is another');
  if (!shelf) say(NOT_KEPT);
  else await shelf.put(key, new Response(bytes)).catch(() => say(NO_ROOM));
  return bytes;
}

/** Counted while it comes; a stream of unknown length would be kept twice. */
export async function downloaded(
  response: Response,
  size: number,
  progress: (loaded: number) => void,
): Promise<Uint8Array<ArrayBuffer>> {
  if (!response.ok || !response.body) throw new Error(`the storage answered ${response.status}`);
  const bytes = new Uint8Array(size);
  const reader = response.body.getReader();
  let loaded = 0;
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    if (loaded + part.value.length > size) throw new Error('there is more of it than there should be');
    bytes.set(part.value, loaded);
    loaded += part.value.length;
    progress(loaded);
  }
  if (loaded !== size) throw new Error('only a part of it came');
  return bytes;
}

/** In hexadecimal. */
async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', bytes);
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * A huge picture as the page has it: all of it small, and sharp tiles of what is looked at. Its pixels are in a worker of its own, which ends with it; what is
 * kept here stays within a limit.
 */
import type { Rect, Size } from '~/geometry/points';
import { overviewLevel, sizeAt, tileKey, tileRect, type Tile } from '~/geometry/tiles';
import { createStore } from '~/lib/store';
import { portOf, type Port, type Spawn } from '~/lib/worker-port';
import type { FromWorker, ToWorker } from './messages';

/** Tiles that are kept (a MiB each): a large screen and as much around it. What is in sight is kept in any case. */
const KEEP = 128;
/** Asked for at once: what is not in sight any more by the time it is its turn is not cut. */
const AT_ONCE = 6;

/** `failed`: it broke down, or there was no memory to decode it again. */
export type Readiness = 'ready' | 'decoding' | 'failed';

export type PictureSpawn = Spawn<ToWorker, FromWorker>;

interface Cut {
  readonly got: (bitmap: ImageBitmap) => void;
  readonly failed: (why: string) => void;
}

export class TiledPicture {
  readonly readiness = createStore<Readiness>('ready');
  readonly overviewLevel: number;
  readonly #tiles = new Map<string, ImageBitmap>();
  /** By who looks. */
  readonly #wanted = new Map<object, readonly Tile[]>();
  readonly #asked = new Map<number, Cut>();
  readonly #coming = new Set<string>();
  /** Not asked for again before somebody looks elsewhere. */
  readonly #failed = new Set<string>();
  readonly #listeners = new Set<() => void>();
  #ids = 0;
  /** Why nothing can be cut any more. */
  #over: string | null = null;

  private constructor(
    private readonly port: Port<ToWorker>,
    readonly size: Size,
    readonly overview: ImageBitmap,
  ) {
    this.overviewLevel = overviewLevel(size);
  }

  /** @param signal ends the worker, also while it decodes */
  static open(file: Blob, spawn: PictureSpawn, signal: AbortSignal): Promise<TiledPicture> {
    return new Promise((resolve, reject) => {
      let opened: TiledPicture | null = null;
      const port = spawn(
        (message) => {
          if (message.type === 'opened') {
            opened = new TiledPicture(port, message.size, message.overview);
            resolve(opened);
          } else if (opened) opened.#hear(message);
          else if (message.type === 'failed') {
            port.end();
            reject(new Error(message.why));
          }
        },
        () => {
          port.end();
          if (opened) opened.#broke('it broke down');
          else reject(new Error('it broke down'));
        },
      );
      signal.addEventListener('abort', () => {
        if (opened) opened.#close();
        else port.end();
        reject(new Error('Not needed any more'));
      });
      port.post({ type: 'open', file });
    });
  }

  /** Told when there is more to see. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** What is there of it; null: it is not there (yet). */
  tile(tile: Tile): ImageBitmap | null {
    const key = tileKey(tile);
    const bitmap = this.#tiles.get(key);
    if (!bitmap) return null;
    this.#tiles.delete(key);
    this.#tiles.set(key, bitmap);
    return bitmap;
  }

  /** What somebody looks at now, instead of what they looked at before; what matters most first. */
  want(who: object, tiles: readonly Tile[]): void {
    if (tiles.length === 0) this.#wanted.delete(who);
    else this.#wanted.set(who, tiles);
    this.#failed.clear();
    this.#ask();
  }

  /** All of it in so many pixels. */
  copy(as: Size): Promise<ImageBitmap> {
    return new Promise((got, reject) =>
      this.#cut({ x: 0, y: 0, ...this.size }, as, { got, failed: (why) => reject(new Error(why)) }),
    );
  }

  #ask(): void {
    for (const tiles of this.#wanted.values()) {
      for (const tile of tiles) {
        if (this.#coming.size >= AT_ONCE) return;
        const key = tileKey(tile);
        if (this.#tiles.has(key) || this.#coming.has(key) || this.#failed.has(key)) continue;
        this.#fetch(tile, key);
      }
    }
  }

  #fetch(tile: Tile, key: string): void {
    this.#coming.add(key);
    const part = tileRect(tile, this.size);
    const done = (): void => {
      this.#coming.delete(key);
      this.#ask();
    };
    this.#cut(part, sizeAt(part, tile.level), {
      got: (bitmap) => {
        this.#tiles.set(key, bitmap);
        this.#tidy();
        done();
        for (const listener of [...this.#listeners]) listener();
      },
      failed: () => {
        this.#failed.add(key);
        this.readiness.set('failed');
        done();
      },
    });
  }

  #cut(part: Rect, as: Size, cut: Cut): void {
    if (this.#over !== null) {
      cut.failed(this.#over);
      return;
    }
    const id = ++this.#ids;
    this.#asked.set(id, cut);
    this.port.post({ type: 'cut', id, part, as });
  }

  #hear(message: Exclude<FromWorker, { type: 'opened' }>): void {
    if (message.type === 'decoding') {
      this.readiness.set(message.now ? 'decoding' : 'ready');
      return;
    }
    const cut = message.id === null ? undefined : this.#asked.get(message.id);
    if (message.id !== null) this.#asked.delete(message.id);
    if (message.type === 'failed') cut?.failed(message.why);
    else if (cut) cut.got(message.bitmap);
    else message.bitmap.close();
  }

  /** The longest unseen first, and nothing that is in sight. */
  #tidy(): void {
    const seen = new Set([...this.#wanted.values()].flat().map(tileKey));
    for (const [key, bitmap] of this.#tiles) {
      if (this.#tiles.size <= KEEP) return;
      if (seen.has(key)) continue;
      this.#tiles.delete(key);
      bitmap.close();
    }
  }

  #broke(why: string): void {
    this.#over = why;
    const asked = [...this.#asked.values()];
    this.#asked.clear();
    for (const { failed } of asked) failed(why);
    this.readiness.set('failed');
  }

  #close(): void {
    this.port.end();
    this.#wanted.clear();
    this.#listeners.clear();
    for (const bitmap of [...this.#tiles.values(), this.overview]) bitmap.close();
    this.#tiles.clear();
    this.#broke('Not needed any more');
  }
}

export const spawnPictureWorker: PictureSpawn = (told, broken) =>
  portOf(new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'picture' }), told, broken);

import { describe, expect, test, vi } from 'vitest';

import type { FromWorker, ToWorker } from '~/canvas/tiled/messages';
import { Original } from '~/canvas/tiled/original';
import { TiledPicture, type PictureSpawn } from '~/canvas/tiled/tiled-picture';
import { tilesIn } from '~/geometry/tiles';

const size = { width: 20_000, height: 10_000 };

class Bitmap {
  isClosed = false;
  close(): void {
    this.isClosed = true;
  }
}

/** A worker that answers when it is told to. */
class Fake {
  readonly asked: Extract<ToWorker, { type: 'cut' }>[] = [];
  readonly given: Bitmap[] = [];
  isEnded = false;
  tell: (message: FromWorker) => void = () => undefined;
  breakDown: () => void = () => undefined;

  readonly spawn: PictureSpawn = (told, broken) => {
    this.tell = told;
    this.breakDown = broken;
    return {
      post: (message) => {
        if (message.type === 'cut') this.asked.push(message);
      },
      end: () => {
        this.isEnded = true;
      },
    };
  };

  bitmap(): ImageBitmap {
    const bitmap = new Bitmap();
    this.given.push(bitmap);
    return bitmap as unknown as ImageBitmap;
  }

  answer(): void {
    for (const { id } of this.asked.splice(0)) this.tell({ type: 'cut', id, bitmap: this.bitmap() });
  }

  answerAll(): void {
    while (this.asked.length > 0) this.answer();
  }
}

async function opened(): Promise<{ worker: Fake; picture: TiledPicture; abort: AbortController }> {
  const worker = new Fake();
  const abort = new AbortController();
  const opening = TiledPicture.open(new Blob(), worker.spawn, abort.signal);
  worker.tell({ type: 'opened', size, overview: worker.bitmap() });
  return { worker, picture: await opening, abort };
}

const at = (x: number, y: number, level = 0): ReturnType<typeof tilesIn> =>
  tilesIn({ x, y, width: 1500, height: 1000 }, level, size);

describe('a huge picture by tiles', () => {
  test('what is in sight is asked for, a few at once, and told when it is there', async () => {
    const { worker, picture } = await opened();
    const told = vi.fn();
    picture.subscribe(told);
    const tiles = at(4000, 3000);
    picture.want(picture, tiles);
    expect(worker.asked.map(({ part }) => part)).toHaveLength(6);
    expect(tiles.map((tile) => picture.tile(tile))).toEqual(tiles.map(() => null));
    worker.answerAll();
    expect(tiles.every((tile) => picture.tile(tile) !== null)).toBe(true);
    expect(told).toHaveBeenCalledTimes(tiles.length);
  });

  test('what is not in sight any more is not asked for', async () => {
    const { worker, picture } = await opened();
    picture.want(picture, at(0, 0));
    picture.want(picture, at(15_000, 8000));
    worker.answer();
    expect(worker.asked.every(({ part }) => part.x > 14_000)).toBe(true);
  });

  test('the same is not asked for twice, by whomever it is looked at', async () => {
    const { worker, picture } = await opened();
    const [tile] = at(0, 0);
    if (!tile) throw new Error('no tile');
    picture.want({}, [tile]);
    picture.want({}, [tile]);
    expect(worker.asked).toHaveLength(1);
  });

  test('what is kept stays within its limit, and what is in sight is kept', async () => {
    const { worker, picture } = await opened();
    for (let x = 0; x < 18_000; x += 1500) {
      picture.want(picture, at(x, 0));
      worker.answerAll();
      picture.want(picture, at(x, 5000));
      worker.answerAll();
    }
    expect(worker.given.filter(({ isClosed }) => !isClosed).length).toBeLessThanOrEqual(129);
    expect(at(16_500, 5000).every((tile) => picture.tile(tile) !== null)).toBe(true);
    expect(at(0, 0).some((tile) => picture.tile(tile) !== null)).toBe(false);
  });

  test('who leaves lets go of everything, also while it is being decoded', async () => {
    const { worker, picture, abort } = await opened();
    picture.want(picture, at(0, 0));
    worker.answer();
    const copy = picture.copy({ width: 10, height: 10 });
    abort.abort();
    await expect(copy).rejects.toThrow('Not needed any more');
    expect([worker.isEnded, worker.given.every(({ isClosed }) => isClosed)]).toEqual([true, true]);
    const other = new Fake();
    const early = new AbortController();
    const opening = TiledPicture.open(new Blob(), other.spawn, early.signal);
    early.abort();
    await expect(opening).rejects.toThrow('Not needed any more');
    expect(other.isEnded).toBe(true);
  });

  test('a picture that cannot be decoded is no picture, and one whose worker broke down says so', async () => {
    const worker = new Fake();
    const opening = TiledPicture.open(new Blob(), worker.spawn, new AbortController().signal);
    worker.tell({ type: 'failed', id: null, why: 'no memory' });
    await expect(opening).rejects.toThrow('no memory');
    const { worker: second, picture } = await opened();
    picture.want(picture, at(0, 0));
    second.breakDown();
    expect(picture.readiness.get()).toBe('failed');
    await expect(picture.copy({ width: 10, height: 10 })).rejects.toThrow('it broke down');
  });

  test('that it is decoded anew is said, and that this did not work until it does', async () => {
    const { worker, picture } = await opened();
    picture.want(picture, at(0, 0).slice(0, 1));
    worker.tell({ type: 'decoding', now: true });
    expect(picture.readiness.get()).toBe('decoding');
    worker.tell({ type: 'decoding', now: false });
    worker.tell({ type: 'failed', id: worker.asked.splice(0)[0]?.id ?? null, why: 'no memory' });
    expect(picture.readiness.get()).toBe('failed');
    expect(worker.asked).toEqual([]);
    picture.want(picture, at(0, 0).slice(0, 1));
    expect(worker.asked).toHaveLength(1);
  });
});

describe('the decoded picture', () => {
  const original = (decode: () => Promise<Bitmap>): { original: Original<Bitmap>; lapse: () => void; told: boolean[] } => {
    const due: (() => void)[] = [];
    const told: boolean[] = [];
    const timers = { after: (_: number, run: () => void) => due.push(run), cancel: () => void due.splice(0) };
    return {
      original: new Original(decode, 1, timers, (now) => told.push(now)),
      lapse: () => due.splice(0).forEach((run) => run()),
      told,
    };
  };

  test('is decoded once while it is used, let go of when it was not for a while, and decoded anew', async () => {
    const made: Bitmap[] = [];
    const decode = (): Promise<Bitmap> => Promise.resolve(made[made.push(new Bitmap()) - 1] ?? new Bitmap());
    const it = original(decode);
    await Promise.all([it.original.use(() => Promise.resolve()), it.original.use(() => Promise.resolve())]);
    expect([made.length, it.told]).toEqual([1, [true, false]]);
    it.lapse();
    await Promise.resolve();
    expect(made[0]?.isClosed).toBe(true);
    await it.original.use(() => Promise.resolve());
    expect([made.length, made[1]?.isClosed]).toEqual([2, false]);
  });

  test('is not let go of while somebody uses it', async () => {
    const made = new Bitmap();
    const it = original(() => Promise.resolve(made));
    await it.original.use(() => Promise.resolve());
    await it.original.use(async () => {
      it.lapse();
      await Promise.resolve();
      expect(made.isClosed).toBe(false);
    });
  });

  test('that could not be decoded is tried again when it is asked for again', async () => {
    const decode = vi.fn<() => Promise<Bitmap>>().mockRejectedValueOnce(new Error('no memory')).mockResolvedValue(new Bitmap());
    const it = original(decode);
    await expect(it.original.use(() => Promise.resolve(1))).rejects.toThrow('no memory');
    await expect(it.original.use(() => Promise.resolve(1))).resolves.toBe(1);
  });
});

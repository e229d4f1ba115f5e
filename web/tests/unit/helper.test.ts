import { describe, expect, test } from 'vitest';

import { BROKE_DOWN, Helper, NO_PICTURE, NOT_LOADED } from '~/assist/helper';
import type { FromWorker, ToWorker } from '~/assist/messages';
import { MOST_PIXELS, UNREADABLE, workedSize, type Picture } from '~/assist/picture';
import { imagePoint } from '~/geometry/points';
import type { Ask } from '~/tools/assistant';

const size = { width: 200, height: 100 };
const ASK: Ask = { kind: 'area', point: imagePoint(5, 6), tolerance: 9 };
const MASK = { kind: 'mask' as const, ...size, counts: [0, 20_000] };

interface Started {
  readonly posted: ToWorker[];
  ended: boolean;
  tell(message: FromWorker): void;
  breakDown(): void;
}

function page(): { helper: Helper; workers: Started[]; settle: () => Promise<void> } {
  const workers: Started[] = [];
  const helper = new Helper((told, broken) => {
    const worker: Started = { posted: [], ended: false, tell: told, breakDown: broken };
    workers.push(worker);
    return { post: (message) => worker.posted.push(message), end: () => (worker.ended = true) };
  });
  return { helper, workers, settle: () => new Promise((done) => setTimeout(done, 0)) };
}

const bitmap = { width: 200, height: 100 } as ImageBitmap;
const picture = (bitmapOf: () => Promise<ImageBitmap> = () => Promise.resolve(bitmap)): Picture => ({
  key: 'a',
  size,
  bitmap: bitmapOf,
});
const types = (worker: Started | undefined): string[] => worker?.posted.map(({ type }) => type) ?? [];

describe('the helper of the tools', () => {
  test('nothing is loaded before something is asked; then one worker serves all tasks, with each picture once', async () => {
    const { helper, workers, settle } = page();
    helper.show(picture());
    expect([workers.length, helper.readiness.get().name]).toEqual([0, 'asleep']);
    const answer = helper.ask(ASK);
    workers[0]?.tell({ type: 'loading', loaded: 3, total: 8 });
    expect(helper.readiness.get()).toEqual({ name: 'loading', loaded: 3, total: 8 });
    workers[0]?.tell({ type: 'ready' });
    await settle();
    expect(workers[0]?.posted).toEqual([
      { type: 'picture', bitmap, size },
      { type: 'area', id: 1, point: { x: 5, y: 6 }, tolerance: 9 },
    ]);
    workers[0]?.tell({ type: 'area', id: 1, mask: MASK });
    expect(await answer).toEqual({ kind: 'area', mask: MASK });
    void helper.ask(ASK);
    await settle();
    helper.show(picture());
    void helper.ask(ASK);
    await settle();
    expect(types(workers[0])).toEqual(['picture', 'area', 'area', 'picture', 'area']);
    expect(workers).toHaveLength(1);
  });

  test('Esc while it loads ends the loading; the next question begins it anew', async () => {
    const { helper, workers } = page();
    helper.show(picture());
    const answer = helper.ask(ASK);
    helper.giveUp();
    expect([workers[0]?.ended, helper.readiness.get().name, (await answer).kind]).toEqual([true, 'asleep', 'failed']);
    void helper.ask(ASK);
    expect(workers).toHaveLength(2);
    workers[1]?.tell({ type: 'ready' });
    helper.giveUp();
    expect(workers[1]?.ended).toBe(false);
  });

  test('what could not be loaded is said with its reason, and may be tried again', async () => {
    const { helper, workers } = page();
    helper.show(picture());
    const answer = helper.ask(ASK);
    workers[0]?.tell({ type: 'unable', why: 'the server answered 404' });
    expect(await answer).toEqual({ kind: 'failed', text: null });
    expect(helper.readiness.get()).toEqual({ name: 'failed', text: `${NOT_LOADED} (the server answered 404).` });
    helper.wake();
    expect([workers.length, helper.readiness.get().name]).toEqual([2, 'loading']);
  });

  test('a picture whose pixels must not be read says so', async () => {
    const { helper, workers } = page();
    helper.show(picture(() => Promise.reject(new Error(UNREADABLE))));
    const answer = helper.ask(ASK);
    workers[0]?.tell({ type: 'ready' });
    expect(await answer).toEqual({ kind: 'failed', text: UNREADABLE });
  });

  test('without a picture nothing is loaded', async () => {
    const { helper, workers } = page();
    expect(await helper.ask(ASK)).toEqual({ kind: 'failed', text: `${NO_PICTURE}.` });
    expect(workers).toEqual([]);
  });

  test('a worker that breaks down answers everything that waits, and the next question starts another', async () => {
    const { helper, workers, settle } = page();
    helper.show(picture());
    const answer = helper.ask(ASK);
    workers[0]?.tell({ type: 'ready' });
    await settle();
    workers[0]?.breakDown();
    expect(await answer).toEqual({ kind: 'failed', text: BROKE_DOWN });
    void helper.ask(ASK);
    expect(workers).toHaveLength(2);
  });

  test('a picture of more than 12 megapixels is worked on smaller, in its own proportions', () => {
    expect(workedSize({ width: 4_000, height: 3_000 })).toEqual({ width: 4_000, height: 3_000 });
    const { width, height } = workedSize({ width: 16_000, height: 12_000 });
    expect(width * height).toBeLessThanOrEqual(MOST_PIXELS);
    expect(width / height).toBeCloseTo(4 / 3, 3);
    expect(workedSize({ width: 100_000_000, height: 1 }).height).toBe(1);
  });
});

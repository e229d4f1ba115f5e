import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { clear, fileOf, NO_ROOM, NOT_KEPT, type Shelf } from '~/assist/sam/kept';
import type { FromWorker, ToWorker } from '~/assist/sam/messages';
import { BROKE_DOWN, BROKE_LOADING, NOT_LOADED, Segmenter, type ChosenModel, type Models } from '~/assist/sam/segmenter';
import type { Picture } from '~/assist/picture';
import { imagePoint } from '~/geometry/points';
import type { Ask } from '~/tools/assistant';

const size = { width: 200, height: 100 };
const ASK: Ask = { kind: 'thing', prompts: [{ kind: 'point', point: imagePoint(5, 6), inside: true }] };
const MASK = { kind: 'mask' as const, ...size, counts: [0, 20_000] };
const model = (id: string): ChosenModel => ({
  id,
  encoder: { size: 3, sha256: `${id}e` },
  decoder: { size: 2, sha256: `${id}d` },
});
const picture = (key: string): Picture => ({ key, size, bitmap: () => Promise.resolve({ ...size } as ImageBitmap) });
const settle = () => new Promise((done) => setTimeout(done, 0));

interface Started {
  readonly posted: ToWorker[];
  ended: boolean;
  tell(message: FromWorker): void;
  breakDown(): void;
}

function page(over: Partial<Models> = {}) {
  const workers: Started[] = [];
  const said: string[] = [];
  const segmenter = new Segmenter(
    (told, broken) => {
      const worker: Started = { posted: [], ended: false, tell: told, breakDown: broken };
      workers.push(worker);
      return { post: (message) => worker.posted.push(message), end: () => (worker.ended = true) };
    },
    (text) => said.push(text),
  );
  segmenter.use({
    shelf: 'models',
    chosen: () => Promise.resolve(model('a')),
    hashes: () => ['ae', 'ad'],
    addresses: (id) => Promise.resolve({ encoder: `/${id}/e`, decoder: `/${id}/d` }),
    ...over,
  });
  segmenter.show(picture('one'));
  return { segmenter, workers, said };
}

const types = (worker: Started | undefined): string[] => worker?.posted.map(({ type }) => type) ?? [];

describe('the segmenter', () => {
  test('nothing is loaded before something is asked; then the model is opened, the picture shown once, and each question asked', async () => {
    const { segmenter, workers } = page();
    expect([workers.length, segmenter.readiness.get().name]).toEqual([0, 'asleep']);
    const answer = segmenter.ask(ASK);
    await settle();
    expect(workers[0]?.posted).toEqual([
      {
        type: 'open',
        model: {
          encoder: { size: 3, sha256: 'ae', address: '/a/e' },
          decoder: { size: 2, sha256: 'ad', address: '/a/d' },
          shelf: 'models',
          keep: ['ae', 'ad'],
        },
      },
    ]);
    workers[0]?.tell({ type: 'loading', what: 'the model', loaded: 1, total: 5 });
    expect(segmenter.readiness.get()).toEqual({ name: 'loading', what: 'the model', loaded: 1, total: 5 });
    workers[0]?.tell({ type: 'ready' });
    await settle();
    expect(types(workers[0])).toEqual(['open', 'picture', 'thing']);
    workers[0]?.tell({ type: 'thing', id: 1, mask: MASK, confidence: 0.5 });
    expect(await answer).toEqual({ kind: 'thing', mask: MASK, confidence: 0.5 });
    void segmenter.ask(ASK);
    await settle();
    expect(types(workers[0])).toEqual(['open', 'picture', 'thing', 'thing']);
  });

  test('the last six pictures are remembered, by when they were asked about last', async () => {
    const { segmenter, workers } = page();
    const ask = async (key: string): Promise<void> => {
      segmenter.show(picture(key));
      void segmenter.ask(ASK);
      await settle();
      workers[0]?.tell({ type: 'ready' });
      await settle();
    };
    for (const key of ['a', 'b', 'c', 'd', 'e', 'f', 'a', 'g', 'a', 'b']) await ask(key);
    const shown = workers[0]?.posted.flatMap((m) => (m.type === 'picture' ? [m.key] : m.type === 'forget' ? [`-${m.key}`] : []));
    expect(shown).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g', '-b', 'b', '-c']);
  });

  test('without a model nothing is started, and what is said of it is said elsewhere', async () => {
    const { segmenter, workers } = page({ chosen: () => Promise.resolve(null) });
    expect(await segmenter.ask(ASK)).toEqual({ kind: 'failed', text: null });
    expect(workers).toEqual([]);
  });

  test('a list of models that does not come is said', async () => {
    const { segmenter } = page({ chosen: () => Promise.reject(new Error('The server cannot be reached')) });
    expect(await segmenter.ask(ASK)).toEqual({ kind: 'failed', text: 'The server cannot be reached' });
  });

  test('another model ends the worker of the one before', async () => {
    let chosen = model('a');
    const { segmenter, workers } = page({ chosen: () => Promise.resolve(chosen) });
    const first = segmenter.ask(ASK);
    await settle();
    workers[0]?.tell({ type: 'ready' });
    await settle();
    chosen = model('b');
    void segmenter.ask(ASK);
    await settle();
    expect([workers.length, workers[0]?.ended, (await first).kind]).toEqual([2, true, 'failed']);
    expect(types(workers[1])).toEqual(['open']);
  });

  test('Esc while it loads ends the loading; the next question begins it anew', async () => {
    const { segmenter, workers } = page();
    const answer = segmenter.ask(ASK);
    await settle();
    segmenter.giveUp();
    expect([workers[0]?.ended, segmenter.readiness.get().name, (await answer).kind]).toEqual([true, 'asleep', 'failed']);
    void segmenter.ask(ASK);
    await settle();
    expect([workers.length, types(workers[1])]).toEqual([2, ['open']]);
  });

  test('what a model lacks is said with its reason, once, and may be tried again', async () => {
    const { segmenter, workers } = page();
    const answer = segmenter.ask(ASK);
    await settle();
    workers[0]?.tell({ type: 'unable', why: 'the decoder has the inputs a; expected are b' });
    expect(await answer).toEqual({ kind: 'failed', text: null });
    expect(segmenter.readiness.get()).toEqual({
      name: 'failed',
      text: `${NOT_LOADED} (the decoder has the inputs a; expected are b).`,
    });
    segmenter.wake();
    await settle();
    expect([workers.length, segmenter.readiness.get().name]).toEqual([2, 'loading']);
  });

  test('addresses that do not come are said', async () => {
    const { segmenter } = page({ addresses: () => Promise.reject(new Error('there is no network')) });
    expect(await segmenter.ask(ASK)).toEqual({ kind: 'failed', text: null });
    expect(segmenter.readiness.get()).toEqual({ name: 'failed', text: `${NOT_LOADED} (there is no network).` });
  });

  test('a worker that breaks down is said, and the next question starts another, which is shown the picture anew', async () => {
    const { segmenter, workers } = page();
    const answer = segmenter.ask(ASK);
    await settle();
    workers[0]?.tell({ type: 'ready' });
    await settle();
    workers[0]?.breakDown();
    expect(await answer).toEqual({ kind: 'failed', text: BROKE_DOWN });
    void segmenter.ask(ASK);
    await settle();
    workers[1]?.tell({ type: 'ready' });
    await settle();
    expect(types(workers[1])).toEqual(['open', 'picture', 'thing']);
  });

  test('a worker that breaks down while it loads, or looks at the picture, says so where it can be tried again', async () => {
    const { segmenter, workers } = page();
    const answer = segmenter.ask(ASK);
    await settle();
    workers[0]?.breakDown();
    expect([segmenter.readiness.get(), await answer]).toEqual([
      { name: 'failed', text: BROKE_LOADING },
      { kind: 'failed', text: null },
    ]);
    const again = segmenter.ask(ASK);
    await settle();
    workers[1]?.tell({ type: 'ready' });
    await settle();
    workers[1]?.tell({ type: 'loading', what: 'the picture into the model, once', loaded: 0, total: null });
    workers[1]?.breakDown();
    expect([segmenter.readiness.get(), await again]).toEqual([
      { name: 'failed', text: BROKE_LOADING },
      { kind: 'failed', text: null },
    ]);
  });

  test('what it has to say on the way is passed on', async () => {
    const { segmenter, workers, said } = page();
    void segmenter.ask(ASK);
    await settle();
    workers[0]?.tell({ type: 'said', text: NO_ROOM });
    expect(said).toEqual([NO_ROOM]);
  });
});

describe('a file of a model', () => {
  const ABC = new TextEncoder().encode('abc');
  const SHA = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
  const file = { sha256: SHA, size: 3, address: '/e' };
  const kept = new Map<string, Uint8Array<ArrayBuffer>>();
  const shelf: Shelf = {
    match: (key) => Promise.resolve(kept.has(key) ? new Response(kept.get(key)) : undefined),
    put: async (key, response) => void kept.set(key, new Uint8Array(await response.arrayBuffer())),
    delete: (key) => Promise.resolve(kept.delete(key)),
    keys: () => Promise.resolve([...kept.keys()].map((key) => new Request(`http://x${key}`))),
  };
  const answer = vi.fn<(address: string, options: RequestInit) => Promise<Response>>();
  const reading = (on: Shelf | null = shelf) => {
    const seen: number[] = [];
    const said: string[] = [];
    return { seen, said, shelf: on, progress: (n: number) => void seen.push(n), say: (text: string) => void said.push(text) };
  };

  beforeEach(() => {
    kept.clear();
    answer.mockReset().mockImplementation(() => Promise.resolve(new Response(ABC)));
    vi.stubGlobal('fetch', answer);
    vi.stubGlobal('isSecureContext', true);
  });
  afterEach(() => vi.unstubAllGlobals());

  test('is loaded once with progress, and had from the shelf then, without an address too', async () => {
    const first = reading();
    expect(await fileOf(file, first)).toEqual(ABC);
    expect([first.seen, first.said, answer.mock.calls.length]).toEqual([[3], [], 1]);
    expect(await fileOf({ ...file, address: null }, reading())).toEqual(ABC);
    expect(answer).toHaveBeenCalledTimes(1);
  });

  test('that came damaged, too long, too short or not at all is refused, and not kept', async () => {
    const cases: [Response, string][] = [
      [new Response('abd'), 'its hash is another'],
      [new Response('abcd'), 'there is more of it'],
      [new Response('ab'), 'only a part of it came'],
      [new Response('', { status: 403 }), 'the storage answered 403'],
    ];
    for (const [response, why] of cases) {
      answer.mockResolvedValueOnce(response);
      await expect(fileOf(file, reading())).rejects.toThrow(why);
    }
    expect(kept.size).toBe(0);
  });

  test('that is damaged on the shelf is loaded anew', async () => {
    kept.set(`/models/${SHA}`, new Uint8Array(2));
    expect(await fileOf(file, reading())).toEqual(ABC);
    expect(kept.get(`/models/${SHA}`)).toEqual(ABC);
  });

  test('for which there is no room, or no shelf, is used all the same, and that is said', async () => {
    const full = reading({ ...shelf, put: () => Promise.reject(new DOMException('full', 'QuotaExceededError')) });
    expect(await fileOf(file, full)).toEqual(ABC);
    expect(full.said).toEqual([NO_ROOM]);
    const none = reading(null);
    expect(await fileOf(file, none)).toEqual(ABC);
    expect(none.said).toEqual([NOT_KEPT]);
  });

  test('of a model that is no more goes', async () => {
    kept.set('/models/old', ABC).set(`/models/${SHA}`, ABC);
    await clear(shelf, [SHA]);
    expect([...kept.keys()]).toEqual([`/models/${SHA}`]);
  });
});

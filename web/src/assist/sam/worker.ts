/** The smart polygon's worker: a model of the workspace's by ONNX Runtime, away from the page. One worker has one model: WebAssembly's memory never shrinks. */
import { clear, fileOf, shelfOf, type Shelf } from './kept';
import type { FileToLoad, FromWorker, ModelToOpen, ToWorker } from './messages';
import { Model } from './model';
import { loadRuntime } from './runtime';

const say = (message: FromWorker): void => postMessage(message);
const reason = (error: unknown): string => (error instanceof Error ? error.message : String(error));

let model: Model | null = null;
/** Why the last picture could not be looked at. */
let blind: { readonly key: string; readonly why: string } | null = null;

const loading = (what: string, loaded: number, total: number | null): void => say({ type: 'loading', what, loaded, total });

async function open({ encoder, decoder, shelf: name, keep }: ModelToOpen): Promise<void> {
  await loadRuntime((loaded, total) => loading('what runs models', loaded, total));
  const shelf = await shelfOf(name);
  if (shelf) await clear(shelf, keep).catch(() => undefined);
  const all = encoder.size + decoder.size;
  const first = await read(encoder, shelf, (loaded) => loading('the model', loaded, all));
  const second = await read(decoder, shelf, (loaded) => loading('the model', encoder.size + loaded, all));
  loading('the model: opening it', 0, null);
  model = await Model.open(first, second);
  say({ type: 'ready' });
}

const read = (file: FileToLoad, shelf: Shelf | null, progress: (loaded: number) => void): Promise<Uint8Array> =>
  fileOf(file, { shelf, progress, say: (text) => say({ type: 'said', text }) });

async function look(model: Model, { key, bitmap, size }: Extract<ToWorker, { type: 'picture' }>): Promise<void> {
  loading('the picture into the model, once', 0, null);
  const { width, height } = model.seenSize(size);
  const smaller = await createImageBitmap(bitmap, { resizeWidth: width, resizeHeight: height, resizeQuality: 'high' });
  bitmap.close();
  const ctx = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
  if (!ctx) throw new Error('the browser gives no canvas');
  ctx.drawImage(smaller, 0, 0);
  smaller.close();
  await model.look(key, size, ctx.getImageData(0, 0, width, height).data);
}

async function heard(message: ToWorker): Promise<void> {
  if (message.type === 'open') {
    await open(message.model).catch((error: unknown) => {
      if (isFatal(error)) throw error;
      say({ type: 'unable', why: reason(error) });
    });
    return;
  }
  if (!model) return;
  switch (message.type) {
    case 'picture':
      blind = null;
      try {
        await look(model, message);
      } catch (error) {
        if (isFatal(error)) throw error;
        blind = { key: message.key, why: reason(error) };
      }
      say({ type: 'ready' });
      return;
    case 'forget':
      model.forget(message.key);
      return;
    case 'thing': {
      const { id, picture, prompts } = message;
      try {
        if (blind?.key === picture) throw new Error(blind.why);
        say({ type: 'thing', id, ...(await model.find(picture, prompts)) });
      } catch (error) {
        if (isFatal(error)) throw error;
        say({ type: 'failed', id, why: reason(error) });
      }
    }
  }
}

/** After these nothing that runs in WebAssembly can be trusted: numbers are its own exceptions. */
function isFatal(error: unknown): boolean {
  return (
    typeof error === 'number' ||
    error instanceof WebAssembly.RuntimeError ||
    error instanceof RangeError ||
    /bad_alloc|out of memory|abort/i.test(reason(error))
  );
}

/** In the order in which it was said: a question waits for its picture. */
let turn = Promise.resolve();
addEventListener('message', ({ data }: MessageEvent<ToWorker>) => {
  turn = turn
    .then(() => heard(data))
    .catch((error: unknown) => {
      // The page hears of it as of a script that broke, and ends this worker.
      setTimeout(() => {
        throw error;
      });
    });
});

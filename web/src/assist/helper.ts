/**
 * Between the tools and the worker: starts it when it is first needed, hands it the picture once, and brings its answers. One for a page, so that OpenCV
 * is loaded once for all tasks; which picture is meant changes from task to task.
 */
import { imagePoint } from '~/geometry/points';
import { createStore, type Store } from '~/lib/store';
import type { Answer, Ask, Assistant, Readiness } from '~/tools/assistant';
import type { FromWorker, ToWorker } from './messages';
import type { Picture } from './picture';

/** What is used of a worker. */
export interface WorkerPort {
  post(message: ToWorker, moved?: Transferable[]): void;
  end(): void;
}

/** @returns a worker that tells what it has to say, and whether it broke down */
export type Spawn = (told: (message: FromWorker) => void, broken: () => void) => WorkerPort;

export const NOT_LOADED = 'The assistant could not be loaded: the connection may have broken off';
export const NO_PICTURE = 'The picture is not there yet';
export const BROKE_DOWN = 'The assistant broke down. The next click starts it again.';
const GIVEN_UP = 'Not needed any more';

interface Running {
  readonly port: WorkerPort;
  readonly ready: Promise<void>;
  readonly fail: (error: Error) => void;
  /** The picture it was given last. */
  picture: Picture | null;
}

export class Helper implements Assistant {
  readonly readiness: Store<Readiness> = createStore<Readiness>({ name: 'asleep' });
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #running: Running | null = null;
  #picture: Picture | null = null;
  #asked = 0;

  constructor(private readonly spawn: Spawn) {}

  /** What is asked from now on is about this picture. */
  show(picture: Picture | null): void {
    this.#picture = picture;
  }

  wake(): void {
    this.#started().ready.catch(() => undefined);
  }

  async ask(ask: Ask): Promise<Answer> {
    const picture = this.#picture;
    if (!picture) return { kind: 'failed', text: `${NO_PICTURE}.` };
    const running = this.#started();
    try {
      await running.ready;
      if (running.picture !== picture) {
        const bitmap = await picture.bitmap();
        running.port.post({ type: 'picture', bitmap, size: picture.size }, [bitmap]);
        running.picture = picture;
      }
    } catch (error) {
      // What readiness says is not said twice.
      const known = this.readiness.get().name === 'failed';
      return { kind: 'failed', text: known ? null : error instanceof Error ? error.message : String(error) };
    }
    return new Promise((resolve) => {
      const id = ++this.#asked;
      this.#waiting.set(id, resolve);
      running.port.post(messageOf(ask, id));
    });
  }

  giveUp(): void {
    if (this.readiness.get().name === 'loading') this.#end({ name: 'asleep' }, GIVEN_UP);
  }

  #started(): Running {
    if (this.#running) return this.#running;
    this.readiness.set({ name: 'loading', loaded: 0, total: null });
    let [begin, fail]: [() => void, (error: Error) => void] = [() => undefined, () => undefined];
    const ready = new Promise<void>((resolve, reject) => {
      [begin, fail] = [resolve, reject];
    });
    const port = this.spawn(
      (message) => this.#told(message, begin),
      () => this.#broken(),
    );
    return (this.#running = { port, ready, fail, picture: null });
  }

  #told(message: FromWorker, begin: () => void): void {
    switch (message.type) {
      case 'loading':
        this.readiness.set({ name: 'loading', loaded: message.loaded, total: message.total });
        return;
      case 'ready':
        this.readiness.set({ name: 'ready' });
        begin();
        return;
      case 'unable':
        this.#end({ name: 'failed', text: `${NOT_LOADED} (${message.why}).` }, NOT_LOADED);
        return;
      case 'area':
        this.#answer(message.id, { kind: 'area', mask: message.mask });
        return;
      case 'way':
        this.#answer(message.id, { kind: 'way', points: message.points.map(({ x, y }) => imagePoint(x, y)) });
        return;
      case 'failed':
        this.#answer(message.id, { kind: 'failed', text: `The assistant found nothing here: ${message.why}.` });
    }
  }

  /** A worker whose script does not come, or that ran out of memory. */
  #broken(): void {
    if (this.readiness.get().name === 'loading') this.#end({ name: 'failed', text: `${NOT_LOADED}.` }, NOT_LOADED);
    else this.#end({ name: 'asleep' }, BROKE_DOWN);
  }

  #end(readiness: Readiness, why: string): void {
    const running = this.#running;
    this.#running = null;
    this.readiness.set(readiness);
    running?.port.end();
    running?.fail(new Error(why));
    for (const id of [...this.#waiting.keys()]) this.#answer(id, { kind: 'failed', text: why });
  }

  #answer(id: number, answer: Answer): void {
    this.#waiting.get(id)?.(answer);
    this.#waiting.delete(id);
  }
}

function messageOf(ask: Ask, id: number): ToWorker {
  if (ask.kind === 'area') return { type: 'area', id, point: ask.point, tolerance: ask.tolerance };
  return { type: 'way', id, from: ask.from, to: ask.to, reach: ask.reach, pixel: ask.pixel };
}

export const spawnWorker: Spawn = (told, broken) => {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'assistant' });
  worker.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => told(data));
  worker.addEventListener('error', broken);
  return {
    post: (message, moved = []) => worker.postMessage(message, moved),
    end: () => worker.terminate(),
  };
};

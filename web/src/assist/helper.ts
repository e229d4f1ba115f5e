/**
 * Between the wand and scissors and their worker: hands it the picture once, and brings its answers. One for a page, so that OpenCV is loaded once for all
 * tasks; which picture is meant changes from task to task.
 */
import { imagePoint } from '~/geometry/points';
import type { Answer, Ask, Assistant } from '~/tools/assistant';
import { portOf, type Spawn } from '~/lib/worker-port';
import { Hired, type Common, type Running } from './hired';
import type { FromWorker, ToWorker } from './messages';
import type { Picture } from './picture';

export const NOT_LOADED = 'The assistant could not be loaded: the connection may have broken off';
export const NO_PICTURE = 'The picture is not there yet';
export const BROKE_DOWN = 'The assistant broke down. The next click starts it again.';
const NOT_MINE = 'The assistant knows nothing of this';

export class Helper implements Assistant {
  readonly #hired: Hired<ToWorker, Exclude<FromWorker, Common>>;
  #picture: Picture | null = null;
  /** The picture that was given last, and to whom. */
  #given: { readonly to: Running<ToWorker>; readonly picture: Picture } | null = null;

  constructor(spawn: Spawn<ToWorker, FromWorker>) {
    const words = {
      notLoaded: NOT_LOADED,
      brokeLoading: `${NOT_LOADED}.`,
      brokeDown: BROKE_DOWN,
      noAnswer: 'The assistant found nothing here',
    };
    this.#hired = new Hired(spawn, words, (message) => this.#hear(message));
  }

  get readiness(): Assistant['readiness'] {
    return this.#hired.readiness;
  }

  /** What is asked from now on is about this picture. */
  show(picture: Picture | null): void {
    this.#picture = picture;
  }

  wake(): void {
    this.#hired.started();
  }

  async ask(ask: Ask): Promise<Answer> {
    const picture = this.#picture;
    if (ask.kind === 'thing') return { kind: 'failed', text: `${NOT_MINE}.` };
    if (!picture) return { kind: 'failed', text: `${NO_PICTURE}.` };
    const running = this.#hired.started();
    try {
      await running.ready;
      if (this.#given?.to !== running || this.#given.picture !== picture) {
        const bitmap = await picture.bitmap();
        running.port.post({ type: 'picture', bitmap, size: picture.size }, [bitmap]);
        this.#given = { to: running, picture };
      }
    } catch (error) {
      return this.#hired.refusal(error);
    }
    return this.#hired.question(running, (id) => messageOf(ask, id));
  }

  giveUp(): void {
    this.#hired.giveUp();
  }

  #hear(message: Exclude<FromWorker, Common>): void {
    if (message.type === 'area') this.#hired.answer(message.id, { kind: 'area', mask: message.mask });
    else this.#hired.answer(message.id, { kind: 'way', points: message.points.map(({ x, y }) => imagePoint(x, y)) });
  }
}

function messageOf(ask: Exclude<Ask, { kind: 'thing' }>, id: number): ToWorker {
  if (ask.kind === 'area') return { type: 'area', id, point: ask.point, tolerance: ask.tolerance };
  return { type: 'way', id, from: ask.from, to: ask.to, reach: ask.reach, pixel: ask.pixel };
}

export const spawnWorker: Spawn<ToWorker, FromWorker> = (told, broken) =>
  portOf(new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'assistant' }), told, broken);

/**
 * Between the smart polygon and its worker: which model is meant, where its files come from, which pictures the worker has seen. One for a page, as the
 * helper of the wand and scissors is; another model is another worker.
 */
import type { Answer, Ask, Assistant } from '~/tools/assistant';
import { portOf, type Spawn } from '~/lib/worker-port';
import { Hired, type Common, type Running } from '../hired';
import { NO_PICTURE } from '../helper';
import type { Picture } from '../picture';
import { isKept, shelfOf } from './kept';
import type { FromWorker, ModelToOpen, ToWorker } from './messages';

/** How many pictures are remembered: the one before and the one after are looked at again most often. An embedding of SAM has 4 MB. */
const REMEMBERED = 6;

export const NOT_LOADED = 'The model cannot be used';
export const BROKE_LOADING = `${NOT_LOADED}: it broke down, perhaps for want of memory. A smaller model may do.`;
export const BROKE_DOWN = 'The model broke down, perhaps for want of memory. The next click starts it again.';
const OTHER_MODEL = 'Another model was chosen';
const NOT_MINE = 'The model knows nothing of this';

export interface ModelFile {
  readonly size: number;
  readonly sha256: string;
}

export interface ChosenModel {
  readonly id: string;
  readonly encoder: ModelFile;
  readonly decoder: ModelFile;
}

/** Where models come from. */
export interface Models {
  /** Where their files are kept: of one workspace. */
  readonly shelf: string;
  /** The one to use; null: there is none. */
  chosen(): Promise<ChosenModel | null>;
  /** Hashes of the files of all models there are. */
  hashes(): readonly string[];
  addresses(id: string): Promise<{ readonly encoder: string; readonly decoder: string }>;
}

export class Segmenter implements Assistant {
  readonly #hired: Hired<ToWorker, Exclude<FromWorker, Common>>;
  #picture: Picture | null = null;
  #models: Models | null = null;
  /** What the worker that runs was told of. */
  #told: { readonly to: Running<ToWorker>; readonly model: string; readonly pictures: string[] } | null = null;

  /** @param say something for people to know, while it goes on */
  constructor(
    spawn: Spawn<ToWorker, FromWorker>,
    private readonly say: (text: string) => void,
  ) {
    const words = {
      notLoaded: NOT_LOADED,
      brokeLoading: BROKE_LOADING,
      brokeDown: BROKE_DOWN,
      noAnswer: 'The model finds nothing here',
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

  use(models: Models | null): void {
    this.#models = models;
  }

  wake(): void {
    void this.#open().catch(() => undefined);
  }

  async ask(ask: Ask): Promise<Answer> {
    const picture = this.#picture;
    if (ask.kind !== 'thing') return { kind: 'failed', text: `${NOT_MINE}.` };
    if (!picture) return { kind: 'failed', text: `${NO_PICTURE}.` };
    try {
      const running = await this.#open();
      // That there is no model is said where models are chosen.
      if (!running) return { kind: 'failed', text: null };
      await running.ready;
      await this.#showTo(running, picture);
      return await this.#hired.question(running, (id) => ({ type: 'thing', id, picture: picture.key, prompts: ask.prompts }));
    } catch (error) {
      return this.#hired.refusal(error);
    }
  }

  giveUp(): void {
    this.#hired.giveUp();
  }

  /** The worker with the chosen model, which may be on its way; null: there is no model. */
  async #open(): Promise<Running<ToWorker> | null> {
    const models = this.#models;
    const model = models && (await models.chosen());
    if (!model) return null;
    if (this.#told && this.#told.to === this.#hired.running && this.#told.model !== model.id)
      this.#hired.end({ name: 'asleep' }, OTHER_MODEL);
    const running = this.#hired.started();
    if (this.#told?.to !== running) {
      this.#told = { to: running, model: model.id, pictures: [] };
      this.#send(running, models, model).catch((error: unknown) => {
        if (this.#hired.running === running) this.#hired.unable(error instanceof Error ? error.message : String(error));
      });
    }
    return running;
  }

  /** What is kept needs no address: it is had without a network too. */
  async #send(running: Running<ToWorker>, models: Models, { id, encoder, decoder }: ChosenModel): Promise<void> {
    const shelf = await shelfOf(models.shelf);
    const isHere = (await isKept(shelf, encoder.sha256)) && (await isKept(shelf, decoder.sha256));
    const at = isHere ? { encoder: null, decoder: null } : await models.addresses(id);
    const model: ModelToOpen = {
      encoder: { ...encoder, address: at.encoder },
      decoder: { ...decoder, address: at.decoder },
      shelf: models.shelf,
      keep: models.hashes(),
    };
    running.port.post({ type: 'open', model });
  }

  /** Each picture once, as long as it is remembered. */
  async #showTo(running: Running<ToWorker>, picture: Picture): Promise<void> {
    const pictures = this.#told?.to === running ? this.#told.pictures : [];
    const known = pictures.indexOf(picture.key);
    if (known !== -1) {
      pictures.push(...pictures.splice(known, 1));
      return;
    }
    const bitmap = await picture.bitmap();
    pictures.push(picture.key);
    running.port.post({ type: 'picture', key: picture.key, bitmap, size: picture.size }, [bitmap]);
    if (pictures.length > REMEMBERED) running.port.post({ type: 'forget', key: pictures.shift() ?? '' });
  }

  #hear(message: Exclude<FromWorker, Common>): void {
    if (message.type === 'said') this.say(message.text);
    else this.#hired.answer(message.id, { kind: 'thing', mask: message.mask, confidence: message.confidence });
  }
}

export const spawnSegmenter: Spawn<ToWorker, FromWorker> = (told, broken) =>
  portOf(new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'segmenter' }), told, broken);

/**
 * A worker that is started when it is first needed, says how far it is with what it loads, and answers questions by their number. What helpers of tools have
 * in common, whatever they are asked.
 */
import { createStore, type Store } from '~/lib/store';
import type { Port, Spawn } from '~/lib/worker-port';
import type { Answer, Readiness } from '~/tools/assistant';

/** What every worker says. */
export type Common =
  | { readonly type: 'loading'; readonly what?: string; readonly loaded: number; readonly total: number | null }
  | { readonly type: 'ready' }
  /** It cannot begin. */
  | { readonly type: 'unable'; readonly why: string }
  | { readonly type: 'failed'; readonly id: number; readonly why: string };

export interface Words {
  readonly notLoaded: string;
  /** While it was still loading, and later. */
  readonly brokeLoading: string;
  readonly brokeDown: string;
  /** Before the reason, where it has no answer. */
  readonly noAnswer: string;
}

export interface Running<To> {
  readonly port: Port<To>;
  readonly ready: Promise<void>;
  readonly fail: (error: Error) => void;
}

const GIVEN_UP = 'Not needed any more';

export class Hired<To, From extends { readonly type: string }> {
  readonly readiness: Store<Readiness> = createStore<Readiness>({ name: 'asleep' });
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #running: Running<To> | null = null;
  #asked = 0;

  /** @param hear what it says besides what all say */
  constructor(
    private readonly spawn: Spawn<To, From | Common>,
    private readonly words: Words,
    private readonly hear: (message: From) => void,
  ) {}

  /** The one that runs; null: none does. */
  get running(): Running<To> | null {
    return this.#running;
  }

  started(): Running<To> {
    if (this.#running) return this.#running;
    this.readiness.set({ name: 'loading', loaded: 0, total: null });
    let [begin, fail]: [() => void, (error: Error) => void] = [() => undefined, () => undefined];
    const ready = new Promise<void>((resolve, reject) => {
      [begin, fail] = [resolve, reject];
    });
    // Who does not wait for it is told by the readiness.
    ready.catch(() => undefined);
    const port = this.spawn(
      (message) => this.#told(message, begin),
      () => this.#broken(),
    );
    return (this.#running = { port, ready, fail });
  }

  /** @param message of a number, by which the answer comes */
  question(running: Running<To>, message: (id: number) => To): Promise<Answer> {
    return new Promise((resolve) => {
      const id = ++this.#asked;
      this.#waiting.set(id, resolve);
      running.port.post(message(id));
    });
  }

  answer(id: number, answer: Answer): void {
    this.#waiting.get(id)?.(answer);
    this.#waiting.delete(id);
  }

  /** Why a question was not even asked. What readiness says is not said twice. */
  refusal(error: unknown): Answer {
    const known = this.readiness.get().name === 'failed';
    return { kind: 'failed', text: known ? null : error instanceof Error ? error.message : String(error) };
  }

  /** No answer is waited for any more: what is only on its way is not needed. */
  giveUp(): void {
    if (this.readiness.get().name === 'loading') this.end({ name: 'asleep' }, GIVEN_UP);
  }

  unable(why: string): void {
    this.end({ name: 'failed', text: `${this.words.notLoaded} (${why}).` }, this.words.notLoaded);
  }

  end(readiness: Readiness, why: string): void {
    const running = this.#running;
    this.#running = null;
    this.readiness.set(readiness);
    running?.port.end();
    running?.fail(new Error(why));
    const text = readiness.name === 'failed' ? null : why;
    for (const id of [...this.#waiting.keys()]) this.answer(id, { kind: 'failed', text });
  }

  #told(message: From | Common, begin: () => void): void {
    if (!isCommon(message)) {
      this.hear(message);
      return;
    }
    switch (message.type) {
      case 'loading': {
        const { what, loaded, total } = message;
        this.readiness.set({ name: 'loading', ...(what === undefined ? {} : { what }), loaded, total });
        return;
      }
      case 'ready':
        this.readiness.set({ name: 'ready' });
        begin();
        return;
      case 'unable':
        this.unable(message.why);
        return;
      case 'failed':
        this.answer(message.id, { kind: 'failed', text: `${this.words.noAnswer}: ${message.why}.` });
    }
  }

  /** A worker whose script does not come, or that ran out of memory. */
  #broken(): void {
    const { brokeLoading, brokeDown } = this.words;
    if (this.readiness.get().name === 'loading') this.end({ name: 'failed', text: brokeLoading }, brokeLoading);
    else this.end({ name: 'asleep' }, brokeDown);
  }
}

const COMMON: ReadonlySet<string> = new Set<Common['type']>(['loading', 'ready', 'unable', 'failed']);
const isCommon = (message: { readonly type: string }): message is Common => COMMON.has(message.type);

/**
 * The decoded picture, four bytes a pixel, for as long as it is needed: a picture of 200 megapixels has 800 MB, which somebody who has gone for lunch, or only
 * looks at all of it, does not need to hold. Decoded anew when it is asked for again.
 */
export interface Closable {
  close(): void;
}

export interface Timers {
  after(ms: number, run: () => void): unknown;
  cancel(timer: unknown): void;
}

export class Original<B extends Closable> {
  #bitmap: Promise<B> | null = null;
  #users = 0;
  #timer: unknown = null;

  /**
   * @param idle milliseconds after the last use
   * @param told whether it is being decoded
   */
  constructor(
    private readonly decode: () => Promise<B>,
    private readonly idle: number,
    private readonly timers: Timers,
    private readonly told: (now: boolean) => void,
  ) {}

  async use<T>(work: (bitmap: B) => Promise<T>): Promise<T> {
    if (this.#timer !== null) this.timers.cancel(this.#timer);
    this.#timer = null;
    this.#users++;
    try {
      return await work(await this.#decoded());
    } finally {
      if (--this.#users === 0) this.#timer = this.timers.after(this.idle, () => this.#letGo());
    }
  }

  #decoded(): Promise<B> {
    if (this.#bitmap) return this.#bitmap;
    this.told(true);
    const decoding = this.decode().finally(() => this.told(false));
    // What failed for want of memory may work later.
    decoding.catch(() => (this.#bitmap = null));
    return (this.#bitmap = decoding);
  }

  #letGo(): void {
    this.#timer = null;
    void this.#bitmap?.then((bitmap) => bitmap.close());
    this.#bitmap = null;
  }
}

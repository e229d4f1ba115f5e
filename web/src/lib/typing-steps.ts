/** A pause of this long, and what is typed next is another step of undo. */
const PAUSE_MS = 900;

/** Makes what is typed without a pause one step of undo. */
export class TypingSteps {
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly undo: { beginGesture: () => void; endGesture: () => void }) {}

  touch(): void {
    if (this.#timer === undefined) this.undo.beginGesture();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.end(), PAUSE_MS);
  }

  end(): void {
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.undo.endGesture();
  }
}

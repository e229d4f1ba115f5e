import type { Listener, Unsubscribe } from '../surface.js';
import { Emitter } from './emitter.js';

/** An emitter for each key that somebody listens to, and none for the others. */
export class KeyedEmitters {
  readonly #byKey = new Map<string, Emitter>();

  on(key: string, listener: Listener): Unsubscribe {
    let emitter = this.#byKey.get(key);
    if (!emitter) this.#byKey.set(key, (emitter = new Emitter()));
    const own = emitter;
    const off = own.on(listener);
    return () => {
      off();
      if (own.size === 0 && this.#byKey.get(key) === own) this.#byKey.delete(key);
    };
  }

  emit(key: string): void {
    this.#byKey.get(key)?.emit();
  }

  clear(): void {
    this.#byKey.clear();
  }
}

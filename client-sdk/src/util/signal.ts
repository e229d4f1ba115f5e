import type { Listener, Unsubscribe } from '../surface.js';
import { Emitter } from './emitter.js';

/** A value made on demand, kept until `invalidate`, so that readers get the same object until something changes. */
export class Cached<T> {
  readonly #changed = new Emitter();
  #value: { readonly of: T } | undefined;

  constructor(private readonly make: () => T) {}

  readonly get = (): T => (this.#value ??= { of: this.make() }).of;

  readonly subscribe = (listener: Listener): Unsubscribe => this.#changed.on(listener);

  invalidate(): void {
    this.#value = undefined;
    this.#changed.emit();
  }
}

/** One person going through what models suggest: what is still open, what they look at, and what of it they take. What is decided is in the document. */
import type { SuggestionSnapshot } from '@tandem/client';

import { bounds } from '~/geometry/shapes';
import { createStore } from '~/lib/store';
import type { Desk } from '~/tools/desk';
import { framing } from '../review/adjudication';

/** What became of suggestions that were to be accepted. */
export interface Accepted {
  readonly ids: readonly string[];
  /** Why the others were not; null: there were none. */
  readonly refused: string | null;
}

/** Without a score of its own a suggestion is as sure as it gets: whoever made it left no doubt. */
export const scoreOf = ({ score }: Pick<SuggestionSnapshot, 'score'>): number => score ?? 1;

export class Suggestions {
  /** Which one is looked at. */
  readonly current = createStore<string | null>(null);
  /** Whether they are to be seen on the picture. */
  readonly shown = createStore(true);
  /** From which score on all are accepted at once. */
  readonly threshold = createStore(0.8);
  /** The person has put it away: Tab goes on to the next control, as everywhere. */
  #rests = false;
  readonly #stops: (() => void)[];

  constructor(readonly desk: Desk) {
    this.#stops = [
      desk.room.suggestions.subscribe(() => this.#keepCurrent()),
      // Keys are meant for what is selected.
      desk.selection.subscribe(() => {
        if (desk.selection.get().length > 0) this.current.set(null);
      }),
    ];
  }

  dispose(): void {
    for (const stop of this.#stops) stop();
  }

  open(): readonly SuggestionSnapshot[] {
    return this.desk.room.suggestions.open();
  }

  get(): SuggestionSnapshot | undefined {
    const id = this.current.get();
    return id === null ? undefined : this.desk.room.suggestions.get(id);
  }

  /** Open ones from a score on. */
  over(threshold: number): readonly SuggestionSnapshot[] {
    return this.open().filter((one) => scoreOf(one) >= threshold);
  }

  // ---------------------------------------------------------------- looking

  look(id: string): void {
    const suggestion = this.desk.room.suggestions.get(id);
    if (!suggestion) return;
    this.#rests = false;
    this.shown.set(true);
    this.desk.select([]);
    this.current.set(id);
  }

  /** Brings one into view, so near that it can be judged. */
  go(id: string): void {
    this.look(id);
    const suggestion = this.get();
    if (suggestion) this.desk.camera.show(framing([bounds(suggestion.geometry)], this.desk.image));
  }

  /** @returns false when there is none */
  step(by: 1 | -1): boolean {
    const open = this.open();
    const at = open.findIndex(({ id }) => id === this.current.get());
    const next = at === -1 ? open.at(by === 1 ? 0 : -1) : open[(at + by + open.length) % open.length];
    if (next) this.go(next.id);
    return next !== undefined;
  }

  /** @returns false when there was nothing to put away */
  letGo(): boolean {
    if (this.current.get() === null) return false;
    this.current.set(null);
    this.#rests = true;
    return true;
  }

  // ---------------------------------------------------------------- deciding

  /** What Tab does on the picture. @returns false where it is none of ours: it goes to the next control */
  take(): boolean {
    if (!this.#isMeant()) return false;
    const suggestion = this.get();
    if (!suggestion) return !this.#rests && this.step(1);
    this.#onwards(() => this.accept([suggestion]).ids.length > 0);
    return true;
  }

  /** What Backspace does on the picture. @returns false where it is none of ours */
  drop(): boolean {
    const suggestion = this.get();
    if (!suggestion || !this.#isMeant()) return false;
    this.#onwards(() => this.reject([suggestion]) > 0);
    return true;
  }

  /** One step of undo, however many. Those that the task would not take as answers stay open. */
  accept(suggestions: readonly SuggestionSnapshot[]): Accepted {
    const { desk } = this;
    if (!desk.mayEdit()) return { ids: [], refused: null };
    desk.dispatch({ type: 'cancel' });
    const [fitting, refused] = this.#fitting(suggestions);
    const { suggestions: store, regions } = desk.room;
    const ids = regions.transact(() =>
      fitting.flatMap(({ id, label, attributes }) =>
        // What the model says goes before what a new region has by itself.
        store.accept(id, { attributes: { ...desk.initial(label), ...attributes } }) ? [id] : [],
      ),
    );
    if (refused !== null) desk.notify(refused);
    return { ids, refused };
  }

  /** One step of undo, however many. @returns how many */
  reject(suggestions: readonly SuggestionSnapshot[]): number {
    const { desk } = this;
    if (!desk.mayEdit()) return 0;
    const { suggestions: store, regions } = desk.room;
    return regions.transact(() => suggestions.filter(({ id }) => store.reject(id)).length);
  }

  /** It is accepted and in hand, to be drawn on. */
  edit(suggestion: SuggestionSnapshot): void {
    if (this.accept([suggestion]).ids.length === 0) return;
    this.desk.pickTool('select');
    this.desk.select([suggestion.id]);
  }

  // ---------------------------------------------------------------- inside

  #isMeant(): boolean {
    return !this.desk.isBusy && this.desk.selection.get().length === 0;
  }

  /** Decides, and goes to the one that came after. */
  #onwards(decide: () => boolean): void {
    const open = this.open();
    const at = open.findIndex(({ id }) => id === this.current.get());
    const next = open[at + 1] ?? open[0];
    if (!decide()) return;
    if (next && next.id !== open[at]?.id) this.go(next.id);
    else this.current.set(null);
  }

  #fitting(suggestions: readonly SuggestionSnapshot[]): readonly [readonly SuggestionSnapshot[], string | null] {
    const { desk } = this;
    const isTaken = ({ label, geometry }: SuggestionSnapshot): boolean => desk.accepts(label, geometry);
    const taken = suggestions.filter(isTaken);
    const strange = suggestions.find((one) => !isTaken(one));
    const labels = taken.map(({ label }) => label);
    const why = strange ? `“${strange.label}” does not take such a shape here` : null;
    if (desk.full(labels) === null) return [taken, why];
    const fitting: SuggestionSnapshot[] = [];
    let full: string | null = null;
    for (const one of taken) {
      const reason = desk.full([...fitting.map(({ label }) => label), one.label]);
      if (reason === null) fitting.push(one);
      else full ??= reason;
    }
    return [fitting, full ?? why];
  }

  /** What somebody else decided, or a model took back, is not looked at any more. */
  #keepCurrent(): void {
    const id = this.current.get();
    if (id !== null && (!this.get() || this.desk.room.suggestions.verdict(id) !== null)) this.current.set(null);
  }
}

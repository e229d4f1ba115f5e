/**
 * A layout at work on one task: what its expressions see, and who must hear when that changes.
 *
 * The live document is the truth; the answer (`$.output`) is put together out of it, and each change replaces only the place that changed. Who reads an
 * expression says what it follows, so typing in one field wakes only what depends on that field.
 */
import type { FieldStore, Json, RegionStore } from '@tandem/client';

import { check, isAbout, type FieldError } from './check';
import { Defaults } from './defaults';
import { followed, touches } from './depends';
import { evaluate, type Locals } from './expression';
import { fits, knownFields, readField, type KnownField } from './fields';
import { isSomething, same, type JsonObject } from './json';
import { readPlace, withValueAt, type Place } from './place';
import type { Layout, Reactive } from './tree';

export interface ModelPorts {
  readonly layout: Layout;
  readonly fields: FieldStore;
  readonly regions: Pick<RegionStore, 'list' | 'subscribe'>;
  readonly input: Json;
  readonly context?: Json;
  readonly uiContext?: Json;
  /** Runs something soon; what is asked for before it ran is asked for once. */
  readonly soon?: (run: () => void) => void;
}

type Listener = () => void;

/** A value that is computed when asked for, and is the same object until it is another value. */
export interface Watched<T> {
  readonly subscribe: (listener: Listener) => () => void;
  readonly get: () => T;
}

interface Follower {
  readonly paths: readonly Place[];
  readonly listener: Listener;
}

const NO_ERRORS: readonly FieldError[] = [];
const RIGHT = { isValid: true, errors: NO_ERRORS };
const OUTPUT: Place = ['output'];
const VALIDATION: Place = ['validation'];

export class LayoutModel {
  readonly layout: Layout;
  readonly fields: FieldStore;
  readonly #known: readonly KnownField[];
  readonly #regions: Pick<RegionStore, 'list' | 'subscribe'>;
  readonly #followers = new Set<Follower>();
  readonly #stops: (() => void)[];
  readonly #soon: (run: () => void) => void;
  #variables: JsonObject;
  #validation: { readonly isValid: boolean; readonly errors: readonly FieldError[] } = RIGHT;
  #isChecked = false;
  #isAsked = false;
  #disposed = false;
  readonly #marks = new Marks();
  readonly #defaults: Defaults;
  #fills = false;

  constructor({
    layout,
    fields,
    regions,
    input,
    context = null,
    uiContext = null,
    soon = (run) => void setTimeout(run, 0),
  }: ModelPorts) {
    this.layout = layout;
    this.fields = fields;
    this.#regions = regions;
    this.#soon = soon;
    this.#known = knownFields(layout);
    this.#defaults = new Defaults(layout, fields);
    this.#variables = { input, context, ui_context: uiContext, output: {}, validation: RIGHT as unknown as Json };
    for (const key of fields.keys()) this.#take(key);
    this.#takeRegions();
    this.#stops = [
      fields.onChange(({ changed }) => this.#changed(changed)),
      regions.subscribe(() => this.#takeRegions().forEach((place) => this.#tell(place))),
    ];
    this.#stale();
  }

  dispose(): void {
    this.#disposed = true;
    for (const stop of this.#stops) stop();
    this.#followers.clear();
  }

  // ---------------------------------------------------------------- what expressions see

  get variables(): JsonObject {
    return this.#variables;
  }

  value({ expression }: Reactive, locals: Locals): Json {
    return evaluate(expression, { variables: this.#variables, locals });
  }

  holds(reactive: Reactive, locals: Locals): boolean {
    return isSomething(this.value(reactive, locals));
  }

  /** Told after every change of what one of these paths (`$.input.pages`) leads to. */
  follow(paths: readonly string[], listener: Listener): () => void {
    return this.#follow(paths.map(followed), listener);
  }

  /** @param read computes the value from what `paths` lead to and nothing else */
  watch<T extends Json>(paths: readonly string[], read: () => T): Watched<T> {
    let kept: { readonly of: JsonObject; readonly value: T } | undefined;
    return {
      subscribe: (listener) => this.follow(paths, listener),
      get: () => {
        if (kept?.of === this.#variables) return kept.value;
        const value = read();
        kept = { of: this.#variables, value: kept && same(kept.value, value) ? kept.value : value };
        return kept.value;
      },
    };
  }

  /** What the workflow gives. */
  setContext(value: Json): void {
    this.#replace('context', value);
  }

  /** What models and hooks found meanwhile, and what this person has in hand. */
  setUiContext(value: Json): void {
    this.#replace('ui_context', value);
  }

  /** Whether an expression of this layout reads what is under a variable. */
  reads(variable: string): boolean {
    return JSON.stringify(this.layout.root).includes(`"$.${variable}`);
  }

  /** From now on (or no more) fields that come to be seen get their default. @returns whether any did at once */
  fillDefaults(on: boolean): boolean {
    this.#fills = on;
    return on && this.#defaults.fill(this.#variables);
  }

  // ---------------------------------------------------------------- what is wrong

  /** Every rule that the answer breaks just now. */
  errors(): readonly FieldError[] {
    if (!this.#isChecked) this.#check();
    return this.#validation.errors;
  }

  /** What to say beside a field: why the server refused it, or what is wrong with it once people have left it or tried to submit. */
  shownError(key: string): string | null {
    const refused = this.#marks.refusals.find((error) => isAbout(error, key));
    if (refused) return refused.message;
    if (!this.#marks.isAttempted && !this.#marks.left.has(key)) return null;
    return this.errors().find((error) => isAbout(error, key))?.message ?? null;
  }

  onErrors(listener: Listener): () => void {
    const stop = this.#marks.subscribe(listener);
    const unfollow = this.#follow([VALIDATION], listener);
    return () => {
      stop();
      unfollow();
    };
  }

  /** Somebody has been in this field and left it. */
  leave(key: string): void {
    this.#marks.leave(key);
  }

  /** Somebody wants to submit: from now on every field says what is wrong with it. @returns what is wrong */
  attempt(): readonly FieldError[] {
    this.#marks.attempt();
    return this.errors();
  }

  /** The server said no. Each is shown at its field until that changes. */
  refuse(errors: readonly FieldError[]): void {
    this.#marks.refuse(errors);
  }

  /** Something is said at a field until that changes. */
  say(error: FieldError): void {
    this.#marks.refuse([...this.#marks.refusals.filter((other) => !isAbout(other, error.field)), error]);
  }

  // ---------------------------------------------------------------- inside

  #follow(paths: readonly Place[], listener: Listener): () => void {
    const follower = { paths, listener };
    this.#followers.add(follower);
    return () => void this.#followers.delete(follower);
  }

  #set(variable: string, value: Json): void {
    this.#variables = { ...this.#variables, [variable]: value };
  }

  #replace(variable: string, value: Json): void {
    if (same(this.#variables[variable] ?? null, value)) return;
    this.#set(variable, value);
    this.#tell([variable]);
  }

  #tell(changed: Place): void {
    for (const { paths, listener } of [...this.#followers]) if (paths.some((path) => touches(changed, path))) listener();
    if (changed[0] !== 'validation') this.#stale();
  }

  #changed(keys: readonly string[]): void {
    const places = keys.flatMap((key) => {
      this.#marks.forgive(key);
      return this.#take(key) ?? [];
    });
    for (const place of places) this.#tell([...OUTPUT, ...place]);
  }

  /** Puts one entry of the document into the answer. @returns its place, if the layout has a field there */
  #take(key: string): [Place] | null {
    const place = readPlace(key);
    const fields = place ? this.#known.filter((field) => fits(field, place)) : [];
    if (!place || fields.length === 0) return null;
    const entry = this.fields.get(key);
    // Fields of different cases may share a place: whichever of them this is from, conditions ask about what is there.
    const found = fields.map(({ output }) => readField(output, entry)).find((value) => value !== undefined);
    this.#set('output', withValueAt(this.#variables.output, place, found));
    return [place];
  }

  #takeRegions(): Place[] {
    return this.#known
      .filter(({ output }) => output.kept_as === 'regions')
      .map(({ steps }) => {
        const place = steps.map((step) => (typeof step === 'string' ? step : 0));
        this.#set('output', withValueAt(this.#variables.output, place, this.#regions.list() as unknown as Json));
        return [...OUTPUT, ...place];
      });
  }

  /** Rules are asked when somebody waits for the answer: once for all that changes at a time, not for each letter of many fields. */
  #stale(): void {
    this.#isChecked = false;
    if (this.#isAsked) return;
    this.#isAsked = true;
    this.#soon(() => {
      this.#isAsked = false;
      if (this.#disposed) return;
      if (this.#fills) this.#defaults.fill(this.#variables);
      if (!this.#isChecked) this.#check();
    });
  }

  #check(): void {
    this.#isChecked = true;
    const errors = check(this.layout, this.#variables);
    if (same(errors as unknown as Json, this.#validation.errors as unknown as Json)) return;
    this.#validation = { isValid: errors.length === 0, errors };
    this.#set('validation', this.#validation as unknown as Json);
    // Not at once: this may be somebody's reading.
    this.#soon(() => this.#disposed || this.#tell(VALIDATION));
  }
}

/** Which fields say what is wrong with them. */
class Marks {
  readonly left = new Set<string>();
  refusals: readonly FieldError[] = NO_ERRORS;
  isAttempted = false;
  readonly #listeners = new Set<Listener>();

  subscribe(listener: Listener): () => void {
    const own = (): void => listener();
    this.#listeners.add(own);
    return () => void this.#listeners.delete(own);
  }

  leave(key: string): void {
    if (this.left.has(key)) return;
    this.left.add(key);
    this.#tell();
  }

  attempt(): void {
    this.isAttempted = true;
    this.#tell();
  }

  refuse(errors: readonly FieldError[]): void {
    this.refusals = errors;
    this.#tell();
  }

  forgive(key: string): void {
    const rest = this.refusals.filter((error) => !isAbout(error, key));
    if (rest.length === this.refusals.length) return;
    this.refusals = rest;
    this.#tell();
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}

/**
 * What answers say besides regions, and what of it is decided. A decision is the field of the document itself, as with regions: after a reload, on another device and after
 * an undo the document says it. Only that a field is to stay empty is said by nothing where nobody has begun it; that is kept like what is left out of the picture.
 */
import type { FieldStore, Json } from '@tandem/client';

import { compareValues, entriesOf, isBlank, saysTheSame, type ComparedValues, type Entry } from '~/agreement/values';
import { createStore } from '~/lib/store';
import { answerFields, type AnswerField } from '~/layout/answer-fields';
import { readField } from '~/layout/fields';
import { isList } from '~/layout/json';
import { wrongs } from '~/layout/schema';
import type { Layout } from '~/layout/tree';
import { writeField } from '~/layout/write';
import type { Decided } from './decisions';

export interface FieldThing extends AnswerField, ComparedValues {}

export interface FieldPorts {
  readonly fields: FieldStore;
  /** Null: the task has none, and answers have no fields. */
  readonly layout: Layout | null;
  readonly outputs: readonly Json[];
  readonly isLeftOut: (thing: FieldThing) => boolean;
  readonly leaveOut: (things: readonly FieldThing[]) => void;
  readonly putBack: (things: readonly FieldThing[]) => void;
}

/** Several things listed, out of several lists. */
export interface ListMerge {
  readonly id: 'union' | 'intersection';
  readonly name: string;
  readonly value: readonly Json[];
}

/** Whether the document does not say that it was decided. A plain value says by itself that it is to be nothing, and an undo opens it again. */
export const leavesNothing = ({ output }: FieldThing, value: Json | undefined): boolean =>
  isBlank(value) && output.kept_as !== 'value';

export class FieldDecisions {
  readonly all: readonly FieldThing[];
  readonly agreed: readonly FieldThing[];
  /** In the layout's order: what is asked later often depends on what was asked before. */
  readonly conflicts: readonly FieldThing[];
  readonly current = createStore<FieldThing | null>(null);
  /** Somebody wants to fill this in by hand. */
  readonly editing = createStore<FieldThing | null>(null);
  /** Keys of the fields that are asked for with the answer as it is; null: not known yet. */
  readonly asked = createStore<ReadonlySet<string> | null>(null);
  readonly #ports: FieldPorts;

  constructor(ports: FieldPorts) {
    this.#ports = ports;
    const fields = ports.layout ? answerFields(ports.layout, ports.outputs) : [];
    this.all = fields
      .filter(({ values }) => !values.every(isBlank))
      .map((field): FieldThing => ({ ...field, ...compareValues(field) }));
    this.agreed = this.all.filter(({ isAgreed }) => isAgreed);
    this.conflicts = this.all.filter(({ isAgreed }) => !isAgreed);
  }

  readonly ask = (keys: ReadonlySet<string>): void => {
    const before = this.asked.get();
    if (before?.size !== keys.size || [...keys].some((key) => !before.has(key))) this.asked.set(keys);
  };

  /** What the document has. */
  now({ key, output }: FieldThing): Json | undefined {
    return readField(output, this.#ports.fields.get(key));
  }

  /** Whether it is to be answered at all: of what depends on another answer, perhaps not. */
  isAsked({ key }: FieldThing): boolean {
    return this.asked.get()?.has(key) ?? true;
  }

  decided(thing: FieldThing): Decided | null {
    const now = this.now(thing);
    const answers = thing.values.flatMap((value, at) => (saysTheSame(value, now, thing.ordered) ? [at] : []));
    if (!isBlank(now)) return answers.length > 0 ? { kind: 'taken', answers } : { kind: 'changed' };
    // Emptied on purpose: a plain value keeps an entry of nothing.
    const isEmptied = this.#ports.fields.get(thing.key)?.kind === 'value' || this.#ports.isLeftOut(thing);
    if (!isEmptied) return null;
    return answers.length > 0 ? { kind: 'taken', answers } : { kind: 'left_out' };
  }

  open(): readonly FieldThing[] {
    return this.conflicts.filter((thing) => this.isAsked(thing) && this.decided(thing) === null);
  }

  /** What all agree on and is not in the document yet. */
  untaken(): readonly FieldThing[] {
    return this.agreed.filter((thing) => this.decided(thing) === null);
  }

  // ---------------------------------------------------------------- deciding: each is one step of undo

  set(thing: FieldThing, value: Json | undefined): void {
    this.#ports.fields.transact(() => this.write(thing, value));
    if (leavesNothing(thing, value)) this.#ports.leaveOut([thing]);
    else this.#ports.putBack([thing]);
  }

  /** Inside of another change. */
  write({ key, output }: FieldThing, value: Json | undefined): void {
    writeField(this.#ports.fields, key, output, value ?? null);
  }

  take(thing: FieldThing, answer: number): void {
    this.set(thing, thing.values[answer]);
  }

  /** As the next answer has it; what several have alike is one choice. */
  takeNext(thing: FieldThing): void {
    const decided = this.decided(thing);
    const isNow = (at: number): boolean => decided?.kind === 'taken' && decided.answers.includes(at);
    const last = decided?.kind === 'taken' ? Math.min(...decided.answers) : -1;
    const order = thing.values.map((_, n) => (last + 1 + n) % thing.values.length);
    const isFirstOfItsKind = (at: number): boolean =>
      thing.values.findIndex((value) => saysTheSame(value, thing.values[at], thing.ordered)) === at;
    const next = order.find((at) => !isNow(at) && isFirstOfItsKind(at)) ?? order[0];
    if (next !== undefined) this.take(thing, next);
  }

  /** Nothing is there; again: that is open once more. */
  leaveOut(thing: FieldThing): void {
    const { fields, putBack } = this.#ports;
    if (isBlank(this.now(thing)) && this.decided(thing) !== null) {
      // The entry of nothing goes.
      fields.clear(thing.key);
      putBack([thing]);
    } else this.set(thing, undefined);
  }

  mergeNext(thing: FieldThing): boolean {
    const merges = this.mergesOf(thing);
    const now = this.now(thing);
    const at = merges.findIndex(({ value }) => saysTheSame([...value], now));
    const next = merges[(at + 1) % merges.length];
    if (next) this.set(thing, [...next.value]);
    return next !== undefined;
  }

  // ---------------------------------------------------------------- lists: thing by thing

  /** Everything that any of them lists; of what is no list, nothing. */
  entries({ output, values }: FieldThing): readonly Entry[] {
    return output.kept_as === 'set' || output.kept_as === 'items' ? entriesOf(values) : [];
  }

  /** Ways to bring lists together, as far as the field takes what comes out. */
  mergesOf(thing: FieldThing): readonly ListMerge[] {
    const entries = this.entries(thing);
    const shared = entries.filter(({ answers }) => answers.length === thing.values.length);
    const merges: readonly ListMerge[] = [
      { id: 'union', name: 'All of them', value: entries.map(({ item }) => item) },
      { id: 'intersection', name: 'What all have', value: shared.map(({ item }) => item) },
    ];
    return merges.filter(({ value }) => {
      const isNew = !thing.values.some((one) => saysTheSame(one, [...value]));
      return value.length > 0 && isNew && wrongs(thing.output.schema, [...value]).length === 0;
    });
  }

  has(thing: FieldThing, { item }: Entry): boolean {
    const now = this.now(thing);
    return isList(now) && entriesOf([now, [item]]).some(({ answers }) => answers.length === 2);
  }

  /** One thing into the list, or out of it. */
  toggle(thing: FieldThing, entry: Entry): void {
    const now = this.now(thing);
    const list = isList(now) ? now : [];
    const rest = list.filter((item) => !saysTheSame([item], [entry.item]));
    this.set(thing, rest.length < list.length ? rest : [...list, entry.item]);
  }
}

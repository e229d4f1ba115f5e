/** One person deciding between answers: what there is to decide, what of it is decided, what they look at. What is decided is read from the document. */
import { compare, conflictsOf, type PairAgreement } from '~/agreement/compare';
import type { RegionSnapshot } from '@tandem/client';

import { isBlank, overall, saysTheSame } from '~/agreement/values';
import type { Rect, Size } from '~/geometry/points';
import { bounds } from '~/geometry/shapes';
import type { Layout } from '~/layout/tree';
import { createStore } from '~/lib/store';
import type { Desk } from '~/tools/desk';
import type { Answer } from './answers';
import { decidedOf, regionIdOf, type Decided, type Thing } from './decisions';
import { FieldDecisions, type FieldThing } from './field-decisions';
import type { Kept } from './kept';

export interface AdjudicationPorts {
  readonly desk: Desk;
  readonly answers: readonly Answer[];
  /** What the answers are put together by; null: they have regions alone. */
  readonly layout: Layout | null;
  /** Whether there is a picture to draw on: else answers have no regions to agree about. */
  readonly draws: boolean;
  /** The document that is decided in. */
  readonly scope: string;
  /** What was left out: decisions that no region stands for. */
  readonly leftOut: Kept;
}

/**
 * Why something is left out: by itself (null), or because a whole answer was taken that does not have it. The latter holds only as long as anything of
 * that answer is there, so that taking an answer and taking it back leaves nothing behind.
 */
type LeftOut = number | null;

function readLeftOut(text: string): ReadonlyMap<string, LeftOut> {
  return new Map(
    text
      .split(' ')
      .filter(Boolean)
      .map((entry) => {
        const [id = '', answer] = entry.split('@');
        return [id, answer === undefined ? null : Number(answer)] as const;
      }),
  );
}

const written = (leftOut: ReadonlyMap<string, LeftOut>): string =>
  [...leftOut].map(([id, answer]) => (answer === null ? id : `${id}@${answer}`)).join(' ');

/** Around what is looked at, as much again on each side, so that one sees what it is part of; and never less than this part of the image. */
const AROUND = 1;
const LEAST = 1 / 7;

/** The part of the image to be shown for something on it. */
export function framing(rects: readonly Rect[], image: Size): Rect {
  const [x0, y0] = [Math.min(...rects.map(({ x }) => x)), Math.min(...rects.map(({ y }) => y))];
  const x1 = Math.max(...rects.map(({ x, width }) => x + width));
  const y1 = Math.max(...rects.map(({ y, height }) => y + height));
  const width = Math.max((x1 - x0) * (1 + 2 * AROUND), image.width * LEAST);
  const height = Math.max((y1 - y0) * (1 + 2 * AROUND), image.height * LEAST);
  return { x: (x0 + x1 - width) / 2, y: (y0 + y1 - height) / 2, width, height };
}

/** How much the answers agree about one part of them. */
export interface AgreementPart {
  readonly name: string;
  readonly value: number;
}

/** Something to be decided: a thing on the picture, or a field. */
export type Conflict = Thing | FieldThing;

export const isField = (conflict: Conflict): conflict is FieldThing => 'output' in conflict;

/** A field's key could be that of a region. */
const keyOf = (conflict: Conflict): string => (isField(conflict) ? `field ${conflict.key}` : conflict.key);

const mean = (pairs: readonly PairAgreement[]): number | null =>
  pairs.length === 0 ? null : pairs.reduce((sum, { value }) => sum + value, 0) / pairs.length;

export class Adjudication {
  readonly desk: Desk;
  readonly answers: readonly Answer[];
  readonly agreed: readonly Thing[];
  /** Of the regions, worst first. */
  readonly conflicts: readonly Thing[];
  /** What the answers say besides. */
  readonly fields: FieldDecisions;
  readonly draws: boolean;
  /** Of every two answers; the regions count as much as one field. */
  readonly pairs: readonly PairAgreement[];
  readonly agreement: number | null;
  /** Of the regions and of each field by itself. */
  readonly parts: readonly AgreementPart[];
  readonly current = createStore<Thing | null>(null);
  /** Answers that are not to be seen. */
  readonly hidden = createStore<ReadonlySet<number>>(new Set());
  readonly opacity = createStore(1);
  /** Side by side instead of over one another. */
  readonly beside = createStore(false);
  /** Told when something was decided, or is open again. */
  readonly decisions = createStore(0);
  readonly #things = new Map<string, Thing>();
  readonly #ids = new Map<string, string>();
  readonly #ofRegion = new Map<string, Thing>();
  readonly #related: readonly Thing[];
  readonly #kept: Kept;
  readonly #stops: readonly (() => void)[];
  #leftOut: ReadonlyMap<string, LeftOut>;
  /** Of which answers something is in the document. */
  #standing: ReadonlySet<number> = new Set();

  constructor({ desk, answers, layout, draws, scope, leftOut }: AdjudicationPorts) {
    this.desk = desk;
    this.answers = answers;
    this.draws = draws;
    const { groups, pairs } = compare(
      answers.map(({ regions }) => regions),
      desk.image,
    );
    this.fields = new FieldDecisions({
      fields: desk.room.fields,
      layout,
      outputs: answers.map(({ output }) => output),
      isLeftOut: (thing) => this.#isLeftOut(thing),
      leaveOut: (things) => this.leaveOut(things),
      putBack: (things) => this.putBack(things),
    });
    for (const field of this.fields.all) this.#ids.set(keyOf(field), regionIdOf(scope, keyOf(field)));
    const fieldParts = this.fields.all.map((field) => ({ name: field.label, pairs: field.pairs }));
    const parts = [...(draws ? [{ name: 'Regions', pairs }] : []), ...fieldParts];
    this.pairs = overall(parts.map((part) => part.pairs));
    this.agreement = mean(this.pairs);
    this.parts = parts.map((part) => ({ name: part.name, value: mean(part.pairs) ?? 1 }));
    this.conflicts = conflictsOf(groups);
    this.agreed = groups.filter(({ kind }) => kind === 'agreed');
    this.#related = groups.filter(({ members }) => members.some(({ region }) => region.relations.length > 0));
    for (const thing of groups) {
      const id = regionIdOf(scope, thing.key);
      this.#ids.set(thing.key, id);
      this.#things.set(id, thing);
      for (const { region } of thing.members) this.#ofRegion.set(region.id, thing);
    }
    this.#kept = leftOut;
    this.#leftOut = readLeftOut(leftOut.get());
    this.#standing = this.#stand();
    const keys = new Set(this.fields.all.map(({ key }) => key));
    this.#stops = [
      desk.room.regions.onChange(({ added, changed, removed }) => {
        if ([...added, ...changed, ...removed].some((id) => this.#things.has(id))) this.#told();
      }),
      desk.room.fields.onChange(({ changed }) => {
        if (changed.some((key) => keys.has(key))) this.#told();
      }),
      this.fields.asked.subscribe(() => this.#told()),
    ];
  }

  dispose(): void {
    for (const stop of this.#stops) stop();
  }

  /** Everything that the answers differ in: on the picture the worst first, then the fields in their order. */
  get all(): readonly Conflict[] {
    return [...this.conflicts, ...this.fields.conflicts];
  }

  /** What is looked at. */
  looked(): Conflict | null {
    return this.current.get() ?? this.fields.current.get();
  }

  /** Of a region that decides something; of a field what says that it is left out. */
  idOf(thing: Conflict): string {
    return this.#ids.get(keyOf(thing)) ?? '';
  }

  /** What a region of one of the answers belongs to. */
  thingOf(region: string): Thing | undefined {
    return this.#ofRegion.get(region);
  }

  /** Things that some answer relates to others. */
  related(): readonly Thing[] {
    return this.#related;
  }

  regionOf(thing: Thing): RegionSnapshot | undefined {
    return this.desk.room.regions.get(this.idOf(thing));
  }

  decided(thing: Thing): Decided | null {
    return decidedOf(thing, this.regionOf(thing), this.#isLeftOut(thing));
  }

  isDecided(thing: Thing): boolean {
    return this.regionOf(thing) !== undefined || this.#isLeftOut(thing);
  }

  /** Conflicts without a decision. */
  open(): readonly Conflict[] {
    return [...this.conflicts.filter((thing) => !this.isDecided(thing)), ...this.fields.open()];
  }

  /** How many are to be decided: fields that are not asked for are not. */
  count(): number {
    return this.conflicts.length + this.fields.conflicts.filter((thing) => this.fields.isAsked(thing)).length;
  }

  /** What all agree on and is not in the document yet. */
  untaken(): readonly Thing[] {
    return this.agreed.filter((thing) => !this.isDecided(thing));
  }

  /** @param why which whole answer was taken; null: it was decided by itself */
  leaveOut(things: readonly Conflict[], why: LeftOut = null): void {
    this.#setLeftOut((next) => things.forEach((thing) => next.set(this.idOf(thing), why)));
  }

  /** What is there is no longer left out. */
  putBack(things: readonly Conflict[]): void {
    this.#setLeftOut((next) => things.forEach((thing) => next.delete(this.idOf(thing))));
  }

  // ---------------------------------------------------------------- looking

  /** Nothing is looked at any more. */
  close(): void {
    this.current.set(null);
    this.fields.current.set(null);
  }

  /** Brings something into view, so near that what it is about can be seen. */
  go(thing: Conflict): void {
    if (isField(thing)) {
      this.current.set(null);
      this.fields.current.set(thing);
      return;
    }
    this.fields.current.set(null);
    this.current.set(thing);
    const region = this.regionOf(thing);
    this.desk.select(region ? [region.id] : []);
    const shapes = [...thing.members.map((member) => member.region), ...(region ? [region] : [])];
    this.desk.camera.show(
      framing(
        shapes.map(({ geometry }) => bounds(geometry)),
        this.desk.image,
      ),
    );
  }

  /** To the next conflict (or the one before); from nowhere to the first that is open. */
  step(by: 1 | -1): Conflict | null {
    // What is not asked for is passed by.
    const conflicts = this.all.filter((thing) => !isField(thing) || this.fields.isAsked(thing));
    const current = this.looked();
    const at = current ? conflicts.indexOf(current) : -1;
    const [open] = by === 1 ? this.open() : this.open().slice(-1);
    const next =
      at === -1 ? (open ?? conflicts.at(by === 1 ? 0 : -1)) : conflicts[(at + by + conflicts.length) % conflicts.length];
    if (!next) return null;
    this.go(next);
    return next;
  }

  goToOpen(): void {
    const [first] = this.open();
    if (first) this.go(first);
  }

  /** The answer is seen, or not. */
  toggle(answer: number): void {
    this.hidden.update((hidden) => {
      const next = new Set(hidden);
      if (!next.delete(answer)) next.add(answer);
      return next;
    });
  }

  #isLeftOut(thing: Conflict): boolean {
    const why = this.#leftOut.get(this.idOf(thing));
    return why !== undefined && (why === null || this.#standing.has(why));
  }

  #setLeftOut(change: (next: Map<string, LeftOut>) => void): void {
    const next = new Map(this.#leftOut);
    change(next);
    this.#leftOut = next;
    this.#kept.set(written(next));
    this.#told();
  }

  #stand(): ReadonlySet<number> {
    const there = [...this.#things].filter(([id]) => this.desk.room.regions.get(id) !== undefined);
    const said = this.fields.all.flatMap((field) => {
      const now = this.fields.now(field);
      return isBlank(now) ? [] : field.values.flatMap((value, at) => (saysTheSame(value, now, field.ordered) ? [at] : []));
    });
    return new Set([...there.flatMap(([, { members }]) => members.map(({ answer }) => answer)), ...said]);
  }

  #told(): void {
    this.#standing = this.#stand();
    this.decisions.update((n) => n + 1);
  }
}

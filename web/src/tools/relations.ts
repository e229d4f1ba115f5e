/** What regions have to do with one another, by one person's hand: which relations there may be, and making, changing and removing them. */
import type { RegionRelation, RegionSnapshot, RegionStore, TaskRoom } from '@tandem/client';

import { createStore } from '~/lib/store';
import { GONE } from './tool';

/** A kind of relation that a task has. */
export interface RelationType {
  readonly name: string;
  /** What people read. */
  readonly title: string;
  readonly description: string;
  readonly color: string | undefined;
  readonly directed: boolean;
  /** Labels that it goes from and to; undefined: all. */
  readonly from: readonly string[] | undefined;
  readonly to: readonly string[] | undefined;
}

/** Where a task states none. */
export const RELATED: RelationType = {
  name: 'related',
  title: 'related',
  description: '',
  color: undefined,
  directed: false,
  from: undefined,
  to: undefined,
};

/** A relation with the region that it belongs to. */
export interface Related extends RegionRelation {
  readonly from: string;
}

const has = (labels: readonly string[] | undefined, label: string): boolean => labels?.includes(label) ?? true;

/** Whether a relation may go from a region of one label to one of another. One that says the same of both may begin at either. */
export function joins({ from, to, directed }: RelationType, one: string, other: string): boolean {
  return (has(from, one) && has(to, other)) || (!directed && has(from, other) && has(to, one));
}

/** All that a region has to do with others: those that go from it, then those that come to it. */
export function relationsAt(regions: Pick<RegionStore, 'get' | 'relatedTo'>, id: string): readonly Related[] {
  const of = (from: string): Related[] =>
    (regions.get(from)?.relations ?? []).flatMap((relation) => (regions.get(relation.to) ? [{ ...relation, from }] : []));
  const incoming = regions.relatedTo(id).flatMap((from) => of(from).filter(({ to }) => to === id));
  return [...of(id), ...incoming.filter(({ from }) => from !== id)];
}

/** Two regions with all that they have to do with one another: one line on the picture. */
export interface Link {
  readonly a: string;
  readonly b: string;
  readonly labels: readonly string[];
  /** Whether anything goes one way, from a to b, and from b to a. */
  readonly toB: boolean;
  readonly toA: boolean;
}

const linked = new WeakMap<readonly RegionSnapshot[], readonly Link[]>();

/** Worked out once for each state of the regions: every pointer move asks for it. */
export function linksOf(regions: readonly RegionSnapshot[]): readonly Link[] {
  const known = linked.get(regions);
  if (known) return known;
  const related = regions.filter(({ relations }) => relations.length > 0);
  const ids = new Set(related.length > 0 ? regions.map(({ id }) => id) : []);
  const links = new Map<string, Link>();
  for (const { id, relations } of related) {
    for (const { to, label, directed } of relations) {
      if (!ids.has(to)) continue;
      const [a, b] = id < to ? [id, to] : [to, id];
      const before = links.get(`${a} ${b}`) ?? { a, b, labels: [], toB: false, toA: false };
      links.set(`${a} ${b}`, {
        ...before,
        labels: before.labels.includes(label) ? before.labels : [...before.labels, label],
        toB: before.toB || (directed && to === b),
        toA: before.toA || (directed && to === a),
      });
    }
  }
  const found = [...links.values()];
  linked.set(regions, found);
  return found;
}

export interface RelationPorts {
  readonly room: TaskRoom;
  readonly notify: (text: string) => void;
  /** As they are now: a layout may come later. */
  readonly types: () => readonly RelationType[];
  /** The present name of a label. */
  readonly labelOf: (name: string) => string;
}

export class Relations {
  /** What the next relation is, where the labels of its ends allow it. */
  readonly inHand = createStore<string>(RELATED.name);

  constructor(private readonly ports: RelationPorts) {}

  get types(): readonly RelationType[] {
    return this.ports.types();
  }

  /** Types came or went: one of them is in hand. */
  keepInHand(): void {
    const [first] = this.types;
    if (first && !this.types.some(({ name }) => name === this.inHand.get())) this.inHand.set(first.name);
  }

  /** What may be said of two regions, in this direction. */
  between(from: string, to: string): readonly RelationType[] {
    const [one, other] = [this.#labelOf(from), this.#labelOf(to)];
    return one === undefined || other === undefined ? [] : this.types.filter((type) => joins(type, one, other));
  }

  /** Whether the task has such a relation between regions of these labels. */
  allows(name: string, from: string, to: string): boolean {
    const [one, other] = [this.ports.labelOf(from), this.ports.labelOf(to)];
    return this.types.some((type) => type.name === name && joins(type, one, other));
  }

  titleOf(label: string): string {
    return this.types.find(({ name }) => name === label)?.title ?? label;
  }

  /** Relates two regions by what is in hand, else by what may be said of them. @returns whether it did; says why not */
  relate(from: string, to: string): boolean {
    const { room, notify } = this.ports;
    const types = this.between(from, to);
    const type = types.find(({ name }) => name === this.inHand.get()) ?? types[0];
    if (!type) {
      notify(this.#whyNot(from, to));
      return false;
    }
    if (this.#has(from, to, type)) {
      notify(`They are “${type.title}” already`);
      return false;
    }
    const done = room.regions.relate(from, { to, label: type.name, directed: type.directed });
    if (!done) notify(GONE);
    return done;
  }

  remove({ from, to, label }: Related): void {
    if (!this.ports.room.regions.unrelate(from, { to, label })) this.ports.notify(GONE_RELATION);
  }

  retype(relation: Related, name: string): void {
    const type = this.between(relation.from, relation.to).find((known) => known.name === name);
    if (type) this.#replace(relation, { ...relation, label: type.name, directed: type.directed });
  }

  /** Whether it may go the other way round. */
  canFlip({ from, to, label, directed }: Related): boolean {
    return directed && this.between(to, from).some(({ name }) => name === label);
  }

  flip(relation: Related): void {
    if (this.canFlip(relation)) this.#replace(relation, { ...relation, from: relation.to, to: relation.from });
  }

  /** One step of undo. */
  #replace(before: Related, { from, to, label, directed }: Related): void {
    const { regions } = this.ports.room;
    const done = regions.transact(() => regions.unrelate(before.from, before) && regions.relate(from, { to, label, directed }));
    if (!done) this.ports.notify(GONE_RELATION);
  }

  #labelOf(id: string): string | undefined {
    const region = this.ports.room.regions.get(id);
    return region && this.ports.labelOf(region.label);
  }

  #has(from: string, to: string, { name, directed }: RelationType): boolean {
    const there = (one: string, other: string): boolean =>
      this.ports.room.regions.get(one)?.relations.some((known) => known.to === other && known.label === name) ?? false;
    return there(from, to) || (!directed && there(to, from));
  }

  #whyNot(from: string, to: string): string {
    const [one, other] = [this.#labelOf(from), this.#labelOf(to)];
    if (one === undefined || other === undefined) return GONE;
    const turned = this.types.some((type) => joins(type, other, one));
    return turned
      ? `Nothing goes from ${one} to ${other} here: draw it the other way round`
      : `The layout has no relation from ${one} to ${other}`;
  }
}

const GONE_RELATION = 'Somebody removed this relation meanwhile';

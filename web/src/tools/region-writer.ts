/** What becomes of regions by one person's hand: each change one step of their undo, and none that the task would not take. */
import type { RegionSnapshot, TaskRoom } from '@tandem/client';

import { KIND_NAMES, type Geometry } from '~/geometry/shapes';
import type { LabelBook } from './label-book';
import { relationsAt } from './relations';
import { GONE, type Change } from './tool';

export interface RegionWriterPorts {
  readonly room: TaskRoom;
  readonly notify: (text: string) => void;
  /** As it is now: labels change while people work. */
  readonly book: () => LabelBook;
  readonly select: (ids: readonly string[]) => void;
  /** It was just drawn. */
  readonly drawn: (id: string) => void;
}

export class RegionWriter {
  constructor(private readonly ports: RegionWriterPorts) {}

  /** Drawn is drawn: where somebody else was quicker with the last that there may be, both stay, and both are told. */
  add(label: string, geometry: Geometry): void {
    const { room, notify, book, drawn } = this.ports;
    const full = book().full(room.regions.list(), [label]);
    drawn(room.commit({ label, geometry, attributes: { ...book().initial(label) } }));
    if (full !== null) notify(`${full}: somebody else drew one meanwhile, so one has to go`);
  }

  /** What several regions are to be, as one step of undo. @returns false, and says why, where a label does not take its shape */
  change(changes: readonly Change[]): boolean {
    const { regions } = this.ports.room;
    for (const { id, geometry } of changes) {
      const region = regions.get(id);
      if (region && this.#refuses(region, geometry)) return false;
    }
    const kept = regions.transact(() => changes.map(({ id, geometry }) => regions.update(id, { geometry })));
    if (kept.includes(false)) this.ports.notify(GONE);
    return true;
  }

  /** One region becomes several of its label, or none. */
  replace(id: string, by: readonly Geometry[]): void {
    const { room, notify, book, select } = this.ports;
    const { regions } = room;
    const old = regions.get(id);
    if (!old) {
      notify(GONE);
      return;
    }
    if (by.some((geometry) => this.#refuses(old, geometry))) return;
    const added = by.slice(1).map(() => old.label);
    const full = book().full(regions.list(), added);
    if (full !== null && by.length > 1) {
      notify(`${full}: nothing was changed`);
      return;
    }
    const made = regions.transact(() => {
      const related = relationsAt(regions, id);
      regions.remove(id);
      const { label, attributes, z } = old;
      const ids = by.map((geometry) => regions.add({ label, geometry, attributes: { ...attributes }, z }));
      // What it had to do with others its first piece has.
      const [first] = ids;
      if (first !== undefined)
        for (const { from, to, ...relation } of related)
          regions.relate(from === id ? first : from, { ...relation, to: to === id ? first : to });
      return ids;
    });
    select(made);
  }

  /** Attributes that the new label has and the old one had not begin as those of a new region do. */
  relabel(ids: readonly string[], label: string): void {
    const { room, notify, book } = this.ports;
    const { regions } = room;
    const others = regions.list().filter(({ id }) => !ids.includes(id));
    const added = ids.map(() => label);
    const full = book().full(others, added);
    if (full !== null) {
      notify(`${full}: the label stays`);
      return;
    }
    const initial = book().initial(label);
    regions.transact(() => {
      for (const id of ids) regions.update(id, { label, attributes: { ...initial, ...regions.get(id)?.attributes } });
    });
  }

  /** A shape of another kind than the region's has to be one that its label takes. */
  #refuses({ label, geometry: before }: RegionSnapshot, geometry: Geometry): boolean {
    if (before.kind === geometry.kind || this.ports.book().accepts(label, geometry)) return false;
    this.ports.notify(`“${label}” takes no such shape (${KIND_NAMES[geometry.kind].toLowerCase()}): nothing was changed`);
    return true;
  }
}

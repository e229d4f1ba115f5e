/** One review: whose work it is, what changed since the last round, and which change is looked at. */
import type { RegionSnapshot } from '@tandem/client';

import type { Focused, ShapeStyle, Underlay } from '~/canvas/underlay';
import type { Rect } from '~/geometry/points';
import { bounds } from '~/geometry/shapes';
import { createStore } from '~/lib/store';
import type { Layout } from '~/layout/tree';
import type { Desk } from '~/tools/desk';
import { framing } from './adjudication';
import { outputOf, type Candidate } from './answers';
import { changesBetween, fieldChangesBetween, regionsIn, type Change } from './changes';

export class Round implements Underlay {
  readonly changes: readonly Change[];
  readonly current = createStore<Change | null>(null);
  /** Whether it is to be seen how things were. */
  readonly shown = createStore(true);
  readonly #before: readonly RegionSnapshot[];

  constructor(
    readonly desk: Desk,
    readonly now: Candidate,
    readonly before: Candidate | null,
    /** What the answer is put together by; null: it has regions alone. */
    readonly layout: Layout | null,
  ) {
    this.changes = before
      ? [...changesBetween(regionsIn(before), regionsIn(now)), ...fieldChangesBetween(layout, outputOf(before), outputOf(now))]
      : [];
    this.#before = this.changes.flatMap((change) =>
      change.kind === 'added' || change.kind === 'field'
        ? []
        : [{ ...change.before, author: null, z: 0, createdAt: 0, relations: [] }],
    );
  }

  step(by: 1 | -1): boolean {
    const current = this.current.get();
    const at = current ? this.changes.indexOf(current) : by === 1 ? -1 : 0;
    const next = this.changes[(at + by + this.changes.length) % this.changes.length];
    if (next) this.go(next);
    return next !== undefined;
  }

  go(change: Change): void {
    this.current.set(change);
    if (change.kind === 'field') return;
    const live = this.desk.room.regions.get(change.id);
    this.desk.select(live ? [live.id] : []);
    const shapes = [
      ...(change.kind === 'added' ? [] : [change.before.geometry]),
      ...(change.kind === 'removed' ? [] : [change.after.geometry]),
      ...(live ? [live.geometry] : []),
    ];
    this.desk.camera.show(framing(shapes.map(bounds), this.desk.image));
  }

  // ---------------------------------------------------------------- how it was, below how it is

  /** A round changes some dozens of regions: no index is needed to find them. */
  search(rect: Rect): readonly RegionSnapshot[] {
    if (!this.shown.get()) return [];
    return this.#before.filter(({ geometry }) => {
      const b = bounds(geometry);
      return b.x <= rect.x + rect.width && rect.x <= b.x + b.width && b.y <= rect.y + rect.height && rect.y <= b.y + b.height;
    });
  }

  styleOf({ id }: RegionSnapshot): ShapeStyle | null {
    return id === this.current.get()?.id ? null : BEFORE;
  }

  focused(): readonly Focused[] {
    const change = this.current.get();
    if (!change || change.kind === 'added' || change.kind === 'field' || !this.shown.get()) return [];
    const { geometry, label } = change.before;
    return [{ geometry, label, name: `before · ${label}`, color: BEFORE.color, dash: BEFORE.dash }];
  }

  subscribe(listener: () => void): () => void {
    const stops = [this.current.subscribe(listener), this.shown.subscribe(listener)];
    return () => {
      for (const stop of stops) stop();
    };
  }
}

const BEFORE = { color: '#e69f00', fill: 0, width: 1.6, alpha: 0.9, dash: [6, 4] } as const;

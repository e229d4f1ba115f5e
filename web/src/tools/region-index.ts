import type { RegionSnapshot, RegionStore } from '@tandem/client';
import RBush from 'rbush';

import type { Rect } from '~/geometry/points';
import { bounds } from '~/geometry/shapes';

interface Item {
  readonly minX: number;
  readonly minY: number;
  readonly maxX: number;
  readonly maxY: number;
  readonly region: RegionSnapshot;
}

function itemOf(region: RegionSnapshot): Item {
  const { x, y, width, height } = bounds(region.geometry);
  return { minX: x, minY: y, maxX: x + width, maxY: y + height, region };
}

/** What changed on the picture: where something was, where something is. */
export type Touched = (rects: readonly Rect[]) => void;

/** Regions by where they lie, so that a pointer among 10,000 of them looks at a few. */
export class RegionIndex {
  readonly #tree = new RBush<Item>();
  readonly #items = new Map<string, Item>();
  readonly #listeners = new Set<Touched>();
  readonly #stop: () => void;

  constructor(private readonly regions: RegionStore) {
    this.#load();
    this.#stop = regions.onChange(({ added, changed, removed }) => {
      const ids = [...added, ...changed, ...removed];
      const rects = ids.flatMap((id) => this.#renew(id));
      for (const listener of this.#listeners) listener(rects);
    });
  }

  dispose(): void {
    this.#stop();
  }

  onTouched(listener: Touched): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** All that comes near a rectangle, in no order. */
  search({ x, y, width, height }: Rect): readonly RegionSnapshot[] {
    return this.#tree.search({ minX: x, minY: y, maxX: x + width, maxY: y + height }).map(({ region }) => region);
  }

  where(id: string): Rect | null {
    const item = this.#items.get(id);
    return item ? bounds(item.region.geometry) : null;
  }

  #load(): void {
    const items = this.regions.list().map(itemOf);
    for (const item of items) this.#items.set(item.region.id, item);
    this.#tree.load(items);
  }

  /** @returns where it was and where it is */
  #renew(id: string): Rect[] {
    const touched: Rect[] = [];
    const before = this.#items.get(id);
    const region = this.regions.get(id);
    if (before) {
      this.#tree.remove(before);
      this.#items.delete(id);
      touched.push(bounds(before.region.geometry));
    }
    if (region) {
      const item = itemOf(region);
      this.#tree.insert(item);
      this.#items.set(id, item);
      touched.push(bounds(region.geometry));
    }
    return touched;
  }
}

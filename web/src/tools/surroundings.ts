import type { RegionSnapshot } from '@tandem/client';

import { allUnder, topmost, type BonesOf } from '~/geometry/hit';
import { isInside, type ImagePoint, type Rect, type Size } from '~/geometry/points';
import { bounds, type Geometry } from '~/geometry/shapes';
import { between, snapped } from '~/geometry/snap';
import type { RegionIndex } from './region-index';

/** How near (image pixels) a point lies that lies on a border. */
const ON_BORDER = 0.05;

interface Around {
  readonly index: RegionIndex;
  readonly image: Size;
  /** Regions that the pointer passes by: hidden, locked. */
  isPassedBy(id: string): boolean;
  readonly bonesOf: BonesOf;
  /** Regions in hand: nothing snaps to itself. */
  held(): readonly string[];
}

/** What lies around a point, as tools ask for it. */
export class Surroundings {
  constructor(private readonly around: Around) {}

  at(point: ImagePoint, reach: number): RegionSnapshot | null {
    return topmost(this.#near(point, reach), point, reach / 2, this.around.bonesOf);
  }

  /** All that lies there, the smallest first. */
  under(point: ImagePoint, reach: number): readonly RegionSnapshot[] {
    return allUnder(this.#near(point, reach), point, reach / 2, this.around.bonesOf);
  }

  /** What lies within the rectangle between two corners, whole. */
  within(a: ImagePoint, b: ImagePoint): string[] {
    const [x, y] = [Math.min(a.x, b.x), Math.min(a.y, b.y)];
    const [width, height] = [Math.abs(a.x - b.x), Math.abs(a.y - b.y)];
    const isWhole = (r: Rect): boolean => r.x >= x && r.y >= y && r.x + r.width <= x + width && r.y + r.height <= y + height;
    return this.#reachable({ x, y, width, height })
      .filter(({ geometry }) => isWhole(bounds(geometry)))
      .map(({ id }) => id);
  }

  /** A turned shape may stick out of the image; no point goes where it does. */
  snap(point: ImagePoint, reach: number): ImagePoint {
    const found = snapped(point, this.#neighbours(point, reach), reach);
    return isInside(found, this.around.image) ? found : point;
  }

  border(from: ImagePoint, to: ImagePoint): readonly ImagePoint[] {
    for (const geometry of this.#neighbours(from, ON_BORDER)) {
      const way = between(geometry, from, to);
      if (way.length > 0) return way;
    }
    return [];
  }

  #near({ x, y }: ImagePoint, reach: number): RegionSnapshot[] {
    return this.#reachable({ x: x - reach, y: y - reach, width: 2 * reach, height: 2 * reach });
  }

  #reachable(rect: Rect): RegionSnapshot[] {
    return this.around.index.search(rect).filter(({ id }) => !this.around.isPassedBy(id));
  }

  #neighbours(point: ImagePoint, reach: number): Geometry[] {
    const held = this.around.held();
    return this.#near(point, reach)
      .filter(({ id }) => !held.includes(id))
      .map(({ geometry }) => geometry);
  }
}

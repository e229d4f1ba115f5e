/** Suggestions as the canvas shows them: below what people drew, dashed in the colours of their labels, the one that is looked at on top. */
import type { RegionSnapshot, SuggestionSnapshot } from '@tandem/client';
import RBush from 'rbush';

import type { Looks } from '~/canvas/overlay';
import type { Focused, ShapeStyle, Tagged, Underlay } from '~/canvas/underlay';
import { topmost } from '~/geometry/hit';
import type { ImagePoint, Rect } from '~/geometry/points';
import { bounds } from '~/geometry/shapes';
import type { Suggestions } from './suggestions';
import { percentOf } from './words';

interface Item {
  readonly minX: number;
  readonly minY: number;
  readonly maxX: number;
  readonly maxY: number;
  readonly suggestion: SuggestionSnapshot;
}

const DASH = [7, 4];
const STYLE = { fill: 0.07, width: 1.6, alpha: 0.9, dash: DASH };
/** CSS pixels that a shape has across before its score is said on it. */
const TAGGED = 72;
/** More scores than this at once are noise. */
const MOST_TAGS = 60;

export class SuggestionsUnderlay implements Underlay {
  #tree = new RBush<Item>();
  #built: readonly SuggestionSnapshot[] | null = null;

  constructor(
    private readonly suggestions: Suggestions,
    private readonly looks: Pick<Looks, 'color'>,
  ) {}

  search(rect: Rect): readonly RegionSnapshot[] {
    return this.#search(rect);
  }

  styleOf(region: RegionSnapshot): ShapeStyle | null {
    if (region.id === this.suggestions.current.get()) return null;
    return { ...STYLE, color: this.looks.color(region.label) };
  }

  focused(): readonly Focused[] {
    const suggestion = this.suggestions.get();
    if (!suggestion || !this.suggestions.shown.get()) return [];
    const { geometry, label, score } = suggestion;
    const name = score === null ? label : `${label} ${percentOf(score)}`;
    return [{ geometry, label, name, color: this.looks.color(label), dash: DASH }];
  }

  tagged(seen: Rect, scale: number): readonly Tagged[] {
    const large = this.#search(seen).filter(({ id, geometry, score }) => {
      const { width, height } = bounds(geometry);
      return score !== null && Math.max(width, height) * scale >= TAGGED && id !== this.suggestions.current.get();
    });
    if (large.length > MOST_TAGS) return [];
    return large.map(({ geometry, label, score }) => ({ geometry, text: percentOf(score ?? 0), color: this.looks.color(label) }));
  }

  /** What lies under a point. */
  at(point: ImagePoint, reach: number): string | null {
    const near = this.#search({ x: point.x - reach, y: point.y - reach, width: 2 * reach, height: 2 * reach });
    return topmost(near, point, reach, (label) => this.suggestions.desk.bones(label))?.id ?? null;
  }

  subscribe(listener: () => void): () => void {
    const { current, shown, desk } = this.suggestions;
    const stops = [current.subscribe(listener), shown.subscribe(listener), desk.room.suggestions.subscribe(listener)];
    return () => {
      for (const stop of stops) stop();
    };
  }

  #search({ x, y, width, height }: Rect): readonly SuggestionSnapshot[] {
    if (!this.suggestions.shown.get()) return [];
    const open = this.suggestions.open();
    if (open !== this.#built) {
      this.#tree = new RBush<Item>().load(open.map(itemOf));
      this.#built = open;
    }
    return this.#tree.search({ minX: x, minY: y, maxX: x + width, maxY: y + height }).map(({ suggestion }) => suggestion);
  }
}

function itemOf(suggestion: SuggestionSnapshot): Item {
  const { x, y, width, height } = bounds(suggestion.geometry);
  return { minX: x, minY: y, maxX: x + width, maxY: y + height, suggestion };
}

/** Two things below the work at once, the first below the second. */
export function joined(below: Underlay, above: Underlay): Underlay {
  // By what it is and not by its id: what was accepted in several answers is a region of the suggestion's id in each.
  const isAbove = new WeakSet<RegionSnapshot>();
  return {
    search: (rect) => {
      const found = above.search(rect);
      for (const region of found) isAbove.add(region);
      return [...below.search(rect), ...found];
    },
    styleOf: (region) => (isAbove.has(region) ? above : below).styleOf(region),
    focused: () => [...below.focused(), ...above.focused()],
    tagged: (seen, scale) => [...(below.tagged?.(seen, scale) ?? []), ...(above.tagged?.(seen, scale) ?? [])],
    subscribe: (listener) => {
      const stops = [below.subscribe(listener), above.subscribe(listener)];
      return () => {
        for (const stop of stops) stop();
      };
    },
  };
}

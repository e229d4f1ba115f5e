/** The answers as the canvas shows them: each in its colour and dash, what is agreed or decided faint, what is open strong, what is looked at on top. */
import type { RegionSnapshot } from '@tandem/client';
import RBush from 'rbush';

import type { Focused, ShapeStyle, Underlay } from '~/canvas/underlay';
import type { ImagePoint, Rect } from '~/geometry/points';
import { topmost } from '~/geometry/hit';
import { bounds } from '~/geometry/shapes';
import type { Adjudication } from './adjudication';
import { lookOf } from './answers';
import type { Thing } from './decisions';

interface Item {
  readonly minX: number;
  readonly minY: number;
  readonly maxX: number;
  readonly maxY: number;
  readonly region: RegionSnapshot;
  readonly answer: number;
}

const OPEN = { alpha: 1, width: 2.2, fill: 0.06 };
const QUIET = { alpha: 0.4, width: 1.2, fill: 0 };
/** Alone on its picture an answer has no others to stand back for. */
const ALONE = { alpha: 0.8, width: 1.5, fill: 0.03 };

export class AnswersUnderlay implements Underlay {
  readonly #tree = new RBush<Item>();
  readonly #answerOf = new Map<string, number>();

  /** @param only one of the answers; null: all that are to be seen */
  constructor(
    private readonly adjudication: Adjudication,
    private readonly only: number | null,
  ) {
    const items = adjudication.answers.flatMap(({ at, regions }) =>
      only === null || at === only ? regions.map((r) => itemOf(r, at)) : [],
    );
    for (const { region, answer } of items) this.#answerOf.set(region.id, answer);
    this.#tree.load(items);
  }

  search({ x, y, width, height }: Rect): readonly RegionSnapshot[] {
    return this.#tree.search({ minX: x, minY: y, maxX: x + width, maxY: y + height }).map(({ region }) => region);
  }

  styleOf(region: RegionSnapshot): ShapeStyle | null {
    const { adjudication, only } = this;
    const answer = this.#answerOf.get(region.id) ?? 0;
    const thing = adjudication.thingOf(region.id);
    if (!thing || this.#isHidden(answer) || thing === adjudication.current.get()) return null;
    const isOpen = thing.kind !== 'agreed' && !adjudication.isDecided(thing);
    const style = isOpen ? OPEN : only === null ? QUIET : ALONE;
    const { color, dash } = lookOf(answer);
    const alpha = style.alpha * (only === null ? adjudication.opacity.get() : 1);
    return { ...style, color, alpha, ...(dash.length > 0 && { dash }) };
  }

  focused(): readonly Focused[] {
    const { answers, current } = this.adjudication;
    return (current.get()?.members ?? []).flatMap(({ answer, region }): Focused[] => {
      if (!this.#answerOf.has(region.id) || this.#isHidden(answer)) return [];
      const name = this.only === null ? `${answers[answer]?.name ?? ''} · ${region.label}` : region.label;
      return [{ geometry: region.geometry, label: region.label, name, ...lookOf(answer) }];
    });
  }

  /** What of the answers lies under a point. */
  at(point: ImagePoint, reach: number): Thing | undefined {
    const near = this.search({ x: point.x - reach, y: point.y - reach, width: 2 * reach, height: 2 * reach });
    const region = topmost(near, point, reach, (label) => this.adjudication.desk.bones(label));
    return region ? this.adjudication.thingOf(region.id) : undefined;
  }

  subscribe(listener: () => void): () => void {
    const { current, hidden, opacity, decisions } = this.adjudication;
    const stops = [current, hidden, opacity, decisions].map((store) => store.subscribe(listener));
    return () => {
      for (const stop of stops) stop();
    };
  }

  /** Side by side, everybody is to be seen in their own place. */
  #isHidden(answer: number): boolean {
    return this.only === null && this.adjudication.hidden.get().has(answer);
  }
}

function itemOf(region: RegionSnapshot, answer: number): Item {
  const { x, y, width, height } = bounds(region.geometry);
  return { minX: x, minY: y, maxX: x + width, maxY: y + height, region, answer };
}

/** A person with a tool that is helped, and somebody who answers when the test says so. */
import { imagePoint, type ImagePoint } from '~/geometry/points';
import type { Answer, Ask } from '~/tools/assistant';
import type { Draft, Effect, Tool, ToolContext, ToolEvent } from '~/tools/tool';
import { context } from './tools';

export class Assisted<S> {
  state: S;
  readonly effects: Effect[] = [];
  /** Asked, in order. */
  readonly asks: Ask[] = [];
  draft: Draft | null = null;
  given = 0;

  constructor(
    readonly tool: Tool<S>,
    readonly now: ToolContext = context(),
  ) {
    this.state = tool.idle;
  }

  /** With what the tool sees changed from here on. */
  seeing(over: Partial<ToolContext>): this {
    Object.assign(this.now, over);
    return this;
  }

  does(...events: readonly ToolEvent[]): this {
    for (const event of events) {
      const { state, effects } = this.tool.step(this.state, event, this.now);
      this.state = state;
      this.effects.push(...effects);
      for (const effect of effects) {
        if (effect.type === 'draft') this.draft = effect.draft;
        if (effect.type === 'ask' && effect.ask) this.asks.push(effect.ask);
        if (effect.type === 'ask' && !effect.ask) this.given++;
      }
    }
    return this;
  }

  get lastAsk(): Ask {
    const ask = this.asks.at(-1);
    if (!ask) throw new Error('nothing was asked');
    return ask;
  }

  /** The newest question gets its answer, or an older one does. */
  hears(answer: Answer, ask = this.lastAsk): this {
    return this.does({ type: 'answer', ask, answer });
  }

  get added(): Extract<Effect, { type: 'add' }>[] {
    return this.effects.filter((effect) => effect.type === 'add');
  }

  get notices(): string[] {
    return this.effects.flatMap((effect) => (effect.type === 'notice' ? [effect.text] : []));
  }
}

interface Keys {
  readonly shift?: boolean;
  readonly alt?: boolean;
  readonly ctrl?: boolean;
}

export const clicks = (x: number, y: number, keys: Keys = {}): ToolEvent[] => [
  { type: 'down', point: imagePoint(x, y), ...keys },
  { type: 'up', point: imagePoint(x, y) },
];
export const moves = (x: number, y: number, keys: Keys = {}): ToolEvent => ({ type: 'move', point: imagePoint(x, y), ...keys });
export const failed = (text = 'No pixels.'): Answer => ({ kind: 'failed', text });

/** Over these points, in the manner of the scissors' helper. */
export const way = (...points: readonly (readonly [number, number])[]): Answer => ({
  kind: 'way',
  points: points.map(([x, y]): ImagePoint => imagePoint(x, y)),
});

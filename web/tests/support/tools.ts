import { allUnder, hits, topmost } from '~/geometry/hit';
import { imagePoint, type ImagePoint } from '~/geometry/points';
import { bounds } from '~/geometry/shapes';
import type { Effect, Tool, ToolContext, ToolEvent, ToolRegion } from '~/tools/tool';

export const car: ToolRegion = { id: 'car', label: 'car', z: 0, geometry: { kind: 'box', x: 20, y: 20, width: 40, height: 30 } };

/** What a tool sees of a picture of 200 by 100 with these regions, at scale 1. */
export function context(over: Partial<ToolContext> = {}, regions: readonly ToolRegion[] = [car]): ToolContext {
  return {
    image: { width: 200, height: 100 },
    readOnly: null,
    label: 'person',
    full: () => null,
    keypoints: [],
    selection: [],
    reach: 4,
    pixel: 1,
    slop: 3,
    brush: 10,
    tolerance: 24,
    touches: 'anew',
    leavesOut: false,
    occludes: false,
    gathers: false,
    relation: 'related',
    takes: () => true,
    get: (id) => regions.find((r) => r.id === id),
    at: (point) => topmost(regions, point, 2),
    under: (point) => allUnder(regions, point, 2),
    isOn: ({ geometry }, point) => hits(geometry, point, 4),
    within: (a, b) =>
      regions
        .filter(({ geometry }) => {
          const r = bounds(geometry);
          return (
            r.x >= Math.min(a.x, b.x) &&
            r.y >= Math.min(a.y, b.y) &&
            r.x + r.width <= Math.max(a.x, b.x) &&
            r.y + r.height <= Math.max(a.y, b.y)
          );
        })
        .map(({ id }) => id),
    snap: (point) => point,
    border: (): readonly ImagePoint[] => [],
    ...over,
  };
}

export const down = (x: number, y: number, shift = false): ToolEvent => ({ type: 'down', point: imagePoint(x, y), shift });
export const move = (x: number, y: number): ToolEvent => ({ type: 'move', point: imagePoint(x, y) });
export const up = (x: number, y: number): ToolEvent => ({ type: 'up', point: imagePoint(x, y) });
export const click = (x: number, y: number, shift = false): ToolEvent[] => [down(x, y, shift), up(x, y)];

export interface Ran<S> {
  readonly state: S;
  readonly effects: readonly Effect[];
  readonly last: readonly Effect[];
}

/** Runs events; a selection made on the way is in the context from then on. */
export function run<S>(tool: Tool<S>, events: readonly ToolEvent[], start = context(), from: S = tool.idle): Ran<S> {
  let state = from;
  let now = start;
  const effects: Effect[] = [];
  let last: readonly Effect[] = [];
  for (const event of events) {
    const next = tool.step(state, event, now);
    state = next.state;
    last = next.effects;
    effects.push(...next.effects);
    for (const effect of next.effects) if (effect.type === 'select') now = { ...now, selection: effect.ids };
  }
  return { state, effects, last };
}

export const types = (effects: readonly Effect[]): string[] => effects.map((effect) => effect.type);

export const added = (effects: readonly Effect[]): Extract<Effect, { type: 'add' }>[] =>
  effects.filter((effect) => effect.type === 'add');

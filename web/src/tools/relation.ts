import { tether, tetherTo } from '~/geometry/tether';
import { distance, type ImagePoint } from '~/geometry/points';
import type { Geometry } from '~/geometry/shapes';
import { pairOf } from '~/geometry/areas';
import { GONE, noDraft, notice, step, type Effect, type Step, type Tool, type ToolContext, type ToolEvent } from './tool';

export type RelationState =
  | { readonly name: 'idle' }
  /** One end is chosen: dragging or moving goes to the other. */
  | { readonly name: 'from'; readonly id: string; readonly at: ImagePoint; readonly moved: boolean };

const IDLE: RelationState = { name: 'idle' };

/** The line as it would be: to what is under the pointer, else to the pointer itself. */
function drawn(id: string, point: ImagePoint, context: ToolContext): Effect {
  const from = context.get(id);
  if (!from) return noDraft;
  const under = context.at(point);
  const line = under && under.id !== id ? tether(from.geometry, under.geometry) : tetherTo(from.geometry, point);
  const geometry: Geometry = { kind: 'polyline', points: line.map(pairOf) };
  return { type: 'draft', draft: { region_id: null, label: context.relation, geometry, stops: [] } };
}

function ended(state: Extract<RelationState, { name: 'from' }>, point: ImagePoint, context: ToolContext): Step<RelationState> {
  const under = context.at(point);
  // A click on one, then a click on the other: for those who cannot drag.
  if (under?.id === state.id && !state.moved) return step<RelationState>(state);
  if (!under || under.id === state.id) return step(IDLE, noDraft);
  if (!context.get(state.id)) return step(IDLE, noDraft, notice(GONE));
  return step(IDLE, noDraft, { type: 'relate', from: state.id, to: under.id });
}

function next(state: RelationState, event: ToolEvent, context: ToolContext): Step<RelationState> {
  switch (event.type) {
    case 'down': {
      if (state.name === 'from') return step<RelationState>({ ...state, at: event.point, moved: true });
      if (context.readOnly !== null) return step(IDLE, notice(context.readOnly));
      const under = context.at(event.point);
      if (!under) return step<RelationState>(IDLE, { type: 'pan' });
      return step<RelationState>(
        { name: 'from', id: under.id, at: event.point, moved: false },
        { type: 'select', ids: [under.id] },
      );
    }
    case 'move': {
      if (state.name === 'idle') return step(IDLE);
      const moved = state.moved || distance(event.point, state.at) >= context.slop;
      return moved ? step<RelationState>({ ...state, moved }, drawn(state.id, event.point, context)) : step<RelationState>(state);
    }
    case 'up':
      return state.name === 'idle' ? step(IDLE) : ended(state, event.point, context);
    case 'cancel':
    case 'back':
      return step(IDLE, noDraft);
    case 'removed':
      return step(IDLE, noDraft, notice(GONE));
    case 'lost':
    case 'finish':
    case 'skip':
    case 'answer':
    case 'tuned':
    case 'resumed':
      return step<RelationState>(state);
  }
}

/** From a press on one region to its release on another; or a click on each. */
export const relationTool: Tool<RelationState> = {
  name: 'relation',
  makes: [],
  idle: IDLE,
  step: next,
  holds: (state) => (state.name === 'from' ? [state.id] : []),
  isBusy: (state) => state.name === 'from',
  cursor: (_, point, context) => (context.readOnly === null && context.at(point) ? 'crosshair' : 'default'),
  hint(state, context) {
    if (context.readOnly !== null) return null;
    return state.name === 'idle' ? 'Press on a region and drag to the other one' : 'Now the other region; Esc: none';
  },
};

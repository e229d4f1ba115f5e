import { HANDLE_CURSORS } from '~/geometry/handles';
import { hits } from '~/geometry/hit';
import type { ImagePoint } from '~/geometry/points';
import { canMove } from '~/geometry/shapes';
import { step, type Step, type Tool, type ToolContext, type ToolEvent } from './tool';
import { grab, handleUnder, soleSelected, transformStep, type Transform } from './transform';

export type SelectState =
  | { readonly name: 'idle' }
  /** Pressed where there is nothing: the image pans; an unmoved release deselects. */
  | { readonly name: 'empty'; readonly from: ImagePoint; readonly moved: boolean }
  | Transform;

const IDLE: SelectState = { name: 'idle' };

function press(point: ImagePoint, shift: boolean, context: ToolContext): Step<SelectState> {
  const grip = handleUnder(point, context);
  if (grip && !shift) return step<SelectState>(grab(grip.region, grip.handle, point));
  const under = context.at(point);
  if (shift) {
    if (!under) return step(IDLE);
    const rest = context.selection.filter((id) => id !== under.id);
    const ids = rest.length === context.selection.length ? [...rest, under.id] : rest;
    return step(IDLE, { type: 'select', ids });
  }
  // What is selected already keeps the drag, also where a smaller region lies on top; a click then reaches that one.
  const selected = soleSelected(context);
  if (selected && hits(selected.geometry, point, context.reach)) return step<SelectState>(grab(selected, null, point));
  if (!under) return step<SelectState>({ name: 'empty', from: point, moved: false }, { type: 'pan' });
  return step<SelectState>(grab(under, null, point), { type: 'select', ids: [under.id] });
}

const click = (point: ImagePoint, context: ToolContext): Step<SelectState> => {
  const under = context.at(point);
  return step(IDLE, { type: 'select', ids: under ? [under.id] : [] });
};

export const selectTool: Tool<SelectState> = {
  name: 'select',
  idle: IDLE,
  step(state: SelectState, event: ToolEvent, context: ToolContext): Step<SelectState> {
    switch (state.name) {
      case 'idle':
        return event.type === 'down' ? press(event.point, event.shift, context) : step(state);
      case 'empty':
        if (event.type === 'move') return step<SelectState>({ ...state, moved: true });
        if (event.type === 'up' && !state.moved) return step(IDLE, { type: 'select', ids: [] });
        return step(event.type === 'down' ? state : IDLE);
      case 'transform':
        return transformStep<SelectState>(state, event, context, IDLE, (point) => click(point, context));
    }
  },
  holds: (state) => (state.name === 'transform' ? state.id : null),
  isBusy: (state) => state.name === 'transform' && state.geometry !== null,
  cursor(state, point, context) {
    if (state.name === 'transform') return state.handle ? HANDLE_CURSORS[state.handle] : state.geometry ? 'move' : 'default';
    if (state.name === 'empty') return 'grabbing';
    const grip = handleUnder(point, context);
    if (grip) return HANDLE_CURSORS[grip.handle];
    const under = context.at(point);
    return under && context.selection.includes(under.id) && canMove(under.geometry) && !context.readOnly ? 'move' : 'default';
  },
};

import { HANDLE_CURSORS } from '~/geometry/handles';
import { clampToImage, type ImagePoint } from '~/geometry/points';
import { boxBetween, MIN_BOX, type BoxGeometry } from '~/geometry/shapes';
import { noDraft, notice, step, type Step, type Tool, type ToolContext, type ToolEvent } from './tool';
import { grab, handleUnder, transformStep, type Transform } from './transform';

export type BoxState =
  | { readonly name: 'idle' }
  | { readonly name: 'drawing'; readonly from: ImagePoint; readonly label: string; readonly started: boolean }
  /** The box just drawn can be corrected at once, without changing tools. */
  | Transform;

const IDLE: BoxState = { name: 'idle' };
export const NO_LABEL = 'Pick a label first: press its key, or choose one on the right';

function press(point: ImagePoint, context: ToolContext): Step<BoxState> {
  if (context.readOnly !== null) return step(IDLE, notice(context.readOnly));
  const grip = handleUnder(point, context);
  if (grip) return step<BoxState>(grab(grip.region, grip.handle, point));
  if (context.label === null) return step(IDLE, notice(NO_LABEL));
  // A press outside the image starts at its border, so that boxes along the edge are easy.
  return step<BoxState>({
    name: 'drawing',
    from: clampToImage(point, context.image),
    label: context.label,
    started: false,
  });
}

/** Too small to be meant: less than a click's slack in both directions, or thinner than any object. */
const isSlip = (box: BoxGeometry, context: ToolContext): boolean =>
  (box.width < context.slop && box.height < context.slop) || box.width < MIN_BOX || box.height < MIN_BOX;

function draw(state: Extract<BoxState, { name: 'drawing' }>, event: ToolEvent, context: ToolContext): Step<BoxState> {
  switch (event.type) {
    case 'move': {
      const geometry = boxBetween(state.from, event.point, context.image);
      const meant = state.started || geometry.width >= context.slop || geometry.height >= context.slop;
      if (!meant) return step<BoxState>(state);
      return step<BoxState>(
        { ...state, started: true },
        { type: 'draft', draft: { region_id: null, label: state.label, geometry } },
      );
    }
    case 'up': {
      const geometry = boxBetween(state.from, event.point, context.image);
      if (!isSlip(geometry, context)) return step(IDLE, { type: 'add', label: state.label, geometry }, noDraft);
      if (state.started) return step(IDLE, noDraft);
      const under = context.at(event.point);
      return step(IDLE, { type: 'select', ids: under ? [under.id] : [] });
    }
    case 'cancel':
      return step(IDLE, noDraft);
    case 'down':
    case 'removed':
      return step<BoxState>(state);
  }
}

export const boxTool: Tool<BoxState> = {
  name: 'box',
  idle: IDLE,
  step(state: BoxState, event: ToolEvent, context: ToolContext): Step<BoxState> {
    switch (state.name) {
      case 'idle':
        return event.type === 'down' ? press(event.point, context) : step(state);
      case 'drawing':
        return draw(state, event, context);
      case 'transform':
        return transformStep<BoxState>(state, event, context, IDLE, () => step(IDLE));
    }
  },
  holds: (state) => (state.name === 'transform' ? state.id : null),
  isBusy: (state) => state.name === 'drawing' || (state.name === 'transform' && state.geometry !== null),
  cursor(state, point, context) {
    if (context.readOnly !== null) return 'default';
    if (state.name === 'transform') return state.handle ? HANDLE_CURSORS[state.handle] : 'move';
    const grip = state.name === 'idle' ? handleUnder(point, context) : null;
    return grip ? HANDLE_CURSORS[grip.handle] : 'crosshair';
  },
};

import type { Grip } from '~/geometry/grips';
import { distance, type ImagePoint } from '~/geometry/points';
import { canMove } from '~/geometry/shapes';
import { pressFrame, reshapeCursor, reshapeStep, type Reshape } from './reshape';
import { selectUnder, step, type Down, type Step, type Tool, type ToolContext, type ToolEvent } from './tool';
import { grab, pressGrip, transformCursor, transformStep, type Transform } from './transform';

export type SelectState =
  | { readonly name: 'idle' }
  /** Pressed where there is nothing: the image pans; an unmoved release deselects. */
  | { readonly name: 'empty'; readonly from: ImagePoint; readonly moved: boolean }
  /** Pressed with Shift: a rectangle takes in what lies within it, an unmoved release the one under it. */
  | { readonly name: 'marquee'; readonly from: ImagePoint; readonly moved: boolean }
  | Transform
  | Reshape;

const IDLE: SelectState = { name: 'idle' };

function press(event: Down, context: ToolContext): Step<SelectState> {
  const { point } = event;
  const gathers = event.shift === true || context.gathers;
  const gripped = gathers ? null : pressGrip<SelectState>(event, context, IDLE);
  if (gripped) return gripped;
  const frame = gathers || event.alt ? null : pressFrame(point, context);
  if (frame) return step<SelectState>(frame);
  if (event.alt) return below(point, context);
  if (gathers) return step<SelectState>({ name: 'marquee', from: point, moved: false });
  // What is selected already keeps the drag, also where a smaller region lies on top; a click then reaches that one.
  const selected = context.selection.map((id) => context.get(id)).find((r) => r && context.isOn(r, point));
  if (selected) return step<SelectState>(grab(selected, null, point, context));
  const under = context.at(point);
  if (!under) return step<SelectState>({ name: 'empty', from: point, moved: false }, { type: 'pan' });
  return step<SelectState>(grab(under, null, point, context), { type: 'select', ids: [under.id] });
}

/** With Alt: of what lies over one another there, the one after that which is selected. */
function below(point: ImagePoint, context: ToolContext): Step<SelectState> {
  const all = context.under(point);
  const next = all[(all.findIndex(({ id }) => context.selection.includes(id)) + 1) % all.length];
  return next ? step(IDLE, { type: 'select', ids: [next.id] }) : step(IDLE);
}

const choose = (grip: Grip): Step<SelectState> => (grip.type === 'vertex' ? step(IDLE, { type: 'vertex', grip }) : step(IDLE));

/** With Shift: the one under the pointer is added, or let go of. */
function toggle(point: ImagePoint, context: ToolContext): Step<SelectState> {
  const under = context.at(point);
  if (!under) return step(IDLE);
  const rest = context.selection.filter((id) => id !== under.id);
  return step(IDLE, { type: 'select', ids: rest.length === context.selection.length ? [...rest, under.id] : rest });
}

function marquee(state: Extract<SelectState, { name: 'marquee' }>, event: ToolEvent, context: ToolContext): Step<SelectState> {
  const gone = { type: 'marquee', corners: null } as const;
  switch (event.type) {
    case 'move': {
      if (!state.moved && distance(event.point, state.from) < context.slop) return step<SelectState>(state);
      return step<SelectState>({ ...state, moved: true }, { type: 'marquee', corners: [state.from, event.point] });
    }
    case 'up': {
      if (!state.moved) return toggle(event.point, context);
      const found = context.within(state.from, event.point);
      return step(IDLE, gone, { type: 'select', ids: [...new Set([...context.selection, ...found])] });
    }
    case 'cancel':
    case 'lost':
      return step(IDLE, gone);
    case 'down':
    case 'finish':
    case 'back':
    case 'skip':
    case 'removed':
    case 'answer':
    case 'tuned':
    case 'resumed':
      return step<SelectState>(state);
  }
}

export const selectTool: Tool<SelectState> = {
  name: 'select',
  makes: [],
  idle: IDLE,
  step(state: SelectState, event: ToolEvent, context: ToolContext): Step<SelectState> {
    switch (state.name) {
      case 'idle':
        return event.type === 'down' ? press(event, context) : step(state);
      case 'empty':
        if (event.type === 'move') return step<SelectState>({ ...state, moved: true });
        if (event.type === 'up' && !state.moved) return step(IDLE, { type: 'select', ids: [] });
        return step(event.type === 'down' ? state : IDLE);
      case 'marquee':
        return marquee(state, event, context);
      case 'transform':
        return transformStep<SelectState>(state, event, context, IDLE, (point, grip) =>
          grip ? choose(grip) : step(IDLE, selectUnder(point, context)),
        );
      case 'reshape':
        return reshapeStep<SelectState>(state, event, context, IDLE);
    }
  },
  holds: (state) => (state.name === 'transform' ? [state.id] : state.name === 'reshape' ? state.ids : []),
  isBusy: (state) =>
    ((state.name === 'transform' || state.name === 'reshape') && state.going) || (state.name === 'marquee' && state.moved),
  cursor(state, point, context) {
    if (state.name === 'empty') return 'grabbing';
    if (state.name === 'marquee') return 'crosshair';
    const held = transformCursor(state.name === 'transform' ? state : null, point, context);
    if (held !== null) return held;
    const framed = reshapeCursor(state.name === 'reshape' ? state : null, point, context);
    if (framed !== null) return framed;
    const under = context.at(point);
    return under && context.selection.includes(under.id) && canMove(under.geometry) && !context.readOnly ? 'move' : 'default';
  },
};

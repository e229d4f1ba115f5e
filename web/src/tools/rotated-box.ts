import { frameOn, inFrame, type Frame } from '~/geometry/frame';
import { clampToImage, distance, round2, type ImagePoint } from '~/geometry/points';
import { MIN_BOX } from '~/geometry/shapes';
import { drafted, labelInHand, noDraft, notice, step, type Step, type Tool, type ToolContext, type ToolEvent } from './tool';
import { pressGrip, transformCursor, transformStep, type Transform } from './transform';

interface Edge {
  readonly name: 'edge';
  readonly label: string;
  readonly from: ImagePoint;
  readonly started: boolean;
}

interface Depth {
  readonly name: 'depth';
  readonly label: string;
  readonly from: ImagePoint;
  readonly to: ImagePoint;
  readonly frame: Frame | null;
}

export type RotatedBoxState = { readonly name: 'idle' } | Edge | Depth | Transform;

const IDLE: RotatedBoxState = { name: 'idle' };

function press(event: Extract<ToolEvent, { type: 'down' }>, context: ToolContext): Step<RotatedBoxState> {
  const gripped = pressGrip<RotatedBoxState>(event, context, IDLE);
  if (gripped) return gripped;
  const label = labelInHand(context);
  if (label.missing !== null) return step(IDLE, notice(label.missing));
  return step<RotatedBoxState>({
    name: 'edge',
    label: label.name,
    from: clampToImage(event.point, context.image),
    started: false,
  });
}

const pair = (p: ImagePoint): number[] => [round2(p.x), round2(p.y)];

function drawEdge(state: Edge, event: ToolEvent, context: ToolContext): Step<RotatedBoxState> {
  switch (event.type) {
    case 'move': {
      const to = clampToImage(event.point, context.image);
      if (!state.started && distance(to, state.from) < context.slop) return step<RotatedBoxState>(state);
      const line = { kind: 'polyline' as const, points: [pair(state.from), pair(to)] };
      return step<RotatedBoxState>({ ...state, started: true }, drafted(state.label, line));
    }
    case 'up': {
      const to = clampToImage(event.point, context.image);
      if (distance(to, state.from) >= Math.max(context.slop, MIN_BOX)) {
        return step<RotatedBoxState>({ name: 'depth', label: state.label, from: state.from, to, frame: null });
      }
      if (state.started) return step(IDLE, noDraft);
      const under = context.at(event.point);
      return step(IDLE, { type: 'select', ids: under ? [under.id] : [] });
    }
    case 'cancel':
    case 'lost':
      return step(IDLE, noDraft);
    case 'down':
    case 'finish':
    case 'back':
    case 'skip':
    case 'removed':
      return step<RotatedBoxState>(state);
  }
}

function frameTo(state: Depth, point: ImagePoint, context: ToolContext): Frame {
  const frame = frameOn(state.from, state.to, clampToImage(point, context.image));
  return { ...frame, centre: clampToImage(frame.centre, context.image) };
}

function finish(state: Depth, frame: Frame | null): Step<RotatedBoxState> {
  if (!frame || frame.height < MIN_BOX) return step<RotatedBoxState>(state);
  return step(IDLE, { type: 'add', label: state.label, geometry: inFrame('rotated_box', frame) }, noDraft);
}

function drawDepth(state: Depth, event: ToolEvent, context: ToolContext): Step<RotatedBoxState> {
  if (context.readOnly !== null) return step(IDLE, noDraft, notice(context.readOnly));
  switch (event.type) {
    case 'down':
    case 'move': {
      const frame = frameTo(state, event.point, context);
      if (frame.height < MIN_BOX) return step<RotatedBoxState>({ ...state, frame: null });
      return step<RotatedBoxState>({ ...state, frame }, drafted(state.label, inFrame('rotated_box', frame)));
    }
    case 'up':
      return finish(state, frameTo(state, event.point, context));
    case 'finish':
      return finish(state, state.frame);
    case 'back':
    case 'cancel':
      return step(IDLE, noDraft);
    case 'lost':
    case 'skip':
    case 'removed':
      return step<RotatedBoxState>(state);
  }
}

/** One side first, by dragging, which is the angle too; then how deep it is. */
export const rotatedBoxTool: Tool<RotatedBoxState> = {
  name: 'rotated_box',
  makes: 'rotated_box',
  idle: IDLE,
  step(state, event, context) {
    switch (state.name) {
      case 'idle':
        return event.type === 'down' ? press(event, context) : step(state);
      case 'edge':
        return drawEdge(state, event, context);
      case 'depth':
        return drawDepth(state, event, context);
      case 'transform':
        return transformStep<RotatedBoxState>(state, event, context, IDLE, () => step(IDLE));
    }
  },
  holds: (state) => (state.name === 'transform' ? [state.id] : []),
  isBusy: (state) => state.name === 'edge' || state.name === 'depth' || (state.name === 'transform' && state.going),
  cursor(state, point, context) {
    if (context.readOnly !== null) return 'default';
    if (state.name === 'edge' || state.name === 'depth') return 'crosshair';
    return transformCursor(state.name === 'transform' ? state : null, point, context) ?? 'crosshair';
  },
  hint: (state) =>
    state.name === 'depth'
      ? 'Now how deep: move, then click or press Enter'
      : state.name === 'edge'
        ? 'Drag along one side of the object'
        : null,
};

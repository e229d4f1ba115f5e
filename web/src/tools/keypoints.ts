import { clampToImage, round2, type ImagePoint } from '~/geometry/points';
import type { Keypoint } from '~/geometry/shapes';
import { drafted, labelInHand, noDraft, notice, step, type Step, type Tool, type ToolContext, type ToolEvent } from './tool';
import { pressGrip, transformCursor, transformStep, type Transform } from './transform';

interface Placing {
  readonly name: 'placing';
  readonly label: string;
  /** Of the label's skeleton, in its order. */
  readonly names: readonly string[];
  readonly points: readonly Keypoint[];
  readonly pressed: boolean;
}

export type KeypointsState = { readonly name: 'idle' } | Placing | Transform;

const IDLE: KeypointsState = { name: 'idle' };
const ABSENT: Keypoint = { x: 0, y: 0, v: 0 };
export const NO_SKELETON = 'This label has no skeleton: its points are set in the project’s settings, under Labels';

function press(event: Extract<ToolEvent, { type: 'down' }>, context: ToolContext): Step<KeypointsState> {
  const gripped = pressGrip<KeypointsState>(event, context, IDLE);
  if (gripped) return gripped;
  const label = labelInHand(context);
  if (label.missing !== null) return step(IDLE, notice(label.missing));
  if (context.keypoints.length === 0) return step(IDLE, notice(NO_SKELETON));
  const empty: Placing = { name: 'placing', label: label.name, names: context.keypoints, points: [], pressed: false };
  return place(empty, event.point, event.shift ?? false, context);
}

function keypoint(at: ImagePoint, occluded: boolean, context: ToolContext): Keypoint {
  const { x, y } = clampToImage(at, context.image);
  return { x: round2(x), y: round2(y), v: occluded ? 1 : 2 };
}

const show = (state: Placing, next: Keypoint | null = null): Step<KeypointsState> => {
  const placed = next && state.points.length < state.names.length ? [...state.points, next] : state.points;
  const points = state.names.map((_, i) => placed[i] ?? ABSENT);
  const something = points.some((p) => p.v > 0);
  return step<KeypointsState>(state, something ? drafted(state.label, { kind: 'keypoints', points }) : noDraft);
};

const place = (state: Placing, at: ImagePoint, occluded: boolean, context: ToolContext): Step<KeypointsState> =>
  show({ ...state, points: [...state.points, keypoint(at, occluded, context)], pressed: true });

function finish(state: Placing): Step<KeypointsState> {
  if (state.points.every((p) => p.v === 0)) return step(IDLE, noDraft, notice('Place at least one point'));
  const points = state.names.map((_, i) => state.points[i] ?? ABSENT);
  return step(IDLE, { type: 'add', label: state.label, geometry: { kind: 'keypoints', points } }, noDraft);
}

/** Everything that has a place has been given one, or left out. */
const goOn = (state: Placing): Step<KeypointsState> => (state.points.length >= state.names.length ? finish(state) : show(state));

function placing(state: Placing, event: ToolEvent, context: ToolContext): Step<KeypointsState> {
  if (context.readOnly !== null) return step(IDLE, noDraft, notice(context.readOnly));
  switch (event.type) {
    case 'down':
      return place(state, event.point, event.shift ?? false, context);
    case 'move': {
      const last = state.points.at(-1);
      if (!state.pressed || !last) return show(state, keypoint(event.point, event.shift ?? false, context));
      const moved = { ...keypoint(event.point, false, context), v: last.v };
      return show({ ...state, points: [...state.points.slice(0, -1), moved] });
    }
    case 'up':
      return state.pressed ? goOn({ ...state, pressed: false }) : step<KeypointsState>(state);
    case 'lost':
      return state.pressed ? shorter({ ...state, pressed: false }) : step<KeypointsState>(state);
    case 'skip':
      return goOn({ ...state, points: [...state.points, ABSENT], pressed: false });
    case 'back':
      return shorter({ ...state, pressed: false });
    case 'finish':
      return finish(state);
    case 'cancel':
      return step(IDLE, noDraft);
    case 'removed':
      return step<KeypointsState>(state);
  }
}

function shorter(state: Placing): Step<KeypointsState> {
  const points = state.points.slice(0, -1);
  return points.length === 0 ? step(IDLE, noDraft) : show({ ...state, points });
}

/** A skeleton, point by point in the order of the label's template. */
export const keypointsTool: Tool<KeypointsState> = {
  name: 'keypoints',
  makes: 'keypoints',
  idle: IDLE,
  step(state, event, context) {
    switch (state.name) {
      case 'idle':
        return event.type === 'down' ? press(event, context) : step(state);
      case 'placing':
        return placing(state, event, context);
      case 'transform':
        return transformStep<KeypointsState>(state, event, context, IDLE, () => step(IDLE));
    }
  },
  holds: (state) => (state.name === 'transform' ? [state.id] : []),
  isBusy: (state) => state.name === 'placing' || (state.name === 'transform' && state.going),
  cursor(state, point, context) {
    if (context.readOnly !== null) return 'default';
    if (state.name === 'placing') return 'crosshair';
    return transformCursor(state.name === 'transform' ? state : null, point, context) ?? 'crosshair';
  },
  hint(state, context) {
    const names = state.name === 'placing' ? state.names : context.keypoints;
    const placed = state.name === 'placing' ? state.points.length : 0;
    const name = names[placed];
    if (state.name === 'transform' || name === undefined) return null;
    return `${name} (${placed + 1} of ${names.length}) · Shift: occluded · N: absent · Enter: the rest is absent`;
  },
};

import { clampToImage, imagePoint, round2, type ImagePoint } from '~/geometry/points';
import type { Keypoint } from '~/geometry/shapes';
import { correctable } from './correctable';
import { drafted, noDraft, notice, step, type Step, type ToolContext } from './tool';

interface Placing {
  readonly label: string;
  /** Of the label's skeleton, in its order. */
  readonly names: readonly string[];
  readonly points: readonly Keypoint[];
  readonly pressed: boolean;
}

const ABSENT: Keypoint = { x: 0, y: 0, v: 0 };
export const NO_SKELETON = 'This label has no skeleton: its points are set in the project’s settings, under Labels';

function keypoint(at: ImagePoint, occluded: boolean, context: ToolContext): Keypoint {
  const { x, y } = clampToImage(at, context.image);
  return { x: round2(x), y: round2(y), v: occluded ? 1 : 2 };
}

const show = (state: Placing, next: Keypoint | null = null): Step<Placing | null> => {
  const placed = next && state.points.length < state.names.length ? [...state.points, next] : state.points;
  const points = state.names.map((_, i) => placed[i] ?? ABSENT);
  const something = points.some((p) => p.v > 0);
  return step<Placing | null>(state, something ? drafted(state.label, { kind: 'keypoints', points }) : noDraft);
};

const place = (state: Placing, at: ImagePoint, occluded: boolean, context: ToolContext): Step<Placing | null> =>
  show({ ...state, points: [...state.points, keypoint(at, occluded, context)], pressed: true });

function finish(state: Placing): Step<Placing | null> {
  if (state.points.every((p) => p.v === 0)) return step(null, noDraft, notice('Place at least one point'));
  const points = state.names.map((_, i) => state.points[i] ?? ABSENT);
  return step(null, { type: 'add', label: state.label, geometry: { kind: 'keypoints', points } }, noDraft);
}

const isOccluded = (event: { readonly shift?: boolean }, context: ToolContext): boolean =>
  event.shift === true || context.occludes;

/** Everything that has a place has been given one, or left out. */
const goOn = (state: Placing): Step<Placing | null> => (state.points.length >= state.names.length ? finish(state) : show(state));

function shorter(state: Placing): Step<Placing | null> {
  const points = state.points.slice(0, -1);
  return points.length === 0 ? step(null, noDraft) : show({ ...state, points });
}

/** A skeleton, point by point in the order of the label's template. */
export const keypointsTool = correctable<Placing>({
  name: 'keypoints',
  makes: ['keypoints'],
  begin(event, context, label) {
    if (context.keypoints.length === 0) return step(null, notice(NO_SKELETON));
    const empty: Placing = { label, names: context.keypoints, points: [], pressed: false };
    return place(empty, event.point, isOccluded(event, context), context);
  },
  draw(state, event, context) {
    switch (event.type) {
      case 'down':
        return place(state, event.point, isOccluded(event, context), context);
      case 'move': {
        const last = state.points.at(-1);
        if (!state.pressed || !last) return show(state, keypoint(event.point, isOccluded(event, context), context));
        const moved = { ...keypoint(event.point, false, context), v: last.v };
        return show({ ...state, points: [...state.points.slice(0, -1), moved] });
      }
      case 'up':
        return state.pressed ? goOn({ ...state, pressed: false }) : step(state);
      case 'lost':
        return state.pressed ? shorter({ ...state, pressed: false }) : step(state);
      case 'skip':
        return goOn({ ...state, points: [...state.points, ABSENT], pressed: false });
      case 'back':
        return shorter({ ...state, pressed: false });
      case 'resumed':
        return show({ ...state, pressed: false });
      case 'finish':
        return finish(state);
      case 'cancel':
      case 'removed':
      case 'answer':
      case 'tuned':
        return step(state);
    }
  },
  keep: ({ label, points }) => (points.length === 0 ? null : { label, points: points.map(({ x, y, v }) => [x, y, v]) }),
  revive({ label, points }, { keypoints, image }) {
    if (points.length >= keypoints.length) return null;
    const placed = points.map(([x = 0, y = 0, v = 0]): Keypoint => {
      const at = clampToImage(imagePoint(x, y), image);
      return v === 1 || v === 2 ? { x: at.x, y: at.y, v } : ABSENT;
    });
    return { label, names: keypoints, points: placed, pressed: false };
  },
  hint(state, context) {
    const names = state?.names ?? context.keypoints;
    const placed = state?.points.length ?? 0;
    const name = names[placed];
    return name === undefined
      ? null
      : `${name} (${placed + 1} of ${names.length}) · Shift: occluded · N: absent · Enter: the rest is absent`;
  },
});

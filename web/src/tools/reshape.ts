/** What is selected is scaled or turned by a frame around it: several regions together, or one that has no sides of its own to pull. */
import {
  frameAround,
  frameGripAt,
  frameGrips,
  MOST_FRAMED,
  reshapedTogether,
  scaling,
  turning,
  type FrameGrip,
  type FrameGripPoint,
} from '~/geometry/reshape';
import { HANDLE_CURSORS } from '~/geometry/handles';
import { distance, type ImagePoint, type Rect } from '~/geometry/points';
import {
  GONE,
  noDraft,
  notice,
  step,
  type Change,
  type Draft,
  type Step,
  type ToolContext,
  type ToolEvent,
  type ToolRegion,
} from './tool';
import { KNOB } from './transform';

export interface Reshape {
  readonly name: 'reshape';
  readonly ids: readonly string[];
  /** As it was when it was taken: what is pulled, others may change the shapes meanwhile. */
  readonly frame: Rect;
  readonly grip: FrameGrip;
  readonly from: ImagePoint;
  /** The last place of the pointer at which there was room for all. */
  readonly at: ImagePoint;
  readonly even: boolean;
  readonly going: boolean;
}

/** So far (CSS pixels) the frame stays away from what it is around; further than a finger misses. */
const AWAY = 14;

export interface FrameAtHand {
  readonly regions: readonly ToolRegion[];
  readonly rect: Rect;
  readonly away: number;
  readonly grips: readonly FrameGripPoint[];
}

/** The frame of what is selected, as it is drawn and as it is hit; null: there is none. */
export function frameAtHand({
  selection,
  get,
  pixel,
  reach,
  readOnly,
}: Pick<ToolContext, 'selection' | 'get' | 'pixel' | 'reach' | 'readOnly'>): FrameAtHand | null {
  if (readOnly !== null || selection.length === 0 || selection.length > MOST_FRAMED) return null;
  const regions = selection.flatMap((id) => get(id) ?? []);
  const rect = frameAround(regions.map(({ geometry }) => geometry));
  if (!rect) return null;
  const away = Math.max(AWAY * pixel, 1.4 * reach);
  return { regions, rect, away, grips: frameGrips(rect, away, reach, KNOB * pixel) };
}

/** A press on a grip of the frame takes it in hand. null: there is none. */
export function pressFrame(point: ImagePoint, context: ToolContext): Reshape | null {
  const frame = frameAtHand(context);
  const grip = frame && frameGripAt(frame.grips, point, context.reach);
  if (!frame || !grip) return null;
  const ids = frame.regions.map(({ id }) => id);
  return { name: 'reshape', ids, frame: frame.rect, grip, from: point, at: point, even: false, going: false };
}

/** Out of what the shapes are now, not what they were: what somebody else did meanwhile stays. null: there is no room for them so. */
function changes(
  { ids, frame, grip, from }: Reshape,
  to: ImagePoint,
  even: boolean,
  context: ToolContext,
): readonly Change[] | null {
  const regions = ids.flatMap((id) => context.get(id) ?? []);
  const way = { dx: to.x - from.x, dy: to.y - from.y };
  const by = grip.type === 'turn' ? turning(frame, from, to, even) : scaling(frame, grip.handle, way, context.image, even);
  const made = reshapedTogether(
    regions.map(({ geometry }) => geometry),
    by,
    context.image,
  );
  return made?.flatMap((geometry, i): Change[] => (regions[i] ? [{ id: regions[i].id, geometry }] : [])) ?? null;
}

function draftOf([first, ...along]: readonly Change[], context: ToolContext): Draft | null {
  const region = first && context.get(first.id);
  return region
    ? { region_id: region.id, label: region.label, geometry: first.geometry, ...(along.length > 0 && { along }) }
    : null;
}

/** One step of the gesture; `idle` is where it ends. */
export function reshapeStep<S>(state: Reshape, event: ToolEvent, context: ToolContext, idle: S): Step<S | Reshape> {
  switch (event.type) {
    case 'move': {
      if (!state.going && distance(event.point, state.from) < context.slop) return step<S | Reshape>(state);
      if (context.readOnly !== null) return step<S>(idle, noDraft, notice(context.readOnly));
      const even = event.shift ?? false;
      const all = changes(state, event.point, even, context);
      if (!all) return step<S | Reshape>({ ...state, going: true });
      const draft = draftOf(all, context);
      if (!draft) return step<S>(idle, noDraft, notice(GONE));
      return step<S | Reshape>({ ...state, going: true, at: event.point, even }, { type: 'draft', draft });
    }
    case 'up': {
      if (!state.going) return step<S>(idle);
      if (!state.ids.some((id) => context.get(id))) return step<S>(idle, noDraft, notice(GONE));
      const fitted = state.at === state.from ? null : changes(state, state.at, state.even, context);
      const all = changes(state, event.point, event.shift ?? false, context) ?? fitted;
      return all ? step<S>(idle, { type: 'update', changes: all }, noDraft) : step<S>(idle, noDraft);
    }
    case 'cancel':
    case 'lost':
      return step<S>(idle, noDraft);
    case 'removed': {
      const ids = state.ids.filter((id) => context.get(id));
      if (ids.length > 0) return step<S | Reshape>({ ...state, ids });
      return state.going ? step<S>(idle, noDraft, notice(GONE)) : step<S>(idle);
    }
    case 'down':
    case 'finish':
    case 'back':
    case 'skip':
    case 'answer':
    case 'tuned':
    case 'resumed':
      return step<S | Reshape>(state);
  }
}

/** The cursor while the frame is in hand or one of its grips lies under the pointer; null: neither. */
export function reshapeCursor(state: Reshape | null, point: ImagePoint, context: ToolContext): string | null {
  if (state) return cursorOf(state.grip, state.going);
  const frame = frameAtHand(context);
  const grip = frame && frameGripAt(frame.grips, point, context.reach);
  return grip ? cursorOf(grip, false) : null;
}

const cursorOf = (grip: FrameGrip, going: boolean): string =>
  grip.type === 'turn' ? (going ? 'grabbing' : 'grab') : HANDLE_CURSORS[grip.handle];

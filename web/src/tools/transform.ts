import { gripAt, gripCursor, gripsOf, isSameGrip, pulled, refound, withoutVertex, type Grip } from '~/geometry/grips';
import { distance, imagePoint, type ImagePoint } from '~/geometry/points';
import { canMove, movedTogether, type Geometry } from '~/geometry/shapes';
import {
  GONE,
  noDraft,
  notice,
  step,
  type Change,
  type Down,
  type Step,
  type ToolContext,
  type ToolEvent,
  type ToolRegion,
} from './tool';

/** Regions that are moved, or one of which a grip is pulled; shared by the tools that let you do it. */
export interface Transform {
  readonly name: 'transform';
  readonly id: string;
  readonly label: string;
  /** null: the whole shape moves, and what else is selected with it. */
  readonly grip: Grip | null;
  readonly along: readonly string[];
  readonly from: ImagePoint;
  /** Where the grip was: a press may miss it a little. */
  readonly anchor: ImagePoint;
  /** As it was when it was taken. */
  readonly original: Geometry;
  /** Whether the pointer has gone further than a click. */
  readonly going: boolean;
}

export const CHANGED = 'Somebody took this point away while you had it in hand';

/** How far (CSS pixels) above a shape the knob sits that turns it. */
export const KNOB = 26;

export const grab = (region: ToolRegion, grip: Grip | null, from: ImagePoint, context: ToolContext): Transform => ({
  name: 'transform',
  id: region.id,
  label: region.label,
  grip,
  along: grip === null && context.selection.includes(region.id) ? context.selection.filter((id) => id !== region.id) : [],
  from,
  anchor: (grip && gripsOf(region.geometry, KNOB * context.pixel).find((g) => isSameGrip(g.grip, grip))?.point) ?? from,
  original: region.geometry,
  going: false,
});

/** The only selected region, if exactly one is selected and still there. */
export function soleSelected(context: Pick<ToolContext, 'selection' | 'get'>): ToolRegion | null {
  const [id, ...more] = context.selection;
  return id === undefined || more.length > 0 ? null : (context.get(id) ?? null);
}

/** The grip of the selected region under a point. */
export function gripUnder(point: ImagePoint, context: ToolContext): { region: ToolRegion; grip: Grip } | null {
  const region = soleSelected(context);
  if (!region || context.readOnly !== null) return null;
  const grip = gripAt(region.geometry, point, context.reach, KNOB * context.pixel);
  return grip ? { region, grip } : null;
}

/** A press on a grip takes it in hand; with Alt on a point takes the point away. null: there is no grip. */
export function pressGrip<S>(event: Down, context: ToolContext, idle: S): Step<S | Transform> | null {
  const under = gripUnder(event.point, context);
  if (!under) return null;
  const { region, grip } = under;
  if (!event.alt || grip.type !== 'vertex') return step<S | Transform>(grab(region, grip, event.point, context));
  const geometry = withoutVertex(region.geometry, grip);
  if (geometry === region.geometry) return step<S | Transform>(idle);
  return step<S | Transform>(
    idle,
    geometry ? { type: 'update', changes: [{ id: region.id, geometry }] } : { type: 'replace', id: region.id, by: [] },
  );
}

/**
 * The shape as it is to be. Its base is what it is now, not what it was when it was taken: what somebody else did to it meanwhile stays.
 * null: the point in hand is no longer there.
 */
function shaped(
  state: Transform & { readonly grip: Grip },
  now: Geometry,
  point: ImagePoint,
  steps: boolean,
  context: ToolContext,
): Geometry | null {
  const [dx, dy] = [point.x - state.from.x, point.y - state.from.y];
  const grip = refound(state.original, now, state.grip);
  if (!grip) return null;
  if (grip.type === 'turn') return pulled(now, grip, { from: state.from, to: point, steps }, context.image);
  const to = imagePoint(state.anchor.x + dx, state.anchor.y + dy);
  const free = grip.type === 'side' || grip.type === 'face';
  return pulled(now, grip, { from: state.anchor, to: free ? to : context.snap(to), steps }, context.image);
}

function changes(state: Transform, point: ImagePoint, steps: boolean, context: ToolContext): readonly Change[] | null {
  const region = context.get(state.id);
  if (!region) return null;
  const { grip } = state;
  if (!grip) return movedAlong(state, region, point, context);
  const geometry = shaped({ ...state, grip }, region.geometry, point, steps, context);
  return geometry ? [{ id: state.id, geometry }] : null;
}

/** All that moves goes as far as the first of it can: gaps stay as they are. */
function movedAlong(state: Transform, region: ToolRegion, point: ImagePoint, context: ToolContext): readonly Change[] {
  const others = state.along.flatMap((id) => context.get(id) ?? []).filter(({ geometry }) => canMove(geometry));
  const all = [region, ...others];
  const shapes = all.map(({ geometry }) => geometry);
  const moved = movedTogether(shapes, point.x - state.from.x, point.y - state.from.y, context.image);
  return all.map(({ id, geometry }, n) => ({ id, geometry: moved[n] ?? geometry }));
}

/** One step of the gesture; `idle` is where it ends, `onClick` what an unmoved press means. */
export function transformStep<S>(
  state: Transform,
  event: ToolEvent,
  context: ToolContext,
  idle: S,
  onClick: (point: ImagePoint, grip: Grip | null) => Step<S>,
): Step<S | Transform> {
  switch (event.type) {
    case 'down':
    case 'finish':
    case 'back':
    case 'skip':
      return step(state);
    case 'move': {
      const still = !state.going && distance(event.point, state.from) < context.slop;
      if (still || (!state.grip && !canMove(state.original))) return step(state);
      if (context.readOnly !== null) return step<S>(idle, noDraft, notice(context.readOnly));
      const [first, ...along] = changes(state, event.point, event.shift ?? false, context) ?? [];
      if (!first) return step<S>(idle, noDraft, notice(CHANGED));
      const draft = { region_id: state.id, label: state.label, geometry: first.geometry, ...(along.length > 0 && { along }) };
      return step<Transform>({ ...state, going: true }, { type: 'draft', draft });
    }
    case 'up': {
      if (!state.going) return onClick(event.point, state.grip);
      if (!context.get(state.id)) return step<S>(idle, noDraft, notice(GONE));
      const all = changes(state, event.point, event.shift ?? false, context);
      return all ? step<S>(idle, { type: 'update', changes: all }, noDraft) : step<S>(idle, noDraft, notice(CHANGED));
    }
    case 'cancel':
    case 'lost':
      return step<S>(idle, noDraft);
    case 'removed':
      return state.going ? step<S>(idle, noDraft, notice(GONE)) : step(idle);
    case 'answer':
    case 'tuned':
    case 'resumed':
      return step<Transform>(state);
  }
}

/** The cursor while something is in hand or a grip lies under the pointer; null: neither. */
export function transformCursor(state: Transform | null, point: ImagePoint, context: ToolContext): string | null {
  if (state) return state.grip ? gripCursor(state.original, state.grip) : state.going ? 'move' : 'default';
  const under = gripUnder(point, context);
  return under ? gripCursor(under.region.geometry, under.grip) : null;
}

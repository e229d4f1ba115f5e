import { handleAt, resized, type Handle } from '~/geometry/handles';
import { distance, type ImagePoint } from '~/geometry/points';
import { canMove, canResize, moved, type Geometry } from '~/geometry/shapes';
import { noDraft, notice, step, type Step, type ToolContext, type ToolEvent, type ToolRegion } from './tool';

/** Moving or resizing one region; shared by the tools that let you do it. */
export interface Transform {
  readonly name: 'transform';
  readonly id: string;
  readonly label: string;
  /** null: the whole shape moves. */
  readonly handle: Handle | null;
  readonly from: ImagePoint;
  readonly original: Geometry;
  /** Absent until the pointer has gone further than a click. */
  readonly geometry: Geometry | null;
}

export const GONE = 'Somebody deleted this region while you had it in hand';

export const grab = (region: ToolRegion, handle: Handle | null, from: ImagePoint): Transform => ({
  name: 'transform',
  id: region.id,
  label: region.label,
  handle,
  from,
  original: region.geometry,
  geometry: null,
});

/** The only selected region, if exactly one is selected and still there. */
export function soleSelected(context: ToolContext): ToolRegion | null {
  const [id, ...more] = context.selection;
  return id === undefined || more.length > 0 ? null : (context.get(id) ?? null);
}

/** The handle of the selected box under a point. */
export function handleUnder(point: ImagePoint, context: ToolContext): { region: ToolRegion; handle: Handle } | null {
  const region = soleSelected(context);
  if (!region || context.readOnly !== null || !canResize(region.geometry)) return null;
  const handle = handleAt(region.geometry, point, context.reach);
  return handle ? { region, handle } : null;
}

function pulled(state: Transform, point: ImagePoint, context: ToolContext): Geometry {
  const dx = point.x - state.from.x;
  const dy = point.y - state.from.y;
  if (state.handle && canResize(state.original)) return resized(state.original, state.handle, dx, dy, context.image);
  return moved(state.original, dx, dy, context.image);
}

/** One step of the gesture; `idle` is where it ends, `onClick` what an unmoved press means. */
export function transformStep<S>(
  state: Transform,
  event: ToolEvent,
  context: ToolContext,
  idle: S,
  onClick: (point: ImagePoint) => Step<S>,
): Step<S | Transform> {
  switch (event.type) {
    case 'down':
      return step(state);
    case 'move': {
      const still = state.geometry === null && distance(event.point, state.from) < context.slop;
      if (still || !canMove(state.original)) return step(state);
      if (context.readOnly !== null) return step<S>(idle, noDraft, notice(context.readOnly));
      const geometry = pulled(state, event.point, context);
      return step<Transform>(
        { ...state, geometry },
        { type: 'draft', draft: { region_id: state.id, label: state.label, geometry } },
      );
    }
    case 'up': {
      if (state.geometry === null) return state.handle ? step(idle) : onClick(event.point);
      if (!context.get(state.id)) return step<S>(idle, noDraft, notice(GONE));
      return step<S>(idle, { type: 'update', id: state.id, geometry: pulled(state, event.point, context) }, noDraft);
    }
    case 'cancel':
      return step<S>(idle, noDraft);
    case 'removed':
      return state.geometry === null ? step(idle) : step<S>(idle, noDraft, notice(GONE));
  }
}

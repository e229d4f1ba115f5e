import type { ImagePoint } from '~/geometry/points';
import type { RegionKind } from '~/geometry/shapes';
import {
  labelInHand,
  noDraft,
  notice,
  step,
  type Down,
  type Effect,
  type Sketch,
  type Step,
  type Tool,
  type ToolContext,
  type ToolEvent,
  type ToolName,
} from './tool';
import { pressGrip, transformCursor, transformStep, type Transform } from './transform';

/** A shape as it is drawn: what is the tool's own about it. A state of null: it is drawn, or given up. */
export interface Drawing<S> {
  readonly name: ToolName;
  readonly makes: readonly RegionKind[];
  begin(event: Down, context: ToolContext, label: string): Step<S | null>;
  /** While something may be changed here. */
  draw(state: S, event: ToolEvent, context: ToolContext): Step<S | null>;
  /** An unmoved press on a grip of the selected shape means nothing, unless this says what. */
  gripClick?(point: ImagePoint, context: ToolContext, label: string): Step<S | null>;
  /** What else is to be done when it is given up. */
  readonly cancelled?: readonly Effect[];
  cursor?(state: S, point: ImagePoint, context: ToolContext): string;
  keep?(state: S): Sketch | null;
  revive?(sketch: Sketch, context: ToolContext): S | null;
  /** null: nothing is drawn yet. */
  hint?(state: S | null, context: ToolContext): string | null;
}

export type CorrectableState<S> =
  | { readonly name: 'idle' }
  | { readonly name: 'drawing'; readonly shape: S }
  /** The shape just drawn can be corrected at once, without changing tools. */
  | Transform;

/** A tool that draws, and lets the selected shape be corrected by its grips. */
export function correctable<S>(drawing: Drawing<S>): Tool<CorrectableState<S>> {
  type State = CorrectableState<S>;
  const idle: State = { name: 'idle' };
  const { cancelled = [] } = drawing;
  const taken = ({ state, effects }: Step<S | null>): Step<State> =>
    step<State>(state === null ? idle : { name: 'drawing', shape: state }, ...effects);

  function press(event: Down, context: ToolContext): Step<State> {
    const gripped = pressGrip<State>(event, context, idle);
    if (gripped) return gripped;
    const label = labelInHand(context);
    return label.missing === null ? taken(drawing.begin(event, context, label.name)) : step(idle, notice(label.missing));
  }

  return {
    name: drawing.name,
    makes: drawing.makes,
    idle,
    step(state, event, context) {
      switch (state.name) {
        case 'idle':
          return event.type === 'down' ? press(event, context) : step(state);
        case 'drawing':
          if (context.readOnly !== null) return step(idle, noDraft, ...cancelled, notice(context.readOnly));
          return event.type === 'cancel' ? step(idle, noDraft, ...cancelled) : taken(drawing.draw(state.shape, event, context));
        case 'transform':
          return transformStep<State>(state, event, context, idle, (point) => {
            const label = drawing.gripClick ? labelInHand(context) : null;
            if (!drawing.gripClick || !label) return step(idle);
            return label.missing === null
              ? taken(drawing.gripClick(point, context, label.name))
              : step(idle, notice(label.missing));
          });
      }
    },
    holds: (state) => (state.name === 'transform' ? [state.id] : []),
    isBusy: (state) => state.name === 'drawing' || (state.name === 'transform' && state.going),
    cursor(state, point, context) {
      if (context.readOnly !== null) return 'default';
      if (state.name === 'drawing') return drawing.cursor?.(state.shape, point, context) ?? 'crosshair';
      return transformCursor(state.name === 'transform' ? state : null, point, context) ?? 'crosshair';
    },
    keep: (state) => (state.name === 'drawing' ? (drawing.keep?.(state.shape) ?? null) : null),
    revive(sketch, context) {
      const shape = drawing.revive?.(sketch, context) ?? null;
      return shape && { name: 'drawing', shape };
    },
    hint: (state, context) =>
      state.name === 'transform' ? null : (drawing.hint?.(state.name === 'drawing' ? state.shape : null, context) ?? null),
  };
}

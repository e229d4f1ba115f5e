import { clampToImage, type ImagePoint, type Size } from '~/geometry/points';
import type { Geometry, RegionKind } from '~/geometry/shapes';
import {
  drafted,
  labelInHand,
  noDraft,
  notice,
  step,
  type Step,
  type Tool,
  type ToolContext,
  type ToolEvent,
  type ToolName,
} from './tool';
import { pressGrip, transformCursor, transformStep, type Transform } from './transform';

export type DragState =
  | { readonly name: 'idle' }
  | { readonly name: 'drawing'; readonly from: ImagePoint; readonly label: string; readonly started: boolean }
  /** The shape just drawn can be corrected at once, without changing tools. */
  | Transform;

interface Drag {
  readonly name: ToolName;
  readonly makes: RegionKind;
  between(from: ImagePoint, to: ImagePoint, image: Size, steps: boolean): Geometry;
  /** Across and down, in image pixels. */
  extent(geometry: Geometry): Size;
  /** Thinner than any object. */
  readonly least: number;
}

const IDLE: DragState = { name: 'idle' };

function press(event: Extract<ToolEvent, { type: 'down' }>, context: ToolContext): Step<DragState> {
  const gripped = pressGrip<DragState>(event, context, IDLE);
  if (gripped) return gripped;
  const label = labelInHand(context);
  if (label.missing !== null) return step(IDLE, notice(label.missing));
  // A press outside the image starts at its border, so that shapes along the edge are easy.
  return step<DragState>({ name: 'drawing', from: clampToImage(event.point, context.image), label: label.name, started: false });
}

/** A tool that draws from one corner to the opposite one. */
export function draggedTool(drag: Drag): Tool<DragState> {
  function draw(state: Extract<DragState, { name: 'drawing' }>, event: ToolEvent, context: ToolContext): Step<DragState> {
    switch (event.type) {
      case 'move': {
        const geometry = drag.between(state.from, event.point, context.image, event.shift ?? false);
        const { width, height } = drag.extent(geometry);
        const meant = state.started || width >= context.slop || height >= context.slop;
        return meant ? step<DragState>({ ...state, started: true }, drafted(state.label, geometry)) : step<DragState>(state);
      }
      case 'up': {
        const geometry = drag.between(state.from, event.point, context.image, event.shift ?? false);
        const { width, height } = drag.extent(geometry);
        const slip = (width < context.slop && height < context.slop) || width < drag.least || height < drag.least;
        if (!slip) return step(IDLE, { type: 'add', label: state.label, geometry }, noDraft);
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
        return step<DragState>(state);
    }
  }

  return {
    name: drag.name,
    makes: drag.makes,
    idle: IDLE,
    step(state, event, context) {
      switch (state.name) {
        case 'idle':
          return event.type === 'down' ? press(event, context) : step(state);
        case 'drawing':
          return draw(state, event, context);
        case 'transform':
          return transformStep<DragState>(state, event, context, IDLE, () => step(IDLE));
      }
    },
    holds: (state) => (state.name === 'transform' ? [state.id] : []),
    isBusy: (state) => state.name === 'drawing' || (state.name === 'transform' && state.going),
    cursor(state, point, context) {
      if (context.readOnly !== null) return 'default';
      if (state.name === 'drawing') return 'crosshair';
      return transformCursor(state.name === 'transform' ? state : null, point, context) ?? 'crosshair';
    },
  };
}

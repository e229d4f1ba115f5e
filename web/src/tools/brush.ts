import { area, capsule, emptyMask, isEmpty, minus, sameSize, union, type MaskGeometry } from '~/geometry/mask';
import { clamp, type ImagePoint } from '~/geometry/points';
import {
  drafted,
  GONE,
  labelInHand,
  noDraft,
  notice,
  step,
  type Effect,
  type Step,
  type Tool,
  type ToolContext,
  type ToolEvent,
  type ToolName,
  type ToolRegion,
} from './tool';
import { soleSelected } from './transform';

export type BrushState =
  | { readonly name: 'idle' }
  | {
      readonly name: 'painting';
      /** The mask that is painted on; null: a new one. */
      readonly id: string | null;
      readonly label: string;
      /** What this press has gone over so far. Kept apart from the mask below it, on which others may paint meanwhile. */
      readonly stroke: MaskGeometry;
      readonly last: ImagePoint;
      readonly radius: number;
    };

type Painting = Extract<BrushState, { name: 'painting' }>;
type MaskRegion = ToolRegion & { readonly geometry: MaskGeometry };

const IDLE: BrushState = { name: 'idle' };
export const NO_MASK = 'The eraser takes away from masks: press on one, or select it first';
export const NO_LONGER_A_MASK = 'Somebody turned this mask into another shape while you had it in hand';

/** How thick a pen paints that hardly touches, as a part of the brush: thin, but still to be seen. */
const LIGHTEST = 0.25;

function radiusOf(event: { readonly pressure?: number }, context: ToolContext): number {
  const pressure = event.pressure === undefined ? 1 : clamp(event.pressure, 0, 1);
  return (context.brush / 2) * (LIGHTEST + (1 - LIGHTEST) * pressure);
}

/** A mask of another size was not made on this image: painting on it would put its pixels elsewhere. */
const isMask = (region: ToolRegion | null | undefined, context: ToolContext): region is MaskRegion =>
  region?.geometry.kind === 'mask' && sameSize(region.geometry, context.image);

interface Painter {
  readonly name: ToolName;
  readonly makes: readonly 'mask'[];
  /** What a press here paints on, or why it cannot. */
  target(point: ImagePoint, context: ToolContext): { readonly id: string | null; readonly label: string } | string;
  apply(mask: MaskGeometry, stroke: MaskGeometry): MaskGeometry;
  hint(context: ToolContext): string | null;
}

/** What the stroke makes of its mask as that is now, or why there is nothing to make. */
function outcome(painter: Painter, state: Painting, context: ToolContext): { base: MaskGeometry; result: MaskGeometry } | string {
  if (context.readOnly !== null) return context.readOnly;
  if (state.id === null) return { base: emptyMask(context.image), result: state.stroke };
  const region = context.get(state.id);
  if (!region) return GONE;
  if (!isMask(region, context)) return NO_LONGER_A_MASK;
  return { base: region.geometry, result: painter.apply(region.geometry, state.stroke) };
}

/** What is painted so far is seen at once. */
function shown(painter: Painter, state: Painting, context: ToolContext): Step<BrushState> {
  const made = outcome(painter, state, context);
  if (typeof made === 'string') return step(IDLE, noDraft, notice(made));
  if (isEmpty(state.stroke)) return step<BrushState>(state);
  return step<BrushState>(state, drafted(state.label, made.result, state.id));
}

/** The one change a stroke makes, if it makes one: a step of undo that undoes nothing would be a riddle. */
function change(state: Painting, base: MaskGeometry, result: MaskGeometry): Effect[] {
  if (area(base) === area(result)) return [];
  if (state.id === null) return [{ type: 'add', label: state.label, geometry: result }];
  if (isEmpty(result)) return [{ type: 'replace', id: state.id, by: [] }];
  return [{ type: 'update', changes: [{ id: state.id, geometry: result }] }];
}

function press(painter: Painter, event: Extract<ToolEvent, { type: 'down' }>, context: ToolContext): Step<BrushState> {
  const target = painter.target(event.point, context);
  if (typeof target === 'string') return step(IDLE, notice(target));
  const radius = radiusOf(event, context);
  const stroke = capsule(event.point, event.point, radius, context.image);
  return shown(painter, { name: 'painting', ...target, stroke, last: event.point, radius }, context);
}

function painted(state: Painting, to: ImagePoint, radius: number, context: ToolContext): Painting {
  const stroke = union(state.stroke, capsule(state.last, to, radius, context.image));
  return { ...state, stroke, last: to, radius };
}

function paint(painter: Painter, state: Painting, event: ToolEvent, context: ToolContext): Step<BrushState> {
  switch (event.type) {
    case 'move':
      return shown(painter, painted(state, event.point, radiusOf(event, context), context), context);
    case 'up': {
      // A pen that is lifted presses no more; as thick as it was is as thick as it ends.
      const whole = painted(state, event.point, state.radius, context);
      const made = outcome(painter, whole, context);
      if (typeof made === 'string') return step(IDLE, noDraft, notice(made));
      return step(IDLE, ...change(whole, made.base, made.result), noDraft);
    }
    case 'cancel':
    case 'lost':
      return step(IDLE, noDraft);
    case 'removed':
      return step(IDLE, noDraft, notice(GONE));
    case 'down':
    case 'finish':
    case 'back':
    case 'skip':
    case 'answer':
    case 'tuned':
    case 'resumed':
      return step<BrushState>(state);
  }
}

const paintingTool = (painter: Painter): Tool<BrushState> => ({
  name: painter.name,
  makes: painter.makes,
  idle: IDLE,
  step(state, event, context) {
    if (state.name === 'painting') return paint(painter, state, event, context);
    return event.type === 'down' ? press(painter, event, context) : step(state);
  },
  holds: (state) => (state.name === 'painting' && state.id !== null ? [state.id] : []),
  isBusy: (state) => state.name === 'painting',
  cursor: (_state, _point, context) => (context.readOnly === null ? 'crosshair' : 'not-allowed'),
  hint: (state, context) => (state.name === 'idle' && context.readOnly === null ? painter.hint(context) : null),
});

/** The selected mask, if what is painted now belongs to it. */
function continued(context: ToolContext): MaskRegion | null {
  const selected = soleSelected(context);
  return isMask(selected, context) && selected.label === context.label ? selected : null;
}

export const brushTool = paintingTool({
  name: 'brush',
  makes: ['mask'],
  target(_point, context) {
    // What goes on with a mask adds none.
    const mask = context.readOnly === null ? continued(context) : null;
    if (mask) return { id: mask.id, label: mask.label };
    const label = labelInHand(context);
    return label.missing ?? { id: null, label: label.name };
  },
  apply: union,
  hint: (context) =>
    continued(context) ? 'Drag to add to the selected mask; [ and ] change the size' : 'Drag to paint; [ and ] change the size',
});

export const eraserTool = paintingTool({
  name: 'eraser',
  makes: [],
  target(point, context) {
    if (context.readOnly !== null) return context.readOnly;
    const mask = [soleSelected(context), context.at(point)].find((region) => isMask(region, context));
    return mask ? { id: mask.id, label: mask.label } : NO_MASK;
  },
  apply: minus,
  hint: () => 'Drag over a mask to erase; [ and ] change the size',
});

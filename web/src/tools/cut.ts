import { asPolygon, splitBy } from '~/geometry/booleans';
import { distance, imagePoint, type ImagePoint } from '~/geometry/points';
import { pairOf } from '~/geometry/areas';
import { polygonWithin } from '~/geometry/within';
import { drafted, GONE, noDraft, notice, step, type Effect, type Step, type Tool, type ToolContext, type ToolEvent, type ToolRegion } from './tool'; // prettier-ignore

export type CutState =
  | { readonly name: 'idle' }
  | {
      readonly name: 'cutting';
      /** The region selected when the line began; null: what lies under the line. */
      readonly id: string | null;
      readonly points: readonly ImagePoint[];
      /** Where the button went down and has not come up yet. */
      readonly press: ImagePoint | null;
    };

type Cutting = Extract<CutState, { name: 'cutting' }>;

const IDLE: CutState = { name: 'idle' };
export const NOT_ACROSS = 'The line has to cross the shape from border to border';
export const NOT_COMPUTED = 'This shape cannot be cut like this: try another line';
export const NOTHING_TO_CUT = 'Nothing to cut here: select a box, an ellipse or a polygon, or draw the line across one';

/** Where along the line a shape is looked for: the middle, then ever further from it. */
const PLACES = [0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8];

const canCut = (region: ToolRegion | null | undefined): region is ToolRegion => !!region && asPolygon(region.geometry) !== null;

/** The only selected region, if a line can cut it. */
function selected(context: ToolContext): string | null {
  const [id, ...more] = context.selection;
  return id !== undefined && more.length === 0 && canCut(context.get(id)) ? id : null;
}

/** The point after a part of a line's length. */
function partOf(line: readonly ImagePoint[], part: number): ImagePoint | null {
  const lengths = line.slice(1).map((p, i) => distance(p, line[i] ?? p));
  let left = part * lengths.reduce((sum, length) => sum + length, 0);
  for (const [i, length] of lengths.entries()) {
    const [a, b] = [line[i], line[i + 1]];
    if (a && b && (left <= length || i === lengths.length - 1)) {
      const t = length === 0 ? 0 : Math.min(1, left / length);
      return imagePoint(a.x + (b.x - a.x) * t, a.y + (b.y - a.y) * t);
    }
    left -= length;
  }
  return null;
}

/** What a line cuts. */
function target(state: Cutting, line: readonly ImagePoint[], context: ToolContext, places = PLACES): ToolRegion | null {
  if (state.id !== null) {
    const region = context.get(state.id);
    return canCut(region) ? region : null;
  }
  for (const part of places) {
    const point = partOf(line, part);
    const region = point && context.at(point);
    if (canCut(region)) return region;
  }
  return null;
}

/** The line as it stands, seen by me and others. */
function shown(state: Cutting, line: readonly ImagePoint[], context: ToolContext): Effect {
  if (line.length < 2) return noDraft;
  // With every move: one look is enough for a name.
  const label = target(state, line, context, [0.5])?.label ?? context.label ?? 'cut';
  return drafted(label, { kind: 'polyline', points: line.map(pairOf) });
}

const shownWith = (state: Cutting, context: ToolContext): Step<CutState> =>
  step<CutState>(state, shown(state, state.points, context));

type Pieces = ReturnType<typeof splitBy>;

/** A border that crosses itself is mended by polygon algebra, which may give up. */
function piecesOf(region: ToolRegion, line: readonly ImagePoint[], { image }: ToolContext): Pieces | typeof NOT_COMPUTED {
  try {
    const shape = polygonWithin(region.geometry, image);
    return shape && splitBy(shape, line);
  } catch {
    return NOT_COMPUTED;
  }
}

/** Cuts if the line divides something; else `otherwise`, with the reason. */
function cut(state: Cutting, context: ToolContext, otherwise: (reason: string) => Step<CutState>): Step<CutState> {
  if (state.id !== null && !context.get(state.id)) return step(IDLE, noDraft, notice(GONE));
  const region = target(state, state.points, context);
  if (!region) return otherwise(NOTHING_TO_CUT);
  const by = piecesOf(region, state.points, context);
  if (by === NOT_COMPUTED) return step(IDLE, noDraft, notice(by));
  if (!by) return otherwise(NOT_ACROSS);
  return step(IDLE, { type: 'replace', id: region.id, by }, noDraft);
}

function release(state: Cutting, press: ImagePoint, point: ImagePoint, context: ToolContext): Step<CutState> {
  const dragged = distance(press, point) >= context.slop;
  const placed = (dragged ? [press, point] : [press]).map((p) => context.snap(p));
  const points = [...state.points];
  // The second press of a double click is no second point.
  for (const p of placed) if (distance(p, points.at(-1) ?? imagePoint(Infinity, Infinity)) >= context.slop) points.push(p);
  const next: Cutting = { ...state, points, press: null };
  if (points.length === state.points.length || points.length < 2) return shownWith(next, context);
  // A whole line in one drag was meant as one: it says what is wrong with it. Single points may still be on their way.
  const whole = dragged && state.points.length === 0;
  return cut(next, context, (reason) => (whole ? step(IDLE, noDraft, notice(reason)) : shownWith(next, context)));
}

function back(state: Cutting, context: ToolContext): Step<CutState> {
  const points = state.points.slice(0, -1);
  return points.length === 0 ? step(IDLE, noDraft) : shownWith({ ...state, points, press: null }, context);
}

function finish(state: Cutting, context: ToolContext): Step<CutState> {
  if (state.points.length < 2) return step(IDLE, noDraft);
  return cut(state, context, (reason) => step<CutState>({ ...state, press: null }, notice(reason)));
}

function follow(state: Cutting, point: ImagePoint, context: ToolContext): Step<CutState> {
  const { points, press } = state;
  if (press && distance(press, point) < context.slop) return step<CutState>(state);
  const line = [...points, ...(press ? [press] : []), point].map((p, i) => (i < points.length ? p : context.snap(p)));
  return line.length < 2 ? step<CutState>(state) : step<CutState>(state, shown(state, line, context));
}

function draw(state: Cutting, event: ToolEvent, context: ToolContext): Step<CutState> {
  const changes = event.type === 'down' || event.type === 'move' || event.type === 'up' || event.type === 'finish';
  if (changes && context.readOnly !== null) return step(IDLE, noDraft, notice(context.readOnly));
  switch (event.type) {
    case 'down':
      return step<CutState>({ ...state, press: event.point });
    case 'move':
      return follow(state, event.point, context);
    case 'up':
      return state.press ? release(state, state.press, event.point, context) : step<CutState>(state);
    case 'finish':
      return finish(state, context);
    case 'back':
      return back(state, context);
    case 'resumed':
      return shownWith({ ...state, press: null }, context);
    case 'lost':
      return state.points.length === 0 ? step(IDLE, noDraft) : shownWith({ ...state, press: null }, context);
    case 'cancel':
      return step(IDLE, noDraft);
    case 'removed':
      return step(IDLE, noDraft, notice(GONE));
    case 'skip':
    case 'answer':
    case 'tuned':
      return step<CutState>(state);
  }
}

export const cutTool: Tool<CutState> = {
  name: 'cut',
  makes: [],
  idle: IDLE,
  step(state, event, context) {
    if (state.name === 'cutting') return draw(state, event, context);
    if (event.type !== 'down') return step(state);
    if (context.readOnly !== null) return step(IDLE, notice(context.readOnly));
    return step<CutState>({ name: 'cutting', id: selected(context), points: [], press: event.point });
  },
  holds: (state) => (state.name === 'cutting' && state.id !== null ? [state.id] : []),
  isBusy: (state) => state.name === 'cutting',
  cursor: (_, __, context) => (context.readOnly === null ? 'crosshair' : 'default'),
  hint(state, context) {
    if (context.readOnly !== null) return null;
    if (state.name === 'idle' || state.points.length === 0) return 'Click on both sides of a shape, or drag a line across it';
    return 'Click beyond the other border to cut, or on the way for a bend; Backspace takes a point back, Esc drops the line';
  },
};

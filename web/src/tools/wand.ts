/**
 * The magic wand: a click takes what is joined to the point and of about its color. Shift adds to what it has, Alt takes away, another tolerance finds the
 * last click's area anew. One area is found at a time; clicks made meanwhile wait for their turn.
 */
import { emptyMask, isEmpty, minus, polygonOfMask, union, type MaskGeometry } from '~/geometry/mask';
import { isInside, type ImagePoint } from '~/geometry/points';
import type { Geometry } from '~/geometry/shapes';
import type { Ask } from './assistant';
import { labelInHand, noDraft, notice, step, type Down, type Effect, type Step, type Tool, type ToolContext } from './tool';

interface Touch {
  readonly point: ImagePoint;
  readonly adds: boolean;
  readonly tolerance: number;
  /** What was found, and by which tolerance: while another is looked for, the old one is still seen. */
  readonly found: { readonly mask: MaskGeometry; readonly tolerance: number } | null;
}

export type WandState =
  | { readonly name: 'idle' }
  | {
      readonly name: 'choosing';
      readonly label: string;
      readonly touches: readonly Touch[];
      readonly asked: Extract<Ask, { kind: 'area' }> | null;
      /** Enter came before the last area did. */
      readonly finishing: boolean;
      /** What there was before the press that lasts. */
      readonly before: readonly Touch[] | null;
    };

type Choosing = Extract<WandState, { name: 'choosing' }>;

const IDLE: WandState = { name: 'idle' };
const FORGET: Effect = { type: 'ask', ask: null };
export const NOTHING_TO_TAKE_FROM = 'There is nothing to take away from yet: click without Alt first';
export const NOTHING_LEFT = 'The wand has nothing: click into what it should take';
/** How far (CSS pixels) a corner may be from the border that was found. */
const COURSE = 0.75;

const isOpen = (touch: Touch): boolean => touch.found?.tolerance !== touch.tolerance;

function chosen(state: Choosing, context: ToolContext): MaskGeometry {
  return state.touches.reduce<MaskGeometry>(
    (mask, { adds, found }) => (found === null ? mask : adds ? union(mask, found.mask) : minus(mask, found.mask)),
    emptyMask(context.image),
  );
}

function shape(mask: MaskGeometry, label: string, context: ToolContext): Geometry | null {
  if (isEmpty(mask)) return null;
  return context.takes(label, 'polygon') ? polygonOfMask(mask, Math.max(COURSE, COURSE * context.pixel)) : mask;
}

/** What is still to be found is asked for, one at a time; and what is all there and was to be finished is added. */
function proceed(state: Choosing, context: ToolContext, ...effects: Effect[]): Step<WandState> {
  if (state.asked !== null) return step<WandState>(state, ...effects);
  const open = state.touches.find(isOpen);
  if (open) {
    const asked = { kind: 'area', point: open.point, tolerance: open.tolerance } as const;
    return step<WandState>({ ...state, asked }, ...effects, { type: 'ask', ask: asked });
  }
  if (!state.finishing) return step<WandState>(state, ...effects);
  const geometry = shape(chosen(state, context), state.label, context);
  if (geometry === null) return step<WandState>({ ...state, finishing: false }, ...effects, notice(NOTHING_LEFT));
  return step(IDLE, { type: 'add', label: state.label, geometry }, noDraft);
}

/** As it is now, for me and others to see. */
function shown(state: Choosing, context: ToolContext): Step<WandState> {
  const geometry = shape(chosen(state, context), state.label, context);
  return proceed(
    state,
    context,
    geometry ? { type: 'draft', draft: { region_id: null, label: state.label, geometry, stops: [] } } : noDraft,
  );
}

function kept(state: Choosing, touches: readonly Touch[], context: ToolContext): Step<WandState> {
  return touches.length === 0 ? step(IDLE, noDraft, FORGET) : shown({ ...state, touches, before: null }, context);
}

function press(state: WandState, event: Down, context: ToolContext): Step<WandState> {
  if (!isInside(event.point, context.image)) return step(state);
  const label = state.name === 'choosing' ? { name: state.label, missing: null } : labelInHand(context);
  if (label.missing !== null) return step(IDLE, notice(label.missing));
  const how = event.alt ? 'takes away' : event.shift ? 'adds' : context.touches;
  const before = state.name === 'choosing' ? state.touches : [];
  if (how === 'takes away' && before.length === 0) return step(state, notice(NOTHING_TO_TAKE_FROM));
  const touch: Touch = { point: event.point, adds: how !== 'takes away', tolerance: context.tolerance, found: null };
  const touches = how === 'anew' ? [touch] : [...before, touch];
  const choosing: Choosing = {
    name: 'choosing',
    label: label.name,
    touches,
    asked: state.name === 'choosing' ? state.asked : null,
    finishing: false,
    before,
  };
  // What was chosen before stays in sight until something else is found.
  return proceed(choosing, context);
}

/** What was found belongs to the click that it was asked for, if that is still there. */
function received(state: Choosing, ask: Ask, mask: MaskGeometry, context: ToolContext): Step<WandState> {
  if (ask.kind !== 'area') return step<WandState>(state);
  const touches = state.touches.map((touch) =>
    touch.point === ask.point ? { ...touch, found: { mask, tolerance: ask.tolerance } } : touch,
  );
  return shown({ ...state, touches, asked: null }, context);
}

/** The click is taken back whose area cannot be found; another may be found, or the same later. */
function refused(state: Choosing, text: string | null, context: ToolContext): Step<WandState> {
  const { state: next, effects } = kept(
    { ...state, asked: null, finishing: false },
    state.touches.filter((touch) => !isOpen(touch)),
    context,
  );
  return step(next, ...effects, ...(text === null ? [] : [notice(text)]));
}

export const wandTool: Tool<WandState> = {
  name: 'wand',
  makes: ['polygon', 'mask'],
  idle: IDLE,
  step(state, event, context) {
    if (event.type === 'down') return press(state, event, context);
    if (state.name === 'idle') return step(state);
    if (context.readOnly !== null) return step(IDLE, noDraft, FORGET, notice(context.readOnly));
    switch (event.type) {
      case 'answer':
        if (event.ask !== state.asked) return step<WandState>(state);
        if (event.answer.kind === 'failed') return refused(state, event.answer.text, context);
        return event.answer.kind === 'area' ? received(state, event.ask, event.answer.mask, context) : step<WandState>(state);
      case 'tuned': {
        const last = state.touches.at(-1);
        if (!last) return step<WandState>(state);
        const touches = [...state.touches.slice(0, -1), { ...last, tolerance: context.tolerance }];
        return proceed({ ...state, touches }, context);
      }
      case 'finish':
        return proceed({ ...state, finishing: true }, context);
      case 'back':
        return kept(state, state.touches.slice(0, -1), context);
      case 'resumed':
        return shown({ ...state, asked: null, before: null, finishing: false }, context);
      case 'lost':
        return state.before === null ? step<WandState>(state) : kept(state, state.before, context);
      case 'up':
        return step<WandState>({ ...state, before: null });
      case 'cancel':
        return step(IDLE, noDraft, FORGET);
      case 'move':
      case 'skip':
      case 'removed':
        return step<WandState>(state);
    }
  },
  holds: () => [],
  isBusy: (state) => state.name === 'choosing',
  cursor: (_state, _point, context) => (context.readOnly === null ? 'crosshair' : 'not-allowed'),
  hint(state, context) {
    if (context.readOnly !== null) return null;
    if (state.name === 'idle') return 'Click into what it should take; [ and ] change how much it takes';
    return state.asked !== null && state.touches.every(({ found }) => found === null)
      ? 'Looking for the border …'
      : 'Shift and click adds, Alt takes away · [ and ] tolerance · Enter: done';
  },
};

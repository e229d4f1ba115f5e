/**
 * The smart polygon: clicks say what belongs to a thing and what does not, a drag says where it lies, and a model finds its outline. Each question has all
 * that was said so far, so that what is taken back leaves no trace. One question at a time: what is said meanwhile is in the next.
 */
import { isEmpty, polygonOfMask, type MaskGeometry } from '~/geometry/mask';
import { clampToImage, distance, isInside, round2, type ImagePoint } from '~/geometry/points';
import { boxBetween, type Geometry } from '~/geometry/shapes';
import type { Ask, Prompt } from './assistant';
import {
  labelInHand,
  noDraft,
  notice,
  step,
  type Down,
  type Draft,
  type Effect,
  type Mark,
  type Step,
  type Tool,
  type ToolContext,
} from './tool';

interface Press {
  readonly from: ImagePoint;
  readonly to: ImagePoint;
  readonly inside: boolean;
  /** It has gone further than a click. */
  readonly drags: boolean;
}

interface Found {
  /** What it is the answer to. */
  readonly prompts: readonly Prompt[];
  readonly mask: MaskGeometry;
  readonly confidence: number;
}

interface Pointing {
  readonly name: 'pointing';
  readonly label: string;
  readonly prompts: readonly Prompt[];
  /** Stays in sight while the answer to more prompts is looked for. */
  readonly found: Found | null;
  readonly asked: Extract<Ask, { kind: 'thing' }> | null;
  readonly press: Press | null;
  /** Enter came before the last answer did. */
  readonly finishing: boolean;
}

export type SmartState = { readonly name: 'idle' } | Pointing;

const IDLE: SmartState = { name: 'idle' };
const FORGET: Effect = { type: 'ask', ask: null };
export const FIRST_WHAT = 'Click into the thing first, or drag a box around it; then say what does not belong to it';
export const NOTHING_FOUND = 'The model finds nothing by this: click elsewhere into the thing, or drag a box around it';
/** How far (CSS pixels) a corner may be from the border that was found. */
const COURSE = 0.75;

function shape(mask: MaskGeometry, label: string, context: ToolContext): Geometry | null {
  if (isEmpty(mask)) return null;
  return context.takes(label, 'polygon') ? polygonOfMask(mask, Math.max(COURSE, COURSE * context.pixel)) : mask;
}

const marksOf = (prompts: readonly Prompt[]): Mark[] =>
  prompts.flatMap((prompt) => (prompt.kind === 'point' ? [{ point: prompt.point, inside: prompt.inside }] : []));

/** As it is now, for me and others to see: the box in hand, else what was found, else what was said. */
function draftOf({ label, prompts, found, press }: Pointing, context: ToolContext): Draft | null {
  const seen = { region_id: null, label, marks: marksOf(prompts) };
  if (press?.drags) return { ...seen, geometry: boxBetween(press.from, press.to, context.image) };
  const geometry = found && shape(found.mask, label, context);
  if (found && geometry) return { ...seen, geometry, confidence: found.confidence };
  const box = prompts.find((prompt) => prompt.kind === 'box');
  if (box) return { ...seen, geometry: boxBetween(box.from, box.to, context.image) };
  const [mark] = seen.marks;
  return mark ? { ...seen, geometry: { kind: 'point', x: round2(mark.point.x), y: round2(mark.point.y) } } : null;
}

const shown = (state: Pointing, context: ToolContext): Effect => ({ type: 'draft', draft: draftOf(state, context) });

/** What was said last is asked about, if it is not yet; and what is all there and was to be finished is added. */
function proceed(state: Pointing, context: ToolContext): Step<SmartState> {
  const { asked, found, finishing, prompts, label } = state;
  if (asked === null && prompts.length > 0 && found?.prompts !== prompts) {
    const ask = { kind: 'thing', prompts } as const;
    return step<SmartState>({ ...state, asked: ask }, shown(state, context), { type: 'ask', ask });
  }
  if (asked !== null || !finishing) return step<SmartState>(state, shown(state, context));
  const geometry = found && shape(found.mask, label, context);
  if (!geometry) return step<SmartState>({ ...state, finishing: false }, shown(state, context), notice(NOTHING_FOUND));
  return step(IDLE, { type: 'add', label, geometry }, noDraft);
}

function pressed(state: SmartState, event: Down, context: ToolContext): Step<SmartState> {
  if (!isInside(event.point, context.image)) return step(state);
  const label = state.name === 'pointing' ? { name: state.label, missing: null } : labelInHand(context);
  if (label.missing !== null) return step(IDLE, notice(label.missing));
  const inside = !(event.alt ?? false) && !(event.shift ?? false) && !context.leavesOut;
  const press: Press = { from: event.point, to: event.point, inside, drags: false };
  const begun: Pointing =
    state.name === 'pointing'
      ? { ...state, press, finishing: false }
      : { name: 'pointing', label: label.name, prompts: [], found: null, asked: null, press, finishing: false };
  return step<SmartState>(begun);
}

function moved(state: Pointing, point: ImagePoint, context: ToolContext): Step<SmartState> {
  const { press } = state;
  if (!press) return step<SmartState>(state);
  const drags = press.drags || distance(press.from, point) >= context.slop;
  const next = { ...state, press: { ...press, to: clampToImage(point, context.image), drags } };
  return drags ? step<SmartState>(next, shown(next, context)) : step<SmartState>(next);
}

/** Nothing was said by it. */
function released(state: Pointing, context: ToolContext, ...effects: Effect[]): Step<SmartState> {
  if (state.prompts.length === 0) return step(IDLE, noDraft, ...effects);
  const next = { ...state, press: null };
  return step<SmartState>(next, shown(next, context), ...effects);
}

function said(state: Pointing, context: ToolContext): Step<SmartState> {
  const { press, prompts } = state;
  if (!press) return step<SmartState>(state);
  if (press.drags) {
    const { width, height } = boxBetween(press.from, press.to, context.image);
    if (width < context.slop || height < context.slop) return released(state, context);
    const box: Prompt = { kind: 'box', from: press.from, to: press.to };
    // Models know one box: another is instead of it.
    const others = prompts.filter(({ kind }) => kind !== 'box');
    return proceed({ ...state, press: null, prompts: [...others, box] }, context);
  }
  if (!press.inside && prompts.length === 0) return released(state, context, notice(FIRST_WHAT));
  // The second click of two says nothing that the first has not.
  if (prompts.some((prompt) => repeats(prompt, press, context.slop))) return released(state, context);
  return proceed(
    { ...state, press: null, prompts: [...prompts, { kind: 'point', point: press.from, inside: press.inside }] },
    context,
  );
}

const repeats = (prompt: Prompt, { from, inside }: Press, slop: number): boolean =>
  prompt.kind === 'point' && prompt.inside === inside && distance(prompt.point, from) < slop;

function takenBack(state: Pointing, context: ToolContext): Step<SmartState> {
  const prompts = state.prompts.slice(0, -1);
  if (prompts.length === 0) return step(IDLE, noDraft, FORGET);
  return proceed({ ...state, prompts, finishing: false }, context);
}

/** What was said since the last answer is taken back; another thing may be found, or the same later. */
function refused(state: Pointing, text: string | null, context: ToolContext): Step<SmartState> {
  const told = text === null ? [] : [notice(text)];
  if (!state.found) return step(IDLE, noDraft, ...told);
  const next = { ...state, prompts: state.found.prompts, asked: null, finishing: false };
  return step<SmartState>(next, shown(next, context), ...told);
}

export const smartTool: Tool<SmartState> = {
  name: 'smart',
  makes: ['polygon', 'mask'],
  idle: IDLE,
  step(state, event, context) {
    if (event.type === 'down') return pressed(state, event, context);
    if (state.name === 'idle') return step(state);
    if (context.readOnly !== null) return step(IDLE, noDraft, FORGET, notice(context.readOnly));
    switch (event.type) {
      case 'move':
        return moved(state, event.point, context);
      case 'up':
        return said(state, context);
      case 'lost':
        return released(state, context);
      case 'answer': {
        if (event.ask !== state.asked) return step<SmartState>(state);
        if (event.answer.kind === 'failed') return refused(state, event.answer.text, context);
        if (event.answer.kind !== 'thing') return step<SmartState>(state);
        const { mask, confidence } = event.answer;
        return proceed({ ...state, asked: null, found: { prompts: state.asked.prompts, mask, confidence } }, context);
      }
      case 'finish':
        return state.prompts.length === 0 ? step<SmartState>(state) : proceed({ ...state, finishing: true }, context);
      case 'back':
        return takenBack(state, context);
      case 'resumed':
        return proceed({ ...state, asked: null, press: null, finishing: false }, context);
      case 'cancel':
        return step(IDLE, noDraft, FORGET);
      case 'tuned':
      case 'skip':
      case 'removed':
        return step<SmartState>(state);
    }
  },
  holds: () => [],
  isBusy: (state) => state.name === 'pointing',
  cursor: (_state, _point, context) => (context.readOnly === null ? 'crosshair' : 'not-allowed'),
  hint(state, context) {
    if (context.readOnly !== null) return null;
    if (state.name === 'idle') return 'Click into the thing, or drag a box around it';
    if (state.found === null) return state.asked === null ? null : 'Looking for its outline …';
    if (isEmpty(state.found.mask)) return NOTHING_FOUND;
    return 'Click: belongs to it · Alt and click: does not · Backspace: one back · Enter: done';
  },
};

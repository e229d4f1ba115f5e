/**
 * Intelligent scissors: from click to click the shape follows the borders that are seen in the picture, and shows the way to the pointer before it is
 * fixed. One way is looked for at a time: where the pointer has gone meanwhile is what is asked for next. Ctrl leaves borders alone.
 */
import { tidy } from '~/geometry/areas';
import { clampToImage, distance, round2, type ImagePoint } from '~/geometry/points';
import type { Geometry } from '~/geometry/shapes';
import type { Ask } from './assistant';
import { correctable, type CorrectableState } from './correctable';
import { noDraft, notice, step, type Effect, type Step, type Tool, type ToolContext } from './tool';

type Way = Extract<Ask, { kind: 'way' }>;

interface Aim {
  readonly to: ImagePoint;
  readonly straight: boolean;
  /** Back to the first point, exactly. */
  readonly closes: boolean;
}

interface Snipping {
  readonly label: string;
  /** Each begins where the one before ended; the first is nothing but where it all begins. */
  readonly parts: readonly (readonly ImagePoint[])[];
  /** Clicks to which there is no way yet. */
  readonly clicks: readonly Aim[];
  readonly pointer: Aim | null;
  /** The way to where the pointer was, and where that was. */
  readonly live: { readonly to: ImagePoint; readonly points: readonly ImagePoint[] } | null;
  readonly asked: Way | null;
  readonly finishing: boolean;
  /** Where the last click really was: it may have been moved onto a border. */
  readonly pressed: ImagePoint;
  /** How many clicks there were before the press that lasts. */
  readonly press: { readonly before: number; readonly closes: boolean } | null;
  /** Nobody finds borders here: it goes on straight. */
  readonly unhelped: boolean;
}

const FORGET: Effect = { type: 'ask', ask: null };
export const TOO_FEW = 'Two clicks at least, before it can be whole';
export const NO_AREA = 'This encloses nothing: click around what it should enclose';
export const STRAIGHT_ON = 'It goes on straight';

const isClosed = (state: Snipping, context: ToolContext): boolean => context.takes(state.label, 'polygon');
const counted = (state: Snipping): number => state.parts.length + state.clicks.length;
const end = (state: Snipping): ImagePoint | null => state.parts.at(-1)?.at(-1) ?? null;
const first = (state: Snipping): ImagePoint | null => state.parts[0]?.[0] ?? null;
const pairs = (points: readonly ImagePoint[]): number[][] => points.map((p) => [round2(p.x), round2(p.y)]);

/** All parts in a row; where one begins the other has ended. */
const course = (parts: Snipping['parts']): ImagePoint[] => parts.flatMap((part, i) => (i === 0 ? part : part.slice(1)));

function whole(state: Snipping, context: ToolContext): Geometry | null {
  const points = course(state.parts);
  // It ends where it began: a ring says that without a second point.
  if (isClosed(state, context)) return tidy([[pairs(points.slice(0, -1))]]);
  return points.length < 2 ? null : { kind: 'polyline', points: pairs(points) };
}

function fixed(state: Snipping, part: readonly ImagePoint[]): Snipping {
  return { ...state, parts: [...state.parts, part], clicks: state.clicks.slice(1), live: null };
}

function wayTo(state: Snipping, { to, closes }: Aim, context: ToolContext): Way {
  return { kind: 'way', from: end(state), to, reach: closes ? 0 : context.reach, pixel: context.pixel };
}

/** Ways that need nobody, or are known, are taken; the next that is needed is asked for; what is complete is added. */
function proceed(start: Snipping, context: ToolContext): Step<Snipping | null> {
  let state = start;
  for (let [next] = state.clicks; next && state.asked === null; [next] = state.clicks) {
    const from = end(state);
    const known = state.live?.to === next.to || (state.live !== null && distance(state.live.to, next.to) === 0);
    if (next.straight || state.unhelped) state = fixed(state, from ? [from, next.to] : [next.to]);
    else if (state.live && known && !next.closes) state = fixed(state, state.live.points);
    else return asking(state, wayTo(state, next, context));
  }
  if (state.asked !== null) return shown(state);
  if (state.finishing) return finished(state, context);
  const { pointer } = state;
  const from = end(state);
  if (!pointer || !from || state.live?.to === pointer.to) return shown(state);
  if (pointer.straight || state.unhelped) return shown({ ...state, live: { to: pointer.to, points: [from, pointer.to] } });
  return asking(state, wayTo(state, pointer, context));
}

function shown(state: Snipping, ...more: Effect[]): Step<Snipping | null> {
  const points = course([...state.parts, ...(state.live && state.parts.length > 0 ? [state.live.points] : [])]);
  const geometry: Geometry = { kind: 'polyline', points: pairs(points) };
  // Only what was clicked has grips: so many corners would hide the border.
  const stops = state.parts.flatMap((part) => part.at(-1) ?? []);
  const draft = { region_id: null, label: state.label, geometry, stops };
  const seen: Effect = points.length < 2 ? noDraft : { type: 'draft', draft };
  return step<Snipping | null>(state, seen, ...more);
}

const asking = (state: Snipping, asked: Way): Step<Snipping | null> => shown({ ...state, asked }, { type: 'ask', ask: asked });

function finished(state: Snipping, context: ToolContext): Step<Snipping | null> {
  const geometry = whole(state, context);
  if (geometry) return step(null, { type: 'add', label: state.label, geometry }, noDraft);
  // The way back did not help: the last click is in hand again.
  return shown({ ...state, parts: state.parts.slice(0, -1), finishing: false, live: null }, notice(NO_AREA));
}

function finish(state: Snipping, context: ToolContext): Step<Snipping | null> {
  if (state.finishing) return step<Snipping | null>(state);
  if (counted(state) < 2) return step<Snipping | null>(state, notice(TOO_FEW));
  const start = first(state);
  const back: readonly Aim[] = start && isClosed(state, context) ? [{ to: start, straight: false, closes: true }] : [];
  return proceed({ ...state, clicks: [...state.clicks, ...back], pointer: null, finishing: true, press: null }, context);
}

/** So many clicks stay, fixed or not. */
function cutBack(state: Snipping, to: number, context: ToolContext): Step<Snipping | null> {
  if (to <= 0) return step(null, noDraft, FORGET);
  const parts = state.parts.slice(0, to);
  const clicks = state.clicks.slice(0, Math.max(0, to - state.parts.length));
  const asked = parts.length === state.parts.length ? state.asked : null;
  const pressed = clicks.at(-1)?.to ?? parts.at(-1)?.at(-1) ?? state.pressed;
  return proceed({ ...state, parts, clicks, asked, pressed, live: null, press: null, finishing: false }, context);
}

function resumed(state: Snipping, context: ToolContext): Step<Snipping | null> {
  const clicks = state.clicks.filter(({ closes }) => !closes);
  return proceed({ ...state, clicks, asked: null, live: null, pointer: null, press: null, finishing: false }, context);
}

/** What has begun is not lost: it goes on straight. */
function unhelped(state: Snipping, text: string | null, context: ToolContext): Step<Snipping | null> {
  if (state.parts.length === 0) return step(null, noDraft, ...(text === null ? [] : [notice(text)]));
  const { state: next, effects } = proceed({ ...state, unhelped: true }, context);
  return step(next, ...effects, notice(text === null ? `${STRAIGHT_ON}.` : `${text} ${STRAIGHT_ON}.`));
}

function answered(
  state: Snipping,
  answer: Extract<Parameters<Tool<unknown>['step']>[1], { type: 'answer' }>,
  context: ToolContext,
): Step<Snipping | null> {
  const { asked } = state;
  if (asked === null || answer.ask !== asked) return step<Snipping | null>(state);
  const free = { ...state, asked: null };
  if (answer.answer.kind === 'failed') return unhelped(free, answer.answer.text, context);
  if (answer.answer.kind !== 'way') return step<Snipping | null>(free);
  const { points } = answer.answer;
  const [next] = state.clicks;
  if (next?.to === asked.to) return proceed(fixed(free, points), context);
  // Of use only from where it goes on, and while there is a pointer to go to.
  const wanted = state.pointer !== null && asked.from === end(state);
  return proceed(wanted ? { ...free, live: { to: asked.to, points } } : free, context);
}

export const scissorsTool: Tool<CorrectableState<Snipping>> = correctable<Snipping>({
  name: 'scissors',
  makes: ['polygon', 'polyline'],
  begin: ({ point, ctrl = false }, context, label) => begun(point, ctrl, label, context, { before: 0, closes: false }),
  // Where a point of the selected shape is, another shape may begin.
  gripClick: (point, context, label) => begun(point, false, label, context, null),
  draw(state, event, context) {
    switch (event.type) {
      case 'down': {
        if (state.finishing) return step<Snipping | null>(state);
        const to = clampToImage(event.point, context.image);
        const press = { before: counted(state), closes: closesAt(state, to, context) };
        // The second press of a double click is no click of its own.
        if (press.closes || distance(to, state.pressed) < context.slop) return step<Snipping | null>({ ...state, press });
        const click = { to, straight: event.ctrl ?? false, closes: false };
        return proceed({ ...state, clicks: [...state.clicks, click], pointer: null, pressed: to, press }, context);
      }
      case 'move': {
        if (state.finishing || state.press) return step<Snipping | null>(state);
        const to = clampToImage(event.point, context.image);
        const start = closesAt(state, to, context) ? first(state) : null;
        const pointer = { to: start ?? to, straight: event.ctrl ?? false, closes: start !== null };
        return proceed({ ...state, pointer }, context);
      }
      case 'up':
        return state.press?.closes ? finish(state, context) : step<Snipping | null>({ ...state, press: null });
      case 'lost':
        return state.press ? cutBack(state, state.press.before, context) : step<Snipping | null>(state);
      case 'answer':
        return answered(state, event, context);
      case 'finish':
        return finish(state, context);
      case 'back':
        return cutBack(state, counted(state) - 1, context);
      case 'resumed':
        return resumed(state, context);
      case 'cancel':
      case 'skip':
      case 'removed':
      case 'tuned':
        return step<Snipping | null>(state);
    }
  },
  cancelled: [FORGET],
  cursor: (state, point, context) => (closesAt(state, point, context) ? 'pointer' : 'crosshair'),
  hint(state, context) {
    if (!state) return 'Click on the border of what you want; it is followed from click to click';
    if (state.parts.length === 0) return 'Looking for the border …';
    const done = isClosed(state, context)
      ? 'Enter, a double click or the first point closes it'
      : 'Enter or a double click finishes';
    return `Click along the border, Ctrl: straight · Backspace takes the last part back · ${done}`;
  },
});

function begun(
  point: ImagePoint,
  straight: boolean,
  label: string,
  context: ToolContext,
  press: Snipping['press'],
): Step<Snipping | null> {
  const to = clampToImage(point, context.image);
  const state: Snipping = {
    label,
    parts: [],
    clicks: [{ to, straight, closes: false }],
    pointer: null,
    live: null,
    asked: null,
    finishing: false,
    pressed: to,
    press,
    unhelped: false,
  };
  return proceed(state, context);
}

function closesAt(state: Snipping, point: ImagePoint, context: ToolContext): boolean {
  const start = first(state);
  return start !== null && counted(state) >= 3 && isClosed(state, context) && distance(start, point) <= context.reach;
}

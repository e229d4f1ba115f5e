import { pointAt } from '~/geometry/areas';
import { clampToImage, distance, imagePoint, round2, type ImagePoint } from '~/geometry/points';
import type { Geometry } from '~/geometry/shapes';
import { simplifiedLine } from '~/geometry/simplify';
import { correctable, type CorrectableState } from './correctable';
import { drafted, GONE, noDraft, notice, step, type Step, type Tool, type ToolContext } from './tool';
import { soleSelected } from './transform';

interface Drawing {
  readonly label: string;
  readonly points: readonly ImagePoint[];
  /** Where the pointer is: the next point, if it stays there. */
  readonly next: ImagePoint | null;
  readonly press: Press | null;
  /** The line that this one goes on from; absent: a new shape. */
  readonly onward?: Onward;
}

interface Onward {
  readonly id: string;
  /** How many points it has. */
  readonly had: number;
  /** From its first point, not from its last. */
  readonly reversed: boolean;
}

interface Press {
  /** How many points there were before it. */
  readonly before: number;
  /** The last that it placed: what comes after is drawn by hand. */
  readonly from: number;
  readonly closes: boolean;
}

/** A line drawn by hand gets a point every so many slops, and loses those that its course does not need. */
const SPACING = 2;
const COURSE = 0.4;

interface Path {
  readonly name: 'polygon' | 'polyline';
  readonly least: number;
  readonly tooFew: string;
}

const pairs = (points: readonly ImagePoint[]): number[][] => points.map((p) => [round2(p.x), round2(p.y)]);

function shape(path: Path, points: readonly ImagePoint[]): Geometry {
  return path.name === 'polygon' ? { kind: 'polygon', parts: [[pairs(points)]] } : { kind: 'polyline', points: pairs(points) };
}

/** What is seen of an unfinished shape: a polygon with two points is a line still. */
function sketch(path: Path, points: readonly ImagePoint[]): Geometry {
  return points.length < path.least ? { kind: 'polyline', points: pairs(points) } : shape(path, points);
}

/**
 * A tool that goes from point to point: a press places one, dragging draws by hand, Enter, a double click or (polygon) a press on the first
 * point finishes. Points snap to the borders of neighbours, and between two on the same border the shape follows it: no gap remains.
 */
function pathTool(path: Path): Tool<CorrectableState<Drawing>> {
  const show = (state: Drawing): Step<Drawing | null> => {
    const points = state.next && !state.press ? [...state.points, state.next] : state.points;
    return points.length < 2
      ? step<Drawing | null>(state, noDraft)
      : step<Drawing | null>(state, drafted(state.label, sketch(path, points), state.onward?.id ?? null));
  };

  const closes = (state: Drawing, point: ImagePoint, context: ToolContext): boolean => {
    const first = state.points[0];
    return path.name === 'polygon' && state.points.length >= path.least && !!first && distance(first, point) <= context.reach;
  };

  function place(state: Drawing, at: ImagePoint, context: ToolContext): Drawing {
    const point = context.snap(clampToImage(at, context.image));
    const last = state.points.at(-1);
    // The second press of a double click is no point of its own.
    if (last && distance(last, point) < context.slop) return state;
    const way = last ? context.border(last, point) : [];
    return { ...state, points: [...state.points, ...way, point] };
  }

  function begin(at: ImagePoint, label: string, context: ToolContext, pressed: boolean): Step<Drawing | null> {
    const empty: Drawing = { label, points: [], next: null, press: null };
    const placed = place(empty, at, context);
    return show({ ...placed, press: pressed ? { before: 0, from: 0, closes: false } : null });
  }

  function finish(state: Drawing, context: ToolContext): Step<Drawing | null> {
    if (state.onward) return continued(state, state.onward, context);
    if (state.points.length < path.least) return step<Drawing | null>(state, notice(path.tooFew));
    return step(null, { type: 'add', label: state.label, geometry: shape(path, state.points) }, noDraft);
  }

  /** What was drawn by hand since the press, with no more points than its course needs. */
  function released(state: Drawing, context: ToolContext): Drawing {
    const from = state.press?.from ?? state.points.length;
    const drawn = state.points.slice(from);
    const course = simplifiedLine(
      drawn.map(({ x, y }) => [x, y]),
      context.slop * COURSE,
    );
    const kept = course.map(([x, y]) => imagePoint(x, y));
    return { ...state, points: [...state.points.slice(0, from), ...kept], press: null, next: null };
  }

  function back(state: Drawing): Step<Drawing | null> {
    const points = state.points.slice(0, -1);
    return points.length < (state.onward?.had ?? 1) ? step(null, noDraft) : show({ ...state, points, press: null });
  }

  /** The selected line, where the point is one of its ends. */
  function goOn(point: ImagePoint, context: ToolContext): Step<Drawing | null> | null {
    const line = soleSelected(context);
    if (line?.geometry.kind !== 'polyline') return null;
    const points = line.geometry.points.map(pointAt);
    const away = (end: ImagePoint | undefined): number => (end ? distance(end, point) : Infinity);
    const reversed = away(points[0]) < away(points.at(-1));
    if (away(reversed ? points[0] : points.at(-1)) > context.reach) return null;
    const onward = { id: line.id, had: points.length, reversed };
    return show({ label: line.label, points: reversed ? points.reverse() : points, next: null, press: null, onward });
  }

  /** Added to what the line is by now: what others did to it meanwhile stays. */
  function continued({ points }: Drawing, { id, had, reversed }: Onward, context: ToolContext): Step<Drawing | null> {
    const now = context.get(id)?.geometry;
    if (now?.kind !== 'polyline') return step(null, noDraft, notice(GONE));
    const added = pairs(points.slice(had));
    if (added.length === 0) return step(null, noDraft);
    const line = now.points.map((pair) => [...pair]);
    const all = reversed ? [...added.reverse(), ...line] : [...line, ...added];
    return step(null, { type: 'update', changes: [{ id, geometry: { kind: 'polyline', points: all } }] }, noDraft);
  }

  return correctable<Drawing>({
    name: path.name,
    makes: [path.name],
    begin: (event, context, label) => begin(event.point, label, context, true),
    // Where a point of the selected shape is, a new one may begin: neighbours share corners.
    gripClick: (point, context, label) =>
      (path.name === 'polyline' ? goOn(point, context) : null) ?? begin(point, label, context, false),
    draw(state, event, context) {
      switch (event.type) {
        case 'down': {
          const before = state.points.length;
          if (closes(state, event.point, context)) return show({ ...state, press: { before, from: before - 1, closes: true } });
          const placed = place(state, event.point, context);
          return show({ ...placed, press: { before, from: placed.points.length - 1, closes: false } });
        }
        case 'move': {
          const at = clampToImage(event.point, context.image);
          if (!state.press) {
            const first = state.points[0];
            const next = first && closes(state, at, context) ? first : context.snap(at);
            return show({ ...state, next });
          }
          const last = state.points.at(-1);
          const far = !last || distance(last, at) >= context.slop * SPACING;
          return far && !state.press.closes ? show({ ...state, points: [...state.points, at] }) : step(state);
        }
        case 'up':
          return state.press?.closes ? finish(state, context) : show(released(state, context));
        case 'lost': {
          if (!state.press) return step(state);
          const points = state.points.slice(0, state.press.before);
          return points.length < (state.onward?.had ?? 1)
            ? step(null, noDraft)
            : show({ ...state, points, press: null, next: null });
        }
        case 'finish':
          return finish(state, context);
        case 'back':
          return back(state);
        case 'resumed':
          return show({ ...state, press: null, next: null });
        case 'cancel':
        case 'skip':
        case 'removed':
        case 'answer':
        case 'tuned':
          return step(state);
      }
    },
    // A line that goes on from one of the document's needs that line as it was.
    keep: ({ label, points, onward }) => (onward || points.length === 0 ? null : { label, points: pairs(points) }),
    revive: ({ label, points }, context) =>
      context.takes(label, path.name)
        ? { label, points: points.map((pair) => clampToImage(pointAt([...pair]), context.image)), next: null, press: null }
        : null,
    cursor: (state, point, context) => (closes(state, point, context) ? 'pointer' : 'crosshair'),
    hint(state) {
      if (!state) return null;
      if (state.points.length < path.least) return 'Click for the next point, or drag to draw by hand · Backspace takes one back';
      return path.name === 'polygon'
        ? 'Enter, a double click or the first point finishes · Backspace takes a point back'
        : 'Enter or a double click finishes · Backspace takes a point back';
    },
  });
}

export const polygonTool = pathTool({ name: 'polygon', least: 3, tooFew: 'A polygon needs three points' });
export const polylineTool = pathTool({ name: 'polyline', least: 2, tooFew: 'A line needs two points' });

import type { VertexGrip } from '~/geometry/grips';
import type { ImagePoint, Size } from '~/geometry/points';
import type { Geometry, RegionKind } from '~/geometry/shapes';
import type { Answer, Ask } from './assistant';
import type { KeptShape } from './kept-shape';

/**
 * A tool is a state machine: a state, an event and what it may look at give the next state and what to do. It draws
 * nothing and stores nothing, so every path through it, also "somebody deleted this region meanwhile", is a plain test.
 */
export interface Tool<S> {
  readonly name: ToolName;
  /** What it makes: the first of these that the label takes; none: nothing new. */
  readonly makes: readonly RegionKind[];
  readonly idle: S;
  step(state: S, event: ToolEvent, context: ToolContext): Step<S>;
  /** The regions this gesture has in hand. */
  holds(state: S): readonly string[];
  isBusy(state: S): boolean;
  /** CSS cursor over a point. */
  cursor(state: S, point: ImagePoint, context: ToolContext): string;
  /** What to do next, in a line, while it is not obvious. */
  hint?(state: S, context: ToolContext): string | null;
  /** What a device keeps of an unfinished drawing; null: nothing that could be gone on with. */
  keep?(state: S): Sketch | null;
  /** Goes on with what was kept; null: it is nothing for this task any more. */
  revive?(sketch: Sketch, context: ToolContext): S | null;
}

export type Sketch = Pick<KeptShape, 'label' | 'points'>;

/** In the order in which they are offered. */
export const TOOL_NAMES = [
  'select',
  'box',
  'rotated_box',
  'ellipse',
  'cuboid',
  'polygon',
  'polyline',
  'wand',
  'scissors',
  'smart',
  'point',
  'keypoints',
  'brush',
  'eraser',
  'cut',
  'relation',
  'comment',
] as const;
export type ToolName = (typeof TOOL_NAMES)[number];

export type ToolEvent =
  | {
      readonly type: 'down';
      readonly point: ImagePoint;
      readonly shift?: boolean;
      readonly alt?: boolean;
      readonly ctrl?: boolean;
      readonly pressure?: number;
    }
  /** Also without a button, while the tool is busy. `pressure` of a pen, 0 to 1. */
  | {
      readonly type: 'move';
      readonly point: ImagePoint;
      readonly shift?: boolean;
      readonly alt?: boolean;
      readonly ctrl?: boolean;
      readonly pressure?: number;
    }
  | { readonly type: 'up'; readonly point: ImagePoint; readonly shift?: boolean; readonly alt?: boolean }
  /** The press is no tool's any more: a second finger, a lost pointer. What was there before it may go on. */
  | { readonly type: 'lost' }
  /** Enter, a double click: the shape is whole. */
  | { readonly type: 'finish' }
  /** Backspace: the last point is taken back. */
  | { readonly type: 'back' }
  /** What would come next is left out. */
  | { readonly type: 'skip' }
  /** Esc, another tool. */
  | { readonly type: 'cancel' }
  /** A region in hand is gone: somebody else deleted it. */
  | { readonly type: 'removed' }
  /** What somebody who sees the pixels says to what was asked. What is no longer waited for may still be answered. */
  | { readonly type: 'answer'; readonly ask: Ask; readonly answer: Answer }
  /** What the tool goes by was set to something else. */
  | { readonly type: 'tuned' }
  /** What was taken back or dropped is in hand again, as it was: it is shown, and what was never answered is asked anew. */
  | { readonly type: 'resumed' };

export type Down = Extract<ToolEvent, { type: 'down' }>;

export interface ToolRegion {
  readonly id: string;
  readonly label: string;
  readonly geometry: Geometry;
  readonly z: number;
}

export interface ToolContext {
  readonly image: Size;
  /** Why nothing may be changed here, if so. */
  readonly readOnly: string | null;
  /** The label in hand. */
  readonly label: string | null;
  /** Why there may be no more of it, if so. */
  full(): string | null;
  /** Names of its skeleton's points. */
  readonly keypoints: readonly string[];
  readonly selection: readonly string[];
  /** How far (image pixels) a pointer may miss: a finger misses further than a mouse, and more when zoomed out. */
  readonly reach: number;
  /** Image pixels to a CSS pixel. */
  readonly pixel: number;
  /** A move shorter than this (image pixels) is a click. */
  readonly slop: number;
  /** Diameter of the brush in image pixels. */
  readonly brush: number;
  /** How far a color may be from the one clicked on, in steps of 0 to 255 of each channel. */
  readonly tolerance: number;
  /** What a click of the wand without Shift or Alt does with what it has. */
  readonly touches: Touches;
  /** Whether a click of the smart polygon without Alt says what does not belong to the thing. */
  readonly leavesOut: boolean;
  /** Whether keypoints are placed as occluded without Shift. */
  readonly occludes: boolean;
  /** Whether what is pressed with the select tool comes to what is selected already, without Shift. */
  readonly gathers: boolean;
  /** What the next relation is. */
  readonly relation: string;
  /** Whether a label takes a shape. */
  takes(label: string, kind: RegionKind): boolean;
  get(id: string): ToolRegion | undefined;
  at(point: ImagePoint): ToolRegion | null;
  /** All that lies there, what `at` finds first. */
  under(point: ImagePoint): readonly ToolRegion[];
  /** Whether a point touches a region, with some patience. */
  isOn(region: ToolRegion, point: ImagePoint): boolean;
  /** All that lies within a rectangle, whole. */
  within(a: ImagePoint, b: ImagePoint): readonly string[];
  /** The point on a neighbour's border that this one is meant to be, or the point itself. */
  snap(point: ImagePoint): ImagePoint;
  /** What lies between two points on one neighbour's border, along it. */
  border(from: ImagePoint, to: ImagePoint): readonly ImagePoint[];
}

export type Touches = 'anew' | 'adds' | 'takes away';

export interface Change {
  readonly id: string;
  readonly geometry: Geometry;
}

/** A point that belongs to the thing, or that does not. */
export interface Mark {
  readonly point: ImagePoint;
  readonly inside: boolean;
}

/** What is being drawn: shown to me at once, and to others as my ghost. */
export interface Draft {
  readonly region_id: string | null;
  readonly label: string;
  readonly geometry: Geometry;
  /** What is shown with grips; absent: all its points. */
  readonly stops?: readonly ImagePoint[];
  /** What was said of it, by which it was found. */
  readonly marks?: readonly Mark[];
  /** How good whoever found it takes it for, 0 to 1. */
  readonly confidence?: number;
  /** What moves along; others see as much of it as can be told. */
  readonly along?: readonly Change[];
}

export type Effect =
  | { readonly type: 'draft'; readonly draft: Draft | null }
  | { readonly type: 'add'; readonly label: string; readonly geometry: Geometry }
  /** One step of undo. */
  | { readonly type: 'update'; readonly changes: readonly Change[] }
  /** One region becomes several, or none; one step of undo. */
  | { readonly type: 'replace'; readonly id: string; readonly by: readonly Geometry[] }
  | { readonly type: 'select'; readonly ids: readonly string[] }
  /** A point of the selected shape is chosen: keys move and delete it. */
  | { readonly type: 'vertex'; readonly grip: VertexGrip }
  /** A rectangle that selects is being drawn; null: no more. */
  | { readonly type: 'marquee'; readonly corners: readonly [ImagePoint, ImagePoint] | null }
  /** One region is related to another. */
  | { readonly type: 'relate'; readonly from: string; readonly to: string }
  /** A comment is to be pinned here: to a region, or to the picture. */
  | { readonly type: 'pin'; readonly point: ImagePoint; readonly region: string | null }
  /** The answer comes as an event. Null: none is waited for any more. */
  | { readonly type: 'ask'; readonly ask: Ask | null }
  /** Nothing under the pointer: let it pan the image. */
  | { readonly type: 'pan' }
  | { readonly type: 'notice'; readonly text: string };

export interface Step<S> {
  readonly state: S;
  readonly effects: readonly Effect[];
}

export const step = <S>(state: S, ...effects: Effect[]): Step<S> => ({ state, effects });
export const noDraft: Effect = { type: 'draft', draft: null };
export const notice = (text: string): Effect => ({ type: 'notice', text });
export const drafted = (label: string, geometry: Geometry, region_id: string | null = null): Effect => ({
  type: 'draft',
  draft: { region_id, label, geometry },
});

export const NO_LABEL = 'Pick a label first: press its key, or choose one on the right';
export const GONE = 'Somebody deleted this region while you had it in hand';

/** The label that what is drawn next gets, or why nothing can be drawn. */
export function labelInHand(
  context: ToolContext,
): { readonly name: string; readonly missing: null } | { readonly missing: string } {
  if (context.readOnly !== null) return { missing: context.readOnly };
  if (context.label === null) return { missing: NO_LABEL };
  const full = context.full();
  return full === null ? { name: context.label, missing: null } : { missing: full };
}

/** A click that drew nothing selects what is there, or nothing. */
export function selectUnder(point: ImagePoint, context: ToolContext): Effect {
  const under = context.at(point);
  return { type: 'select', ids: under ? [under.id] : [] };
}

import type { Geometry } from '~/geometry/shapes';
import type { ImagePoint, Size } from '~/geometry/points';

/**
 * A tool is a state machine: a state, an event and what it may look at give the next state and what to do. It draws
 * nothing and stores nothing, so every path through it, also "somebody deleted this region meanwhile", is a plain test.
 */
export interface Tool<S> {
  readonly name: ToolName;
  readonly idle: S;
  step(state: S, event: ToolEvent, context: ToolContext): Step<S>;
  /** The region this gesture has in hand, if one. */
  holds(state: S): string | null;
  isBusy(state: S): boolean;
  /** CSS cursor over a point. */
  cursor(state: S, point: ImagePoint, context: ToolContext): string;
}

export type ToolName = 'select' | 'box';

export type ToolEvent =
  | { readonly type: 'down'; readonly point: ImagePoint; readonly shift: boolean }
  | { readonly type: 'move'; readonly point: ImagePoint }
  | { readonly type: 'up'; readonly point: ImagePoint }
  /** Esc, a second finger, a lost pointer. */
  | { readonly type: 'cancel' }
  /** The region in hand is gone: somebody else deleted it. */
  | { readonly type: 'removed' };

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
  readonly selection: readonly string[];
  /** How far (image pixels) a pointer may miss: a finger misses further than a mouse, and more when zoomed out. */
  readonly reach: number;
  /** A move shorter than this (image pixels) is a click. */
  readonly slop: number;
  get(id: string): ToolRegion | undefined;
  at(point: ImagePoint): ToolRegion | null;
}

/** What is being drawn: shown to me at once, and to others as my ghost. */
export interface Draft {
  readonly region_id: string | null;
  readonly label: string;
  readonly geometry: Geometry;
}

export type Effect =
  | { readonly type: 'draft'; readonly draft: Draft | null }
  | { readonly type: 'add'; readonly label: string; readonly geometry: Geometry }
  | { readonly type: 'update'; readonly id: string; readonly geometry: Geometry }
  | { readonly type: 'select'; readonly ids: readonly string[] }
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

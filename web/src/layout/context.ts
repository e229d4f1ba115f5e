/** What every part of a rendered layout shares. */
import type { Json, TaskRoom } from '@tandem/client';
import { createContext, use, type ComponentType, type ReactNode } from 'react';

import type { Locals } from './expression';
import type { LayoutModel } from './model';
import type { Breakpoint, ComponentNode } from './tree';

/** What a hook, or the workbench in its stead, does when something happens. A text that comes back says why it could not be done. */
export type Handler = (detail: Json) => unknown;

/** Suggested regions: they are decided in the document, for everybody, and not by a handler. */
export interface LiveSuggestions {
  has: (id: string) => boolean;
  accept: (ids: readonly string[]) => void;
  reject: (ids: readonly string[]) => void;
}

export interface LayoutBench {
  readonly model: LayoutModel;
  readonly room: Pick<TaskRoom, 'undo' | 'presence' | 'regions' | 'suggestions'>;
  /** Nothing can be changed: somebody else's work, or a preview. */
  readonly readOnly: boolean;
  readonly handlers: Readonly<Record<string, Handler>>;
  readonly submit: () => void;
  /** Absent: no model suggests regions here. */
  readonly suggestions?: LiveSuggestions | undefined;
  /** Components of the workspace's own, by name. */
  readonly components?: Readonly<Record<string, ComponentType<ComponentProps>>> | undefined;
}

export interface ShownAnnotator {
  readonly node: ComponentNode;
  /** What it may compute. */
  readonly names: boolean;
  readonly crosshair: boolean;
}

export const LayoutContext = createContext<LayoutBench | null>(null);
/** The workbench's own canvas, in the place of an ImageAnnotator. Apart, because it is another one with each render of the workbench. */
export const ImageContext = createContext<ReactNode>(null);
/** Told which ImageAnnotator is on the screen; null: none any more. */
export const AnnotatorContext = createContext<(shown: ShownAnnotator | null) => void>(() => undefined);
export const BreakpointContext = createContext<Breakpoint | null>(null);

export function useLayout(): LayoutBench {
  const bench = use(LayoutContext);
  if (!bench) throw new Error('a part of a layout was rendered outside of one');
  return bench;
}

/** Which turns of which loops something is in. */
export interface Frame {
  readonly locals: Locals;
  /** Variables that are places in a list. */
  readonly keys: readonly string[];
}

export interface ComponentProps {
  readonly node: ComponentNode;
  readonly frame: Frame;
}

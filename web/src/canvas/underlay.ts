/**
 * Shapes that lie between the picture and what is worked on: other people's answers, an earlier state. They are looked at and not edited, so the canvas asks for
 * them by where they lie, and neither the desk nor its tools know of them.
 */
import type { RegionSnapshot } from '@tandem/client';

import type { Rect } from '~/geometry/points';
import type { Geometry } from '~/geometry/shapes';

export interface ShapeStyle {
  readonly color: string;
  /** Opacity of the inside. */
  readonly fill: number;
  /** Of the outline, in CSS pixels. */
  readonly width: number;
  readonly alpha: number;
  readonly dash?: readonly number[];
}

/** What is looked at just now: above everything else, with a name. */
export interface Focused {
  readonly geometry: Geometry;
  readonly label: string;
  readonly name: string;
  readonly color: string;
  readonly dash: readonly number[];
}

/** What is said on a shape without looking at it. */
export interface Tagged {
  readonly geometry: Geometry;
  readonly text: string;
  readonly color: string;
}

export interface Underlay {
  search(rect: Rect): readonly RegionSnapshot[];
  /** null: not to be seen. */
  styleOf(region: RegionSnapshot): ShapeStyle | null;
  focused(): readonly Focused[];
  /** Of the shapes in a part of the image, at a scale. */
  tagged?(seen: Rect, scale: number): readonly Tagged[];
  /** Told when something of it looks different. */
  subscribe(listener: () => void): () => void;
}

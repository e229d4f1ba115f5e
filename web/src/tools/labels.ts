import type { Json } from '@tandem/client';

import type { Geometry, RegionKind } from '~/geometry/shapes';
import type { ToolName } from './tool';

/** What a tool has to know of a label. */
export interface DeskLabel {
  readonly name: string;
  /** What it was called once; work that still says so means it. */
  readonly formerly?: readonly string[] | undefined;
  /** Shapes it may take; empty: all. */
  readonly kinds?: readonly RegionKind[] | undefined;
  readonly keypoints?: readonly string[] | undefined;
  /** Pairs of its points that a line joins. */
  readonly skeleton?: readonly (readonly number[])[] | undefined;
  /** Pairs of its points that are each other's mirror image. */
  readonly symmetry?: readonly (readonly number[])[] | undefined;
  /** Regions of it that there may be; absent: any number. */
  readonly most?: number | undefined;
  /** Attributes that a new region of it has. */
  readonly initial?: Readonly<Record<string, Json>> | undefined;
  /** Why it cannot be given to anything. */
  readonly problem?: string | null | undefined;
}

/** Labels by all names that mean them. */
export const byName = <L extends DeskLabel>(labels: readonly L[]): ReadonlyMap<string, L> =>
  new Map(labels.flatMap((label) => [label.name, ...(label.formerly ?? [])].map((name) => [name, label] as const)));

export const takes = (label: DeskLabel | undefined, kind: RegionKind): boolean =>
  !label?.kinds || label.kinds.length === 0 || label.kinds.includes(kind);

export const takesAny = (label: DeskLabel | undefined, kinds: readonly RegionKind[]): boolean =>
  kinds.some((kind) => takes(label, kind));

/** A skeleton has the points of its label, all of them and no others. */
export const fits = (label: DeskLabel | undefined, geometry: Geometry): boolean =>
  takes(label, geometry.kind) &&
  (!label || geometry.kind !== 'keypoints' || geometry.points.length === (label.keypoints?.length ?? 0));

/** The tool that draws a kind of shape. */
export const TOOL_OF: Record<RegionKind, ToolName> = {
  box: 'box',
  rotated_box: 'rotated_box',
  ellipse: 'ellipse',
  polygon: 'polygon',
  cuboid: 'cuboid',
  polyline: 'polyline',
  point: 'point',
  keypoints: 'keypoints',
  mask: 'brush',
};

/** Of tools that find by the picture's pixels what the others draw by hand. */
const ASSISTED: Partial<Record<ToolName, readonly RegionKind[]>> = {
  wand: ['polygon', 'mask'],
  scissors: ['polygon', 'polyline'],
  smart: ['polygon', 'mask'],
};

const KINDS_OF = new Map<string, readonly RegionKind[]>([
  ...Object.entries(TOOL_OF).map(([kind, tool]) => [tool, [kind as RegionKind]] as const),
  ...Object.entries(ASSISTED),
]);

/** What a tool makes, the first of these that a label takes; undefined: nothing of its own. */
export const kindsOfTool = (tool: ToolName): readonly RegionKind[] | undefined => KINDS_OF.get(tool);

/** Whether any of these labels takes what a tool makes. */
export function offersTool(labels: readonly DeskLabel[], tool: ToolName): boolean {
  const kinds = kindsOfTool(tool);
  const usable = labels.filter(({ problem }) => !problem);
  return kinds === undefined || labels.length === 0 || usable.some((label) => takesAny(label, kinds));
}

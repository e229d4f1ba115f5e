/**
 * What can be drawn on a task, out of two sources: the labels of its project, and what the ImageAnnotator of its layout says about them. Where the layout
 * says something, that goes; what it leaves open is as the project has it. Submit asks by both, so a shape must be one that both allow, and a label that the
 * project does not have cannot be given: it is shown with the reason, and cannot be taken.
 */
import type { Json } from '@tandem/client';

import { KIND_NAMES, type RegionKind } from '~/geometry/shapes';
import type { AnnotatorLabel, AnnotatorSpec, AttributeDef } from '~/layout/annotator';
import type { LabelDef } from '~/session/queries';
import type { DeskLabel } from '~/tools/labels';
import { RELATED, type RelationType } from '~/tools/relations';
import { TOOL_NAMES, type ToolName } from '~/tools/tool';
import { kindsOfTool } from '~/tools/labels';

export interface BenchLabel extends DeskLabel {
  readonly color: string;
  readonly hotkey: string | null;
  readonly description: string;
  readonly skeleton: readonly (readonly number[])[];
  /** Points that are each other's mirror image. */
  readonly symmetry: readonly (readonly number[])[];
  readonly least: number;
  readonly attributes: readonly AttributeDef[];
  /** Why it cannot be given to anything; null: it can. */
  readonly problem: string | null;
}

export interface AnnotatorSetup {
  /** In the order in which they are offered. */
  readonly labels: readonly BenchLabel[];
  readonly tools: readonly ToolName[];
  /** What regions may have to do with one another. */
  readonly relations: readonly RelationType[];
  readonly least: number;
  readonly most: number | undefined;
  /** Whether any region here has attributes. */
  readonly hasAttributes: boolean;
}

export const UNKNOWN_COLOR = '#8b8f99';

const OPEN: AnnotatorSpec = { labels: [], attributes: [], relations: [], tools: undefined, min: undefined, max: undefined };

/** From what labels were called once to what they are called: offline work and layouts of before may still say it. */
export const formerNames = (project: readonly LabelDef[]): ReadonlyMap<string, string> =>
  new Map(project.flatMap(({ name, formerly }) => (formerly ?? []).map((was) => [was, name] as const)));

/** @param spec of the layout's ImageAnnotator; null: the task has no layout, or none with a place to draw */
export function setupOf(project: readonly LabelDef[], spec: AnnotatorSpec | null): AnnotatorSetup {
  const { labels: own, attributes, relations, tools, min, max } = spec ?? OPEN;
  const kinds = tools && ALL_KINDS.filter((kind) => tools.includes(kind));
  const known = new Map(project.map((label) => [label.name, label]));
  const labels =
    own.length > 0
      ? named(own, project).map((label) => merged(label.name, known.get(label.name), label, kinds, attributes))
      : project.map((label) => merged(label.name, label, undefined, kinds, attributes));
  return {
    labels,
    tools: TOOL_NAMES.filter((tool) => isAllowed(tool, kinds)),
    relations: relations.length > 0 ? relations.map((type) => renamed(type, project)) : [RELATED],
    least: min ?? 0,
    most: max,
    hasAttributes: labels.some((label) => label.attributes.length > 0),
  };
}

/** Its ends by the present names of their labels. */
function renamed(type: RelationType, project: readonly LabelDef[]): RelationType {
  const former = formerNames(project);
  const now = (labels: readonly string[] | undefined): readonly string[] | undefined =>
    labels?.map((name) => former.get(name) ?? name);
  return { ...type, from: now(type.from), to: now(type.to) };
}

/** By their present names; two that became one are the first of them. */
function named(own: readonly AnnotatorLabel[], project: readonly LabelDef[]): readonly AnnotatorLabel[] {
  const former = formerNames(project);
  const seen = new Set<string>();
  return own
    .map((label) => ({ ...label, name: former.get(label.name) ?? label.name }))
    .filter(({ name }) => !seen.has(name) && seen.add(name));
}

const ALL_KINDS = Object.keys(KIND_NAMES) as RegionKind[];

function isAllowed(tool: ToolName, kinds: readonly RegionKind[] | undefined): boolean {
  const made = tool === 'eraser' ? (['mask'] as const) : kindsOfTool(tool);
  return kinds === undefined || made === undefined || made.some((kind) => kinds.includes(kind));
}

function merged(
  name: string,
  project: LabelDef | undefined,
  layout: AnnotatorLabel | undefined,
  kinds: readonly RegionKind[] | undefined,
  everywhere: readonly AttributeDef[],
): BenchLabel {
  const ofProject = project?.kinds && project.kinds.length > 0 ? project.kinds : undefined;
  const shapes = common([kinds, layout?.tools, ofProject]);
  // Submit counts the points of a skeleton by the project's: the layout's are other names for as many, or they are not taken.
  const points = project?.keypoints ?? [];
  const isRenamed = layout !== undefined && layout.keypoints.length > 0 && layout.keypoints.length === points.length;
  const attributes = together(layout?.attributes ?? [], everywhere);
  return {
    name,
    formerly: project?.formerly ?? [],
    color: layout?.color ?? project?.color ?? UNKNOWN_COLOR,
    hotkey: layout?.hotkey ?? project?.hotkey ?? null,
    description: layout?.description ?? '',
    kinds: shapes,
    keypoints: isRenamed ? layout.keypoints : points,
    skeleton: isRenamed && layout.edges.length > 0 ? layout.edges : (project?.skeleton ?? []),
    symmetry: isRenamed && layout.symmetry.length > 0 ? layout.symmetry : (project?.symmetry ?? []),
    least: layout?.min ?? 0,
    most: layout?.max,
    attributes,
    initial: initialOf(attributes),
    problem: problemOf(name, project, shapes),
  };
}

/** Undefined: all. */
function common(lists: readonly (readonly string[] | undefined)[]): readonly RegionKind[] | undefined {
  const said = lists.filter((list) => list !== undefined);
  return said.length === 0 ? undefined : ALL_KINDS.filter((kind) => said.every((list) => list.includes(kind)));
}

function problemOf(name: string, project: LabelDef | undefined, shapes: readonly RegionKind[] | undefined): string | null {
  if (!project) return `The project has no label “${name}”, so it could not be submitted. An admin can add it.`;
  if (shapes?.length === 0) return `The project and the layout allow no common shape for “${name}”. An admin can change that.`;
  return null;
}

/** A label's own goes before one of the same name that stands beside all labels. */
const together = (own: readonly AttributeDef[], everywhere: readonly AttributeDef[]): readonly AttributeDef[] => [
  ...own,
  ...everywhere.filter(({ name }) => !own.some((attribute) => attribute.name === name)),
];

const initialOf = (attributes: readonly AttributeDef[]): Readonly<Record<string, Json>> =>
  Object.fromEntries(attributes.flatMap(({ name, initial }) => (initial === undefined ? [] : [[name, initial]])));

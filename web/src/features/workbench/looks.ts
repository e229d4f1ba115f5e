/** How labels look on the canvas: as the layout has it, else the project. */
import type { Looks } from '~/canvas/overlay';
import type { LabelDef } from '~/session/queries';
import { UNKNOWN_COLOR, formerNames, type AnnotatorSetup } from './annotator-setup';

const NO_EDGES: readonly (readonly number[])[] = [];

/** What the layout says about seeing, which it may compute. */
export interface Shown {
  readonly names: boolean;
  readonly crosshair: boolean;
}

/** Regions may have labels of the project that the layout does not offer. */
export function looksOf({ labels, relations }: AnnotatorSetup, project: readonly LabelDef[], { names, crosshair }: Shown): Looks {
  const known = new Map<string, Pick<LabelDef, 'color' | 'skeleton'>>(project.map((label) => [label.name, label]));
  for (const { name, color, skeleton } of labels) known.set(name, { color, skeleton: skeleton.map((edge) => [...edge]) });
  for (const [former, name] of formerNames(project)) {
    const now = known.get(name);
    if (now) known.set(former, now);
  }
  return {
    color: (name) => known.get(name)?.color ?? UNKNOWN_COLOR,
    relation: (name) => {
      const type = relations.find((known) => known.name === name);
      return { title: type?.title ?? name, color: type?.color };
    },
    edges: (name) => known.get(name)?.skeleton ?? NO_EDGES,
    names,
    crosshair,
  };
}

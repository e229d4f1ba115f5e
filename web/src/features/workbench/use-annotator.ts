/** What can be drawn on a task and how it looks: out of its project, its layout, and which ImageAnnotator of it is on the screen. */
import { useMemo, useState } from 'react';

import type { Looks } from '~/canvas/overlay';
import type { KeysHere } from '~/hotkeys/registry';
import { annotatorsOf, readAnnotator } from '~/layout/annotator';
import type { ShownAnnotator } from '~/layout/context';
import type { Layout } from '~/layout/tree';
import type { Assignment, LabelDef } from '~/session/queries';
import { setupOf, type AnnotatorSetup } from './annotator-setup';
import { benchKeys } from './bench-keys';
import { looksOf } from './looks';
import { drawsOn } from './task-layout';
import { useMyKeys } from './use-my-keys';

export interface Annotator {
  readonly draws: boolean;
  readonly setup: AnnotatorSetup;
  readonly keys: KeysHere;
  readonly looks: Looks;
  readonly setShown: (shown: ShownAnnotator | null) => void;
}

/** Until the layout is on the screen: its first annotator, as most have one. */
function firstShown(layout: Layout | null): ShownAnnotator | null {
  const node = layout && annotatorsOf(layout)[0];
  return node ? { node, names: true, crosshair: false } : null;
}

/**
 * @param layout null: the task has none, and is drawn on as its project says
 * @param work what is asked of me here
 * @param suggests whether a model suggests anything
 */
export function useAnnotator(
  layout: Layout | null,
  project: readonly LabelDef[],
  work?: Assignment['kind'],
  suggests = false,
): Annotator {
  const [shown, setShown] = useState<ShownAnnotator | null>(null);
  const draws = layout === null || drawsOn(layout);
  const { node, names = true, crosshair = false } = shown ?? firstShown(layout) ?? {};
  const setup = useMemo(() => setupOf(project, node ? readAnnotator(node) : null), [project, node]);
  const mine = useMyKeys();
  const keys = useMemo(
    () => benchKeys(draws ? setup : null, layout, work, mine, suggests),
    [draws, setup, layout, work, mine, suggests],
  );
  const looks = useMemo(() => looksOf(setup, project, { names, crosshair }), [setup, project, names, crosshair]);
  return { draws, setup, keys, looks, setShown };
}

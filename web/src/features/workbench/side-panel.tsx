/** Right of the canvas: the labels, every region, and what is said about those that are selected. */
import type { TaskRoom } from '@tandem/client';
import type { ReactNode } from 'react';

import type { Looks } from '~/canvas/overlay';
import type { KeysHere } from '~/hotkeys/registry';
import type { Desk } from '~/tools/desk';
import type { AnnotatorSetup } from './annotator-setup';
import { AttributesPanel } from './attributes-panel';
import { CommentsPanel } from './comments/panel';
import { LabelsPanel } from './labels-panel';
import { RegionList } from './region-list';
import { SIDE } from './side-drawer';
import type { Check } from './use-check';
import type { Person } from './use-people';

interface SidePanelProps {
  desk: Desk;
  room: TaskRoom;
  setup: AnnotatorSetup;
  keys: KeysHere;
  looks: Looks;
  people: ReadonlyMap<string, Person>;
  check: Pick<Check, 'asked' | 'tried'>;
  /** Out of the attributes, back to the canvas. */
  onDone: () => void;
  onSubmit: () => void;
  /** Whether it is out, where there is not always room for it. */
  open: boolean;
  /** Above all else: what there is to decide between. */
  children?: ReactNode;
}

export function SidePanel({ children, ...props }: SidePanelProps): ReactNode {
  const { desk, room, setup, keys, looks, people, check, open, onDone, onSubmit } = props;
  return (
    <aside className="bench-side" id={SIDE} data-open={open || undefined} aria-label="Labels, regions and comments">
      {children}
      <LabelsPanel desk={desk} room={room} labels={setup.labels} keys={keys} />
      <RegionList desk={desk} room={room} setup={setup} looks={looks} people={people} />
      {setup.hasAttributes && (
        <AttributesPanel {...{ desk, room, setup, onDone, onSubmit }} asked={check.asked} tried={check.tried} />
      )}
      <CommentsPanel desk={desk} room={room} people={people} />
    </aside>
  );
}

/** Right of the canvas: the labels, every region, and what is said about those that are selected. */
import type { TaskRoom } from '@tandem/client';
import type { ReactNode } from 'react';

import type { Looks } from '~/canvas/overlay';
import type { KeysHere } from '~/hotkeys/registry';
import type { Desk } from '~/tools/desk';
import type { AnnotatorSetup } from './annotator-setup';
import { LabelsPanel } from './labels-panel';
import { RegionList } from './region-list';

interface SidePanelProps {
  desk: Desk;
  room: TaskRoom;
  setup: AnnotatorSetup;
  keys: KeysHere;
  looks: Looks;
  /** Below all else. */
  attributes: ReactNode;
  /** Above all else: what there is to decide between. */
  children?: ReactNode;
}

export const SidePanel = ({ desk, room, setup, keys, looks, attributes, children }: SidePanelProps): ReactNode => (
  <aside className="bench-side" aria-label="Labels and regions">
    {children}
    <LabelsPanel desk={desk} room={room} labels={setup.labels} keys={keys} />
    <RegionList desk={desk} room={room} setup={setup} looks={looks} />
    {attributes}
  </aside>
);

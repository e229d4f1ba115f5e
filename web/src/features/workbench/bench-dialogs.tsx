/** What opens over the workbench, one at a time. */
import type { TaskRoom } from '@tandem/client';
import type { ReactNode } from 'react';

import type { Choice } from '~/hotkeys/choices';
import { Boundary } from '~/app/boundary';
import { NotShown } from '~/app/not-shown';
import { HotkeyOverlay } from '~/hotkeys/overlay';
import { Palette } from '~/hotkeys/palette';
import type { KeysHere } from '~/hotkeys/registry';
import { later } from '~/lib/later';
import type { Task } from '~/session/queries';
import { HandOverDialog } from './hand-over-dialog';
import { HistoryDialog } from './history-dialog';
import type { Held } from './lease';
import { OpenDialog } from './review/open-dialog';
import { SkipDialog } from './skip-dialog';
import { useChangeKeys } from './use-my-keys';

// Seldom looked at, and it brings the workflow's own words along.
const WayDialog = later(async () => ({ default: (await import('~/features/workflow/history/way-dialog')).WayDialog }), null);

export type BenchDialog = 'keys' | 'palette' | 'history' | 'way' | 'skip' | 'hand-over' | 'undecided';

interface BenchDialogsProps {
  dialog: BenchDialog | null;
  setDialog: (dialog: BenchDialog | null) => void;
  keys: KeysHere;
  projectId: string;
  task: Task;
  room: TaskRoom;
  held: Held | null;
  choices: () => readonly Choice[];
  /** Conflicts without a decision. */
  undecided: number;
  onGoToOpen: () => void;
  onSubmit: () => void;
  skipping: boolean;
  onSkip: (reason: string) => void;
}

export function BenchDialogs({ dialog, setDialog, keys, projectId, task, room, held, ...rest }: BenchDialogsProps): ReactNode {
  const close = (): void => setDialog(null);
  const changeKeys = useChangeKeys();
  const after = (act: () => void) => (): void => {
    close();
    act();
  };
  return (
    <>
      <Palette open={dialog === 'palette'} onClose={close} choices={rest.choices} />
      <HotkeyOverlay open={dialog === 'keys'} onClose={close} keys={keys} onChange={changeKeys} />
      <HistoryDialog projectId={projectId} taskId={task.id} open={dialog === 'history'} onClose={close} />
      {dialog === 'way' && (
        <Boundary fallback={(error) => <NotShown error={error} onClose={close} />}>
          <WayDialog projectId={projectId} taskId={task.id} label={task.external_id ?? task.asset.filename} onClose={close} />
        </Boundary>
      )}
      {dialog === 'hand-over' && held && <HandOverDialog {...{ projectId, room, held }} taskId={task.id} onClose={close} />}
      <OpenDialog
        open={dialog === 'undecided' ? rest.undecided : 0}
        onClose={close}
        onGo={after(rest.onGoToOpen)}
        onSubmit={after(rest.onSubmit)}
      />
      <SkipDialog open={dialog === 'skip'} onClose={close} busy={rest.skipping} onSkip={rest.onSkip} />
    </>
  );
}

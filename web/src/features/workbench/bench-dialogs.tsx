/** What opens over the workbench, one at a time. */
import type { ReactNode } from 'react';

import type { Choice } from '~/hotkeys/choices';
import { HotkeyOverlay } from '~/hotkeys/overlay';
import { Palette } from '~/hotkeys/palette';
import type { KeysHere } from '~/hotkeys/registry';
import { HistoryDialog } from './history-dialog';
import { OpenDialog } from './review/open-dialog';
import { SkipDialog } from './skip-dialog';
import { useChangeKeys } from './use-my-keys';

export type BenchDialog = 'keys' | 'palette' | 'history' | 'skip' | 'undecided';

interface BenchDialogsProps {
  dialog: BenchDialog | null;
  setDialog: (dialog: BenchDialog | null) => void;
  keys: KeysHere;
  projectId: string;
  taskId: string;
  choices: () => readonly Choice[];
  /** Conflicts without a decision. */
  undecided: number;
  onGoToOpen: () => void;
  onSubmit: () => void;
  skipping: boolean;
  onSkip: (reason: string) => void;
}

export function BenchDialogs({ dialog, setDialog, keys, projectId, taskId, ...rest }: BenchDialogsProps): ReactNode {
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
      <HistoryDialog projectId={projectId} taskId={taskId} open={dialog === 'history'} onClose={close} />
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

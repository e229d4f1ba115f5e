/** What can be done once somebody else has my task: ask them for it, or go on with the next. */
import { ok, type TaskRoom } from '@tandem/client';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';

import { useBackend } from '~/session/backend';
import { toast, toastError } from '~/ui/toast';
import { useOpenWork } from './open-work';

/** What is asked, as a comment that mentions the holder: they hear of it wherever they are, and its thread takes their answer. */
export const askingBack = (holder: string): string =>
  `@${holder} I had this task and would like to finish it. Could you hand it back to me?`;

export interface AfterLoss {
  /** null: it cannot be asked here. */
  readonly ask: (() => void) | null;
  readonly asked: boolean;
  readonly next: () => void;
  readonly isTaking: boolean;
}

/** `holder`: who has it now. `place`: where the comment is pinned, in image pixels. */
export function useAfterLoss(
  projectId: string,
  room: TaskRoom,
  holder: { readonly id: string; readonly name: string } | null,
  place: { readonly x: number; readonly y: number },
): AfterLoss {
  const { api } = useBackend();
  const open = useOpenWork();
  const [askedOf, setAskedOf] = useState<string | null>(null);
  const next = useMutation({
    mutationFn: () => ok(api.POST('/api/v1/projects/{project_id}/next', { params: { path: { project_id: projectId } } })),
    onSuccess: async ({ work }) => {
      if (work) await open(work);
      else toast('No task is free in this project right now');
    },
    onError: toastError,
  });
  const ask = (): void => {
    if (!holder) return;
    room.threads.open({ kind: 'point', ...place }, { text: askingBack(holder.name), mentions: [holder.id] });
    setAskedOf(holder.id);
    toast(`${holder.name} was asked; an answer comes as a comment here`, 'good');
  };
  return {
    ask: holder && room.snapshot().readOnly === null ? ask : null,
    asked: holder !== null && askedOf === holder.id,
    next: () => next.mutate(),
    isTaking: next.isPending,
  };
}

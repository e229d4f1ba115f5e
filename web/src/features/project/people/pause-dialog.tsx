import { ApiError, ok } from '@tandem/client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';

import { useBackend } from '~/session/backend';
import type { UserSummary } from '~/session/queries';
import { Consequences } from '~/ui/consequences';
import { Field } from '~/ui/fields';
import { toast } from '~/ui/toast';
import { pauseBody, pauseProblem, type PauseMember } from './pause';

/** Pausing somebody in a project, and letting them go on. */
export function usePause(projectId: string) {
  const { api } = useBackend();
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ user, body }: { user: UserSummary; body: PauseMember }) =>
      ok(
        api.PUT('/api/v1/projects/{project_id}/members/{user_id}/pause', {
          params: { path: { project_id: projectId, user_id: user.id } },
          body,
        }),
      ),
    onSuccess: (_, { user, body }) => {
      for (const key of ['members', 'my-standing', 'closed-steps', 'assignees'])
        void client.invalidateQueries({ queryKey: [key] });
      toast(body.reason === null ? `${user.name} is given tasks again` : `${user.name} is paused`, 'good');
    },
  });
}

export function PauseDialog({
  projectId,
  user,
  onClose,
}: {
  projectId: string;
  user: UserSummary;
  onClose: () => void;
}): ReactNode {
  const [reason, setReason] = useState('');
  const [until, setUntil] = useState('');
  // Looked at when it is asked for, not while it is typed.
  const [wrong, setWrong] = useState<ReturnType<typeof pauseProblem>>({});
  const pause = usePause(projectId);
  const told = pause.error instanceof ApiError ? pause.error : null;
  const send = (): void => {
    const open = pauseProblem(reason, until, Date.now());
    setWrong(open);
    if (open.reason === undefined && open.until === undefined) {
      pause.mutate({ user, body: pauseBody(reason, until) }, { onSuccess: onClose });
    }
  };
  return (
    <Consequences
      title={`Pause ${user.name}?`}
      action={`Pause ${user.name}`}
      busy={pause.isPending}
      error={told && told.fields.length > 0 ? null : pause.error}
      onDo={send}
      onClose={onClose}
      asks={
        <>
          <Field label="Reason" error={wrong.reason ?? told?.field('reason')} hint={`${user.name} reads it.`}>
            {(ids) => (
              <input
                {...ids}
                className="input"
                maxLength={500}
                value={reason}
                onChange={(event) => setReason(event.target.value)}
                onKeyDown={(event) => event.key === 'Enter' && send()}
              />
            )}
          </Field>
          <Field label="Until" error={wrong.until ?? told?.field('until')} hint="Left empty: until somebody lets them go on.">
            {(ids) => (
              <input
                {...ids}
                type="datetime-local"
                className="input num"
                value={until}
                onChange={(event) => setUntil(event.target.value)}
              />
            )}
          </Field>
        </>
      }
    >
      <li>{user.name} is given no new task in this project.</li>
      <li>What they hold they may finish and submit.</li>
    </Consequences>
  );
}

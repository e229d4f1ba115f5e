/** My own work given to a colleague, as it stands, without anybody coming between. */
import { ApiError, ok, type TaskRoom } from '@tandem/client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useId, useState, type ReactNode } from 'react';

import { useBackend } from '~/session/backend';
import { useMembers, type UserSummary } from '~/session/queries';
import { Button } from '~/ui/controls';
import { Dialog } from '~/ui/dialog';
import { explain } from '~/ui/explain';
import { Empty, Skeleton } from '~/ui/feedback';
import { Field } from '~/ui/fields';
import { Avatar } from '~/ui/people';
import { toast } from '~/ui/toast';
import { Users } from 'lucide-react';
import { answeredLeases } from './answered';
import type { Held } from './lease';
import { saved } from './saved';

interface HandOverProps {
  projectId: string;
  taskId: string;
  room: TaskRoom;
  held: Held;
  onClose: () => void;
}

export function HandOverDialog({ projectId, taskId, room, held, onClose }: HandOverProps): ReactNode {
  const { api, live, me } = useBackend();
  const client = useQueryClient();
  const members = useMembers(projectId);
  const [to, setTo] = useState<UserSummary | null>(null);
  const [reason, setReason] = useState('');
  /** Who may not have it, and why: the server says so when it is tried. */
  const [refused, setRefused] = useState<ReadonlyMap<string, string>>(new Map());
  const group = useId();
  const give = useMutation({
    mutationFn: async (person: UserSummary) => {
      await saved(room, live);
      return ok(
        api.POST('/api/v1/assignments/{assignment_id}/hand-over', {
          params: { path: { assignment_id: held.assignmentId } },
          body: { fencing_token: held.fencingToken, user_id: person.id, reason: reason.trim() || null },
        }),
      );
    },
    onSuccess: (_, person) => {
      answeredLeases.set(taskId, null);
      void client.invalidateQueries({ queryKey: ['task', taskId] });
      void client.invalidateQueries({ queryKey: ['tasks', projectId] });
      toast(`${person.name} has this task now`, 'good');
      onClose();
    },
    onError: (error, person) => {
      if (!(error instanceof ApiError) || error.code !== 'not_eligible') return;
      setRefused((before) => new Map([...before, [person.id, error.message]]));
      setTo(null);
    },
  });
  const others = (members.data ?? []).filter(({ user, paused }) => user.id !== me.user.id && paused === null);
  const isRefusal = give.error instanceof ApiError && give.error.code === 'not_eligible';
  return (
    <Dialog
      open
      onClose={onClose}
      title="Hand this task over"
      description="They go on from what is drawn here now. Only they can submit it then; you can still edit it together."
    >
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          if (to) give.mutate(to);
        }}
      >
        {members.isPending ? (
          <Skeleton height={120} />
        ) : others.length === 0 ? (
          <Empty icon={<Users size={18} />} title="There is nobody else in this project" />
        ) : (
          <fieldset className="hand-over">
            <legend>To whom</legend>
            <div className="hand-over-people">
              {others.map(({ user }) => {
                const why = refused.get(user.id);
                return (
                  <label key={user.id} className="hand-over-person">
                    <input
                      type="radio"
                      name={group}
                      checked={to?.id === user.id}
                      disabled={why !== undefined}
                      onChange={() => setTo(user)}
                    />
                    <Avatar person={user} size={24} />
                    <span className="hand-over-name">
                      <span className="truncate">{user.name}</span>
                      {why !== undefined && <small role="alert">{why}</small>}
                    </span>
                  </label>
                );
              })}
            </div>
          </fieldset>
        )}
        <Field label="A word with it (may be left out)" hint="They read it, and it stays with the task.">
          {(ids) => (
            <input
              {...ids}
              className="input"
              maxLength={500}
              value={reason}
              onChange={(event) => setReason(event.target.value)}
            />
          )}
        </Field>
        {give.isError && !isRefusal && (
          <p className="field-error" role="alert">
            {explain(give.error).detail}
          </p>
        )}
        <div className="dialog-actions">
          <Button onClick={onClose}>Keep working</Button>
          <Button look="solid" type="submit" busy={give.isPending} disabled={to === null || give.isPending}>
            {to ? `Hand it over to ${to.name}` : 'Hand it over'}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

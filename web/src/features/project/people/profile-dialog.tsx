/** An admin says what somebody is certified to do, which teams they are in, and when and how much they work. */
import { ApiError, ok } from '@tandem/client';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';

import { useBackend } from '~/session/backend';
import type { UserSummary } from '~/session/queries';
import { Button } from '~/ui/controls';
import { Dialog } from '~/ui/dialog';
import { explain } from '~/ui/explain';
import { Failed, Skeleton } from '~/ui/feedback';
import { NumberField, TextField } from '~/ui/fields';
import { toast } from '~/ui/toast';
import { DaysOff, Hours, TimeZone } from './hours';
import { formOfProfile, problemsOf, profileOf, teamsOf, type MemberProfile, type ProfileForm } from './profile';
import { Skills } from './skills';

interface ProfileDialogProps {
  user: UserSummary;
  onClose: () => void;
}

export function ProfileDialog({ user, onClose }: ProfileDialogProps): ReactNode {
  const { api } = useBackend();
  const profile = useQuery({
    queryKey: ['profile', user.id],
    queryFn: () => ok(api.GET('/api/v1/users/{user_id}/profile', { params: { path: { user_id: user.id } } })),
    gcTime: 0,
  });
  return (
    <Dialog
      open
      wide
      onClose={onClose}
      title={`Skills and hours of ${user.name}`}
      description="They count in every project of the workspace."
    >
      {profile.isError ? (
        <Failed error={profile.error} retry={() => void profile.refetch()} />
      ) : profile.isPending ? (
        <Skeleton height={240} />
      ) : (
        <Edit user={user} profile={profile.data} onClose={onClose} />
      )}
    </Dialog>
  );
}

function Edit({ user, profile, onClose }: ProfileDialogProps & { profile: MemberProfile }): ReactNode {
  const { api } = useBackend();
  const client = useQueryClient();
  const [form, setForm] = useState(() => formOfProfile(profile));
  const [asked, setAsked] = useState(false);
  const save = useMutation({
    mutationFn: (body: MemberProfile) =>
      ok(api.PUT('/api/v1/users/{user_id}/profile', { params: { path: { user_id: user.id } }, body })),
    onSuccess: () => {
      for (const key of ['profile', 'assignees', 'closed-steps', 'my-standing'])
        void client.invalidateQueries({ queryKey: [key] });
      toast(`Saved what ${user.name} can do and when they work`, 'good');
      onClose();
    },
  });
  const change = (more: Partial<ProfileForm>): void => setForm((before) => ({ ...before, ...more }));
  const refused = save.error instanceof ApiError ? save.error : null;
  const own = asked ? problemsOf(form) : new Map<string, string>();
  /** What is wrong with a field: what this page sees, else what the server said of it. */
  const problem = (field: string): string | undefined => own.get(field) ?? refused?.field(field);
  const team = teamsOf(form.teams).findIndex((_, index) => refused?.field(`teams[${index}]`));
  const send = (): void => {
    setAsked(true);
    if (problemsOf(form).size === 0) save.mutate(profileOf(form));
  };
  return (
    <form
      className="profile"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <div className="profile-columns">
        <div className="profile-column">
          <Skills skills={form.skills} problem={problem} onChange={(skills) => change({ skills })} />
          <TextField
            label="Teams"
            value={form.teams}
            placeholder="clinical, second line"
            hint="With commas between them. Steps may be for some teams only."
            error={
              problem('teams') ??
              (team >= 0 ? `${teamsOf(form.teams)[team] ?? ''}: ${refused?.field(`teams[${team}]`) ?? ''}` : undefined)
            }
            onChange={(teams) => change({ teams: teams ?? '' })}
          />
          <div className="profile-two">
            <NumberField
              label="Tasks held at once, at most"
              value={form.maxConcurrent}
              min={1}
              max={1000}
              placeholder="any"
              error={problem('max_concurrent')}
              onChange={(maxConcurrent) => change({ maxConcurrent })}
            />
            <NumberField
              label="Tasks a day, at most"
              value={form.dailyCapacity}
              min={0}
              placeholder="any"
              error={problem('daily_capacity')}
              onChange={(dailyCapacity) => change({ dailyCapacity })}
            />
          </div>
        </div>
        <div className="profile-column">
          <TimeZone
            value={form.timeZone}
            error={problem('availability')}
            hint="Left empty, with no hours: they may work at any time."
            onChange={(timeZone) => change({ timeZone })}
          />
          <Hours hours={form.hours} problem={problem} onChange={(hours) => change({ hours })} />
          <DaysOff days={form.daysOff} onChange={(daysOff) => change({ daysOff })} />
        </div>
      </div>
      {save.error != null && (refused?.fields.length ?? 0) === 0 && (
        <p className="field-error" role="alert">
          {explain(save.error).detail}
        </p>
      )}
      {(own.size > 0 || (refused?.fields.length ?? 0) > 0) && (
        <p className="field-error" role="alert">
          Not saved: what is wrong is said at its field.
        </p>
      )}
      <div className="dialog-actions">
        <Button onClick={onClose}>Cancel</Button>
        <Button look="solid" type="submit" busy={save.isPending}>
          Save
        </Button>
      </div>
    </form>
  );
}

/** People say themselves when they work. What they are certified to do, and how much they may be given, an admin says; here it is only shown. */
import './people.css';

import { ApiError, ok } from '@tandem/client';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';

import { LEVELS } from '~/features/workflow/words';
import { useBackend } from '~/session/backend';
import { Button } from '~/ui/controls';
import { Dialog } from '~/ui/dialog';
import { explain } from '~/ui/explain';
import { Failed, Skeleton } from '~/ui/feedback';
import { toast } from '~/ui/toast';
import { DaysOff, Hours, TimeZone } from './hours';
import { formOfProfile, hoursOf, problemsOf, type MemberProfile, type ProfileForm } from './profile';

const KEY = ['profile', 'me'] as const;

export function MyHours({ onClose }: { onClose: () => void }): ReactNode {
  const { api } = useBackend();
  const profile = useQuery({ queryKey: KEY, queryFn: () => ok(api.GET('/api/v1/me/profile')), gcTime: 0 });
  return (
    <Dialog
      open
      wide
      onClose={onClose}
      title="My hours"
      description="Outside of them you are given no new work, in any project of the workspace. What you have begun stays yours."
    >
      {profile.isError ? (
        <Failed error={profile.error} retry={() => void profile.refetch()} />
      ) : profile.isPending ? (
        <Skeleton height={240} />
      ) : (
        <Edit profile={profile.data} onClose={onClose} />
      )}
    </Dialog>
  );
}

function Edit({ profile, onClose }: { profile: MemberProfile; onClose: () => void }): ReactNode {
  const { api } = useBackend();
  const client = useQueryClient();
  // How much a day is not asked here, and so cannot be wrong here.
  const [form, setForm] = useState<ProfileForm>(() => ({ ...formOfProfile(profile), dailyCapacity: undefined }));
  const [asked, setAsked] = useState(false);
  const save = useMutation({
    mutationFn: () => ok(api.PUT('/api/v1/me/hours', { body: { availability: hoursOf(form) } })),
    onSuccess: () => {
      for (const key of ['profile', 'closed-steps', 'my-standing']) void client.invalidateQueries({ queryKey: [key] });
      toast('Saved when you work', 'good');
      onClose();
    },
  });
  const change = (more: Partial<ProfileForm>): void => setForm((before) => ({ ...before, ...more }));
  const refused = save.error instanceof ApiError ? save.error : null;
  const own = asked ? problemsOf(form) : new Map<string, string>();
  const problem = (field: string): string | undefined => own.get(field) ?? refused?.field(field);
  return (
    <form
      className="profile"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        setAsked(true);
        if (problemsOf(form).size === 0) save.mutate();
      }}
    >
      <div className="profile-columns">
        <div className="profile-column">
          <TimeZone
            value={form.timeZone}
            error={problem('availability')}
            hint="Left empty, with no hours: you may be given work at any time."
            onChange={(timeZone) => change({ timeZone })}
          />
          <DaysOff days={form.daysOff} onChange={(daysOff) => change({ daysOff })} />
          <Certified profile={profile} />
        </div>
        <div className="profile-column">
          <Hours hours={form.hours} problem={problem} onChange={(hours) => change({ hours })} />
        </div>
      </div>
      {save.error != null && (refused?.fields.length ?? 0) === 0 && (
        <p className="field-error" role="alert">
          {explain(save.error).detail}
        </p>
      )}
      {own.size > 0 && (
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

const levelName = (level: string): string => LEVELS.find(([value]) => value === level)?.[1] ?? level;

/** What an admin has said of me. */
function Certified({ profile }: { profile: MemberProfile }): ReactNode {
  const { skills, teams, max_concurrent: most } = profile;
  const capacity = formOfProfile(profile).dailyCapacity;
  const facts = [
    ...(teams.length > 0 ? [['Teams', teams.join(', ')]] : []),
    ...(most == null ? [] : [['Tasks held at once, at most', String(most)]]),
    ...(capacity === undefined ? [] : [['Tasks a day, at most', String(capacity)]]),
  ];
  return (
    <section className="profile-group" aria-label="What an admin has said of me">
      <h3>Said by an admin</h3>
      {skills.length === 0 && facts.length === 0 && <p className="muted">No skills, teams or limits.</p>}
      <ul className="profile-said">
        {skills.map((skill) => (
          <li key={skill.name}>
            <strong>{skill.name}</strong> {levelName(skill.level).toLowerCase()}
            {skill.expires_at && <span className="muted num"> until {skill.expires_at.slice(0, 10)}</span>}
          </li>
        ))}
        {facts.map(([name, value]) => (
          <li key={name}>
            {name}: <span className="num">{value}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

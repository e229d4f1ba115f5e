import { ok, type PersonHere } from '@tandem/client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { ChevronDown, CirclePause, CirclePlay, GraduationCap, UserMinus, UserPlus, Users } from 'lucide-react';
import { useState, type ReactNode } from 'react';

import { useBackend } from '~/session/backend';
import {
  useMay,
  useMe,
  useMembers,
  useUsers,
  type Project,
  type ProjectMember,
  type ProjectRole,
  type UserSummary,
} from '~/session/queries';
import { Button } from '~/ui/controls';
import { Empty, Failed, Skeleton } from '~/ui/feedback';
import { Menu, MenuItem, MenuLine } from '~/ui/menu';
import { Avatar } from '~/ui/people';
import { toastError } from '~/ui/toast';
import { pauseWords } from './people/pause';
import { PauseDialog, usePause } from './people/pause-dialog';
import { ProfileDialog } from './people/profile-dialog';

const ROLES: readonly (readonly [ProjectRole, string, string])[] = [
  ['labeler', 'Labeler', 'Labels and submits tasks'],
  ['reviewer', 'Reviewer', 'Also queries, exports and frees leases'],
  ['admin', 'Admin', 'Also changes labels, people and data'],
];
const roleName = (role: ProjectRole): string => ROLES.find(([value]) => value === role)?.[1] ?? role;

export function PeopleTab({ project, here }: { project: Project; here: readonly PersonHere[] }): ReactNode {
  const { api } = useBackend();
  const client = useQueryClient();
  const me = useMe();
  const may = useMay(project.id);
  const members = useMembers(project.id);
  const users = useUsers(me.workspace_role === 'admin');
  const editable = may('members.write');
  const certifies = me.workspace_role === 'admin';
  const pause = usePause(project.id);
  const [asking, setAsking] = useState<{ readonly what: 'pause' | 'profile'; readonly user: UserSummary } | null>(null);
  const done = {
    onSuccess: () => void client.invalidateQueries({ queryKey: ['members', project.id] }),
    onError: toastError,
  };
  const put = useMutation({
    mutationFn: ({ id, role }: { id: string; role: ProjectRole }) =>
      ok(
        api.PUT('/api/v1/projects/{project_id}/members/{user_id}', {
          params: { path: { project_id: project.id, user_id: id } },
          body: { role },
        }),
      ),
    ...done,
  });
  const remove = useMutation({
    mutationFn: (id: string) =>
      ok(
        api.DELETE('/api/v1/projects/{project_id}/members/{user_id}', {
          params: { path: { project_id: project.id, user_id: id } },
        }),
      ),
    ...done,
  });
  if (members.isLoadingError) return <Failed error={members.error} retry={() => void members.refetch()} />;
  if (members.isPending) return <Skeleton height={180} className="skeleton-card" />;
  const inside = new Set(members.data.map((m) => m.user.id));
  const outside = (users.data ?? []).filter((user) => !inside.has(user.id));
  return (
    <section className="panel" aria-label="People">
      {editable && outside.length > 0 && (
        <div className="toolbar">
          <Menu align="start" trigger={<Button icon={<UserPlus size={15} aria-hidden />}>Add somebody</Button>}>
            {outside.map((user) => (
              <MenuItem
                key={user.id}
                icon={<Avatar person={user} size={20} />}
                onSelect={() => put.mutate({ id: user.id, role: 'labeler' })}
              >
                {user.name}
              </MenuItem>
            ))}
          </Menu>
        </div>
      )}
      {members.data.length === 0 ? (
        <Empty icon={<Users size={20} />} title="Nobody has a role here yet">
          Workspace admins see every project; everybody else needs a role in it.
        </Empty>
      ) : (
        <ul className="rows">
          {members.data.map((member) => (
            <Member
              key={member.user.id}
              member={member}
              here={here.some((p) => p.user.id === member.user.id)}
              {...(editable
                ? {
                    setRole: (role) => put.mutate({ id: member.user.id, role }),
                    remove: () => remove.mutate(member.user.id),
                    pause: () => setAsking({ what: 'pause', user: member.user }),
                    goOn: () => pause.mutate({ user: member.user, body: { reason: null, until: null } }, { onError: toastError }),
                  }
                : {})}
              {...(certifies ? { certify: () => setAsking({ what: 'profile', user: member.user }) } : {})}
            />
          ))}
        </ul>
      )}
      {asking?.what === 'pause' && <PauseDialog projectId={project.id} user={asking.user} onClose={() => setAsking(null)} />}
      {asking?.what === 'profile' && <ProfileDialog user={asking.user} onClose={() => setAsking(null)} />}
    </section>
  );
}

interface MemberProps {
  member: ProjectMember;
  here: boolean;
  setRole?: (role: ProjectRole) => void;
  remove?: () => void;
  pause?: () => void;
  goOn?: () => void;
  /** Skills, teams and hours are the workspace's. */
  certify?: () => void;
}

const Member = ({ member, here, setRole, remove, pause, goOn, certify }: MemberProps): ReactNode => (
  <li className="member">
    <Avatar person={member.user} size={30} />
    <span className="row-main">
      <strong className="truncate">{member.user.name}</strong>
      <small className="muted truncate">{member.user.email}</small>
    </span>
    {member.paused && (
      <span className="pill pill-warn" title={pauseWords(member.paused)} data-testid="paused">
        Paused: <span className="truncate member-why">{pauseWords(member.paused)}</span>
      </span>
    )}
    {here && <span className="pill pill-good">Here now</span>}
    {certify && (
      <Button
        look="plain"
        icon={<GraduationCap size={15} aria-hidden />}
        aria-label={`Skills and hours of ${member.user.name}`}
        onClick={certify}
      >
        Skills and hours
      </Button>
    )}
    {member.paused
      ? goOn && (
          <Button
            look="plain"
            icon={<CirclePlay size={15} aria-hidden />}
            aria-label={`End the pause of ${member.user.name}`}
            onClick={goOn}
          >
            End the pause
          </Button>
        )
      : pause && (
          <Button
            look="plain"
            icon={<CirclePause size={15} aria-hidden />}
            aria-label={`Pause ${member.user.name}`}
            onClick={pause}
          >
            Pause
          </Button>
        )}
    {setRole && remove ? (
      <Menu
        trigger={
          <Button look="plain">
            {roleName(member.role)} <ChevronDown size={14} aria-hidden />
          </Button>
        }
      >
        {ROLES.map(([role, name, about]) => (
          <MenuItem key={role} checked={member.role === role} onSelect={() => setRole(role)}>
            {name}
            <small className="menu-about">{about}</small>
          </MenuItem>
        ))}
        <MenuLine />
        <MenuItem danger icon={<UserMinus size={15} aria-hidden />} onSelect={remove}>
          Remove from the project
        </MenuItem>
      </Menu>
    ) : (
      <span className="muted">{roleName(member.role)}</span>
    )}
  </li>
);

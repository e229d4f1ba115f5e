import type { RoomSnapshot, SaveState, TaskRoom } from '@tandem/client';
import { Clock, CloudOff, CircleAlert, CircleCheck, HardDrive, Loader2, Lock, RotateCw, Unlink } from 'lucide-react';
import type { ReactNode } from 'react';

import { cx } from '~/lib/cx';
import { countdown } from '~/lib/time';
import { useNow } from '~/lib/use-now';
import { useSelected } from '~/lib/use-store';
import { useOfMyLeases, useProjectLive } from '~/session/live';
import type { Project } from '~/session/queries';
import type { Desk } from '~/tools/desk';
import { Tip } from '~/ui/tip';
import type { Held } from './lease';
import { useSnapshot } from './use-room';

interface StatusLineProps {
  desk: Desk;
  room: TaskRoom;
  project: Project;
  held: Held | null;
  leaseSeconds: number;
}

export function StatusLine({ desk, room, project, held, leaseSeconds }: StatusLineProps): ReactNode {
  const snapshot = useSnapshot(room);
  const live = useProjectLive(project.id);
  const progress = live.progress ?? project.progress;
  return (
    <footer className="bench-status" aria-label="Status">
      <Save snapshot={snapshot} />
      {!snapshot.linked && snapshot.phase === 'joined' && (
        <Tip
          text="The connection between the servers is down. Your work is safe; changes of people on other servers arrive every few seconds"
          side="top"
        >
          <span className="status-item status-warn" role="status" data-testid="link-state" tabIndex={0}>
            <Unlink size={14} aria-hidden /> Some people cannot be seen live
          </span>
        </Tip>
      )}
      {snapshot.persistenceError !== null && (
        <Tip text={snapshot.persistenceError} side="top">
          <span className="status-item status-warn" tabIndex={0}>
            <HardDrive size={14} aria-hidden /> No copy on this device
          </span>
        </Tip>
      )}
      {held && <Mine held={held} projectId={project.id} />}
      {held && <Left expiresAt={held.expiresAt} leaseSeconds={leaseSeconds} />}
      <span className="spacer" />
      <span className="status-item num">
        {progress.completed} of {progress.total} done
      </span>
      <Turn desk={desk} />
      <Zoom desk={desk} />
    </footer>
  );
}

const SAVE: Record<SaveState, { text: string; about: string; icon: typeof Clock; tone: string }> = {
  saved: { text: 'Saved', about: 'Everything you did is on the server’s disk', icon: CircleCheck, tone: 'status-good' },
  saving: { text: 'Saving …', about: 'Your edits are on their way', icon: Loader2, tone: '' },
  offline: {
    text: 'Offline',
    about: 'Go on working: edits are kept on this device and sent when the connection is back',
    icon: CloudOff,
    tone: 'status-warn',
  },
  waiting_for_disk: {
    text: 'Waiting for the disk',
    about: 'The server has your edits and waits for its disk',
    icon: HardDrive,
    tone: 'status-warn',
  },
  read_only: { text: 'Read only', about: 'Edits are not accepted here', icon: Lock, tone: '' },
  refused: {
    text: 'An edit was refused',
    about: 'The message above the image says which and why',
    icon: CircleAlert,
    tone: 'status-bad',
  },
};

function Save({ snapshot }: { snapshot: RoomSnapshot }): ReactNode {
  const { text, about, icon: Icon, tone } = SAVE[snapshot.saveState];
  const pending = snapshot.saveState === 'offline' && snapshot.pending > 0 ? ` · ${snapshot.pending} to send` : '';
  const why = snapshot.saveState === 'read_only' ? (snapshot.readOnly ?? about) : about;
  return (
    <Tip text={why} side="top">
      <span
        className={cx('status-item', tone)}
        role="status"
        data-testid="save-state"
        data-state={snapshot.saveState}
        tabIndex={0}
      >
        <Icon size={14} aria-hidden className={cx(snapshot.saveState === 'saving' && 'spin')} />
        {text}
        {pending}
      </span>
    </Tip>
  );
}

/** Which of the tasks this is that I have in this project; there is more than one where they are assigned or pushed. */
function Mine({ held, projectId }: { held: Held; projectId: string }): ReactNode {
  const place = useOfMyLeases(({ leases }) => {
    const here = leases.filter(({ project_id }) => project_id === projectId);
    const at = here.findIndex(({ assignment_id }) => assignment_id === held.assignmentId);
    return at === -1 ? '' : `Task ${at + 1} of ${here.length}`;
  });
  if (place === '') return null;
  return (
    <span className="status-item num" data-testid="assigned">
      {place} assigned to you
    </span>
  );
}

function Left({ expiresAt, leaseSeconds }: { expiresAt: number; leaseSeconds: number }): ReactNode {
  const left = expiresAt - useNow();
  const soon = left < Math.min(120_000, leaseSeconds * 250);
  return (
    <Tip text="The task is yours for this long. It is renewed by itself while you work." side="top">
      <span className={cx('status-item num', soon && 'status-warn')} data-testid="lease" tabIndex={0}>
        <Clock size={14} aria-hidden /> {countdown(left)} left
      </span>
    </Tip>
  );
}

/** Only while it is turned: it is easily forgotten, and a click sets it straight. */
function Turn({ desk }: { desk: Desk }): ReactNode {
  const turn = useSelected(desk.camera.view, (view) => Math.round(view.turn));
  if (turn === 0) return null;
  return (
    <button
      type="button"
      className="status-item status-zoom num"
      aria-label={`Turned by ${turn} degrees; set it straight`}
      onClick={() => desk.camera.turnTo(0)}
      data-testid="turned"
    >
      <RotateCw size={13} aria-hidden /> {turn}°
    </button>
  );
}

function Zoom({ desk }: { desk: Desk }): ReactNode {
  const percent = useSelected(desk.camera.view, (view) => Math.round(view.scale * 100));
  return (
    <button
      type="button"
      className="status-item status-zoom num"
      aria-label={`Zoom ${percent} percent; fit the image`}
      onClick={() => desk.camera.fit()}
    >
      {percent}%
    </button>
  );
}

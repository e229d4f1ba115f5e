import type { TaskRoom } from '@tandem/client';
import {
  ArrowLeft,
  CircleHelp,
  Handshake,
  History as HistoryIcon,
  MoreHorizontal,
  Redo2,
  Route,
  SkipForward,
  Undo2,
  Undo,
} from 'lucide-react';
import type { ReactNode } from 'react';
import { Link } from 'wouter';

import { ThemeItems } from '~/app/shell';
import { lastTab } from '~/features/project/last-tab';
import { hint } from '~/hotkeys/keymap';
import { useLive, useStore } from '~/lib/use-store';
import type { Project, Task } from '~/session/queries';
import type { Desk } from '~/tools/desk';
import type { Follow } from '~/tools/follow';
import { Button, IconButton } from '~/ui/controls';
import { Menu, MenuItem, MenuLine } from '~/ui/menu';
import { Avatar } from '~/ui/people';
import { Tip } from '~/ui/tip';
import type { Held, Standing } from './lease';

interface TopBarProps {
  task: Task;
  project: Project;
  room: TaskRoom;
  desk: Desk;
  follow: Follow;
  held: Held | null;
  standing: Standing;
  /** In place of submitting, where the lease is a review. */
  review: ReactNode;
  /** Where no panel has them: the way to the comments. */
  comments: ReactNode;
  submitting: boolean;
  onSubmit: () => void;
  onSkip: () => void;
  onRelease: () => void;
  onHelp: () => void;
  onHistory: () => void;
  onHandOver: () => void;
  /** null: it is not mine to see. */
  onWay: (() => void) | null;
}

export function TopBar(props: TopBarProps): ReactNode {
  const { task, project, room, desk, follow, held, submitting, onSubmit, onSkip, onRelease, onHelp, onHistory } = props;
  return (
    <header className="bench-top">
      <WayBack project={project} />
      <div className="bench-title">
        <span className="muted truncate">{project.name}</span>
        <span className="bench-slash" aria-hidden>
          /
        </span>
        <h1 className="truncate">{task.external_id ?? task.asset.filename}</h1>
      </div>
      <span className="spacer" />
      <People room={room} follow={follow} />
      <span className="bench-rule" aria-hidden />
      <History desk={desk} />
      {props.comments}
      <IconButton label="Keys" keys="?" onClick={onHelp}>
        <CircleHelp size={17} aria-hidden />
      </IconButton>
      <Menu
        trigger={
          <button type="button" className="icon-btn" aria-label="More">
            <MoreHorizontal size={17} aria-hidden />
          </button>
        }
      >
        {held && (
          <>
            <MenuItem icon={<Undo size={15} aria-hidden />} onSelect={onRelease}>
              Give the task back
            </MenuItem>
            <MenuItem icon={<Handshake size={15} aria-hidden />} onSelect={props.onHandOver}>
              Hand it over …
            </MenuItem>
            <MenuLine />
          </>
        )}
        <MenuItem icon={<HistoryIcon size={15} aria-hidden />} onSelect={onHistory}>
          History of this task
        </MenuItem>
        {props.onWay && (
          <MenuItem icon={<Route size={15} aria-hidden />} onSelect={props.onWay}>
            Its way through the workflow
          </MenuItem>
        )}
        <MenuLine />
        <ThemeItems />
      </Menu>
      {held ? (
        <>
          <Button onClick={onSkip} icon={<SkipForward size={15} aria-hidden />} data-testid="skip">
            Skip
          </Button>
          {props.review ?? (
            <Button look="solid" onClick={onSubmit} busy={submitting} {...hint('submit')} data-testid="submit">
              Submit
            </Button>
          )}
        </>
      ) : (
        <span className="bench-helper muted">{WHY_NO_SUBMIT[props.standing.kind]}</span>
      )}
    </header>
  );
}

/** To the list of tasks, or to the workflow for whoever came from there. */
function WayBack({ project }: { project: Project }): ReactNode {
  const toWorkflow = lastTab.get(project.id) === 'workflow';
  const text = toWorkflow ? `Back to the workflow of ${project.name}` : `Back to ${project.name}`;
  return (
    <Tip text={toWorkflow ? 'Back to the workflow' : text}>
      <Link className="icon-btn" href={`/projects/${project.id}${toWorkflow ? '/workflow' : ''}`} aria-label={text}>
        <ArrowLeft size={17} aria-hidden />
      </Link>
    </Tip>
  );
}

const WHY_NO_SUBMIT: Record<Standing['kind'], string> = {
  mine: '',
  read_only: 'Read only',
  lost: 'Not yours to submit',
  helping: 'Helping: the holder submits',
  free: 'Take the task to submit it',
  done: 'Already submitted',
  unknown: '',
};

function History({ desk }: { desk: Desk }): ReactNode {
  const canUndo = useStore(desk.canUndo);
  const canRedo = useStore(desk.canRedo);
  return (
    <>
      <IconButton
        label="Undo my last change"
        {...hint('undo')}
        disabled={!canUndo}
        onClick={() => desk.undo()}
        data-testid="undo"
      >
        <Undo2 size={17} aria-hidden />
      </IconButton>
      <IconButton label="Redo" {...hint('redo')} disabled={!canRedo} onClick={() => desk.redo()} data-testid="redo">
        <Redo2 size={17} aria-hidden />
      </IconButton>
    </>
  );
}

/** Everybody on this task. A click follows: my view goes where theirs does. */
function People({ room, follow }: { room: TaskRoom; follow: Follow }): ReactNode {
  const peers = useLive(room.presence, () => room.presence.peers());
  const following = useStore(follow.peer);
  const me = room.presence.me;
  const mine = peers.find((peer) => peer.peer === me);
  const others = peers.filter((peer) => peer.peer !== me);
  return (
    <ul className="bench-people" aria-label="People on this task">
      {others.map(({ peer, user }) => (
        <li key={peer}>
          <Tip text={following === peer ? `Stop following ${user.name}` : `Follow ${user.name}`}>
            <button
              type="button"
              className="peer"
              style={{ '--peer': user.color }}
              aria-pressed={following === peer}
              aria-label={`Follow ${user.name}`}
              data-testid={`peer-${user.name}`}
              onClick={() => (following === peer ? follow.stop() : follow.start(peer))}
            >
              <Avatar person={user} size={26} />
            </button>
          </Tip>
        </li>
      ))}
      {mine && (
        <li>
          <Tip text={`${mine.user.name} (you)`}>
            <span className="peer peer-me" style={{ '--peer': mine.user.color }}>
              <Avatar person={mine.user} size={26} />
            </span>
          </Tip>
        </li>
      )}
    </ul>
  );
}

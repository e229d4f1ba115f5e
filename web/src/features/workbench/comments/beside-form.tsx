/** Comments of a task on which nothing is drawn: about all of it, in a panel beside its fields. */
import type { TaskRoom } from '@tandem/client';
import { MessageCircle } from 'lucide-react';
import { useEffect, useRef, type ReactNode } from 'react';

import { useLive, useStore } from '~/lib/use-store';
import type { Desk } from '~/tools/desk';
import { IconButton } from '~/ui/controls';
import { hint } from '~/hotkeys/keymap';
import type { Person } from '../use-people';
import type { PlacedProps } from './beside-pin';
import { CommentsPanel } from './panel';
import { OpenedComment } from './thread-card';
import { ThreadFrame } from './thread-frame';

interface BesideFormProps {
  desk: Desk;
  room: TaskRoom;
  people: ReadonlyMap<string, Person>;
  projectId: string;
}

export function CommentsBesideForm({ desk, room, people, projectId }: BesideFormProps): ReactNode {
  return (
    <>
      <OpenedComment {...{ desk, people, projectId }} Frame={InPanel} />
      <CommentsPanel {...{ desk, room, people }} begin={() => desk.commentOnAll()} />
    </>
  );
}

/** There is no pin that it could stand beside. */
function InPanel({ desk, anchor: _, ...frame }: PlacedProps): ReactNode {
  const card = useRef<HTMLElement>(null);
  return <ThreadFrame card={card} className="thread-inline" onClose={() => desk.comments.close()} {...frame} />;
}

/** Whether there is something of the comments to be shown: what is not resolved when one comes is. */
export function useCommentsShown(desk: Desk, room: TaskRoom, isBesideForm: boolean): boolean {
  const { comments } = desk;
  const listed = useStore(comments.listed);
  const opened = useStore(comments.opened);
  const joined = useLive(room, () => room.snapshot().phase === 'joined');
  useEffect(() => {
    if (isBesideForm && joined && room.threads.list().some(({ resolved }) => resolved === null)) comments.listed.set(true);
  }, [isBesideForm, joined, room, comments]);
  return isBesideForm && (listed || opened !== null);
}

/** In the bar on top: the panel comes and goes. */
export function CommentsToggle({ desk }: { desk: Desk }): ReactNode {
  const { comments } = desk;
  const listed = useStore(comments.listed);
  const unread = useLive(comments, () => comments.unread());
  return (
    <IconButton
      label={unread > 0 ? `Comments, ${unread} unread` : 'Comments'}
      {...hint('comments')}
      pressed={listed}
      className="comments-button"
      onClick={() => comments.listed.set(!listed)}
      data-testid="comments-button"
    >
      <MessageCircle size={17} aria-hidden />
      {unread > 0 && (
        <span className="comments-count num" aria-hidden>
          {unread}
        </span>
      )}
    </IconButton>
  );
}

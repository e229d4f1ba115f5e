import type { ThreadSnapshot } from '@tandem/client';
import { CircleCheck, Link2, RotateCcw, X } from 'lucide-react';
import { useEffect, useRef, type ComponentType, type ReactNode } from 'react';

import { useLive, useStore } from '~/lib/use-store';
import { NEW } from '~/tools/comments';
import type { Desk } from '~/tools/desk';
import { IconButton } from '~/ui/controls';
import { toast } from '~/ui/toast';
import { personOf, type Person } from '../use-people';
import { useSnapshot } from '../use-room';
import { BesidePin, type PlacedProps } from './beside-pin';
import { Comment } from './comment';
import { Composer } from './composer';
import { threadLink } from './link';

interface CardProps {
  desk: Desk;
  people: ReadonlyMap<string, Person>;
  projectId: string;
  /** Where it stands; beside its pin if nothing is said. */
  Frame?: ComponentType<PlacedProps>;
}

/** What is open: a thread, or the place where one begins. */
export function OpenedComment({ desk, people, projectId, Frame = BesidePin }: CardProps): ReactNode {
  const { comments, room } = desk;
  const opened = useStore(comments.opened);
  const threads = useLive(room.threads, () => room.threads.list());
  const { readOnly } = useSnapshot(room);
  const thread = opened?.kind === 'thread' ? threads.find(({ id }) => id === opened.id) : undefined;
  if (thread) return <ThreadCard key={thread.id} {...{ desk, people, projectId, Frame, thread, readOnly }} />;
  if (opened?.kind !== 'new') return null;
  return (
    <Frame desk={desk} anchor={opened.anchor} label="New comment" takesFocus={false}>
      <Composer
        label="New comment"
        placeholder="What is it about?"
        action="Post"
        people={people}
        me={comments.reader.id}
        initial={comments.reader.marks.draft(NEW)}
        autoFocus
        readOnly={readOnly}
        onChange={(text) => comments.reader.marks.keepDraft(NEW, text)}
        onPost={(text, mentions) => comments.post(text, mentions)}
        onCancel={() => comments.close()}
      />
    </Frame>
  );
}

interface ThreadCardProps extends Required<CardProps> {
  thread: ThreadSnapshot;
  readOnly: string | null;
}

function ThreadCard({ desk, people, projectId, Frame, thread, readOnly }: ThreadCardProps): ReactNode {
  const { comments, room } = desk;
  const { reader } = comments;
  const card = useRef<HTMLDivElement>(null);
  useReading(desk, thread);
  const author = personOf(people, thread.comments[0]?.author ?? null).name;
  const { length } = thread.comments;
  const count = length === 1 ? '1 comment' : `${length} comments`;
  const settle = (): void => {
    if (!desk.mayEdit()) return;
    if (thread.resolved) room.threads.reopen(thread.id);
    else {
      room.threads.resolve(thread.id);
      comments.close();
      toast('Resolved. Ctrl+Z opens it again', 'good');
    }
  };
  const copy = (): void => {
    const link = threadLink(location.origin, projectId, room.taskId, thread.id);
    copied(link).then(
      () => toast('The link is copied', 'good'),
      () => toast(`The browser lets nothing be copied here. The link: ${link}`, 'bad'),
    );
  };
  const write = (): void => card.current?.querySelector<HTMLElement>('.thread-reply textarea')?.focus();
  return (
    <Frame
      desk={desk}
      anchor={thread.anchor}
      label={`Thread by ${author}, ${count}${thread.resolved ? ', resolved' : ''}`}
      takesFocus
      onEnter={write}
    >
      <div className="thread-body" ref={card}>
        <header className="thread-head">
          <h2 className="side-title">{count}</h2>
          {thread.resolved && (
            <span className="thread-resolved truncate">
              <CircleCheck size={13} aria-hidden /> Resolved by {personOf(people, thread.resolved.by).name}
            </span>
          )}
          <span className="spacer" />
          <IconButton label="Copy a link to this thread" onClick={copy} side="top">
            <Link2 size={15} aria-hidden />
          </IconButton>
          <IconButton
            label={thread.resolved ? 'Open again' : 'Resolve'}
            disabled={readOnly !== null}
            onClick={settle}
            side="top"
            data-testid="resolve"
          >
            {thread.resolved ? <RotateCcw size={15} aria-hidden /> : <CircleCheck size={16} aria-hidden />}
          </IconButton>
          <IconButton label="Close" keys="Escape" onClick={() => comments.close()} side="top">
            <X size={15} aria-hidden />
          </IconButton>
        </header>
        <Scroll count={length}>
          {thread.comments.map((comment) => (
            <Comment
              key={comment.id}
              comment={comment}
              people={people}
              me={reader.id}
              readOnly={readOnly}
              onEdit={(text, mentions) => {
                if (desk.mayEdit() && !room.threads.edit(thread.id, comment.id, { text, mentions }))
                  toast('This comment was deleted meanwhile', 'bad');
              }}
              onRemove={() => {
                if (!desk.mayEdit() || !room.threads.remove(thread.id, comment.id)) return;
                card.current?.parentElement?.focus();
                toast('Comment deleted. Ctrl+Z brings it back');
              }}
            />
          ))}
        </Scroll>
        <Typing desk={desk} thread={thread.id} />
        <div className="thread-reply">
          <Composer
            label="Reply"
            placeholder="Reply …"
            action="Reply"
            people={people}
            me={reader.id}
            initial={reader.marks.draft(thread.id)}
            readOnly={readOnly}
            onChange={(text) => {
              reader.marks.keepDraft(thread.id, text);
              comments.writing.set(text === '' ? null : thread.id);
            }}
            onRest={() => comments.writing.set(null)}
            onPost={(text, mentions) => comments.post(text, mentions)}
            onCancel={() => comments.close()}
          />
        </div>
      </div>
    </Frame>
  );
}

/** The newest is what one opened it for. */
function Scroll({ count, children }: { count: number; children: ReactNode }): ReactNode {
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    list.current?.scrollTo({ top: list.current.scrollHeight });
  }, [count]);
  return (
    <div className="thread-list" ref={list} role="log" aria-label="Comments" tabIndex={0}>
      {children}
    </div>
  );
}

/** Who else writes an answer at this moment. */
function Typing({ desk, thread }: { desk: Desk; thread: string }): ReactNode {
  const { presence } = desk.room;
  const peers = useLive(presence, () => presence.peers());
  const names = peers.filter(({ peer, state }) => peer !== presence.me && state.editing === thread).map(({ user }) => user.name);
  if (names.length === 0) return null;
  return <p className="muted thread-typing">{names.length === 1 ? `${names[0]} is typing …` : 'Several people are typing …'}</p>;
}

/** What is open on a page that is looked at has been read. */
function useReading({ comments }: Desk, thread: ThreadSnapshot): void {
  useEffect(() => {
    const read = (): void => {
      if (!document.hidden) comments.read(thread);
    };
    read();
    document.addEventListener('visibilitychange', read);
    return () => document.removeEventListener('visibilitychange', read);
  }, [comments, thread]);
}

/** Browsers have no clipboard on pages without encryption. */
async function copied(text: string): Promise<void> {
  await navigator.clipboard.writeText(text);
}

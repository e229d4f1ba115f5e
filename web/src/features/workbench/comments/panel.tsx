import type { TaskRoom, ThreadSnapshot } from '@tandem/client';
import { ChevronDown, ChevronUp, CircleCheck, MessageCirclePlus } from 'lucide-react';
import { memo, useId, type ReactNode } from 'react';

import { cx } from '~/lib/cx';
import { useLive, useStore } from '~/lib/use-store';
import { FILTERS, type Filter } from '~/tools/comments';
import type { Desk } from '~/tools/desk';
import { Avatar } from '~/ui/people';
import { personOf, type Person } from '../use-people';
import { When } from './comment';

const FILTER_NAMES: Record<Filter, string> = { open: 'All', mine: 'Mine', mentions: 'Mentions me' };

const NOTHING: Record<Filter, string> = {
  open: 'No open comments. Take the comment tool (C) and click where one belongs.',
  mine: 'No open comments in threads of yours.',
  mentions: 'No open comment mentions you.',
};

const NONE_SAID = 'No open comments. Begin one with the button above.';

interface PanelProps {
  desk: Desk;
  room: TaskRoom;
  people: ReadonlyMap<string, Person>;
  /** Where nothing is drawn, so that a comment has no place: begins one about all of it. */
  begin?: () => void;
}

/** Every comment of the task in a list, at the foot of the side: what is new first. */
export function CommentsPanel({ desk, room, people, begin }: PanelProps): ReactNode {
  const { comments } = desk;
  const listed = useStore(comments.listed);
  const total = useLive(room.threads, () => room.threads.list().filter(({ resolved }) => resolved === null).length);
  const unread = useLive(comments, () => comments.unread());
  const body = useId();
  return (
    <section className={cx('side-comments', listed && 'side-comments-open')} aria-labelledby={`${body}-title`}>
      <div className="side-head">
        <h2 className="side-title" id={`${body}-title`}>
          <button
            type="button"
            className="comments-toggle"
            aria-expanded={listed}
            aria-controls={body}
            data-testid="comments-toggle"
            onClick={() => comments.listed.set(!listed)}
          >
            {listed ? <ChevronDown size={14} aria-hidden /> : <ChevronUp size={14} aria-hidden />}
            Comments
            <span className="muted num">{total}</span>
            {unread > 0 && (
              <span className="comments-unread num" data-testid="unread">
                {unread} unread
              </span>
            )}
          </button>
        </h2>
        <span className="spacer" />
        <button type="button" className="row-icon" aria-label="New comment" onClick={begin ?? (() => desk.comment())}>
          <MessageCirclePlus size={15} aria-hidden />
        </button>
      </div>
      <div id={body} className="comments-body" hidden={!listed}>
        {listed && <Listed desk={desk} people={people} none={begin ? NONE_SAID : NOTHING.open} />}
      </div>
    </section>
  );
}

function Listed({ desk, people, none }: { desk: Desk; people: ReadonlyMap<string, Person>; none: string }): ReactNode {
  const { comments } = desk;
  const threads = useLive(comments, () => comments.list());
  const opened = useStore(comments.opened);
  const filter = useStore(comments.filter);
  const resolvedShown = useStore(comments.resolvedShown);
  return (
    <>
      <div className="comments-filter" role="group" aria-label="Which comments">
        {FILTERS.map((name) => (
          <button
            key={name}
            type="button"
            className="comments-choice"
            aria-pressed={filter === name}
            onClick={() => comments.filter.set(name)}
          >
            {FILTER_NAMES[name]}
          </button>
        ))}
      </div>
      <label className="comments-resolved">
        <input type="checkbox" checked={resolvedShown} onChange={(event) => comments.resolvedShown.set(event.target.checked)} />
        Show resolved
      </label>
      {threads.length === 0 ? (
        <p className="muted side-none">{filter === 'open' ? none : NOTHING[filter]}</p>
      ) : (
        <ul className="comments-list">
          {threads.map((thread) => (
            <Row
              key={thread.id}
              thread={thread}
              people={people}
              unread={comments.isUnread(thread)}
              open={opened?.kind === 'thread' && opened.id === thread.id}
              desk={desk}
            />
          ))}
        </ul>
      )}
    </>
  );
}

interface RowProps {
  thread: ThreadSnapshot;
  people: ReadonlyMap<string, Person>;
  unread: boolean;
  open: boolean;
  desk: Desk;
}

const Row = memo(function Row({ thread, people, unread, open, desk }: RowProps): ReactNode {
  const first = thread.comments[0];
  const last = thread.comments.at(-1);
  if (!first || !last) return null;
  const author = personOf(people, first.author);
  const replies = thread.comments.length - 1;
  const answered = replies === 1 ? '1 reply' : `${replies} replies`;
  return (
    <li>
      <button
        type="button"
        className={cx('comments-row', unread && 'comments-new', thread.resolved && 'comments-done')}
        aria-current={open}
        data-testid="comment-row"
        data-thread={thread.id}
        onClick={() => desk.comments.jump(thread.id)}
      >
        <Avatar person={author} size={22} />
        <span className="comments-text">
          <span className="comments-by">
            <b className="truncate">{author.name}</b> <When at={last.createdAt} />
            {thread.resolved && <CircleCheck size={12} aria-label="resolved" />}
            {unread && <span className="sr-only">unread</span>}
          </span>
          <span className="comments-said">{first.text}</span>
          {replies > 0 && <span className="muted comments-replies">{answered}</span>}
        </span>
      </button>
    </li>
  );
});

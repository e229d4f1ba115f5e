import type { CommentSnapshot } from '@tandem/client';
import { MoreHorizontal, Pencil, Trash2 } from 'lucide-react';
import { useRef, useState, type ReactNode } from 'react';

import { ago } from '~/lib/time';
import { useNow } from '~/lib/use-now';
import { Menu, MenuItem } from '~/ui/menu';
import { Avatar } from '~/ui/people';
import { personOf, type Person } from '../use-people';
import { Composer } from './composer';
import { Said } from './said';

interface CommentProps {
  comment: CommentSnapshot;
  people: ReadonlyMap<string, Person>;
  me: string;
  readOnly: string | null;
  onEdit: (text: string, mentions: readonly string[]) => void;
  onRemove: () => void;
}

const MINUTE = 60_000;

/** When, roughly; a clock that is ahead of mine writes no comment of the future. */
export function When({ at }: { at: number }): ReactNode {
  const now = useNow(MINUTE);
  return (
    <time className="muted" dateTime={new Date(at).toISOString()} title={new Date(at).toLocaleString()}>
      {ago(new Date(Math.min(at, now)).toISOString(), now)}
    </time>
  );
}

export function Comment({ comment, people, me, readOnly, onEdit, onRemove }: CommentProps): ReactNode {
  const [editing, setEditing] = useState(false);
  const article = useRef<HTMLElement>(null);
  /** The keys stay with the comment. */
  const edited = (): void => {
    setEditing(false);
    article.current?.focus();
  };
  const author = personOf(people, comment.author);
  const mine = comment.author === me && readOnly === null;
  return (
    <article ref={article} className="comment" tabIndex={-1} aria-label={`Comment by ${author.name}`} data-testid="comment">
      <header className="comment-head">
        <Avatar person={author} size={22} />
        <b className="truncate">{author.name}</b>
        <When at={comment.createdAt} />
        {comment.editedAt !== null && <span className="muted">edited</span>}
        <span className="spacer" />
        {mine && !editing && (
          <Menu
            trigger={
              <button type="button" className="row-icon" aria-label="Change this comment">
                <MoreHorizontal size={15} aria-hidden />
              </button>
            }
          >
            <MenuItem icon={<Pencil size={14} aria-hidden />} onSelect={() => setEditing(true)}>
              Edit
            </MenuItem>
            <MenuItem icon={<Trash2 size={14} aria-hidden />} danger onSelect={onRemove}>
              Delete
            </MenuItem>
          </Menu>
        )}
      </header>
      {editing ? (
        <Composer
          label="Edit the comment"
          placeholder="What is it about?"
          action="Save"
          people={people}
          me={me}
          initial={comment.text}
          autoFocus
          readOnly={readOnly}
          onPost={(text, mentions) => {
            onEdit(text, mentions);
            edited();
          }}
          onCancel={edited}
        />
      ) : (
        <Said text={comment.text} mentions={comment.mentions} people={people} me={me} />
      )}
    </article>
  );
}

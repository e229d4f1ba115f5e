import { useEffect, useId, useLayoutEffect, useMemo, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';

import { cx } from '~/lib/cx';
import { mentioned } from '~/lib/mentions';
import { Button } from '~/ui/controls';
import { Avatar } from '~/ui/people';
import type { Person } from '../use-people';
import { useCompletion } from './use-completion';

/** Longer than anybody reads beside a picture. */
const LONGEST = 4_000;

interface ComposerProps {
  label: string;
  placeholder: string;
  /** What its button says. */
  action: string;
  people: ReadonlyMap<string, Person>;
  me: string;
  initial: string;
  autoFocus?: boolean;
  /** Why nothing can be written here. */
  readOnly: string | null;
  onChange?: (text: string) => void;
  /** The person stopped writing, or went elsewhere. */
  onRest?: () => void;
  onPost: (text: string, mentions: readonly string[]) => void;
  onCancel: () => void;
}

/** Where a comment is written. Enter posts, Shift+Enter is a new line, Esc goes back, `@` completes names. */
export function Composer({
  label,
  placeholder,
  action,
  people,
  me,
  initial,
  autoFocus,
  readOnly,
  ...on
}: ComposerProps): ReactNode {
  const [text, setText] = useState(initial);
  const field = useRef<HTMLTextAreaElement>(null);
  /** Where the caret goes once the text is on the page. */
  const caret = useRef<number | null>(null);
  /** Who was picked for a name, where several have it. */
  const chosen = useRef(new Map<string, string>());
  const listId = useId();
  const others = useMemo(() => [...people.values()].filter(({ id }) => id !== me), [people, me]);
  const put = (next: string): void => {
    setText(next);
    on.onChange?.(next);
  };
  const completion = useCompletion(
    others,
    () => field.current,
    (next, at, person) => {
      chosen.current.set(person.name.normalize('NFC').toLowerCase(), person.id);
      caret.current = at;
      put(next);
    },
  );
  const { found, active } = completion;
  useLayoutEffect(() => {
    if (caret.current === null) return;
    field.current?.setSelectionRange(caret.current, caret.current);
    caret.current = null;
  }, [text]);
  useEffect(() => {
    const element = field.current;
    if (!autoFocus || !element) return;
    element.focus({ preventScroll: true });
    element.setSelectionRange(element.value.length, element.value.length);
  }, [autoFocus]);

  const post = (): void => {
    const said = text.trim();
    if (said === '' || readOnly !== null) return;
    on.onPost(said, mentioned(said, others, chosen.current));
    chosen.current.clear();
    put('');
  };
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>): void => {
    if (completion.onKey(event) || event.nativeEvent.isComposing) return;
    if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      post();
    } else if (event.key === 'Escape') {
      event.preventDefault();
      event.stopPropagation();
      on.onCancel();
    }
  };
  const look = (): void => {
    const element = field.current;
    if (element) completion.look(element.value, element.selectionStart);
  };
  return (
    <div className="composer">
      <textarea
        ref={field}
        className="input"
        rows={2}
        value={text}
        maxLength={LONGEST}
        disabled={readOnly !== null}
        aria-label={label}
        placeholder={readOnly === null ? placeholder : 'Read only: nothing can be written here'}
        aria-autocomplete="list"
        {...(found.length > 0 && { 'aria-controls': listId, 'aria-activedescendant': `${listId}-${active}` })}
        onChange={(event) => {
          put(event.target.value);
          completion.look(event.target.value, event.target.selectionStart);
        }}
        onSelect={look}
        onKeyDown={onKeyDown}
        onBlur={() => {
          completion.close();
          on.onRest?.();
        }}
      />
      {found.length > 0 && (
        <ul className="mention-list" id={listId} role="listbox" aria-label="People">
          {found.map((person, n) => (
            <li
              key={person.id}
              id={`${listId}-${n}`}
              role="option"
              aria-selected={n === active}
              className={cx('mention-option', n === active && 'mention-on')}
              // Before the field loses the focus, and with it the caret.
              onPointerDown={(event) => {
                event.preventDefault();
                completion.pick(person);
              }}
            >
              <Avatar person={person} size={20} />
              <span className="truncate">{person.name}</span>
            </li>
          ))}
        </ul>
      )}
      <span className="sr-only" role="status">
        {found.length > 0 && `${found.length} ${found.length === 1 ? 'person' : 'people'}; ${found[active]?.name ?? ''}`}
      </span>
      <div className="composer-foot">
        <span className="muted composer-hint">@ mentions · Shift+Enter: new line</span>
        <span className="spacer" />
        <Button look="solid" disabled={text.trim() === '' || readOnly !== null} onClick={post} data-testid="post">
          {action}
        </Button>
      </div>
    </div>
  );
}

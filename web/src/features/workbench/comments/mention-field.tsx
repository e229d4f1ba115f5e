/** A field in which `@` completes the names of people. */
import { useEffect, useId, useLayoutEffect, useRef, type KeyboardEvent, type ReactNode } from 'react';

import { cx } from '~/lib/cx';
import { Avatar } from '~/ui/people';
import type { Person } from '../use-people';
import { useCompletion } from './use-completion';

interface MentionFieldProps {
  label: string;
  placeholder: string;
  /** Who can be mentioned. */
  others: readonly Person[];
  text: string;
  rows?: number;
  maxLength: number;
  disabled?: boolean;
  autoFocus?: boolean | undefined;
  /** Somebody was picked from the list, where several may have the name. */
  onPick: (person: Person) => void;
  onChange: (text: string) => void;
  /** Keys that the list of names has no use for. */
  onKeyDown?: (event: KeyboardEvent<HTMLTextAreaElement>) => void;
  onBlur?: () => void;
}

export function MentionField(props: MentionFieldProps): ReactNode {
  const { label, placeholder, others, text, rows = 2, maxLength, disabled = false, autoFocus, onPick, onChange, ...on } = props;
  const field = useRef<HTMLTextAreaElement>(null);
  /** Where the caret goes once the text is on the page. */
  const caret = useRef<number | null>(null);
  const listId = useId();
  const completion = useCompletion(
    others,
    () => field.current,
    (next, at, person) => {
      onPick(person);
      caret.current = at;
      onChange(next);
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

  const look = (): void => {
    const element = field.current;
    if (element) completion.look(element.value, element.selectionStart);
  };
  return (
    <>
      <textarea
        ref={field}
        className="input"
        rows={rows}
        value={text}
        maxLength={maxLength}
        disabled={disabled}
        aria-label={label}
        placeholder={placeholder}
        aria-autocomplete="list"
        {...(found.length > 0 && { 'aria-controls': listId, 'aria-activedescendant': `${listId}-${active}` })}
        onChange={(event) => {
          onChange(event.target.value);
          completion.look(event.target.value, event.target.selectionStart);
        }}
        onSelect={look}
        onKeyDown={(event) => {
          if (!completion.onKey(event)) on.onKeyDown?.(event);
        }}
        onBlur={() => {
          completion.close();
          on.onBlur?.();
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
    </>
  );
}

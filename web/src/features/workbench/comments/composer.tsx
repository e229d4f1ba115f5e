import { useMemo, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';

import { mentioned } from '~/lib/mentions';
import { Button } from '~/ui/controls';
import type { Person } from '../use-people';
import { MentionField } from './mention-field';

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
  /** Who was picked for a name, where several have it. */
  const chosen = useRef(new Map<string, string>());
  const others = useMemo(() => [...people.values()].filter(({ id }) => id !== me), [people, me]);
  const put = (next: string): void => {
    setText(next);
    on.onChange?.(next);
  };

  const post = (): void => {
    const said = text.trim();
    if (said === '' || readOnly !== null) return;
    on.onPost(said, mentioned(said, others, chosen.current));
    chosen.current.clear();
    put('');
  };
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>): void => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      post();
    } else if (event.key === 'Escape') {
      event.preventDefault();
      event.stopPropagation();
      on.onCancel();
    }
  };
  return (
    <div className="composer">
      <MentionField
        label={label}
        placeholder={readOnly === null ? placeholder : 'Read only: nothing can be written here'}
        others={others}
        text={text}
        maxLength={LONGEST}
        disabled={readOnly !== null}
        autoFocus={autoFocus}
        onPick={({ id, name }) => chosen.current.set(name.normalize('NFC').toLowerCase(), id)}
        onChange={put}
        onKeyDown={onKeyDown}
        onBlur={() => on.onRest?.()}
      />
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

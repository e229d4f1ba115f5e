import { useState, type KeyboardEvent } from 'react';

import { completed, matching, queryAt, type MentionQuery } from '~/lib/mentions';
import type { Person } from '../use-people';

export interface Completion {
  /** Empty: nobody is being mentioned just now. */
  readonly found: readonly Person[];
  readonly active: number;
  /** The text, or the caret in it, is another. */
  look: (text: string, caret: number) => void;
  close: () => void;
  pick: (person: Person) => void;
  /** @returns whether the key was for the list */
  onKey: (event: KeyboardEvent) => boolean;
}

/** Names while they are typed after an `@`. */
export function useCompletion(
  people: readonly Person[],
  field: () => HTMLTextAreaElement | null,
  change: (text: string, caret: number, person: Person) => void,
): Completion {
  const [query, setQuery] = useState<MentionQuery | null>(null);
  const [active, setActive] = useState(0);
  /** Esc puts this one away, until another is begun. */
  const [dismissed, setDismissed] = useState<number | null>(null);
  const found = query && query.from !== dismissed ? matching(people, query.text) : [];

  const pick = (person: Person): void => {
    const element = field();
    if (!query || !element) return;
    const next = completed(element.value, query, query.from + 1 + query.text.length, person.name);
    setQuery(null);
    change(next.text, next.caret, person);
  };
  return {
    found,
    active,
    look: (text, caret) => {
      const next = queryAt(text, caret);
      if (next?.from !== query?.from || next?.text !== query?.text) setActive(0);
      if (next?.from !== dismissed) setDismissed(null);
      setQuery(next);
    },
    close: () => setQuery(null),
    pick,
    onKey: (event) => {
      const chosen = found[active];
      if (!chosen || event.nativeEvent.isComposing) return false;
      if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
        const by = event.key === 'ArrowDown' ? 1 : found.length - 1;
        setActive((active + by) % found.length);
      } else if ((event.key === 'Enter' && !event.shiftKey) || event.key === 'Tab') pick(chosen);
      else if (event.key === 'Escape') setDismissed(query?.from ?? null);
      else return false;
      event.preventDefault();
      event.stopPropagation();
      return true;
    },
  };
}

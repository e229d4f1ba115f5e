import { useMemo, type ReactNode } from 'react';

import { segments } from '~/lib/mentions';
import { personOf, type Person } from '../use-people';

interface SaidProps {
  text: string;
  mentions: readonly string[];
  people: ReadonlyMap<string, Person>;
  me: string;
}

/** What somebody wrote: plain text, with names of people and addresses of the web made out in it. */
export function Said({ text, mentions, people, me }: SaidProps): ReactNode {
  const parts = useMemo(
    () =>
      segments(
        text,
        mentions.map((id) => personOf(people, id)),
      ),
    [text, mentions, people],
  );
  return (
    <p className="said">
      {parts.map((part, n) => {
        if (part.kind === 'text') return part.text;
        if (part.kind === 'mention')
          return (
            <span key={n} className={part.id === me ? 'mention mention-me' : 'mention'}>
              {part.text}
            </span>
          );
        return (
          <a key={n} href={part.text} target="_blank" rel="noopener noreferrer nofollow">
            {part.text}
          </a>
        );
      })}
    </p>
  );
}

import type { CSSProperties, ReactNode } from 'react';

import { inkOn, initials } from '~/lib/color';
import { cx } from '~/lib/cx';
import { Tip } from './tip';

interface Person {
  readonly id: string;
  readonly name: string;
  readonly color: string;
}

export function Avatar({ person, size = 24, className }: { person: Person; size?: number; className?: string }): ReactNode {
  const style: CSSProperties = {
    background: person.color,
    color: inkOn(person.color),
    width: size,
    height: size,
    fontSize: size * 0.4,
  };
  return (
    // Drawn, not written: a button with a face on it is called by the person's name.
    <span className={cx('avatar', className)} style={style} data-initials={initials(person.name)} aria-hidden />
  );
}

/** Who is here: some faces, then a number. Read as one sentence by screen readers. */
export function AvatarStack({
  people,
  max = 4,
  size = 22,
}: {
  people: readonly Person[];
  max?: number;
  size?: number;
}): ReactNode {
  if (people.length === 0) return null;
  const shown = people.length > max ? people.slice(0, max - 1) : people;
  const names = people.map((p) => p.name).join(', ');
  return (
    <Tip text={`Here now: ${names}`}>
      <span className="avatar-stack" role="img" aria-label={`Here now: ${names}`}>
        {shown.map((person) => (
          <Avatar key={person.id} person={person} size={size} />
        ))}
        {people.length > shown.length && (
          <span className="avatar avatar-more num" style={{ width: size, height: size }}>
            +{people.length - shown.length}
          </span>
        )}
      </span>
    </Tip>
  );
}

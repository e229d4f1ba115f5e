import { CircleCheck, CircleSlash } from 'lucide-react';
import { useId, useState, type ReactNode } from 'react';

import { cx } from '~/lib/cx';
import { Avatar } from '~/ui/people';
import { Failed, Skeleton } from '~/ui/feedback';
import type { Asked } from './suited';
import type { Person } from './use-steering';

interface PersonPickProps extends Asked {
  label: string;
  chosen: readonly Person[];
  /** More than one may be chosen. */
  several?: boolean;
  /** Whether somebody may be chosen against the rules. */
  anybody: boolean;
  /** Of several: chosen, or not any more. */
  onChoose: (person: Person) => void;
}

/** Everybody who may be given the task, then the others with what speaks against them. Arrow keys go from one to the next. */
export function PersonPick({ label, people, failure, chosen, several = false, anybody, onChoose }: PersonPickProps): ReactNode {
  const [typed, setTyped] = useState('');
  const name = useId();
  const wanted = typed.trim().toLowerCase();
  const shown = people.filter(({ user }) => wanted === '' || `${user.name} ${user.email}`.toLowerCase().includes(wanted));
  return (
    <fieldset className="pick">
      <legend>{label}</legend>
      {people.length > 6 && (
        <input
          type="search"
          className="input"
          aria-label="Find a person"
          placeholder="Find a person …"
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
      )}
      {failure && <Failed {...failure} />}
      <ul className="pick-list">
        {shown.map(({ user, reasons }) => {
          const open = reasons?.length === 0;
          return (
            <li key={user.id}>
              <label className={cx('pick-person', !open && 'pick-not')}>
                <input
                  type={several ? 'checkbox' : 'radio'}
                  name={name}
                  checked={chosen.some(({ id }) => id === user.id)}
                  disabled={!open && !anybody}
                  aria-describedby={`${name}-${user.id}`}
                  onChange={() => onChoose({ id: user.id, name: user.name })}
                />
                <Avatar person={user} size={22} />
                <span className="pick-name">
                  <span className="truncate">{user.name}</span>
                  <small id={`${name}-${user.id}`}>
                    <Word reasons={reasons} known={failure === null} />
                  </small>
                </span>
                {reasons !== null &&
                  (open ? <CircleCheck size={15} className="pick-yes" aria-hidden /> : <CircleSlash size={15} aria-hidden />)}
              </label>
            </li>
          );
        })}
        {shown.length === 0 && <li className="muted">Nobody of that name is in this project.</li>}
      </ul>
    </fieldset>
  );
}

function Word({ reasons, known }: { reasons: readonly string[] | null; known: boolean }): ReactNode {
  if (reasons === null) return known ? <Skeleton width={90} /> : 'Not known';
  return reasons.length === 0 ? 'May have it' : reasons.join(' · ');
}

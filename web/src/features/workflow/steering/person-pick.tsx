import { CircleCheck, CircleSlash } from 'lucide-react';
import { useId, useState, type ReactNode } from 'react';

import { cx } from '~/lib/cx';
import { Avatar } from '~/ui/people';
import { Skeleton } from '~/ui/feedback';
import type { Suited } from './suited';
import type { Person } from './use-steering';

interface PersonPickProps {
  label: string;
  people: readonly Suited[];
  chosen: readonly Person[];
  /** More than one may be chosen. */
  several?: boolean;
  /** Whether somebody may be chosen against the rules. */
  anybody: boolean;
  /** Of several: chosen, or not any more. */
  onChoose: (person: Person) => void;
}

/** Everybody who may be given the task, then the others with what speaks against them. Arrow keys go from one to the next. */
export function PersonPick({ label, people, chosen, several = false, anybody, onChoose }: PersonPickProps): ReactNode {
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
                    {reasons === null ? <Skeleton width={90} /> : open ? 'May have it' : reasons.join(' · ')}
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

/** When somebody works: by which clock, at which hours of the week, and on which days not. */
import { CalendarOff, Plus, X } from 'lucide-react';
import { useId, useState, type ReactNode } from 'react';

import { Button, IconButton } from '~/ui/controls';
import { Field } from '~/ui/fields';
import { DAYS, isOvernight, WEEKDAYS, type Day, type ProfileForm, type Shift } from './profile';

interface TimeZoneProps {
  value: string;
  error: string | undefined;
  hint: string;
  onChange: (value: string) => void;
}

export function TimeZone({ value, error, hint, onChange }: TimeZoneProps): ReactNode {
  const list = useId();
  return (
    <Field label="Time zone" error={error} hint={hint}>
      {(ids) => (
        <>
          <input
            {...ids}
            className="input"
            list={list}
            placeholder={Intl.DateTimeFormat().resolvedOptions().timeZone}
            value={value}
            onChange={(event) => onChange(event.target.value)}
          />
          <datalist id={list}>
            {Intl.supportedValuesOf('timeZone').map((zone) => (
              <option key={zone} value={zone} />
            ))}
          </datalist>
        </>
      )}
    </Field>
  );
}

const OFFICE: Shift = { from: '09:00', to: '17:00' };

interface HoursProps {
  hours: ProfileForm['hours'];
  problem: (field: string) => string | undefined;
  onChange: (hours: ProfileForm['hours']) => void;
}

/** A line for each day. None at all: any hour; where one day has hours, a day without is free. */
export function Hours({ hours, problem, onChange }: HoursProps): ReactNode {
  const set = (day: Day, shifts: readonly Shift[]): void => onChange({ ...hours, [day]: shifts });
  const some = DAYS.some(([day]) => (hours[day]?.length ?? 0) > 0);
  const monday = hours.mon ?? [];
  return (
    <fieldset className="profile-group">
      <legend>Working hours</legend>
      <ul className="profile-days">
        {DAYS.map(([day, name]) => {
          const shifts = hours[day] ?? [];
          return (
            <li key={day}>
              <span className="profile-day">{name}</span>
              <span className="profile-shifts">
                {shifts.length === 0 && <span className="muted">{some ? 'free' : 'any time'}</span>}
                {shifts.map((shift, index) => (
                  <ShiftFields
                    key={index}
                    name={shifts.length > 1 ? `${name} ${index + 1}` : name}
                    shift={shift}
                    onChange={(now) => set(day, now === null ? shifts.filter((_, at) => at !== index) : shifts.with(index, now))}
                  />
                ))}
                {problem(`hours.${day}`) && <small className="field-error">{problem(`hours.${day}`)}</small>}
              </span>
              <IconButton label={`Add hours on ${name}`} onClick={() => set(day, [...shifts, OFFICE])}>
                <Plus size={14} aria-hidden />
              </IconButton>
            </li>
          );
        })}
      </ul>
      {monday.length > 0 && (
        <Button
          look="plain"
          className="profile-add"
          onClick={() => onChange({ ...hours, ...Object.fromEntries(WEEKDAYS.map((day) => [day, monday])) })}
        >
          Monday to Friday as on Monday
        </Button>
      )}
    </fieldset>
  );
}

interface ShiftProps {
  name: string;
  shift: Shift;
  /** null: it goes. */
  onChange: (shift: Shift | null) => void;
}

const ShiftFields = ({ name, shift, onChange }: ShiftProps): ReactNode => (
  <span className="profile-shift">
    <input
      type="time"
      className="input num"
      aria-label={`${name}, from`}
      value={shift.from}
      onChange={(event) => onChange({ ...shift, from: event.target.value })}
    />
    <span aria-hidden>–</span>
    <input
      type="time"
      className="input num"
      aria-label={`${name}, to`}
      value={shift.to}
      onChange={(event) => onChange({ ...shift, to: event.target.value })}
    />
    <IconButton label={`Remove these hours on ${name}`} onClick={() => onChange(null)}>
      <X size={14} aria-hidden />
    </IconButton>
    {isOvernight(shift) && <small className="muted">to the next day</small>}
  </span>
);

export function DaysOff({ days, onChange }: { days: readonly string[]; onChange: (days: readonly string[]) => void }): ReactNode {
  const [day, setDay] = useState('');
  const add = (): void => {
    if (day === '') return;
    onChange([...new Set([...days, day])].sort());
    setDay('');
  };
  return (
    <fieldset className="profile-group">
      <legend>Days off</legend>
      <div className="profile-off">
        {days.map((one) => (
          <span key={one} className="pill num">
            {one}
            <button
              type="button"
              aria-label={`Remove the day off ${one}`}
              onClick={() => onChange(days.filter((d) => d !== one))}
            >
              <X size={12} aria-hidden />
            </button>
          </span>
        ))}
        <input
          type="date"
          className="input num"
          aria-label="Another day off"
          value={day}
          onChange={(event) => setDay(event.target.value)}
          onKeyDown={(event) => {
            if (event.key !== 'Enter') return;
            event.preventDefault();
            add();
          }}
        />
        <Button look="plain" icon={<CalendarOff size={14} aria-hidden />} disabled={day === ''} onClick={add}>
          Add the day
        </Button>
      </div>
    </fieldset>
  );
}

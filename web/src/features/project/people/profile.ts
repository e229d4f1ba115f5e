/** What somebody can do and when they work, as a form: read from the server's profile, and written back. */
import type { components } from '@tandem/client';

import { at, isRecord } from '~/features/workflow/form';

export type MemberProfile = components['schemas']['MemberProfile'];

export const DAYS = [
  ['mon', 'Monday'],
  ['tue', 'Tuesday'],
  ['wed', 'Wednesday'],
  ['thu', 'Thursday'],
  ['fri', 'Friday'],
  ['sat', 'Saturday'],
  ['sun', 'Sunday'],
] as const;
export type Day = (typeof DAYS)[number][0];
export const WEEKDAYS: readonly Day[] = ['mon', 'tue', 'wed', 'thu', 'fri'];

/** `09:00`; one that ends no later than it begins goes past midnight. */
export interface Shift {
  readonly from: string;
  readonly to: string;
}

export interface SkillRow {
  readonly name: string;
  readonly level: string;
  /** A day, `2027-01-31`, to whose end it counts; empty: for ever. */
  readonly until: string;
  /** The moment as the server had it: a day that was not changed must not move it. */
  readonly exact: string | null;
}

export interface ProfileForm {
  readonly skills: readonly SkillRow[];
  /** Names with commas between them, as they are typed. */
  readonly teams: string;
  /** Empty: they work at any time. */
  readonly timeZone: string;
  readonly hours: Readonly<Partial<Record<Day, readonly Shift[]>>>;
  readonly dailyCapacity: number | undefined;
  readonly daysOff: readonly string[];
  readonly maxConcurrent: number | undefined;
}

const textAt = (value: unknown, key: string): string => {
  const text = at(value, key);
  return typeof text === 'string' ? text : '';
};

export function formOfProfile({ skills, teams, availability, max_concurrent: most }: MemberProfile): ProfileForm {
  const hours: Partial<Record<Day, readonly Shift[]>> = {};
  for (const [day] of DAYS) {
    const shifts = at(availability, 'hours', day);
    if (!Array.isArray(shifts)) continue;
    hours[day] = (shifts as unknown[]).map((shift) => ({ from: textAt(shift, 'from'), to: textAt(shift, 'to') }));
  }
  const off = at(availability, 'days_off');
  const capacity = at(availability, 'daily_capacity');
  return {
    skills: skills.map(({ name, level, expires_at: exact }) => ({
      name,
      level,
      until: exact?.slice(0, 10) ?? '',
      exact: exact ?? null,
    })),
    teams: teams.join(', '),
    timeZone: isRecord(availability) ? textAt(availability, 'time_zone') : '',
    hours,
    dailyCapacity: typeof capacity === 'number' ? capacity : undefined,
    daysOff: Array.isArray(off) ? off.filter((day): day is string => typeof day === 'string') : [],
    maxConcurrent: most ?? undefined,
  };
}

export const teamsOf = (typed: string): string[] =>
  typed
    .split(',')
    .map((team) => team.trim())
    .filter((team) => team !== '');

const expiry = ({ until, exact }: SkillRow): string | null => {
  if (until === '') return null;
  return exact?.slice(0, 10) === until ? exact : `${until}T23:59:59Z`;
};

const hasHours = (form: ProfileForm): boolean => Object.values(form.hours).some((shifts) => shifts.length > 0);
const saysWhen = (form: ProfileForm): boolean => hasHours(form) || form.dailyCapacity !== undefined || form.daysOff.length > 0;

/** When they work, as the server keeps it. A day without shifts is left out: it is free where any other has one. */
export function hoursOf(form: ProfileForm): MemberProfile['availability'] {
  if (form.timeZone.trim() === '') return null;
  const hours = Object.fromEntries(Object.entries(form.hours).filter(([, shifts]) => shifts.length > 0));
  return {
    time_zone: form.timeZone.trim(),
    ...(hasHours(form) ? { hours } : {}),
    ...(form.dailyCapacity === undefined ? {} : { daily_capacity: form.dailyCapacity }),
    ...(form.daysOff.length > 0 ? { days_off: [...form.daysOff].sort() } : {}),
  };
}

export function profileOf(form: ProfileForm): MemberProfile {
  return {
    skills: form.skills.map((skill) => ({ name: skill.name.trim(), level: skill.level, expires_at: expiry(skill) })),
    teams: teamsOf(form.teams),
    availability: hoursOf(form),
    max_concurrent: form.maxConcurrent ?? null,
  };
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** What the server could not say at its field, by the names that it gives fields. */
export function problemsOf(form: ProfileForm): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  if (form.timeZone.trim() === '' && saysWhen(form))
    found.set('availability', 'Hours and days are by a clock: choose its time zone.');
  if (form.timeZone.trim() !== '' && !isTimeZone(form.timeZone.trim())) {
    found.set('availability', 'There is no time zone of this name. They are called as Europe/Berlin is.');
  }
  for (const [day, name] of DAYS) {
    const open = form.hours[day]?.some(({ from, to }) => from === '' || to === '');
    if (open) found.set(`hours.${day}`, `${name} needs both its beginning and its end.`);
  }
  if (form.dailyCapacity !== undefined && !(Number.isInteger(form.dailyCapacity) && form.dailyCapacity >= 0)) {
    found.set('daily_capacity', 'A whole number of tasks, 0 or more.');
  }
  return found;
}

/** As the row of a person says it: `09:00–17:00`, `and next day`. */
export const isOvernight = ({ from, to }: Shift): boolean => from !== '' && to !== '' && to <= from;

/** A skill is over, or nearly: within 30 days. */
export function skillState({ until }: SkillRow, today: string): 'over' | 'soon' | null {
  if (until === '') return null;
  if (until < today) return 'over';
  const days = (Date.parse(until) - Date.parse(today)) / 86_400_000;
  return days <= 30 ? 'soon' : null;
}

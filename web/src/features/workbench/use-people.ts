import type { TaskRoom } from '@tandem/client';
import { useMemo } from 'react';

import { useLive } from '~/lib/use-store';
import { useMembers } from '~/session/queries';
import { useProjectId } from './project-id';

export interface Person {
  readonly id: string;
  readonly name: string;
  readonly color: string;
}

/** Whoever may have done something here. Authors who left the task are still known by the project's list of people. */
export function usePeople(room: TaskRoom): ReadonlyMap<string, Person> {
  const members = useMembers(useProjectId());
  // Presence tells every tool and every move of a view; who is here changes seldom, and all of the workbench hangs on this.
  const here = useLive(room.presence, () => JSON.stringify(room.presence.peers().map(({ user }) => user)));
  return useMemo(() => {
    const people = new Map<string, Person>();
    for (const { user } of members.data ?? []) people.set(user.id, user);
    for (const user of JSON.parse(here) as Person[]) people.set(user.id, user);
    return people;
  }, [members.data, here]);
}

/** Somebody who was taken out of the project: what they said stays. */
const UNKNOWN = { name: 'Somebody', color: '#8b8f99' } as const;

export const personOf = (people: ReadonlyMap<string, Person>, id: string | null): Person =>
  (id === null ? undefined : people.get(id)) ?? { id: id ?? '', ...UNKNOWN };

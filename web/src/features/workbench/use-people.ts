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
  const peers = useLive(room.presence, () => room.presence.peers());
  return useMemo(() => {
    const people = new Map<string, Person>();
    for (const { user } of members.data ?? []) people.set(user.id, user);
    for (const { user } of peers) people.set(user.id, user);
    return people;
  }, [members.data, peers]);
}

/** Somebody who was taken out of the project: what they said stays. */
export const UNKNOWN = { name: 'Somebody', color: '#8b8f99' } as const;

export const personOf = (people: ReadonlyMap<string, Person>, id: string | null): Person =>
  (id === null ? undefined : people.get(id)) ?? { id: id ?? '', ...UNKNOWN };

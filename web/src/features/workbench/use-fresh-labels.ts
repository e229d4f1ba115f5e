import type { TaskRoom } from '@tandem/client';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';

import type { Project } from '~/session/queries';

/**
 * Reads the project anew when a region comes with a label that nobody here knows: an admin renamed it, or made a new one, while we draw. Once for each
 * such name, as a stranger's client may write any.
 */
export function useFreshLabels(room: TaskRoom, project: Project): void {
  const client = useQueryClient();
  const asked = useRef(new Set<string>());
  const { id, label_schema } = project;
  useEffect(() => {
    const known = new Set(label_schema.labels.flatMap(({ name, formerly }) => [name, ...(formerly ?? [])]));
    const look = (): void => {
      const unknown = room.regions.list().filter(({ label }) => !known.has(label) && !asked.current.has(label));
      if (unknown.length === 0) return;
      for (const { label } of unknown) asked.current.add(label);
      void client.invalidateQueries({ queryKey: ['project', id] });
    };
    look();
    return room.regions.subscribe(look);
  }, [client, room, id, label_schema]);
}

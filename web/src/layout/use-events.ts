/** Events of components, given to whoever provides the handlers that the layout names. */
import type { Json } from '@tandem/client';
import { useCallback } from 'react';

import { useLayout } from './context';
import type { ComponentNode, Part } from './tree';

/** Returns what the handler returns. */
export type Emit = (event: string, detail: Json) => unknown;

/** A handler that nobody provides is not called: hooks may come and go while people work. */
export function useEvents({ events, instance_id }: Pick<ComponentNode, 'events' | 'instance_id'>): Emit {
  const { handlers } = useLayout();
  return useCallback(
    (event, detail) => {
      const name = events?.[event];
      return name === undefined ? undefined : handlers[name]?.({ instance: instance_id, detail });
    },
    [handlers, events, instance_id],
  );
}

export const partEvents = (
  part: Part | undefined,
  { instance_id }: ComponentNode,
): Pick<ComponentNode, 'events' | 'instance_id'> => ({
  instance_id,
  ...(part?.events ? { events: part.events } : {}),
});

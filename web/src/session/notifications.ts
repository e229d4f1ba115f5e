/** What I am told of although I am elsewhere: read from the API, and live as it happens. */
import { ok, type components } from '@tandem/client';
import { useMutation, useQuery, useQueryClient, type UseQueryResult } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';

import { useBackend } from './backend';

type Schemas = components['schemas'];
export type Notification = Schemas['Notification'];
export type Notifications = Schemas['Notifications'];

const KEY = ['notifications'];
/** As many as a menu can show; older ones are read in their tasks. */
const SHOWN = 30;

export function useNotifications(): UseQueryResult<Notifications> {
  const { api } = useBackend();
  return useQuery({
    queryKey: KEY,
    queryFn: () => ok(api.GET('/api/v1/me/notifications', { params: { query: { limit: SHOWN } } })),
  });
}

/** Marks these as read, or all. */
export function useReadNotifications(): (ids?: readonly string[]) => void {
  const { api } = useBackend();
  const client = useQueryClient();
  const { mutate } = useMutation({
    mutationFn: (ids?: readonly string[]) =>
      ok(api.POST('/api/v1/me/notifications/read', { body: { ids: ids ? [...ids] : null } })),
    onSuccess: () => client.invalidateQueries({ queryKey: KEY }),
  });
  return mutate;
}

/** Says each notification once as it comes. What came while the connection was away is read anew, without being said. */
export function useTold(onTold: (notification: Notification) => void): void {
  const { live } = useBackend();
  const client = useQueryClient();
  const latest = useRef(onTold);
  useEffect(() => {
    latest.current = onTold;
  }, [onTold]);
  useEffect(() => {
    const room = live.subscribeUser();
    let wasJoined = false;
    const again = (): void => void client.invalidateQueries({ queryKey: KEY });
    const stops = [
      room.onNotification((notification) => {
        again();
        latest.current(notification);
      }),
      room.subscribe(() => {
        const { joined } = room.snapshot();
        if (joined && !wasJoined) again();
        wasJoined = joined;
      }),
    ];
    return () => {
      for (const stop of stops) stop();
      room.close();
    };
  }, [client, live]);
}

/** The keys that I gave to things: kept on the server, so that they are the same wherever I sign in, and here, so that they are there at once. */
import { ok } from '@tandem/client';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';

import { device } from '~/lib/keep';
import { useStore } from '~/lib/use-store';
import { useBackend } from '~/session/backend';
import { useMe } from '~/session/queries';
import { keysFrom, myKeys, type MyKeys } from '~/hotkeys/keymap';
import { explain } from '~/ui/explain';
import { toast } from '~/ui/toast';

const KEY = ['preferences'];
const HERE = 'tandem.hotkeys';

/** Of one person: others may sign in on this machine. */
const place = (user: string): string => `${HERE}.${user}`;

function keptHere(user: string): MyKeys {
  try {
    return keysFrom(JSON.parse(device.getItem(place(user)) ?? '{}'));
  } catch {
    return {};
  }
}

/** Has them in force as long as the workbench is there; who shows keys is rendered again when they change. */
export function useMyKeys(): MyKeys {
  const { api } = useBackend();
  const user = useMe().user.id;
  const kept = useQuery({ queryKey: KEY, staleTime: 60_000, queryFn: () => ok(api.GET('/api/v1/me/preferences')) });
  useEffect(() => myKeys.set(keptHere(user)), [user]);
  const values = kept.data?.values;
  useEffect(() => {
    if (!values) return;
    const mine = keysFrom(values.hotkeys);
    device.setItem(place(user), JSON.stringify(mine));
    myKeys.set(mine);
  }, [user, values]);
  return useStore(myKeys);
}

/** Changes them at once; if they cannot be kept, they are as they were, and that is said. */
export function useChangeKeys(): (next: MyKeys) => void {
  const { api } = useBackend();
  const client = useQueryClient();
  const change = useMutation({
    mutationFn: ({ next }: { next: MyKeys; before: MyKeys }) =>
      ok(
        api.PATCH('/api/v1/me/preferences', {
          body: { values: { hotkeys: Object.keys(next).length === 0 ? null : next } },
        }),
      ),
    // One after the other: what was changed last is what is kept.
    scope: { id: 'preferences' },
    onSuccess: (saved) => client.setQueryData(KEY, saved),
    onError: (error, { before }) => {
      myKeys.set(before);
      toast(`The key could not be kept: ${explain(error).detail}`, 'bad');
    },
  });
  return (next) => {
    const before = myKeys.get();
    myKeys.set(next);
    change.mutate({ next, before });
  };
}

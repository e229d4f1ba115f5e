import {
  createApi,
  indexedDbPersistence,
  Session,
  sessionTokens,
  type Api,
  type components,
  type SessionApi,
} from '@tandem/client';
import { createContext, use } from 'react';

import { keep, type AuthSession } from './account';

type Me = components['schemas']['Me'];

/** All that a signed-in person's screens talk to. */
export interface Backend {
  readonly me: Me;
  readonly api: Api;
  readonly live: SessionApi;
  close(): void;
}

export function connect(session: AuthSession): Backend {
  const tokens = sessionTokens({ baseUrl: location.origin, onChange: keep }, session);
  const live = new Session({
    url: `${location.origin.replace(/^http/, 'ws')}/ws`,
    tokens,
    storage: indexedDbPersistence({ name: `tandem-${session.me.user.id}` }),
    client: 'tandem-web/0.1.0',
    userId: session.me.user.id,
  });
  live.connect();
  // What a closed tab left behind is delivered now; what stays undelivered is tried again at the next sign-in.
  live.deliverPending().catch(() => undefined);
  return { me: session.me, api: createApi({ baseUrl: location.origin, tokens }), live, close: () => live.close() };
}

export const BackendContext = createContext<Backend | null>(null);

export function useBackend(): Backend {
  const backend = use(BackendContext);
  if (!backend) throw new Error('a screen for signed-in people was shown to nobody');
  return backend;
}

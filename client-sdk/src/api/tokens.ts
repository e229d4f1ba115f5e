/** A signed-in person's tokens: renewed when they run out, shared by REST and the live session. */
import type { AuthSession } from '../wire/types.js';
import { singleFlight, SignInNeeded, type TokenSource } from '../session/tokens.js';
import { createApi, ok, type ApiOptions } from './client.js';
import { ApiError } from './error.js';

export interface SessionTokens extends TokenSource {
  /** The newest session, for keeping it across a reload. */
  readonly session: AuthSession;
}

export type AuthOptions = Omit<ApiOptions, 'token' | 'tokens'> & {
  /** Told of every new session, to store it. */
  onChange?: (session: AuthSession) => void;
};

/** Exchange the token of a sign-in link. */
export const signIn = (options: AuthOptions, token: string): Promise<AuthSession> =>
  ok(createApi(options).POST('/api/v1/auth/sign-in', { body: { token } }));

/** Tokens of a session, from `signIn` or from where the last one was stored. */
export function sessionTokens(options: AuthOptions, session: AuthSession): SessionTokens {
  let now = session;
  const api = createApi(options);

  async function refresh(): Promise<string> {
    try {
      now = await ok(api.POST('/api/v1/auth/refresh', { body: { refresh_token: now.refresh_token } }));
    } catch (error) {
      if (error instanceof ApiError && !error.retryable && error.status < 500) throw new SignInNeeded(error.message);
      throw error;
    }
    options.onChange?.(now);
    return now.access_token;
  }

  const source = singleFlight({ current: () => now.access_token, refresh });
  return {
    ...source,
    get session() {
      return now;
    },
  };
}

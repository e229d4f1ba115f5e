/** Where access tokens come from. */

export interface TokenSource {
  /** The token to use now. */
  current(): string | Promise<string>;
  /** A new one, because the old one runs out or was turned down. Rejects with `SignInNeeded` when there is none to be had. */
  refresh(): Promise<string>;
}

/** No new token can be had: the person has to sign in again. */
export class SignInNeeded extends Error {
  override readonly name = 'SignInNeeded';
  constructor(message = 'sign in again: the session has ended') {
    super(message);
  }
}

/** A token that is what it is, e.g. one of `tandem token` for a script. */
export const fixedToken = (token: string): TokenSource => ({
  current: () => token,
  refresh: () => Promise.reject(new SignInNeeded('the token has run out, and there is no way to a new one')),
});

/** However many ask at once, `refresh` runs once. */
export function singleFlight(source: TokenSource): TokenSource {
  let running: Promise<string> | undefined;
  return {
    current: () => source.current(),
    refresh: () =>
      (running ??= source.refresh().finally(() => {
        running = undefined;
      })),
  };
}

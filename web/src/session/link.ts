/** Takes the token of `/sign-in#token=...` and removes it from the address bar and from history. */
export function takeLinkToken(
  location: Pick<Location, 'pathname' | 'hash' | 'search'>,
  history: Pick<History, 'replaceState'>,
): string | null {
  if (location.pathname !== '/sign-in' || !location.hash.startsWith('#')) return null;
  const token = new URLSearchParams(location.hash.slice(1)).get('token');
  history.replaceState(null, '', location.pathname + location.search);
  return token;
}

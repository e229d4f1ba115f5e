import type { components } from '@tandem/client';

import { createStore } from '~/lib/store';

export type AuthSession = components['schemas']['AuthSession'];

const KEY = 'tandem.session';

function read(): AuthSession | null {
  try {
    const text = localStorage.getItem(KEY);
    if (!text) return null;
    const session = JSON.parse(text) as AuthSession;
    const alive = Date.parse(session.refresh_expires_at) > Date.now();
    return alive && typeof session.access_token === 'string' ? session : null;
  } catch {
    // Written by another version, or storage is closed to us: sign in anew.
    return null;
  }
}

/** Who is signed in on this browser; null: nobody. */
export const account = createStore<AuthSession | null>(read());

export function keep(session: AuthSession): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(session));
  } catch {
    // A full or closed storage costs the next reload its session, nothing else.
  }
}

export function enter(session: AuthSession): void {
  keep(session);
  account.set(session);
}

export function leave(): void {
  localStorage.removeItem(KEY);
  account.set(null);
}

// Signing out in one tab signs out all of them; signing in as somebody else must not leave two people in one browser.
addEventListener('storage', (event) => {
  if (event.key !== KEY) return;
  const session = read();
  const before = account.get();
  if (session?.me.user.id !== before?.me.user.id) account.set(session);
});

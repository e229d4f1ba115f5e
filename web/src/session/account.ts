import type { components } from '@tandem/client';

import { COPIED, device, dropAll } from '~/lib/keep';
import { createStore } from '~/lib/store';

export type AuthSession = components['schemas']['AuthSession'];

const KEY = 'tandem.session';

function read(): AuthSession | null {
  try {
    const text = device.getItem(KEY);
    if (!text) return null;
    const session = JSON.parse(text) as AuthSession;
    const alive = Date.parse(session.refresh_expires_at) > Date.now();
    return alive && typeof session.access_token === 'string' ? session : null;
  } catch {
    // Written by another version: sign in anew.
    return null;
  }
}

/** Who is signed in on this browser; null: nobody. */
export const account = createStore<AuthSession | null>(read());

export function keep(session: AuthSession): void {
  // A full or closed storage costs the next reload its session, nothing else.
  device.setItem(KEY, JSON.stringify(session));
}

export function enter(session: AuthSession): void {
  keep(session);
  account.set(session);
}

export function leave(): void {
  device.removeItem(KEY);
  // Whoever signs in next on this machine finds nothing of what was copied.
  dropAll(COPIED);
  account.set(null);
}

// Signing out in one tab signs out all of them; signing in as somebody else must not leave two people in one browser.
addEventListener('storage', (event) => {
  if (event.key !== KEY) return;
  const session = read();
  const before = account.get();
  if (session?.me.user.id !== before?.me.user.id) account.set(session);
});

import type { SessionState, TaskRoom } from '@tandem/client';

const SAVE_MS = 15_000;

/** Waits until the disk has my edits; says why when that takes long, instead of waiting without a word. */
export async function saved(
  room: Pick<TaskRoom, 'flush' | 'saveState' | 'whenSaved'>,
  live: { readonly state: SessionState },
): Promise<void> {
  room.flush();
  if (room.saveState === 'saved') return;
  if (room.saveState === 'offline') {
    const isSignedOut = live.state.status === 'closed';
    throw new Error(
      isSignedOut
        ? 'You are signed out. Open your sign-in link, then try again; your work is kept here.'
        : 'You are offline. Submit again once the connection is back; your work is kept here.',
    );
  }
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, fail) => {
    timer = setTimeout(
      () => fail(new Error('Your edits are not on the disk yet. Nothing is lost; submit again in a moment.')),
      SAVE_MS,
    );
  });
  try {
    await Promise.race([room.whenSaved(), late]);
  } finally {
    clearTimeout(timer);
  }
}

import type { SessionState } from '@tandem/client';
import { describe, expect, test } from 'vitest';

import { saved } from '~/features/workbench/saved';

const room = (saveState: 'saved' | 'offline' | 'saving', whenSaved: Promise<void> = Promise.resolve()) => ({
  saveState,
  flush: () => undefined,
  whenSaved: () => whenSaved,
});
const live = (status: SessionState['status']) => ({ state: { status } as SessionState });

describe('work that is about to be submitted', () => {
  test('waits until the disk has all of it', async () => {
    let isThere = false;
    const disk = new Promise<void>((resolve) => setTimeout(resolve, 20)).then(() => {
      isThere = true;
    });
    await saved(room('saving', disk), live('open'));
    expect(isThere).toBe(true);
    await saved(room('saved'), live('closed'));
  });

  test('of somebody who is signed out says so, and not that the connection will come back', async () => {
    await expect(saved(room('offline'), live('closed'))).rejects.toThrow(/signed out.*sign-in link.*kept here/);
    await expect(saved(room('offline'), live('connecting'))).rejects.toThrow(/offline.*kept here/);
  });
});

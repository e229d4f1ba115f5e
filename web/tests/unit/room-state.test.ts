import type { TaskRoom } from '@tandem/client';
import { expect, test } from 'vitest';

import { stateOf } from '~/features/workbench/use-room-state';
import { people } from '../support/layout';

test('what the workbench hangs on stays the same object while edits are saved, and changes when the room does', async () => {
  const [room] = (await people('ann')) as [TaskRoom];
  const state = stateOf(room);
  const before = state();
  const saving = new Set<string>();
  room.subscribe(() => saving.add(room.snapshot().saveState));
  room.regions.add({ label: 'car', geometry: { kind: 'box', x: 10, y: 10, width: 50, height: 40 } });
  await room.whenSaved();
  expect([...saving]).toContain('saving');
  expect(state()).toBe(before);
  room.close();
  expect(state()).not.toBe(before);
  expect(state().phase).toBe('closed');
});

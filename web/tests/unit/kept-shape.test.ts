import type { Session, TaskRoom } from '@tandem/client';
import { MemoryServer } from '@tandem/client/testing';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { imagePoint } from '~/geometry/points';
import { Desk, NOT_THERE } from '~/tools/desk';
import { shapeShelf, type KeptShape } from '~/tools/kept-shape';
import type { DeskLabel } from '~/tools/labels';
import { seatAt } from '../support/memory-room';

const TASK = '0192f0c1-0000-7000-8000-000000000001';
const frames = { request: () => 0, cancel: () => undefined, still: true };
const LABELS: readonly DeskLabel[] = [
  { name: 'car', kinds: ['box', 'polygon', 'polyline'] },
  { name: 'hand', kinds: ['keypoints'], keypoints: ['wrist', 'thumb', 'little'] },
];

class Store {
  readonly kept = new Map<string, string>();
  getItem = (key: string): string | null => this.kept.get(key) ?? null;
  setItem = (key: string, value: string): void => void this.kept.set(key, value);
  removeItem = (key: string): void => void this.kept.delete(key);
}

describe('a drawing that is not whole when its page is left', () => {
  let session: Session;
  let room: TaskRoom;
  let store: Store;
  let said: string[];

  beforeEach(async () => {
    vi.useFakeTimers();
    const server = new MemoryServer({ latencyMs: 1 });
    server.task(TASK);
    ({ session, room } = seatAt(server, TASK, 'Anna'));
    [store, said] = [new Store(), []];
    await vi.advanceTimersByTimeAsync(200);
  });
  afterEach(() => {
    session.close();
    vi.useRealTimers();
  });

  const opened = (labels: readonly DeskLabel[] = LABELS): Desk => {
    const shelf = shapeShelf(store, 'anna', TASK);
    const notify = (text: string): void => void said.push(text);
    const desk = new Desk({ room, image: { width: 1000, height: 800 }, frames, notify, shelf });
    desk.camera.resize({ width: 1000, height: 800 });
    desk.setLabels(labels);
    return desk;
  };
  const click = (desk: Desk, x: number, y: number): void => {
    desk.dispatch({ type: 'down', point: imagePoint(x, y) });
    desk.dispatch({ type: 'up', point: imagePoint(x, y) });
  };
  const begun = (desk: Desk): KeptShape => {
    const kept = desk.begun();
    if (!kept) throw new Error('nothing was kept');
    return kept;
  };

  test('is there when the task is opened again, to be gone on with', () => {
    const before = opened();
    before.pickTool('polygon');
    for (const [x, y] of [
      [100, 100],
      [300, 100],
      [300, 300],
    ] as const)
      click(before, x, y);
    before.dispose();
    const desk = opened();
    expect(begun(desk)).toMatchObject({
      tool: 'polygon',
      label: 'car',
      points: [
        [100, 100],
        [300, 100],
        [300, 300],
      ],
    });
    desk.takeUp(begun(desk));
    click(desk, 100, 300);
    desk.finish();
    expect(room.regions.list().map(({ geometry }) => geometry)).toMatchObject([{ parts: [[{ length: 4 }]] }]);
    expect(store.kept.size).toBe(0);
  });

  test('of a skeleton goes on with its next point', () => {
    const before = opened();
    before.pickLabel('hand');
    click(before, 100, 100);
    before.dispatch({ type: 'skip' });
    before.dispose();
    const desk = opened();
    desk.takeUp(begun(desk));
    expect(desk.hint.get()).toContain('little (3 of 3)');
    click(desk, 200, 200);
    expect(room.regions.list()[0]?.geometry).toEqual({
      kind: 'keypoints',
      points: [
        { x: 100, y: 100, v: 2 },
        { x: 0, y: 0, v: 0 },
        { x: 200, y: 200, v: 2 },
      ],
    });
  });

  test('is kept no more once it is whole, given up, or was begun somewhere else', () => {
    const desk = opened();
    desk.pickTool('polygon');
    click(desk, 100, 100);
    expect(store.kept.size).toBe(1);
    expect(shapeShelf(store, 'anna', 'another task').read()).toBeNull();
    expect(shapeShelf(store, 'bob', TASK).read()).toBeNull();
    desk.letGo();
    expect(store.kept.size).toBe(0);
    desk.undo();
    expect(store.kept.size).toBe(1);
    desk.dispatch({ type: 'back' });
    expect(store.kept.size).toBe(0);
  });

  test('whose label is gone is not forced onto the task', () => {
    const before = opened();
    before.pickTool('polyline');
    click(before, 100, 100);
    before.dispose();
    const desk = opened([{ name: 'tree', kinds: ['polygon'] }]);
    desk.takeUp(begun(desk));
    expect(said).toEqual([NOT_THERE]);
    expect(desk.isBusy).toBe(false);
  });

  test('that somebody else wrote there is nothing', () => {
    for (const odd of [
      '',
      '[]',
      '{"x":1}',
      JSON.stringify({ [TASK]: { tool: 'brush', label: 'car', points: [[1, 2]] } }),
      JSON.stringify({ [TASK]: { tool: 'polygon', label: 'car', points: [['a']] } }),
    ]) {
      store.setItem('tandem.unfinished.anna', odd);
      expect(shapeShelf(store, 'anna', TASK).read()).toBeNull();
    }
  });

  test('does not fill the browser: those of the twenty tasks begun last are kept', () => {
    for (let n = 0; n < 30; n++)
      shapeShelf(store, 'anna', `task ${n}`).write({ tool: 'polygon', label: 'car', points: [[n, n]] });
    expect(shapeShelf(store, 'anna', 'task 9').read()).toBeNull();
    expect(shapeShelf(store, 'anna', 'task 10').read()).not.toBeNull();
    expect(shapeShelf(store, 'anna', 'task 29').read()?.points).toEqual([[29, 29]]);
  });
});

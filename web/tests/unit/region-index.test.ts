import type { Session, TaskRoom } from '@tandem/client';
import { MemoryServer } from '@tandem/client/testing';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import type { Rect } from '~/geometry/points';
import { bounds } from '~/geometry/shapes';
import { RegionIndex } from '~/tools/region-index';
import { seatAt } from '../support/memory-room';

const TASK = '0192f0c1-0000-7000-8000-000000000001';

/** Numbers that look like chance and are the same each time. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 31;
}

describe('the index of regions', () => {
  let room: TaskRoom;
  let session: Session;
  beforeEach(async () => {
    vi.useFakeTimers();
    const server = new MemoryServer({ latencyMs: 1 });
    server.task(TASK);
    ({ session, room } = seatAt(server, TASK, 'Anna'));
    await vi.advanceTimersByTimeAsync(200);
  });
  afterEach(() => {
    session.close();
    vi.useRealTimers();
  });

  const meets = (a: Rect, b: Rect): boolean =>
    a.x <= b.x + b.width && b.x <= a.x + a.width && a.y <= b.y + b.height && b.y <= a.y + a.height;

  test('finds what looking at each finds, whatever came, moved and went', () => {
    const random = seeded(7);
    const box = (): { kind: 'box'; x: number; y: number; width: number; height: number } => ({
      kind: 'box',
      x: random() * 900,
      y: random() * 700,
      width: 2 + random() * 80,
      height: 2 + random() * 80,
    });
    const { regions } = room;
    const ids = Array.from({ length: 50 }, () => regions.add({ label: 'car', geometry: box() }));
    const index = new RegionIndex(regions);
    for (let n = 0; n < 300; n++) {
      const id = ids[Math.floor(random() * ids.length)] ?? '';
      const what = random();
      if (what < 0.4) ids.push(regions.add({ label: 'car', geometry: box() }));
      else if (what < 0.7) regions.update(id, { geometry: box() });
      else regions.remove(id);
      const rect = { x: random() * 900, y: random() * 700, width: random() * 200, height: random() * 200 };
      const expected = regions.list().filter(({ geometry }) => meets(bounds(geometry), rect));
      const sorted = (list: readonly { id: string }[]): string[] => list.map((r) => r.id).sort();
      expect(sorted(index.search(rect))).toEqual(sorted(expected));
    }
    index.dispose();
  });

  test('says where something was and where it is', () => {
    const id = room.regions.add({ label: 'car', geometry: { kind: 'box', x: 0, y: 0, width: 5, height: 5 } });
    const index = new RegionIndex(room.regions);
    const told: Rect[][] = [];
    index.onTouched((rects) => told.push([...rects]));
    room.regions.update(id, { geometry: { kind: 'box', x: 50, y: 50, width: 5, height: 5 } });
    room.regions.remove(id);
    const [first, second] = [
      { x: 0, y: 0, width: 5, height: 5 },
      { x: 50, y: 50, width: 5, height: 5 },
    ];
    expect(told).toEqual([[first, second], [second]]);
    index.dispose();
  });
});

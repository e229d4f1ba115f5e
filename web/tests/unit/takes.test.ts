import type { Geometry } from '@tandem/client';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { refound } from '~/geometry/grips';
import { imagePoint } from '~/geometry/points';
import type { Keypoint } from '~/geometry/shapes';
import { polygonWithin } from '~/geometry/within';
import * as commands from '~/tools/commands';
import { Desk, NOT_TAKEN } from '~/tools/desk';
import { IMAGE, LABELS, settle, world, type World } from '../support/robot';
import { refused } from '../support/rules';

/** Of a picture of 400 by 300 it sticks out below; its lower right corner lies at (358, 347). */
const TURNED: Geometry = { kind: 'rotated_box', x: 250, y: 240, width: 140, height: 60, rotation: 45 };

const STILL = { request: () => 0, cancel: () => undefined, still: true };

describe('what the server would refuse is not made', () => {
  let w: World;
  let desk: Desk;
  beforeEach(async () => {
    vi.useFakeTimers();
    w = await world(1);
    const [anna] = w.people;
    if (!anna) throw new Error('nobody is there');
    desk = anna.desk;
    for (const { id } of w.beginning) desk.room.regions.remove(id);
    await settle();
  });
  afterEach(() => {
    expect(refused(desk.room.regions.list(), IMAGE, LABELS)).toEqual([]);
    w.close();
    vi.useRealTimers();
  });
  const add = (geometry: Geometry, label = 'car'): string => desk.room.regions.add({ label, geometry });
  const clicks = (...points: readonly (readonly [number, number])[]): void => {
    for (const [x, y] of points) {
      desk.dispatch({ type: 'down', point: imagePoint(x, y) });
      desk.dispatch({ type: 'up', point: imagePoint(x, y) });
    }
  };
  const kinds = (): string[] => desk.room.regions.list().map(({ geometry }) => geometry.kind);

  test('a label without a skeleton does not take one', () => {
    const points = [1, 2, 3, 4].map((n) => ({ x: n * 20, y: n * 30, v: 2 }));
    const id = add({ kind: 'keypoints', points }, 'pose');
    desk.select([id]);
    desk.pickLabel('tree');
    expect(desk.room.regions.get(id)?.label).toBe('pose');
  });

  test('a point does not snap to where a turned neighbour sticks out of the image', () => {
    add({ kind: 'rotated_box', x: 150, y: 277, width: 80, height: 26, rotation: 0 });
    desk.pickTool('polygon');
    clicks([148, 299], [100, 250], [228, 270]);
    desk.finish();
    expect(kinds()).toContain('polygon');
  });

  test('what sticks out is cut off where a turned shape becomes a polygon', () => {
    expect(
      polygonWithin(TURNED, IMAGE)
        ?.parts.flat(2)
        .every(([, y]) => (y ?? 0) <= IMAGE.height),
    ).toBe(true);
    const ids = [add(TURNED), add({ kind: 'box', x: 250, y: 200, width: 60, height: 60 })];
    desk.select(ids);
    commands.merge(desk);
    expect(kinds()).toEqual(['polygon']);
  });

  test('a turned shape that sticks out is cut into pieces inside the image', () => {
    desk.select([add(TURNED)]);
    desk.pickTool('cut');
    clicks([320, 100], [320, 300]);
    expect(kinds()).toEqual(['polygon', 'polygon']);
  });

  test('a tool whose shape no label takes is not taken, and says so', () => {
    const told: string[] = [];
    const boxes = new Desk({ room: desk.room, image: IMAGE, frames: STILL, notify: (text) => told.push(text) });
    boxes.setLabels([{ name: 'car', kinds: ['box'] }]);
    boxes.pickTool('polygon');
    expect([boxes.tool.get(), told]).toEqual(['box', [NOT_TAKEN]]);
    // A key pressed by mistake takes nothing out of the hand.
    boxes.dispatch({ type: 'down', point: imagePoint(20, 20) });
    boxes.dispatch({ type: 'move', point: imagePoint(80, 80) });
    boxes.pickTool('ellipse');
    expect(boxes.draft.get()).not.toBeNull();
    boxes.pickTool('cut');
    expect([boxes.tool.get(), boxes.draft.get()]).toEqual(['cut', null]);
    boxes.dispose();
  });

  test('what a label does not take is not made out of what it takes: neither mask, nor pieces, nor a joined shape', () => {
    const told: string[] = [];
    const boxes = new Desk({ room: desk.room, image: IMAGE, frames: STILL, notify: (text) => told.push(text) });
    boxes.setLabels([{ name: 'car', kinds: ['box'] }]);
    const ids = [20, 60].map((x) => add({ kind: 'box', x, y: 20, width: 60, height: 60 }));
    boxes.select(ids);
    commands.convert(boxes);
    commands.merge(boxes);
    boxes.select(ids.slice(0, 1));
    boxes.pickTool('cut');
    for (const y of [10, 90]) {
      boxes.dispatch({ type: 'down', point: imagePoint(40, y) });
      boxes.dispatch({ type: 'up', point: imagePoint(40, y) });
    }
    expect(kinds()).toEqual(['box', 'box']);
    expect(told).toHaveLength(3);
    boxes.dispose();
  });

  test('a sliver that covers the centre of no pixel becomes no mask', () => {
    const id = add({ kind: 'polygon', parts: [[[[10, 10], [90, 10.1], [50, 10.2]]]] }); // prettier-ignore
    desk.select([id]);
    commands.convert(desk);
    expect(desk.room.regions.get(id)?.geometry.kind).toBe('polygon');
  });
});

test('a point of a skeleton that somebody made absent is no longer in hand', () => {
  const [a, b] = [10, 20].map((n) => ({ x: n, y: n, v: 2 })) as [Keypoint, Keypoint];
  const grip = { type: 'vertex', part: 0, ring: 0, index: 1 } as const;
  const before: Geometry = { kind: 'keypoints', points: [a, b] };
  expect(refound(before, { kind: 'keypoints', points: [b, a] }, grip)).toEqual(grip);
  expect(refound(before, { kind: 'keypoints', points: [a, { x: 0, y: 0, v: 0 }] }, grip)).toBeNull();
});

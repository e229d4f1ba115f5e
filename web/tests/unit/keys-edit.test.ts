/** What keys do to what is selected: sides, knobs, points, joints, order. */
import type { Session } from '@tandem/client';
import { MemoryServer } from '@tandem/client/testing';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { imagePoint, type Rect } from '~/geometry/points';
import type { Geometry } from '~/geometry/shapes';
import { stepped, type Stack, type Stacked } from '~/geometry/stacking';
import { thinned } from '~/geometry/thinned';
import * as commands from '~/tools/commands';
import { Desk } from '~/tools/desk';
import { polylineTool } from '~/tools/path';
import { selectTool } from '~/tools/select';
import { GONE, type ToolEvent, type ToolRegion } from '~/tools/tool';
import { chance } from '../support/chance';
import { seatAt } from '../support/memory-room';
import { car, click, context, run } from '../support/tools';

const TASK = '0192f0c1-0000-7000-8000-000000000001';
const frames = { request: () => 0, cancel: () => undefined, still: true };

describe('with keys', () => {
  let session: Session;
  let desk: Desk;
  let notices: string[];

  beforeEach(async () => {
    vi.useFakeTimers();
    notices = [];
    const server = new MemoryServer({ latencyMs: 1 });
    server.task(TASK);
    const seat = seatAt(server, TASK, 'Anna');
    session = seat.session;
    desk = new Desk({ room: seat.room, image: { width: 1000, height: 800 }, frames, notify: (text) => notices.push(text) });
    desk.camera.resize({ width: 1064, height: 864 });
    desk.setLabels([{ name: 'car' }, { name: 'pose', keypoints: ['head', 'hand', 'foot'], skeleton: [[0, 1], [0, 2]] }]); // prettier-ignore
    await vi.advanceTimersByTimeAsync(200);
    desk.pickTool('select');
  });
  afterEach(() => {
    session.close();
    vi.useRealTimers();
  });

  const add = (geometry: Geometry, label = 'car'): string => {
    const id = desk.room.regions.add({ label, geometry });
    desk.select([id]);
    return id;
  };
  const shape = (id: string): Geometry | undefined => desk.room.regions.get(id)?.geometry;

  test('a box has sides to choose, and arrows pull the chosen one alone', () => {
    const id = add({ kind: 'box', x: 100, y: 100, width: 50, height: 40 });
    commands.stepVertex(desk, 1);
    expect(desk.hint.get()).toMatch(/Top left corner/);
    commands.nudge(desk, 10, 5);
    expect(shape(id)).toEqual({ kind: 'box', x: 110, y: 105, width: 40, height: 35 });
    for (let n = 0; n < 3; n++) commands.stepVertex(desk, 1);
    commands.nudge(desk, 10, 99);
    expect(shape(id)).toEqual({ kind: 'box', x: 110, y: 105, width: 50, height: 35 });
    desk.letGo();
    expect(desk.hint.get()).toBeNull();
    commands.nudge(desk, -1, 0);
    expect(shape(id)).toMatchObject({ x: 109, width: 50 });
  });

  test('left and right of a skeleton change places, where its label says which they are', () => {
    const points = [10, 20, 30].map((x) => ({ x, y: 5, v: 2 as const }));
    const id = add({ kind: 'keypoints', points }, 'pose');
    commands.swapSides(desk);
    expect(shape(id)).toEqual({ kind: 'keypoints', points });
    expect(notices.at(-1)).toMatch(/does not say which points mirror which/);
    desk.setLabels([{ name: 'pose', keypoints: ['head', 'hand', 'foot'], symmetry: [[1, 2]] }]);
    commands.swapSides(desk);
    expect(shape(id)).toEqual({ kind: 'keypoints', points: [points[0], points[2], points[1]] });
    desk.undo();
    expect(shape(id)).toEqual({ kind: 'keypoints', points });
  });

  test('a rotated box and an ellipse have a knob too, before the first of their sides', () => {
    const id = add({ kind: 'rotated_box', x: 100, y: 100, width: 50, height: 40, rotation: 30 });
    commands.stepVertex(desk, -1);
    expect(desk.vertex.get()).toEqual({ type: 'turn' });
    commands.turnChosen(desk, 10);
    expect(shape(id)).toMatchObject({ width: 50, height: 40, rotation: 40 });
    const round = add({ kind: 'ellipse', cx: 300, cy: 300, rx: 40, ry: 20, rotation: 0 });
    for (let n = 0; n < 4; n++) commands.stepVertex(desk, 1);
    commands.nudge(desk, 10, 0);
    expect(shape(round)).toMatchObject({ cx: 305, rx: 45, ry: 20 });
  });

  test('Delete with a side chosen deletes the region: a side cannot be taken away', () => {
    const id = add({ kind: 'box', x: 100, y: 100, width: 50, height: 40 });
    commands.stepVertex(desk, 1);
    commands.remove(desk);
    expect(shape(id)).toBeUndefined();
  });

  test('an absent point of a skeleton is placed where the pointer is, the next after the chosen one', () => {
    const id = add({ kind: 'keypoints', points: [{ x: 50, y: 50, v: 2 }, { x: 0, y: 0, v: 0 }, { x: 0, y: 0, v: 0 }] }, 'pose'); // prettier-ignore
    desk.aim(imagePoint(80, 90));
    commands.addVertex(desk);
    expect(shape(id)).toMatchObject({ points: [{}, { x: 80, y: 90, v: 2 }, { v: 0 }] });
    expect(desk.hint.get()).toMatch(/^hand/);
    commands.nudge(desk, 1, 0);
    commands.placeJoint(desk, null, 2);
    expect(shape(id)).toMatchObject({ points: [{}, { x: 81 }, { x: 65.5, y: 70, v: 2 }] });
    commands.addVertex(desk);
    expect(notices).toEqual(['Every point of this skeleton is there']);
    desk.room.undo.undo();
    expect(shape(id)).toMatchObject({ points: [{}, {}, { v: 0 }] });
  });

  test('after the last point of a line one more goes on in its direction', () => {
    const id = add({ kind: 'polyline', points: [[100, 100], [160, 180]] }); // prettier-ignore
    commands.stepVertex(desk, -1);
    commands.addVertex(desk);
    expect(shape(id)).toEqual({ kind: 'polyline', points: [[100, 100], [160, 180], [178, 204]] }); // prettier-ignore
  });

  test('turned and scaled around the middle; a mask and an upright box say why not', () => {
    const id = add({ kind: 'polyline', points: [[100, 100], [200, 100]] }); // prettier-ignore
    commands.turnShapes(desk, 90);
    expect(shape(id)).toEqual({ kind: 'polyline', points: [[150, 50], [150, 150]] }); // prettier-ignore
    commands.scaleShapes(desk, 2);
    expect(shape(id)).toEqual({ kind: 'polyline', points: [[150, 0], [150, 200]] }); // prettier-ignore
    add({ kind: 'box', x: 1, y: 1, width: 9, height: 9 });
    commands.turnShapes(desk, 5);
    add({ kind: 'mask', width: 1000, height: 800, counts: [5, 5, 799_990] });
    commands.scaleShapes(desk, 2);
    expect(notices).toEqual(['A box stands upright: a rotated box can be turned', 'Masks can be moved, not turned or scaled']);
  });

  test('an outline with more points than can be pulled gets fewer, and they say how many', () => {
    const ring = Array.from({ length: 3_000 }, (_, i) => [300 + 200 * Math.cos(i / 477.5), 300 + 200 * Math.sin(i / 477.5)]);
    const id = add({ kind: 'polygon', parts: [[ring]] });
    commands.stepVertex(desk, 1);
    expect(desk.vertex.get()).toBeNull();
    commands.simplify(desk);
    const now = shape(id);
    const left = now?.kind === 'polygon' ? (now.parts[0]?.[0]?.length ?? 0) : 0;
    expect(left).toBeGreaterThan(10);
    expect(left).toBeLessThan(100);
    expect(notices.at(-1)).toBe(`3,000 points are ${left} now`);
    commands.stepVertex(desk, 1);
    expect(desk.vertex.get()).not.toBeNull();
  });

  test('hidden all at once, and shown; what the list is narrowed to is what one goes through', () => {
    const first = add({ kind: 'point', x: 1, y: 1 });
    const second = add({ kind: 'point', x: 2, y: 2 });
    desk.hideAll();
    expect([...desk.hidden.get()].sort()).toEqual([first, second].sort());
    desk.hidden.set(new Set());
    desk.narrowed = ({ id }) => id === first;
    desk.cycle(1);
    desk.cycle(1);
    expect(desk.selection.get()).toEqual([first]);
  });

  test('one step up or down goes past the next that it overlaps', () => {
    // Each a moment later than the one before: of one moment, chance decides which lies on top.
    const box = (x: number): string => {
      vi.advanceTimersByTime(2);
      return add({ kind: 'box', x, y: 0, width: 100, height: 100 });
    };
    const low = box(0);
    const apart = box(500);
    const high = box(50);
    desk.select([low]);
    commands.orderBy(desk, 1);
    expect(desk.room.regions.list().at(-1)?.id).toBe(low);
    commands.orderBy(desk, 1);
    expect(notices).toEqual(['Nothing lies over it']);
    commands.orderBy(desk, -1);
    const order = desk.room.regions.list().map(({ id }) => id);
    expect(order.indexOf(low)).toBeLessThan(order.indexOf(high));
    expect(order).toContain(apart);
    desk.room.undo.undo();
    expect(desk.room.regions.list().at(-1)?.id).toBe(low);
  });
});

describe('how shapes lie', () => {
  test('a step changes places with one that is overlapped, and no others that overlap change theirs', () => {
    const luck = chance(11);
    for (let round = 0; round < 200; round++) {
      const all: Stacked[] = Array.from({ length: 12 }, (_, i) => {
        const rect: Rect = { x: luck.whole(0, 80), y: luck.whole(0, 80), width: luck.whole(5, 40), height: luck.whole(5, 40) };
        return { id: String.fromCharCode(97 + i), z: luck.whole(-1, 1), rect };
      });
      const isAbove = (a: Stacked, b: Stacked): boolean => a.z - b.z > 0 || (a.z === b.z && a.id > b.id);
      const stack: Stack<Stacked> = { all: all.sort((a, b) => (isAbove(a, b) ? 1 : -1)), isAbove };
      const one = luck.pick(all);
      const by = luck.is(0.5) ? 1 : -1;
      if (!one) continue;
      const z = stepped(stack, one.id, by);
      if (!z) continue;
      const after = all.map((s) => ({ ...s, z: z.get(s.id) ?? s.z }));
      const meet = ({ rect: a }: Stacked, { rect: b }: Stacked): boolean =>
        a.x <= b.x + b.width && b.x <= a.x + a.width && a.y <= b.y + b.height && b.y <= a.y + a.height;
      const turnedOver = all.flatMap((a, i) =>
        all.slice(0, i).flatMap((b, j) => {
          const [now, then] = [after[i], after[j]];
          return now && then && meet(a, b) && isAbove(a, b) !== isAbove(now, then) ? [[a.id, b.id]] : [];
        }),
      );
      expect(turnedOver).toHaveLength(1);
      expect(turnedOver[0]).toContain(one.id);
    }
  });

  test('fewer points lie where points were', () => {
    const luck = chance(12);
    const points = Array.from({ length: 400 }, (_, i) => [i, 50 + luck.between(-0.4, 0.4)]);
    const line = thinned({ kind: 'polyline', points }, 1);
    expect(line?.kind === 'polyline' && line.points).toEqual([points[0], points.at(-1)]);
    expect(thinned({ kind: 'box', x: 0, y: 0, width: 1, height: 1 }, 1)).toBeNull();
  });

  const bus: ToolRegion = { id: 'bus', label: 'bus', z: 0, geometry: { kind: 'box', x: 0, y: 0, width: 150, height: 90 } };

  test('Alt and clicks go through what lies over one another, from the smallest on and around', () => {
    const alt: ToolEvent = { type: 'down', point: imagePoint(30, 30), alt: true };
    const chosen = (selection: string[]): unknown => run(selectTool, [alt], context({ selection }, [car, bus])).effects;
    expect(chosen([])).toEqual([{ type: 'select', ids: ['car'] }]);
    expect(chosen(['car'])).toEqual([{ type: 'select', ids: ['bus'] }]);
    expect(chosen(['bus'])).toEqual([{ type: 'select', ids: ['car'] }]);
  });
});

describe('a line that goes on', () => {
  const line: ToolRegion = { id: 'line', label: 'lane', z: 0, geometry: { kind: 'polyline', points: [[20, 20], [60, 20]] } }; // prettier-ignore
  const sole = context({ selection: ['line'] }, [line]);

  test('from either end: the line gets the points, nothing new is made', () => {
    const last = run(polylineTool, [...click(60, 20), ...click(90, 40), { type: 'finish' }], sole).effects;
    expect(last.find(({ type }) => type === 'update')).toMatchObject({ changes: [{ id: 'line', geometry: { points: [[20, 20], [60, 20], [90, 40]] } }] }); // prettier-ignore
    const first = run(polylineTool, [...click(20, 20), ...click(10, 60), ...click(10, 90), { type: 'finish' }], sole).effects;
    expect(first.find(({ type }) => type === 'update')).toMatchObject({ changes: [{ id: 'line', geometry: { points: [[10, 90], [10, 60], [20, 20], [60, 20]] } }] }); // prettier-ignore
    expect([...last, ...first].some(({ type }) => type === 'add')).toBe(false);
  });

  test('Backspace takes back what was added, and then lets go of the line as it was', () => {
    const { state, effects } = run(polylineTool, [...click(60, 20), ...click(90, 40), { type: 'back' }, { type: 'back' }], sole);
    expect(state).toEqual(polylineTool.idle);
    expect(effects.some(({ type }) => type === 'update')).toBe(false);
  });

  test('what somebody did to the line meanwhile stays; if it is gone, nothing comes back', () => {
    const held = run(polylineTool, [...click(60, 20), ...click(90, 40)], sole);
    const bent: ToolRegion = { ...line, geometry: { kind: 'polyline', points: [[20, 30], [60, 20]] } }; // prettier-ignore
    const done = polylineTool.step(held.state, { type: 'finish' }, context({ selection: ['line'] }, [bent]));
    expect(done.effects[0]).toMatchObject({ changes: [{ geometry: { points: [[20, 30], [60, 20], [90, 40]] } }] }); // prettier-ignore
    expect(polylineTool.step(held.state, { type: 'finish' }, context({}, [])).effects).toContainEqual({
      type: 'notice',
      text: GONE,
    });
  });
});

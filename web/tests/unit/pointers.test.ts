// @vitest-environment happy-dom
import type { Session, TaskRoom } from '@tandem/client';
import { MemoryServer } from '@tandem/client/testing';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { Pointers } from '~/canvas/pointers';
import { area, maskOfShape, type MaskGeometry } from '~/geometry/mask';
import type { Geometry } from '~/geometry/shapes';
import { Desk } from '~/tools/desk';
import type { ToolName } from '~/tools/tool';
import { seatAt } from '../support/memory-room';

const TASK = '0192f0c1-0000-7000-8000-000000000001';
const frames = { request: () => 0, cancel: () => undefined, still: true };

function maskOf(shape: Geometry): MaskGeometry {
  const mask = maskOfShape(shape, { width: 1000, height: 800 });
  if (!mask) throw new Error('it covers nothing');
  return mask;
}

type Kind = 'mouse' | 'pen' | 'touch';

/** A picture of 1000 x 800 on a stage of the same size: what is pointed at is what is meant. */
class Screen {
  readonly host = document.createElement('div');
  readonly session: Session;
  readonly room: TaskRoom;
  readonly desk: Desk;
  readonly pointers: Pointers;

  constructor() {
    const server = new MemoryServer({ latencyMs: 1 });
    server.task(TASK);
    const seat = seatAt(server, TASK, 'Anna');
    [this.session, this.room] = [seat.session, seat.room];
    this.desk = new Desk({ room: seat.room, image: { width: 1000, height: 800 }, frames, notify: () => undefined });
    this.desk.camera.resize({ width: 1000, height: 800 });
    this.desk.camera.view.set({ ...this.desk.camera.view.get(), scale: 1, x: 0, y: 0 });
    this.desk.pickLabel('car');
    this.host.setPointerCapture = () => undefined;
    this.pointers = new Pointers(this.host, this.desk, () => undefined);
  }

  send(type: string, pointerType: Kind, pointerId: number, clientX: number, clientY: number, button = 0): void {
    const pressed = type === 'pointerup' ? 0 : 1;
    this.host.dispatchEvent(
      new PointerEvent(type, { pointerType, pointerId, clientX, clientY, button, buttons: pressed, pressure: 0.5 }),
    );
  }

  readonly down = (kind: Kind, id: number, x: number, y: number): void => this.send('pointerdown', kind, id, x, y);
  readonly move = (kind: Kind, id: number, x: number, y: number): void => this.send('pointermove', kind, id, x, y);
  readonly up = (kind: Kind, id: number, x: number, y: number): void => this.send('pointerup', kind, id, x, y);

  take(tool: ToolName): void {
    this.desk.pickTool(tool);
  }

  shapes(): unknown[] {
    return this.room.regions.list().map(({ geometry }) => geometry);
  }

  close(): void {
    this.pointers.dispose();
    this.session.close();
  }
}

describe('a pen and the hand that holds it', () => {
  let screen: Screen;
  beforeEach(async () => {
    vi.useFakeTimers();
    screen = new Screen();
    await vi.advanceTimersByTimeAsync(200);
  });
  afterEach(() => {
    screen.close();
    vi.useRealTimers();
  });

  const box = { kind: 'box', x: 100, y: 100, width: 200, height: 100 };

  test('a palm that comes down while the pen draws, moves and lifts, has no part in what is drawn', () => {
    const { down, move, up, desk } = screen;
    down('pen', 1, 100, 100);
    move('pen', 1, 200, 150);
    down('touch', 2, 700, 700);
    move('touch', 2, 720, 690);
    expect(desk.draft.get()?.geometry).toMatchObject({ width: 100, height: 50 });
    move('pen', 1, 300, 200);
    up('touch', 2, 720, 690);
    up('pen', 1, 300, 200);
    expect(screen.shapes()).toMatchObject([box]);
  });

  test('a palm that lies first does not take the pen’s place, nor make a pinch of it', () => {
    const { down, move, up, desk } = screen;
    const before = desk.camera.view.get();
    down('touch', 2, 700, 700);
    move('touch', 2, 703, 701);
    down('pen', 1, 100, 100);
    move('touch', 2, 720, 690);
    move('pen', 1, 300, 200);
    up('pen', 1, 300, 200);
    expect(screen.shapes()).toMatchObject([box]);
    expect(desk.camera.view.get()).toEqual(before);
  });

  test('what two touches of the same hand began is taken back when the pen comes', () => {
    const { down, move, up } = screen;
    screen.take('polygon');
    down('touch', 2, 700, 700);
    down('touch', 3, 740, 720);
    for (const [x, y] of [
      [100, 100],
      [300, 100],
      [300, 200],
    ] as const) {
      down('pen', 1, x, y);
      move('touch', 3, 745, 725);
      up('pen', 1, x, y);
    }
    screen.desk.finish();
    expect(screen.shapes()).toMatchObject([
      {
        parts: [
          [
            [
              [100, 100],
              [300, 100],
              [300, 200],
            ],
          ],
        ],
      },
    ]);
  });

  test('a palm stays one until it is lifted, and the next finger moves the picture', () => {
    const { down, move, up, desk } = screen;
    down('pen', 1, 100, 100);
    down('touch', 2, 700, 700);
    up('pen', 1, 100, 100);
    desk.camera.zoom(2);
    const zoomed = desk.camera.view.get().x;
    move('touch', 2, 750, 700);
    expect(desk.camera.view.get().x).toBe(zoomed);
    up('touch', 2, 750, 700);
    down('touch', 3, 500, 500);
    move('touch', 3, 540, 500);
    expect(desk.camera.view.get().x).toBe(zoomed + 40);
  });

  test('a palm that the system takes away does not end what the pen draws', () => {
    const { down, move, up } = screen;
    down('touch', 2, 700, 700);
    down('pen', 1, 100, 100);
    move('pen', 1, 200, 150);
    screen.send('pointercancel', 'touch', 2, 700, 700);
    move('pen', 1, 300, 200);
    up('pen', 1, 300, 200);
    expect(screen.shapes()).toMatchObject([box]);
  });

  test('a pen that is turned around erases until it is lifted, and what was in hand is in hand again', () => {
    const { down, move, up, desk, room } = screen;
    const id = room.regions.add({ label: 'car', geometry: maskOf({ kind: 'box', x: 100, y: 100, width: 200, height: 200 }) });
    const size = (): number => area(room.regions.get(id)?.geometry as MaskGeometry);
    const whole = size();
    desk.brush.set(60);
    screen.send('pointerdown', 'pen', 1, 150, 150, 5);
    expect(desk.tool.get()).toBe('eraser');
    move('pen', 1, 250, 150);
    screen.send('pointerup', 'pen', 1, 250, 150, 5);
    expect(size()).toBeLessThan(whole);
    expect(desk.tool.get()).toBe('box');
    down('pen', 1, 400, 400);
    move('pen', 1, 500, 500);
    up('pen', 1, 500, 500);
    expect(room.regions.size).toBe(2);
  });

  test('a pen that is turned around in the middle of a polygon takes its last point back', () => {
    const { down, up, desk } = screen;
    screen.take('polygon');
    for (const [x, y] of [
      [100, 100],
      [300, 100],
      [300, 300],
      [200, 350],
    ] as const) {
      down('pen', 1, x, y);
      up('pen', 1, x, y);
    }
    screen.send('pointerdown', 'pen', 1, 500, 500, 5);
    screen.send('pointerup', 'pen', 1, 500, 500, 5);
    desk.finish();
    expect(screen.shapes()).toMatchObject([{ parts: [[{ length: 3 }]] }]);
  });

  test('two fingers without a pen still pinch', () => {
    const { down, move, desk } = screen;
    const { scale } = desk.camera.view.get();
    down('touch', 2, 400, 400);
    down('touch', 3, 500, 400);
    move('touch', 3, 600, 400);
    expect(desk.camera.view.get().scale).toBeGreaterThan(scale * 1.5);
    expect(screen.shapes()).toEqual([]);
  });
});

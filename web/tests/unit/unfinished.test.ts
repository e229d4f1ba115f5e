import type { Session, TaskRoom } from '@tandem/client';
import { MemoryServer } from '@tandem/client/testing';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { maskOfShape } from '~/geometry/mask';
import { imagePoint } from '~/geometry/points';
import { createStore } from '~/lib/store';
import type { Answer, Ask, Assistant } from '~/tools/assistant';
import * as commands from '~/tools/commands';
import { Desk, DROPPED } from '~/tools/desk';
import type { ToolName } from '~/tools/tool';
import { seatAt } from '../support/memory-room';

const TASK = '0192f0c1-0000-7000-8000-000000000001';
const image = { width: 1000, height: 800 };
const frames = { request: () => 0, cancel: () => undefined, still: true };

/** Finds a square around whatever is pointed at, and goes straight, when the test lets it. */
class Helper implements Assistant {
  readonly readiness = createStore({ name: 'ready' as const });
  readonly #waiting: (() => void)[] = [];

  ask(ask: Ask): Promise<Answer> {
    return new Promise((resolve) => {
      this.#waiting.push(() => resolve(this.#answer(ask)));
    });
  }

  #answer(ask: Ask): Answer {
    if (ask.kind === 'way') return { kind: 'way', points: ask.from ? [ask.from, ask.to] : [ask.to] };
    const last = ask.kind === 'area' ? ask.point : ask.prompts.flatMap((p) => (p.kind === 'point' ? [p.point] : [])).at(-1);
    const mask = maskOfShape({ kind: 'box', x: (last?.x ?? 0) - 20, y: (last?.y ?? 0) - 20, width: 40, height: 40 }, image);
    if (!mask) throw new Error('no mask');
    return ask.kind === 'area' ? { kind: 'area', mask } : { kind: 'thing', mask, confidence: 0.9 };
  }

  async answers(): Promise<void> {
    for (let n = 0; n < 5; n++) {
      for (const say of this.#waiting.splice(0)) say();
      await vi.advanceTimersByTimeAsync(1);
    }
  }

  giveUp(): void {
    this.#waiting.length = 0;
  }

  wake(): void {
    // It is.
  }
}

describe('an unfinished drawing', () => {
  let session: Session;
  let room: TaskRoom;
  let desk: Desk;
  let helper: Helper;

  beforeEach(async () => {
    vi.useFakeTimers();
    const server = new MemoryServer({ latencyMs: 1 });
    server.task(TASK);
    ({ session, room } = seatAt(server, TASK, 'Anna'));
    helper = new Helper();
    desk = new Desk({ room, image, frames, notify: () => undefined, assistant: helper, segmenter: helper });
    desk.camera.resize({ width: 1064, height: 864 });
    desk.snapping.set(false);
    desk.pickLabel('car');
    await vi.advanceTimersByTimeAsync(200);
  });
  afterEach(() => {
    session.close();
    vi.useRealTimers();
  });

  const press = (x: number, y: number): void => {
    desk.dispatch({ type: 'down', point: imagePoint(x, y) });
    desk.dispatch({ type: 'up', point: imagePoint(x, y) });
  };
  const drag = (from: readonly [number, number], to: readonly [number, number]): void => {
    desk.dispatch({ type: 'down', point: imagePoint(...from) });
    desk.dispatch({ type: 'move', point: imagePoint(...to) });
    desk.dispatch({ type: 'up', point: imagePoint(...to) });
  };
  const CORNERS = [[100, 100], [300, 100], [300, 300], [100, 300]] as const; // prettier-ignore
  const polygon = (): void => {
    desk.pickTool('polygon');
    for (const [x, y] of CORNERS) press(x, y);
  };
  const drawn = (): unknown => desk.draft.get()?.geometry;
  const count = (): number => room.regions.list().length;
  const can = (): [boolean, boolean] => [desk.canUndo.get(), desk.canRedo.get()];

  test('each point that undo takes back redo brings back, to the last and from nothing', () => {
    polygon();
    const whole = drawn();
    for (let n = 0; n < 4; n++) desk.undo();
    expect([desk.isBusy, drawn()]).toEqual([false, undefined]);
    for (let n = 0; n < 4; n++) desk.redo();
    expect(drawn()).toEqual(whole);
    desk.finish();
    expect(room.regions.list()).toMatchObject([{ geometry: { parts: [[CORNERS]] } }]);
  });

  test('what the tools say can be done, buttons do', () => {
    expect(can()).toEqual([false, false]);
    polygon();
    expect(can()).toEqual([true, false]);
    desk.undo();
    expect(can()).toEqual([true, true]);
    desk.redo();
    expect(can()).toEqual([true, false]);
    desk.letGo();
    expect(can()).toEqual([true, false]);
    desk.undo();
    desk.finish();
    expect(can()).toEqual([true, false]);
    desk.undo();
    expect(can()).toEqual([false, true]);
  });

  test('redo of the document is refused while something is drawn, and nothing is lost', () => {
    drag([500, 500], [600, 600]);
    desk.undo();
    polygon();
    const whole = drawn();
    desk.redo();
    expect([drawn(), count()]).toEqual([whole, 0]);
    desk.finish();
    expect(count()).toBe(1);
  });

  test('a new point is the end of what was taken back', () => {
    polygon();
    desk.undo();
    press(150, 350);
    const now = drawn();
    desk.redo();
    expect(drawn()).toEqual(now);
  });

  test('steps of the document that were undone after all points were come back first', () => {
    drag([500, 500], [600, 600]);
    polygon();
    for (let n = 0; n < 5; n++) desk.undo();
    expect([count(), desk.isBusy]).toEqual([0, false]);
    desk.redo();
    expect([count(), desk.isBusy]).toEqual([1, false]);
    desk.redo();
    expect([count(), desk.isBusy]).toEqual([1, true]);
  });

  test('Esc says that it can be undone, and undo brings the drawing back as it was', () => {
    polygon();
    const whole = drawn();
    desk.letGo();
    expect([drawn(), desk.hint.get()]).toEqual([undefined, DROPPED]);
    desk.undo();
    expect(drawn()).toEqual(whole);
    desk.finish();
    expect(count()).toBe(1);
  });

  test('Esc while a point is being set loses that point only', () => {
    polygon();
    const whole = drawn();
    desk.dispatch({ type: 'down', point: imagePoint(60, 200) });
    desk.letGo();
    desk.undo();
    expect(drawn()).toEqual(whole);
  });

  test('what another tool ended comes back with its own', () => {
    polygon();
    const whole = drawn();
    desk.pickTool('box');
    desk.undo();
    expect([desk.tool.get(), drawn()]).toEqual(['polygon', whole]);
  });

  test('a box that Esc ended is no drawing to go on with', () => {
    drag([500, 500], [600, 600]);
    desk.dispatch({ type: 'down', point: imagePoint(100, 100) });
    desk.dispatch({ type: 'move', point: imagePoint(200, 200) });
    desk.letGo();
    desk.undo();
    expect([count(), drawn()]).toEqual([0, undefined]);
  });

  test('what was done since Esc is undone before, and then the drawing is past', () => {
    polygon();
    desk.letGo();
    const id = room.regions.add({ label: 'car', geometry: { kind: 'point', x: 5, y: 5 } });
    desk.select([id]);
    commands.remove(desk);
    desk.undo();
    expect([count(), desk.isBusy]).toEqual([1, false]);
    desk.undo();
    expect([count(), desk.isBusy]).toEqual([0, false]);
  });

  test('looking around keeps nothing from coming back', () => {
    polygon();
    const whole = drawn();
    desk.letGo();
    desk.pointAt(imagePoint(3, 3));
    desk.camera.zoom(2);
    desk.undo();
    expect(drawn()).toEqual(whole);
  });

  test.each<[ToolName, () => void]>([
    ['polyline', () => CORNERS.forEach(([x, y]) => press(x, y))],
    ['cut', () => CORNERS.forEach(([x, y]) => press(x, y))],
    ['keypoints', () => CORNERS.slice(0, 2).forEach(([x, y]) => press(x, y))],
    ['rotated_box', () => drag([100, 100], [300, 120])],
    ['cuboid', () => drag([100, 100], [300, 220])],
  ])('%s: dropped and brought back, a step back and forth', (tool, draw) => {
    desk.setLabels([{ name: 'car', keypoints: ['head', 'hand', 'foot'] }]);
    desk.pickTool(tool);
    draw();
    desk.hover(imagePoint(330, 260));
    desk.letGo();
    expect(desk.isBusy).toBe(false);
    desk.undo();
    const whole = drawn();
    expect(whole).toBeDefined();
    desk.undo();
    expect(drawn()).not.toEqual(whole);
    desk.redo();
    expect(drawn()).toEqual(whole);
  });

  test.each<[ToolName]>([['wand'], ['smart'], ['scissors']])('%s: what was not answered yet is asked again', async (tool) => {
    desk.pickTool(tool);
    press(100, 100);
    await helper.answers();
    desk.touches.set('adds');
    press(300, 300);
    desk.letGo();
    await helper.answers();
    expect([desk.isBusy, drawn()]).toEqual([false, undefined]);
    desk.undo();
    await helper.answers();
    const whole = drawn();
    expect(whole).toBeDefined();
    desk.undo();
    await helper.answers();
    expect(drawn()).not.toEqual(whole);
    desk.redo();
    await helper.answers();
    expect(drawn()).toEqual(whole);
  });
});

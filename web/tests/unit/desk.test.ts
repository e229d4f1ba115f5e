import type { Session, TaskRoom } from '@tandem/client';
import { MemoryServer } from '@tandem/client/testing';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { imagePoint } from '~/geometry/points';
import type { Geometry } from '~/geometry/shapes';
import * as commands from '~/tools/commands';
import { Desk, nextIs } from '~/tools/desk';
import { Follow } from '~/tools/follow';
import { GONE } from '~/tools/tool';
import { seatAt } from '../support/memory-room';

const TASK = '0192f0c1-0000-7000-8000-000000000001';
const frames = { request: () => 0, cancel: () => undefined, still: true };

/** Two people at one task, over the real client and a server in memory. */
class Pair {
  readonly server = new MemoryServer({ latencyMs: 1 });
  readonly notices: string[] = [];
  readonly sessions: Session[] = [];
  readonly anna: TaskRoom;
  readonly ben: TaskRoom;
  readonly desk: Desk;

  constructor() {
    this.server.task(TASK);
    this.anna = this.#join('Anna');
    this.ben = this.#join('Ben');
    this.desk = new Desk({
      room: this.anna,
      image: { width: 1000, height: 800 },
      frames,
      notify: (text) => this.notices.push(text),
    });
    this.desk.camera.resize({ width: 1064, height: 864 });
    this.desk.pickLabel('car');
  }

  #join(name: string): TaskRoom {
    const { session, room } = seatAt(this.server, TASK, name);
    this.sessions.push(session);
    return room;
  }

  async settle(): Promise<void> {
    await vi.advanceTimersByTimeAsync(200);
  }

  drag(from: readonly [number, number], to: readonly [number, number], release = true): void {
    this.desk.dispatch({ type: 'down', point: imagePoint(...from), shift: false });
    this.desk.dispatch({ type: 'move', point: imagePoint((from[0] + to[0]) / 2, (from[1] + to[1]) / 2) });
    this.desk.dispatch({ type: 'move', point: imagePoint(...to) });
    if (release) this.desk.dispatch({ type: 'up', point: imagePoint(...to) });
  }
}

describe('the desk', () => {
  let pair: Pair;
  beforeEach(async () => {
    vi.useFakeTimers();
    pair = new Pair();
    await pair.settle();
  });
  afterEach(() => {
    for (const session of pair.sessions) session.close();
    vi.useRealTimers();
  });

  test('a box is a ghost to others while I draw and a region when I let go', async () => {
    pair.drag([100, 100], [200, 180], false);
    await pair.settle();
    expect(pair.ben.ghosts.others()).toMatchObject([{ label: 'car', tool: 'box', geometry: { x: 100, width: 100 } }]);
    expect(pair.ben.regions.list()).toHaveLength(0);
    pair.desk.dispatch({ type: 'up', point: imagePoint(200, 180) });
    await pair.settle();
    expect(pair.ben.ghosts.others()).toHaveLength(0);
    expect(pair.ben.regions.list()).toMatchObject([{ label: 'car', geometry: { x: 100, y: 100, width: 100, height: 80 } }]);
  });

  test('what I draw is selected, and others see my selection', async () => {
    pair.drag([100, 100], [200, 180]);
    await pair.settle();
    const [id] = pair.desk.selection.get();
    const me = pair.ben.presence.peers().find((peer) => peer.user.name === 'Anna');
    expect(me?.state.selection).toEqual([id]);
  });

  test('Esc while drawing leaves neither ghost nor region', async () => {
    pair.drag([100, 100], [200, 180], false);
    expect(pair.desk.letGo()).toBe(true);
    pair.desk.dispatch({ type: 'up', point: imagePoint(200, 180) });
    await pair.settle();
    expect(pair.ben.ghosts.others()).toHaveLength(0);
    expect(pair.ben.regions.list()).toHaveLength(0);
  });

  test('somebody deletes the region I drag: my gesture ends, I am told, it stays deleted', async () => {
    const id = pair.ben.regions.add({ label: 'car', geometry: { kind: 'box', x: 50, y: 50, width: 100, height: 100 } });
    await pair.settle();
    pair.desk.pickTool('select');
    pair.drag([100, 100], [160, 130], false);
    expect(pair.desk.draft.get()?.region_id).toBe(id);
    pair.ben.regions.remove(id);
    await pair.settle();
    expect(pair.desk.draft.get()).toBeNull();
    expect(pair.notices).toEqual([GONE]);
    expect(pair.desk.selection.get()).toEqual([]);
    pair.desk.dispatch({ type: 'up', point: imagePoint(160, 130) });
    await pair.settle();
    expect(pair.anna.regions.list()).toHaveLength(0);
    expect(pair.ben.ghosts.others()).toHaveLength(0);
  });

  test('of several that I move together each is a ghost to others, as far as can be told', async () => {
    const add = (geometry: Geometry): string => pair.ben.regions.add({ label: 'car', geometry });
    const first = add({ kind: 'box', x: 50, y: 50, width: 100, height: 100 });
    const second = add({ kind: 'box', x: 200, y: 50, width: 40, height: 40 });
    const ring = Array.from({ length: 5_000 }, (_, i) => [300 + 50 * Math.cos(i / 796), 100 + 50 * Math.sin(i / 796)]);
    const long = add({ kind: 'polygon', parts: [[ring]] });
    await pair.settle();
    pair.desk.pickTool('select');
    pair.desk.select([first, second, long]);
    pair.drag([100, 100], [130, 110], false);
    await pair.settle();
    expect(pair.ben.ghosts.others()).toMatchObject([
      { region_id: first, tool: 'select', geometry: { x: 80, y: 60 } },
      { region_id: second, tool: 'select', geometry: { x: 230, y: 60 } },
    ]);
    pair.desk.dispatch({ type: 'up', point: imagePoint(130, 110) });
    await pair.settle();
    expect(pair.ben.ghosts.others()).toHaveLength(0);
    expect(pair.ben.regions.get(long)?.geometry).toMatchObject({ kind: 'polygon' });
  });

  test('a mask of many runs is an outline to others that grows as I paint, and goes when it is there', async () => {
    pair.desk.pickTool('brush');
    for (const y of [100, 300]) pair.drag([20, y], [710, y]);
    pair.drag([20, 500], [500, 500], false);
    await pair.settle();
    expect(pair.ben.ghosts.others()).toMatchObject([{ tool: 'brush', geometry: { kind: 'mask' } }]);
    const [first] = pair.ben.ghosts.others();
    // From here on it has too many runs to be told as it is.
    pair.desk.dispatch({ type: 'move', point: imagePoint(700, 500) });
    await pair.settle();
    const parts = (): number[] =>
      pair.ben.ghosts.others().flatMap(({ geometry: g, region_id }) => {
        expect(region_id).toBe(first?.region_id);
        return g.kind === 'polygon'
          ? [g.parts.length, Math.max(...g.parts.flat(2).map(([x = 0, y = 0]) => (y > 400 ? x : 0)))]
          : [];
      });
    expect(parts()).toEqual([3, 712]);
    pair.desk.dispatch({ type: 'move', point: imagePoint(900, 500) });
    await pair.settle();
    expect(parts()).toEqual([3, 912]);
    pair.desk.dispatch({ type: 'up', point: imagePoint(900, 500) });
    await pair.settle();
    expect(pair.ben.ghosts.others()).toHaveLength(0);
    expect(pair.ben.regions.list()).toMatchObject([{ geometry: { kind: 'mask' } }]);
  });

  test('undo takes back mine and leaves what a colleague drew after it', async () => {
    pair.drag([100, 100], [200, 180]);
    await pair.settle();
    pair.ben.regions.add({ label: 'tree', geometry: { kind: 'box', x: 5, y: 5, width: 10, height: 10 } });
    await pair.settle();
    pair.desk.undo();
    await pair.settle();
    expect(pair.ben.regions.list().map((r) => r.label)).toEqual(['tree']);
    pair.desk.redo();
    await pair.settle();
    expect(pair.ben.regions.list().map((r) => r.label).sort()).toEqual(['car', 'tree']); // prettier-ignore
  });

  test('a label picked with regions selected relabels them in one step of undo', async () => {
    pair.drag([100, 100], [200, 180]);
    const [a] = pair.desk.selection.get();
    pair.drag([300, 100], [400, 180]);
    const [b] = pair.desk.selection.get();
    await vi.advanceTimersByTimeAsync(2000);
    pair.desk.select([a ?? '', b ?? '']);
    pair.desk.pickLabel('truck');
    expect(pair.anna.regions.list().map((r) => r.label)).toEqual(['truck', 'truck']);
    pair.desk.undo();
    expect(pair.anna.regions.list().map((r) => r.label)).toEqual(['car', 'car']);
  });

  test('a label picked right after drawing is for the next shape, and the hint says how to mean this one', () => {
    pair.drag([100, 100], [200, 180]);
    pair.desk.pickLabel('tree');
    expect(pair.anna.regions.list().map((r) => r.label)).toEqual(['car']);
    expect(pair.desk.hint.get()).toBe(nextIs('tree'));
    pair.drag([300, 100], [400, 180]);
    expect(pair.anna.regions.list().map((r) => r.label).sort()).toEqual(['car', 'tree']); // prettier-ignore
    pair.desk.pickLabel('bush', true);
    expect(pair.anna.regions.list().map((r) => r.label).sort()).toEqual(['bush', 'car']); // prettier-ignore
  });

  test('what was just drawn takes a label as any other once I selected it', () => {
    pair.drag([100, 100], [200, 180]);
    const [id = ''] = pair.desk.selection.get();
    pair.desk.pickLabel('tree');
    pair.desk.select([id]);
    pair.desk.pickLabel('bush');
    expect(pair.anna.regions.list().map((r) => r.label)).toEqual(['bush']);
  });

  test('arrows move several to the border and no further, with their gaps', () => {
    pair.drag([10, 100], [110, 180]);
    pair.drag([300, 100], [400, 180]);
    pair.desk.selectAll();
    commands.nudge(pair.desk, -500, 0);
    expect(pair.anna.regions.list().map(({ geometry }) => 'x' in geometry && geometry.x).sort()).toEqual([0, 290]); // prettier-ignore
  });

  test('arrows move by pixels and stop at the border', () => {
    pair.drag([10, 100], [110, 180]);
    commands.nudge(pair.desk, 1, 0);
    commands.nudge(pair.desk, -500, 0);
    expect(pair.anna.regions.list()[0]?.geometry).toMatchObject({ x: 0, width: 100 });
  });

  test('hidden regions are not under the pointer', () => {
    pair.drag([100, 100], [200, 180]);
    pair.desk.toggleHidden();
    pair.desk.pickTool('select');
    pair.desk.dispatch({ type: 'down', point: imagePoint(150, 140), shift: false });
    pair.desk.dispatch({ type: 'up', point: imagePoint(150, 140) });
    expect(pair.desk.selection.get()).toEqual([]);
  });

  test('next and previous go around the list', () => {
    pair.drag([100, 100], [200, 180]);
    vi.advanceTimersByTime(10);
    pair.drag([300, 100], [400, 180]);
    const [top, below] = pair.desk.listed().map((r) => r.id);
    expect(pair.desk.selection.get()).toEqual([top]);
    pair.desk.cycle(1);
    expect(pair.desk.selection.get()).toEqual([below]);
    pair.desk.cycle(1);
    expect(pair.desk.selection.get()).toEqual([top]);
  });

  test('following goes where the other looks, until I move myself or they leave', async () => {
    const follow = new Follow(pair.anna, pair.desk.camera);
    const ben = pair.anna.presence.peers().find((peer) => peer.user.name === 'Ben');
    pair.ben.presence.setMine({ viewport: [600, 500, 200, 100] });
    await pair.settle();
    follow.start(ben?.peer ?? 0);
    const seen = pair.desk.camera.visible();
    expect(seen.x + seen.width / 2).toBeCloseTo(700);
    expect(seen.y + seen.height / 2).toBeCloseTo(550);
    pair.sessions[1]?.close();
    await pair.settle();
    expect(follow.peer.get()).toBeNull();
    follow.dispose();
  });

  describe('two who follow', () => {
    /** Ben's window is high, Anna's is wide. */
    const both = () => {
      const desk = new Desk({ room: pair.ben, image: { width: 1000, height: 800 }, frames, notify: () => undefined });
      desk.camera.resize({ width: 400, height: 900 });
      const [anna, ben] = [new Follow(pair.anna, pair.desk.camera), new Follow(pair.ben, desk.camera)];
      const idOf = (room: TaskRoom, name: string) => room.presence.peers().find((peer) => peer.user.name === name)?.peer ?? 0;
      return {
        desk,
        anna,
        ben,
        annaFollows: () => anna.start(idOf(pair.anna, 'Ben')),
        benFollows: () => ben.start(idOf(pair.ben, 'Anna')),
        /** Until everybody was told, several times over. */
        settle: () => vi.advanceTimersByTimeAsync(3_000),
        close: () => {
          anna.dispose();
          ben.dispose();
          desk.dispose();
        },
      };
    };

    test('each other stay where they are, and whoever goes somewhere leads', async () => {
      const two = both();
      two.desk.camera.zoom(3);
      await two.settle();
      two.annaFollows();
      await two.settle();
      two.benFollows();
      await two.settle();
      const scales = [pair.desk.camera.view.get().scale, two.desk.camera.view.get().scale];
      await vi.advanceTimersByTimeAsync(30_000);
      expect([pair.desk.camera.view.get().scale, two.desk.camera.view.get().scale]).toEqual(scales);
      pair.desk.camera.zoom(4);
      await two.settle();
      expect([two.anna.peer.get() === null, two.ben.peer.get() === null]).toEqual([true, false]);
      expect(two.desk.camera.view.get().scale).toBeGreaterThan(scales[1] ?? 0);
      two.close();
    });

    test('each other from the same moment on let go: nobody leads', async () => {
      const two = both();
      two.desk.camera.zoom(3);
      pair.desk.camera.pan(200, 0);
      await two.settle();
      two.annaFollows();
      two.benFollows();
      await two.settle();
      expect([two.anna.peer.get(), two.ben.peer.get()]).toEqual([null, null]);
      two.close();
    });

    test('a third follows the first through the second', async () => {
      const two = both();
      await two.settle();
      two.benFollows();
      pair.desk.camera.zoom(4);
      await two.settle();
      const told = pair.anna.presence.peers().find((peer) => peer.user.name === 'Ben')?.state.viewport;
      expect(told?.[2]).toBeCloseTo(pair.desk.camera.visible().width, 0);
      two.close();
    });

    test.each<[string, (desk: Desk) => void]>([
      ['a zoom', (desk) => desk.camera.zoom(1.25)],
      ['a fit', (desk) => desk.camera.fit()],
      ['a move', (desk) => desk.camera.pan(9, 0)],
      ['a visit', (desk) => desk.camera.visit(imagePoint(5, 5))],
    ])('%s of my own ends it, by whatever key or hand', async (_, go) => {
      const two = both();
      await two.settle();
      two.annaFollows();
      pair.desk.camera.resize({ width: 700, height: 700 });
      expect(two.anna.peer.get()).not.toBeNull();
      go(pair.desk);
      expect(two.anna.peer.get()).toBeNull();
      two.close();
    });
  });

  test('others are told where I look, so that they can follow', async () => {
    const follow = new Follow(pair.anna, pair.desk.camera);
    pair.desk.camera.zoom(2);
    await pair.settle();
    const anna = pair.ben.presence.peers().find((peer) => peer.user.name === 'Anna');
    expect(anna?.state.viewport?.[2]).toBeCloseTo(pair.desk.camera.visible().width, 0);
    follow.dispose();
  });
});

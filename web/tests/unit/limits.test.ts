import type { Geometry, TaskRoom } from '@tandem/client';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { imagePoint } from '~/geometry/points';
import * as commands from '~/tools/commands';
import { Desk, NOT_ALLOWED } from '~/tools/desk';
import { people } from '../support/layout';

const LABELS = [
  { name: 'car', most: 2, initial: { doors: 4 } },
  { name: 'person', initial: { occluded: false } },
  { name: 'horse', problem: 'The project has no label “horse”' },
];
const BOX: Geometry = { kind: 'box', x: 10, y: 10, width: 50, height: 40 };

describe('a desk with limits', () => {
  let room: TaskRoom;
  let desk: Desk;
  let notices: string[];
  beforeEach(async () => {
    [room] = (await people('ann')) as [TaskRoom];
    notices = [];
    desk = new Desk({
      room,
      image: { width: 1000, height: 800 },
      frames: { request: () => 0, cancel: () => undefined, still: true },
      notify: (text) => notices.push(text),
    });
    desk.setLabels(LABELS, { most: 4, tools: ['select', 'box', 'brush', 'cut'] });
    desk.snapping.set(false);
  });
  afterEach(() => desk.dispose());

  const press = (x: number, y: number): void => desk.dispatch({ type: 'down', point: imagePoint(x, y) });
  const draw = (x: number): void => {
    desk.select([]);
    press(x, 100);
    desk.dispatch({ type: 'move', point: imagePoint(x + 40, 140) });
    desk.dispatch({ type: 'up', point: imagePoint(x + 40, 140) });
  };
  const labels = (): string[] => room.regions.list().map(({ label }) => label);

  test('what is drawn begins with the attributes of its label', () => {
    draw(100);
    expect(room.regions.list()).toMatchObject([{ label: 'car', attributes: { doors: 4 } }]);
  });

  test('a shape beyond the limit of its label is refused in words when it is begun', () => {
    draw(100);
    draw(200);
    press(300, 100);
    expect([desk.isBusy, notices.at(-1)]).toEqual([false, 'At most 2 of car']);
    desk.pickLabel('person');
    draw(300);
    draw(400);
    draw(500);
    expect([labels().length, notices.at(-1)]).toEqual([4, 'At most 4 regions in all']);
  });

  test('where a colleague was quicker with the last, nothing drawn is lost and it is said', () => {
    draw(100);
    desk.select([]);
    press(200, 100);
    room.regions.add({ label: 'car', geometry: BOX });
    desk.dispatch({ type: 'move', point: imagePoint(240, 140) });
    desk.dispatch({ type: 'up', point: imagePoint(240, 140) });
    expect(labels()).toHaveLength(3);
    expect(notices.at(-1)).toMatch(/^At most 2 of car: somebody else/);
  });

  test('copies, and pieces of a cut shape, count too', () => {
    const ids = [1, 2].map(() => room.regions.add({ label: 'car', geometry: BOX }));
    desk.select(ids.slice(0, 1));
    commands.duplicate(desk);
    desk.writer.replace(ids[0] ?? '', [BOX, BOX]);
    expect(labels()).toHaveLength(2);
    expect(notices).toEqual(['At most 2 of car: nothing was added', 'At most 2 of car: nothing was changed']);
  });

  test('a label that is full is not given to what is selected; another brings its attributes', () => {
    [1, 2].forEach(() => room.regions.add({ label: 'car', geometry: BOX }));
    const id = room.regions.add({ label: 'person', geometry: BOX, attributes: { note: 'x' } });
    desk.select([id]);
    desk.pickLabel('car');
    expect([room.regions.get(id)?.label, notices.at(-1)]).toEqual(['person', 'At most 2 of car: the label stays']);
    room.regions.remove(room.regions.list()[0]?.id ?? '');
    desk.pickLabel('car');
    expect(room.regions.get(id)).toMatchObject({ label: 'car', attributes: { note: 'x', doors: 4 } });
  });

  test('a mask that is gone on with adds none', () => {
    desk.setLabels([{ name: 'road', most: 1 }]);
    desk.pickTool('brush');
    press(300, 300);
    desk.dispatch({ type: 'up', point: imagePoint(320, 300) });
    press(340, 300);
    desk.dispatch({ type: 'up', point: imagePoint(380, 300) });
    expect([labels(), notices]).toEqual([['road'], []]);
    desk.select([]);
    press(500, 500);
    expect([desk.isBusy, notices]).toEqual([false, ['At most 1 of road']]);
  });

  test('a tool that the task does not have is not taken, nor a label that cannot be given', () => {
    desk.pickTool('polygon');
    desk.pickLabel('horse');
    expect([desk.tool.get(), desk.label.get(), notices]).toEqual([
      'box',
      'car',
      [NOT_ALLOWED, 'The project has no label “horse”'],
    ]);
  });

  test('an attribute of several regions is set in one step of undo', () => {
    const ids = ['car', 'person'].map((label) => room.regions.add({ label, geometry: BOX }));
    commands.setAttribute(desk, ids, 'note', () => 'wet');
    expect(room.regions.list().map(({ attributes }) => attributes.note)).toEqual(['wet', 'wet']);
    desk.undo();
    expect(room.regions.list().map(({ attributes }) => attributes.note)).toEqual([undefined, undefined]);
  });

  test('where the layout asks whether it is occluded, the key says no as well as yes', () => {
    desk.pickLabel('person');
    draw(100);
    commands.toggleOccluded(desk);
    expect(desk.selected()[0]?.attributes.occluded).toBe(true);
    commands.toggleOccluded(desk);
    expect(desk.selected()[0]?.attributes.occluded).toBe(false);
  });
});

// Every tool: what one person draws others see while it is drawn, have when it is there, and still have after it was corrected; undo and
// redo are one's own; the server keeps it.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { barriers } from './support/axe.mjs';
import { at, drag, ghosts, launch, moveTo, openTask, person, regions, saveState, until } from './support/browser.mjs';
import { makeProject, Server, signIn } from './support/server.mjs';
import { shots } from './support/shots.mjs';

const POSE = ['head', 'left hand', 'right hand', 'foot'];
const LABELS = [
  { name: 'car', color: '#2563eb', hotkey: '1' },
  { name: 'pose', color: '#dc2626', hotkey: '2', keypoints: POSE, skeleton: [[0, 1], [0, 2], [0, 3]] }, // prettier-ignore
];

describe('the tools', () => {
  let server, browser, anna, ben, project, task, other;

  before(async () => {
    server = await Server.start();
    browser = await launch();
    const [admin, annotator, reviewer] = await Promise.all(['admin', 'annotator', 'reviewer'].map((who) => signIn(server, who)));
    const people = [
      [annotator, 'labeler'],
      [reviewer, 'reviewer'],
    ];
    const made = await makeProject(admin, 'Tools', { people, images: 2, labels: LABELS });
    ({ project } = made);
    [task, other] = made.tasks;
    anna = await person(browser, server.link('annotator'));
    ben = await person(browser, server.link('reviewer'));
    await openTask(anna, server, project.id, task.id);
    await openTask(ben, server, project.id, task.id);
  });

  after(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
  });

  const sorted = (list) => [...list].sort((a, b) => (a.id < b.id ? -1 : 1));
  const bens = (what, good) => until(what, () => regions(ben), good);
  const bensRegion = (what, id, good) =>
    bens(what, (all) => {
      const region = all.find((r) => r.id === id);
      return region !== undefined && good(region.geometry, region);
    });
  const saved = (page) => until('saved', () => saveState(page), (state) => state === 'saved'); // prettier-ignore
  /** Keys of the workbench count while no button has the focus. */
  const key = async (page, ...keys) => {
    for (const one of keys) await page.keyboard.press(one);
  };
  const click = async (page, x, y, options) => {
    await moveTo(page, x, y);
    const p = await at(page, x, y);
    await page.mouse.click(p.x, p.y, options);
  };
  const clear = async () => {
    await key(anna, 'Escape', 'v', 'Control+a', 'Delete');
    await bens('an empty picture', (all) => all.length === 0);
  };
  const ghostOf = (kind) => async () => {
    await until(`a ghost (${kind}) at Ben's`, () => ghosts(ben), (seen) => seen.some((g) => g.geometry.kind === kind)); // prettier-ignore
  };

  /**
   * How each tool is used: `draw` calls `pause` while the shape is in hand; `edit` changes it by its grips; `edited` tells that it did.
   */
  const TOOLS = [
    {
      name: 'box',
      draw: async (pause) => (await key(anna, 'b'), await drag(anna, [100, 100], [300, 220], pause)),
      edit: () => drag(anna, [300, 220], [340, 260]),
      edited: (g) => Math.abs(g.width - 240) < 3,
    },
    {
      name: 'rotated_box',
      draw: async (pause) => {
        await key(anna, 'r');
        await drag(anna, [200, 200], [400, 300]);
        await moveTo(anna, 320, 420);
        await pause();
        await click(anna, 320, 420);
      },
      // Its far right corner, along its own axes.
      edit: () => drag(anna, [400, 300], [440, 320]),
      edited: (g, before) => g.width > before.width + 20 && g.rotation === before.rotation,
    },
    {
      name: 'ellipse',
      draw: async (pause) => (await key(anna, 'e'), await drag(anna, [100, 100], [300, 200], pause)),
      edit: () => drag(anna, [300, 150], [340, 150]),
      edited: (g) => Math.abs(g.rx - 120) < 3 && Math.abs(g.ry - 50) < 2,
    },
    {
      name: 'cuboid',
      draw: async (pause) => {
        await key(anna, 'Shift+b');
        await drag(anna, [200, 200], [400, 400]);
        await moveTo(anna, 500, 150);
        await pause();
        await click(anna, 500, 150);
      },
      // The back's far corner.
      edit: () => drag(anna, [500, 150], [540, 120]),
      edited: (g) => Math.abs(g.back.x + g.back.width - 540) < 3 && g.front.width === 200,
    },
    {
      name: 'polygon',
      draw: async (pause) => {
        await key(anna, 'p');
        for (const [x, y] of [[100, 100], [300, 100], [300, 300]]) await click(anna, x, y); // prettier-ignore
        await moveTo(anna, 100, 300);
        await pause();
        await click(anna, 100, 300);
        await key(anna, 'Enter');
      },
      edit: () => drag(anna, [300, 300], [340, 330]),
      edited: (g) => g.parts[0][0].some(([x, y]) => Math.abs(x - 340) < 2 && Math.abs(y - 330) < 2),
    },
    {
      name: 'polyline',
      draw: async (pause) => {
        await key(anna, 'l');
        for (const [x, y] of [[100, 100], [300, 100]]) await click(anna, x, y); // prettier-ignore
        await moveTo(anna, 300, 300);
        await pause();
        await click(anna, 300, 300);
        await key(anna, 'Enter');
      },
      // The middle of its first edge becomes a point.
      edit: () => drag(anna, [200, 100], [200, 60]),
      edited: (g) => g.points.length === 4 && Math.abs(g.points[1][1] - 60) < 2,
    },
    {
      name: 'point',
      draw: async (pause) => (await key(anna, '.'), await drag(anna, [200, 200], [220, 210], pause)),
      edit: async () => (await key(anna, 'v'), await drag(anna, [220, 210], [260, 250])),
      edited: (g) => Math.abs(g.x - 260) < 2 && Math.abs(g.y - 250) < 2,
    },
    {
      name: 'keypoints',
      draw: async (pause) => {
        await key(anna, '2', 'k');
        for (const [x, y] of [[300, 100], [200, 220]]) await click(anna, x, y); // prettier-ignore
        await key(anna, 'n');
        await moveTo(anna, 300, 400);
        await pause();
        await click(anna, 300, 400);
      },
      edit: () => drag(anna, [200, 220], [160, 240]),
      edited: (g) => Math.abs(g.points[1].x - 160) < 2 && g.points[2].v === 0,
    },
    {
      name: 'brush',
      kind: 'mask',
      draw: async (pause) => (await key(anna, 'm'), await drag(anna, [200, 200], [400, 200], pause)),
      edit: async () => (await key(anna, 'Shift+m'), await drag(anna, [300, 150], [300, 250])),
      edited: (g, before) => ones(g) < ones(before),
    },
  ];
  const ones = ({ counts }) => counts.reduce((sum, run, i) => sum + (i % 2 === 1 ? run : 0), 0);

  for (const { name, kind = name, draw, edit, edited } of TOOLS) {
    test(`${name}: drawn, seen, corrected, undone, redone, kept`, async () => {
      await clear();
      await key(anna, '1');
      await draw(ghostOf(name === 'rotated_box' ? 'rotated_box' : kind));
      const [drawn] = await bens("solid at Ben's", (all) => all.length === 1 && all[0].geometry.kind === kind);
      await until("no ghost left at Ben's", () => ghosts(ben), (seen) => seen.length === 0); // prettier-ignore
      await edit();
      await bensRegion("corrected at Ben's", drawn.id, (g) => edited(g, drawn.geometry));
      await key(anna, 'v', 'Control+z');
      await bensRegion("the correction undone at Ben's", drawn.id, (g) => !edited(g, drawn.geometry));
      await key(anna, 'Control+z');
      await bens("undone at Ben's", (all) => all.length === 0);
      await key(anna, 'Control+Shift+z', 'Control+Shift+z');
      await bensRegion("redone at Ben's", drawn.id, (g) => edited(g, drawn.geometry));
      await saved(anna);
      await openTask(ben, server, project.id, task.id);
      await bensRegion('there after Ben came anew', drawn.id, (g) => edited(g, drawn.geometry));
      assert.deepEqual(sorted(await regions(ben)), sorted(await regions(anna)));
    });
  }

  test('a polygon is cut in two, and the halves joined again', async () => {
    await clear();
    await key(anna, '1', 'b');
    await drag(anna, [200, 200], [400, 400]);
    await key(anna, 'x');
    await click(anna, 300, 150);
    await click(anna, 300, 450);
    const halves = await bens('two halves', (all) => all.length === 2);
    for (const { geometry } of halves) assert.equal(geometry.kind, 'polygon');
    await key(anna, 'v', 'Control+a', 'j');
    const [whole] = await bens('one again', (all) => all.length === 1);
    const xs = whole.geometry.parts[0][0].map(([x]) => x);
    assert.deepEqual([Math.round(Math.min(...xs)), Math.round(Math.max(...xs))], [200, 400]);
    await key(anna, 'Control+z');
    await bens('the halves are back by one undo', (all) => all.length === 2);
  });

  test('a shape is cut out of another: a hole, then a mask, then filled', async () => {
    await clear();
    await key(anna, 'b');
    await drag(anna, [200, 200], [500, 500]);
    await key(anna, 'b');
    await drag(anna, [300, 300], [400, 400]);
    await key(anna, 'v');
    await click(anna, 220, 220);
    await click(anna, 350, 350, { modifiers: [] });
    // The larger first, then with Shift what is cut out of it.
    await click(anna, 220, 220);
    await anna.keyboard.down('Shift');
    await click(anna, 350, 350);
    await anna.keyboard.up('Shift');
    await key(anna, 'Shift+j');
    const [ring] = await bens('a ring', (all) => all.length === 1 && all[0].geometry.kind === 'polygon');
    assert.equal(ring.geometry.parts[0].length, 2, 'an outside and a hole');
    await key(anna, 't');
    const [mask] = await bens('a mask', (all) => all[0]?.geometry.kind === 'mask');
    assert.ok(Math.abs(ones(mask.geometry) - 80_000) < 800, `${ones(mask.geometry)} pixels`);
    await key(anna, 'f');
    await bens('filled', (all) => Math.abs(ones(all[0].geometry) - 90_000) < 800);
    await key(anna, 't');
    await bens('a polygon without a hole', (all) => all[0].geometry.kind === 'polygon' && all[0].geometry.parts[0].length === 1);
  });

  test('two people at two points of one polygon: both moves stay', async () => {
    await clear();
    await key(anna, 'p');
    for (const [x, y] of [[300, 200], [500, 200], [500, 400], [300, 400]]) await click(anna, x, y); // prettier-ignore
    await key(anna, 'Enter', 'v');
    await bens('the polygon', (all) => all.length === 1);
    await key(ben, 'v');
    await click(ben, 400, 300);
    await moveTo(anna, 300, 200);
    await anna.mouse.down();
    await moveTo(anna, 260, 160);
    await drag(ben, [500, 400], [540, 440]);
    await until("Ben's move at Anna's", () => regions(anna), (all) => all[0].geometry.parts[0][0].some(([x]) => x > 535)); // prettier-ignore
    await anna.mouse.up();
    const [both] = await bens('both moves', (all) => {
      const points = all[0].geometry.parts[0][0];
      return points.some(([x]) => x < 265) && points.some(([x]) => x > 535);
    });
    assert.equal(both.geometry.parts[0][0].length, 4);
  });

  test('a neighbour drawn along a border shares it: no gap', async () => {
    await clear();
    await key(anna, 'p');
    for (const [x, y] of [[300, 200], [500, 200], [520, 300], [500, 400], [300, 400]]) await click(anna, x, y); // prettier-ignore
    await key(anna, 'Enter', 'Escape', 'p');
    // A little beside the corners: they attract.
    for (const [x, y] of [[503, 203], [502, 398], [700, 400], [700, 200]]) await click(anna, x, y); // prettier-ignore
    await key(anna, 'Enter');
    const two = await bens('two polygons', (all) => all.length === 2);
    const second = two.at(-1).geometry.parts[0][0];
    for (const corner of [
      [500, 200],
      [520, 300],
      [500, 400],
    ]) {
      const near = ([x, y]) => Math.abs(x - corner[0]) < 0.6 && Math.abs(y - corner[1]) < 0.6;
      const of = (points) => points.find(near);
      assert.deepEqual(of(second), of(two[0].geometry.parts[0][0]), `the corner at ${corner}`);
    }
  });

  test('duplicate, group, align, order, lock and hide do what they say', async () => {
    await clear();
    await key(anna, 'b');
    await drag(anna, [100, 100], [200, 200]);
    await key(anna, 'Control+d');
    await bens('two', (all) => all.length === 2);
    await key(anna, 'v', 'Control+a', 'g', 'Escape');
    await click(anna, 105, 105);
    await until('both selected', () => anna.locator('.region-on').count(), (n) => n === 2); // prettier-ignore
    await shots(anna, 'tools-selected');
    await anna.getByRole('button', { name: 'Align and distribute' }).click();
    await anna.getByRole('menuitem', { name: 'Align left' }).click();
    await bens('aligned', (all) => all[0].geometry.x === all[1].geometry.x && all[0].geometry.y !== all[1].geometry.y);
    const order = async () => (await regions(ben)).toSorted((a, b) => a.z - b.z).map(({ id }) => id);
    const [lower, upper] = await order();
    await key(anna, 'g', 'Shift+g', 'Escape', 'Escape');
    await anna.getByTestId('region-row').last().getByRole('button', { name: /^car: / }).click(); // prettier-ignore
    await anna.getByTestId('stage').focus();
    await key(anna, 'PageUp');
    await until('the lower one is in front', order, (ids) => ids.join() === [upper, lower].join()); // prettier-ignore
    await key(anna, 'PageDown');
    await until('and at the back again', order, (ids) => ids.join() === [lower, upper].join()); // prettier-ignore
    await key(anna, 'h');
    await until('hidden', () => anna.locator('.region-hidden').count(), (n) => n === 1); // prettier-ignore
    await key(anna, 'h');
    await until('shown', () => anna.locator('.region-hidden').count(), (n) => n === 0); // prettier-ignore
    await key(anna, 'Escape', 'Control+a', 'Shift+l', 'Escape');
    await click(anna, 150, 150);
    assert.equal(await anna.locator('.region-on').count(), 0, 'what is locked is passed by');
    for (let n = 0; n < 2; n++) await anna.getByRole('button', { name: 'Unlock car' }).first().click();
    assert.deepEqual(await barriers(anna), []);
  });

  test('several are scaled, turned and moved together by their frame; Ben sees each of them meanwhile; one undo takes it back', async () => {
    await clear();
    await key(anna, '1', 'b');
    await drag(anna, [200, 200], [300, 280]);
    await key(anna, 'Escape', 'p');
    for (const [x, y] of [[400, 200], [500, 200], [500, 300], [400, 300]]) await click(anna, x, y); // prettier-ignore
    await key(anna, 'Enter');
    const [box, polygon] = await bens('a box and a polygon', (all) => all.length === 2);
    await key(anna, 'Escape', 'v', 'Control+a');
    await shots(anna, 'tools-frame');
    // The frame stays 14 pixels away from what it is around.
    const corner = await at(anna, 500, 300);
    await anna.mouse.move(corner.x + 14, corner.y + 14);
    await anna.mouse.down();
    const far = await at(anna, 650, 350);
    await anna.mouse.move(far.x + 14, far.y + 14, { steps: 5 });
    const two = (seen) => new Set(seen.map(({ region_id }) => region_id)).size === 2;
    await until("both as ghosts at Ben's", () => ghosts(ben), two); // prettier-ignore
    await anna.mouse.up();
    await bensRegion('the polygon, half as wide again', polygon.id, (g) => g.parts[0][0].some(([x, y]) => Math.abs(x - 650) < 3 && Math.abs(y - 350) < 3)); // prettier-ignore
    await bensRegion('and the box', box.id, (g) => Math.abs(g.width - 150) < 3 && Math.abs(g.x - 200) < 1);
    await until("no ghost left at Ben's", () => ghosts(ben), (seen) => seen.length === 0); // prettier-ignore
    await key(anna, 'Control+z');
    await bensRegion('both are back by one undo', box.id, (g) => g.width === box.geometry.width);
    await bensRegion('both', polygon.id, (g) => JSON.stringify(g) === JSON.stringify(polygon.geometry));
    // The knob, to the right: a quarter.
    const [top, middle] = [await at(anna, 350, 200), await at(anna, 350, 250)];
    await anna.mouse.move(top.x, top.y - 14 - 26);
    await anna.mouse.down();
    await anna.mouse.move(middle.x + 200, middle.y, { steps: 6 });
    await anna.mouse.up();
    await bensRegion(
      'the box stands where it turned to',
      box.id,
      (g) => Math.abs(g.width - 80) < 2 && Math.abs(g.height - 100) < 2,
    );
    await key(anna, 'Alt+Shift+ArrowLeft');
    await bens('aligned by a key', (all) => {
      const left = Math.min(...all.find(({ id }) => id === polygon.id).geometry.parts[0][0].map(([x]) => x));
      return Math.abs(all.find(({ id }) => id === box.id).geometry.x - left) < 0.1;
    });
    await key(anna, 'Alt+=');
    await bensRegion('larger by a key', box.id, (g) => g.width > 83);
    assert.deepEqual(await barriers(anna), []);
  });

  test('a mask is moved, nudged and duplicated beside itself', async () => {
    await clear();
    await key(anna, '1', 'm');
    await drag(anna, [300, 300], [400, 300]);
    const [mask] = await bens('a mask', (all) => all.length === 1);
    await key(anna, 'v');
    await drag(anna, [350, 300], [450, 340]);
    await bensRegion('moved', mask.id, (g) => ones(g) === ones(mask.geometry) && g.counts[0] > mask.geometry.counts[0]);
    const before = (await regions(anna))[0].geometry.counts[0];
    await key(anna, 'ArrowDown');
    await bensRegion('nudged by a pixel', mask.id, (g) => g.counts[0] === before + 1);
    await key(anna, 'Control+d');
    await bens('two, beside one another', (all) => all.length === 2 && all[0].geometry.counts[0] !== all[1].geometry.counts[0]);
  });

  test('relations: drawn, seen, undone, turned, gone and back with a region, made by keyboard, kept', async () => {
    await clear();
    await key(anna, 'b');
    await drag(anna, [100, 100], [240, 220]);
    await key(anna, 'Escape', 'b');
    await drag(anna, [500, 300], [640, 420]);
    await bens('two', (all) => all.length === 2);
    const related = (count) => (all) => all.flatMap((region) => region.relations).length === count;
    await key(anna, 'Escape', 'Shift+k');
    await drag(anna, [170, 160], [570, 360], async () => {
      await until("a line at Ben's", () => ghosts(ben), (seen) => seen.some((g) => g.tool === 'relation')); // prettier-ignore
    });
    await bens("related at Ben's", related(1));
    await until("no ghost left at Ben's", () => ghosts(ben), (seen) => seen.length === 0); // prettier-ignore
    await until('said below both', () => anna.getByTestId('relation-row').count(), (n) => n === 2); // prettier-ignore
    await shots(anna, 'tools-relations');
    assert.deepEqual(await barriers(anna), []);
    await key(anna, 'v', 'Control+z');
    await bens("undone at Ben's", related(0));
    await key(anna, 'Control+Shift+z');
    await bens("redone at Ben's", related(1));
    await click(anna, 570, 360);
    await key(anna, 'Delete');
    await bens('gone with its region', (all) => all.length === 1 && related(0)(all));
    await key(anna, 'Control+z');
    await bens('back with it', (all) => all.length === 2 && related(1)(all));
    await anna.getByTestId('relation-menu').first().click();
    await anna.getByRole('menuitem', { name: 'Delete the relation' }).click();
    await bens('deleted by its menu', related(0));
    await anna.getByTestId('stage').focus();
    await key(anna, 'Control+a', 'Shift+k');
    const [kept] = await bens('related by keyboard', related(1));
    await saved(anna);
    await openTask(ben, server, project.id, task.id);
    await bens('there after Ben came anew', (all) => all.length === 2 && related(1)(all));
    assert.deepEqual(
      (await regions(ben)).find(({ id }) => id === kept.id),
      kept,
    );
  });

  test('what is copied on one task is pasted on another', async () => {
    await clear();
    await key(anna, 'e');
    await drag(anna, [100, 100], [200, 160]);
    await bens('one', (all) => all.length === 1);
    await key(anna, 'Control+c');
    await openTask(anna, server, project.id, other.id);
    const had = (await regions(anna)).length;
    await key(anna, 'Control+v');
    const all = await until('pasted', () => regions(anna), (list) => list.length === had + 1); // prettier-ignore
    assert.deepEqual(all.at(-1).geometry, { kind: 'ellipse', cx: 150, cy: 130, rx: 50, ry: 30, rotation: 0 });
    await saved(anna);
    await openTask(anna, server, project.id, task.id);
  });

  test('by keyboard alone: box, polygon, skeleton and mask', async () => {
    await clear();
    const walk = async (name, times) => {
      for (let n = 0; n < times; n++) await key(anna, name);
    };
    await anna.getByTestId('stage').focus();
    // The first arrow shows where the pointer is.
    await key(anna, '1', 'b', 'ArrowRight', 'Space');
    await walk('Shift+ArrowRight', 2);
    await walk('Shift+ArrowDown', 1);
    await key(anna, 'Space');
    await bens('a box', (all) => all.length === 1 && all[0].geometry.kind === 'box' && all[0].geometry.width > 50);
    await key(anna, 'Escape', 'Escape', 'p', 'ArrowRight', 'Space');
    await walk('Shift+ArrowRight', 2);
    await key(anna, 'Space');
    await walk('Shift+ArrowDown', 2);
    await key(anna, 'Space', 'Enter');
    const [, polygon] = await bens('a polygon', (all) => all.some((r) => r.geometry.kind === 'polygon'));
    await key(anna, ']', ']', 'ArrowLeft', 'Delete');
    // Its second point was moved and taken away: with two points left it is none.
    await bens('its point taken away', (all) => !all.some((r) => r.id === polygon?.id));
    await key(anna, 'Escape', 'Escape', '2', 'k', 'ArrowRight', 'Space', 'Shift+ArrowDown', 'Space', 'n', 'Enter');
    await bens('a skeleton', (all) => all.some((r) => r.geometry.kind === 'keypoints'));
    await key(anna, 'Escape', 'Escape', '1', 'm', 'ArrowRight', 'Space');
    await walk('Shift+ArrowRight', 2);
    await key(anna, 'Space');
    await bens('a mask', (all) => all.some((r) => r.geometry.kind === 'mask'));
    await key(anna, 'Escape', 'Escape');
  });

  test('by keyboard alone: sides are pulled, shapes turned, two regions chosen in the list', async () => {
    await clear();
    await key(anna, '1', 'b');
    await drag(anna, [200, 200], [300, 300]);
    await key(anna, 'v');
    const [box] = await bens('a box', (all) => all.length === 1);
    // Its corners and sides from the top left one on: the fourth is the right side.
    await key(anna, ']', ']', ']', ']');
    assert.match(await anna.getByTestId('hint').innerText(), /Right side/);
    await key(anna, 'Shift+ArrowRight');
    await bensRegion('wider by ten', box.id, (g) => Math.abs(g.width - box.geometry.width - 10) < 0.1 && g.x === box.geometry.x);
    await key(anna, 'Escape', 'ArrowRight');
    await bensRegion('moved again once the side is let go', box.id, (g) => Math.abs(g.x - box.geometry.x - 1) < 0.1);
    await key(anna, 'Escape', 'r');
    await drag(anna, [500, 300], [700, 300]);
    await moveTo(anna, 600, 400);
    await click(anna, 600, 400);
    const { id, geometry } = (await bens('a rotated box', (all) => all.length === 2)).find(
      (r) => r.geometry.kind === 'rotated_box',
    );
    // The knob is the last of its grips: the one before the first.
    await key(anna, 'v', '[', 'Shift+ArrowRight');
    await bensRegion('turned by ten degrees', id, (g) => Math.abs(g.rotation - geometry.rotation - 10) < 0.1);
    await key(anna, 'Escape', 'Escape');
    const rows = anna.locator('.region-main');
    await rows.nth(0).focus();
    await key(anna, 'Space', 'Tab', 'Tab', 'Tab', 'Tab');
    await rows.nth(1).focus();
    await key(anna, 'Space');
    await until('both chosen', () => anna.locator('.region-on').count(), (n) => n === 2); // prettier-ignore
    await key(anna, 'Space');
    await until('one let go', () => anna.locator('.region-on').count(), (n) => n === 1); // prettier-ignore
    await key(anna, 'Enter');
    await until('that one alone', () => anna.locator('.region-on').count(), (n) => n === 1); // prettier-ignore
    await key(anna, 'Escape');
  });

  test('a point that a skeleton lacks is placed later, and each shows its name', async () => {
    await clear();
    await key(anna, '2', 'k');
    await click(anna, 400, 200);
    await click(anna, 300, 300);
    await key(anna, 'n', 'Enter');
    const [pose] = await bens('a skeleton', (all) => all.length === 1);
    assert.deepEqual(pose.geometry.points.map(({ v }) => v), [2, 2, 0, 0]); // prettier-ignore
    await key(anna, 'v');
    await moveTo(anna, 500, 300);
    await key(anna, 'Insert');
    await bensRegion(
      'the right hand, where the pointer is',
      pose.id,
      (g) => Math.abs(g.points[2].x - 500) < 2 && g.points[2].v === 2,
    );
    assert.match(await anna.getByTestId('hint').innerText(), /right hand/);
    await anna.getByTestId('absent-points').click();
    await anna.getByRole('menuitem', { name: 'Place foot' }).click();
    await bensRegion('the foot', pose.id, (g) => g.points[3].v === 2);
    await key(anna, 'Shift+ArrowDown');
    await shots(anna, 'tools-joints');
    // Between its bones there is nothing of it: what lies there is reached.
    await key(anna, 'Escape', 'Escape');
    await click(anna, 480, 220);
    assert.equal(await anna.locator('.region-on').count(), 0);
    await click(anna, 350, 250);
    await until('hit on a bone', () => anna.locator('.region-on').count(), (n) => n === 1); // prettier-ignore
    await key(anna, 'Escape');
  });

  test('a line goes on from its end; what lies below is reached with Alt, and brought one step up', async () => {
    await clear();
    await key(anna, '1', 'l');
    for (const [x, y] of [[200, 500], [300, 500]]) await click(anna, x, y); // prettier-ignore
    await key(anna, 'Enter');
    const [line] = await bens('a line', (all) => all.length === 1);
    await click(anna, 300, 500);
    await click(anna, 380, 450);
    await key(anna, 'Enter');
    await bensRegion('with a third point', line.id, (g) => g.points.length === 3 && Math.abs(g.points[2][0] - 380) < 2);
    await key(anna, 'v', ']', ']', ']', 'Insert');
    await bensRegion('and beyond it by a key', line.id, (g) => g.points.length === 4 && g.points[3][0] > 382);
    await key(anna, 'Escape', 'Escape', 'b');
    await drag(anna, [500, 100], [700, 300]);
    await key(anna, 'Escape', 'b');
    await drag(anna, [550, 150], [650, 250]);
    await bens('a box in a box', (all) => all.length === 3);
    await key(anna, 'Escape', 'v');
    // The list follows a press on the picture by one frame.
    const chosen = (what, good) => until(what, () => anna.locator('.region-on').getAttribute('data-region', { timeout: 1000 }), good); // prettier-ignore
    await click(anna, 600, 200);
    const inner = await chosen('the inner box', (id) => id !== null);
    await anna.keyboard.down('Alt');
    await click(anna, 600, 200);
    const outer = await chosen('with Alt what lies below it', (id) => id !== inner);
    await anna.keyboard.up('Alt');
    const order = (list) => list.filter(({ id }) => id !== line.id).map(({ id }) => id);
    await key(anna, 'Shift+PageUp');
    await bens('the outer one on top', (all) => order(all).at(-1) === outer);
    await key(anna, 'Shift+PageDown');
    await bens('and below again', (all) => order(all).at(-1) === inner);
    await key(anna, 'Escape');
  });

  test('names stand on the picture as far as they can be read; the list is narrowed, and hides what it found', async () => {
    await clear();
    await key(anna, '1', 'b');
    for (const [x, y] of [[60, 80], [300, 60], [330, 90], [620, 120]]) await (await drag(anna, [x, y], [x + 180, y + 150]), key(anna, 'Escape')); // prettier-ignore
    await key(anna, '2', 'k');
    for (const [x, y] of [[250, 420], [200, 500], [300, 500], [250, 560]]) await click(anna, x, y); // prettier-ignore
    await key(anna, 'Escape', 'Escape', 'v');
    await bens('five regions', (all) => all.length === 5);
    await moveTo(anna, 20, 20);
    await shots(anna, 'tools-names');
    await key(anna, '/');
    await anna.getByRole('searchbox', { name: /Find regions/ }).fill('pose');
    await until('one found', () => anna.getByTestId('region-row').count(), (n) => n === 1); // prettier-ignore
    await shots(anna, 'tools-find');
    assert.deepEqual(await barriers(anna), []);
    await anna.getByRole('button', { name: 'Hide the regions found' }).click();
    await anna.getByRole('combobox', { name: 'Which regions' }).selectOption('hidden');
    await until('it alone is hidden', () => anna.getByTestId('region-row').count(), (n) => n === 1); // prettier-ignore
    await anna.getByRole('button', { name: 'Show the whole list again' }).click();
    await anna.getByTestId('stage').focus();
    await key(anna, 'Shift+h');
    await until('all hidden', () => anna.locator('.region-hidden').count(), (n) => n === 5); // prettier-ignore
    await key(anna, 'Alt+h');
    await until('all shown', () => anna.locator('.region-hidden').count(), (n) => n === 0); // prettier-ignore
    await key(anna, 'i');
    const names = anna.getByRole('combobox', { name: 'Names' });
    assert.equal(await names.inputValue(), 'all');
    await names.selectOption('none');
    await shots(anna, 'tools-names-choice');
    await names.selectOption('all');
    await anna.getByRole('region', { name: 'How the picture is shown' }).getByRole('button', { name: 'Close' }).click();
    await anna.getByTestId('stage').focus();
    await key(anna, 'Alt+n');
    assert.equal(await anna.evaluate(() => JSON.parse(localStorage.getItem('tandem.look')).names), 'pointed');
    await key(anna, 'Alt+n', 'Alt+n');
  });

  test('a pen draws, and then a finger moves the picture; two fingers in a polygon leave what is drawn', async () => {
    await clear();
    const tablet = await person(browser, server.link('annotator'), { viewport: { width: 1024, height: 768 }, hasTouch: true });
    await openTask(tablet, server, project.id, task.id);
    const cdp = await tablet.context().newCDPSession(tablet);
    const pen = async (type, x, y, force = 0.5) => {
      const p = await at(tablet, x, y);
      await cdp.send('Input.dispatchMouseEvent', { type, ...p, button: type === 'mouseMoved' ? 'none' : 'left', buttons: type === 'mouseReleased' ? 0 : 1, clickCount: 1, pointerType: 'pen', force }); // prettier-ignore
    };
    const touch = (type, points) => cdp.send('Input.dispatchTouchEvent', { type, touchPoints: points.map(({ x, y }, id) => ({ x, y, id })) }); // prettier-ignore
    await key(tablet, 'p');
    const first = await at(tablet, 200, 200);
    const second = await at(tablet, 400, 200);
    const third = await at(tablet, 400, 400);
    for (const p of [first, second, third]) {
      await touch('touchStart', [p]);
      await touch('touchEnd', []);
    }
    const scale = () => tablet.evaluate(() => window.__tandem.view.scale);
    const before = await scale();
    await touch('touchStart', [{ x: 400, y: 400 }]);
    await touch('touchStart', [{ x: 400, y: 400 }, { x: 500, y: 400 }]); // prettier-ignore
    await touch('touchMove', [{ x: 380, y: 400 }, { x: 540, y: 400 }]); // prettier-ignore
    await touch('touchEnd', []);
    assert.ok((await scale()) > before * 1.2, 'two fingers zoom');
    await key(tablet, 'Enter');
    const [polygon] = await bens('the polygon by touch', (all) => all.length === 1);
    assert.equal(polygon.geometry.parts[0][0].length, 3, 'the second finger placed no point');
    await key(tablet, 'Escape', 'm');
    await pen('mousePressed', 500, 500, 0.2);
    for (let n = 1; n <= 10; n++) await pen('mouseMoved', 500 + n * 10, 500, 0.2 + n * 0.08);
    await pen('mouseReleased', 600, 500);
    await bens('a mask by pen', (all) => all.some((r) => r.geometry.kind === 'mask'));
    const p = await at(tablet, 300, 300);
    const count = (await regions(tablet)).length;
    await touch('touchStart', [p]);
    await touch('touchMove', [{ x: p.x + 60, y: p.y + 20 }]);
    await touch('touchEnd', []);
    const moved = await at(tablet, 300, 300);
    assert.ok(Math.abs(moved.x - p.x - 60) < 2, `the picture moved by ${moved.x - p.x}`);
    assert.equal((await regions(tablet)).length, count, 'and the finger drew nothing');
    // The hand lies down before the nib, and moves while it draws.
    await key(tablet, 'Escape', 'b');
    const palm = await at(tablet, 480, 430);
    await touch('touchStart', [palm]);
    await pen('mousePressed', 300, 230);
    for (let n = 1; n <= 5; n++) {
      await pen('mouseMoved', 300 + n * 20, 230 + n * 10);
      await touch('touchMove', [{ x: palm.x + n * 8, y: palm.y }]);
    }
    await pen('mouseReleased', 400, 280);
    await touch('touchEnd', []);
    const all = await bens('a box beside a palm', (now) => now.some((r) => r.geometry.kind === 'box'));
    const { x, y, width, height } = all.find((r) => r.geometry.kind === 'box').geometry;
    assert.ok([x - 300, y - 230, width - 100, height - 50].every((off) => Math.abs(off) < 3), `not the box meant: ${[x, y, width, height].join()}`); // prettier-ignore
    await shots(tablet, 'tools-tablet');
    assert.deepEqual(tablet.problems, []);
    await tablet.context().close();
  });

  test('on a tablet everything is as large as a finger, and what keys do has a button', async () => {
    await clear();
    const tablet = await person(browser, server.link('annotator'), { viewport: { width: 1024, height: 768 }, hasTouch: true, isMobile: true }); // prettier-ignore
    await openTask(tablet, server, project.id, task.id);
    const tap = async (x, y) => {
      const p = await at(tablet, x, y);
      await tablet.touchscreen.tap(p.x, p.y);
    };
    const press = (id) => tablet.getByTestId(id).tap();
    await press('tool-polygon');
    for (const [x, y] of [[200, 300], [400, 300], [400, 500], [120, 480]]) await tap(x, y); // prettier-ignore
    await tablet.getByRole('button', { name: 'Take the last point back' }).tap();
    await shots(tablet, 'tools-tablet-polygon');
    await press('assist-done');
    const [polygon] = await bens('a polygon by taps and a button', (all) => all.length === 1);
    assert.equal(polygon.geometry.parts[0][0].length, 3);
    await press('label-pose');
    await press('tool-keypoints');
    await press('occludes');
    await tap(600, 300);
    await press('absent');
    await press('occludes');
    await tap(700, 400);
    await shots(tablet, 'tools-tablet-keypoints');
    await press('assist-done');
    const all = await bens('a skeleton by taps and buttons', (now) => now.length === 2);
    const { points } = all.find((r) => r.geometry.kind === 'keypoints').geometry;
    assert.deepEqual(points.map(({ v }) => v), [1, 0, 2, 0]); // prettier-ignore
    await press('tool-select');
    await press('gathers');
    await tap(1000, 700);
    await tap(380, 330);
    await until('both are selected', () => tablet.locator('.region-on').count(), (n) => n === 2); // prettier-ignore
    await shots(tablet, 'tools-tablet-selected');
    const small = await tablet.evaluate(() =>
      [...document.querySelectorAll('.bench button, .bench a, .bench input, .bench select')]
        .map((element) => ({ element, box: element.getBoundingClientRect() }))
        .filter(({ element, box }) => box.width > 0 && getComputedStyle(element).visibility !== 'hidden')
        .filter(({ box }) => box.width < 43.5 || box.height < 43.5)
        .map(({ element, box }) => `${element.getAttribute('aria-label') ?? element.textContent} ${Math.round(box.width)}x${Math.round(box.height)}`),
    ); // prettier-ignore
    assert.deepEqual(small, []);
    assert.deepEqual(tablet.problems, []);
    await tablet.context().close();
  });

  test('how the picture looks is one person’s own: brightness, map and grid', async () => {
    await clear();
    await key(anna, 'i');
    const panel = anna.getByRole('region', { name: 'How the picture is shown' });
    const pixel = async (x, y) => {
      const p = await at(anna, x, y);
      const shot = await anna.screenshot({ clip: { x: Math.round(p.x), y: Math.round(p.y), width: 1, height: 1 } });
      return anna.evaluate(
        async (bytes) => {
          const bitmap = await createImageBitmap(new Blob([Uint8Array.from(bytes)]));
          const canvas = document.createElement('canvas');
          canvas.getContext('2d').drawImage(bitmap, 0, 0);
          return canvas.getContext('2d').getImageData(0, 0, 1, 1).data[0];
        },
        [...shot],
      );
    };
    const before = await pixel(1100, 600);
    await panel.getByLabel('Brightness').focus();
    for (let n = 0; n < 10; n++) await key(anna, 'ArrowRight');
    await until('a brighter picture', () => pixel(1100, 600), (now) => now > before * 1.3); // prettier-ignore
    await panel.getByLabel('Lines through the pointer').check();
    await panel.getByLabel('Equalise light and dark').check();
    await shots(anna, 'tools-seeing');
    assert.deepEqual(await barriers(anna), []);
    await panel.getByRole('button', { name: 'As it is' }).click();
    await panel.getByLabel('Lines through the pointer').uncheck();
    await until('as it was', () => pixel(1100, 600), (now) => Math.abs(now - before) <= 2); // prettier-ignore
    await key(anna, 'i');
    await anna.getByTestId('stage').focus();
    for (let n = 0; n < 14; n++) await key(anna, '+');
    const map = anna.getByTestId('minimap');
    await map.waitFor();
    const middle = () => anna.evaluate(() => window.__tandem.view.toImage({ x: innerWidth / 2, y: innerHeight / 2 }).x);
    const box = await map.boundingBox();
    await anna.mouse.click(box.x + box.width * 0.9, box.y + box.height / 2);
    assert.ok((await middle()) > 1050, 'a press on the map goes there');
    const seen = () => anna.evaluate(() => window.__tandem.view.toImage({ x: 100, y: 0 }).x - window.__tandem.view.toImage({ x: 0, y: 0 }).x); // prettier-ignore
    const wide = await seen();
    await anna.mouse.wheel(0, -300);
    await until('the wheel zooms over the map', seen, (now) => now < wide * 0.8); // prettier-ignore
    await shots(anna, 'tools-grid');
    await key(anna, '0');
    await map.waitFor({ state: 'detached' });
  });

  test('what can be done is found by name, and the list of all keys can be read', async () => {
    await clear();
    await key(anna, 'b');
    await drag(anna, [100, 100], [200, 200]);
    await key(anna, 'Control+k');
    await anna.keyboard.type('dupl');
    await shots(anna, 'tools-palette');
    assert.deepEqual(await barriers(anna), []);
    await key(anna, 'Enter');
    await bens('a copy', (all) => all.length === 2);
    await key(anna, 'Control+k');
    await anna.keyboard.type('pose');
    await key(anna, 'Enter');
    await until('the label in hand', () => anna.getByTestId('label-pose').getAttribute('aria-pressed'), (on) => on === 'true'); // prettier-ignore
    await key(anna, '?');
    await shots(anna, 'tools-keys');
    await key(anna, 'Escape', 'Escape');
  });

  test('no page complained', () => {
    assert.deepEqual([...anna.problems, ...ben.problems], []);
  });
});

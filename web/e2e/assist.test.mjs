// The wand and the scissors on a picture with something to find: what they find is the thing, others see it while it is sought, it is kept, undone by its
// own step, had by keys alone; Esc in the middle leaves nothing.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { painted } from '../../scripts/png.mjs';
import { barriers } from './support/axe.mjs';
import { at, ghosts, launch, moveTo, openTask, person, regions, saveState, until } from './support/browser.mjs';
import { makeProject, Server, signIn } from './support/server.mjs';
import { shots } from './support/shots.mjs';

const SIZE = [1280, 860];
const LABELS = [
  { name: 'lake', color: '#2563eb', hotkey: '1' },
  { name: 'cover', color: '#dc2626', hotkey: '2', kinds: ['mask'] },
  { name: 'shore', color: '#16a34a', hotkey: '3', kinds: ['polyline'] },
];

/** A lake with bays in a meadow, and an island in it. */
const MIDDLE = [600, 430];
const shore = (angle) => 230 + 40 * Math.sin(3 * angle) + 18 * Math.cos(5 * angle);
const ISLAND = { x: 640, y: 400, radius: 50 };
const isLake = (x, y) => {
  const [dx, dy] = [x + 0.5 - MIDDLE[0], y + 0.5 - MIDDLE[1]];
  return Math.hypot(dx, dy) < shore(Math.atan2(dy, dx));
};
const isIsland = (x, y) => Math.hypot(x + 0.5 - ISLAND.x, y + 0.5 - ISLAND.y) < ISLAND.radius;
const isWater = (x, y) => isLake(x, y) && !isIsland(x, y);
const grain = (x, y) => (Math.imul(x * 7919 + y * 104_729, 2_654_435_761) >>> 28) - 8;
const lake = (width, height) =>
  painted(width, height, (x, y) => (isWater(x, y) ? [60, 100, 160] : [120, 150, 80]).map((c) => c + grain(x, y)));
const onShore = (degrees) => {
  const a = (degrees * Math.PI) / 180;
  return [MIDDLE[0] + shore(a) * Math.cos(a), MIDDLE[1] + shore(a) * Math.sin(a)];
};

/** Even and odd, over all rings: holes are out. */
function insideOf({ parts }) {
  const rings = parts.flat();
  return (x, y) => {
    let inside = false;
    for (const ring of rings) {
      for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
        const [[xi, yi], [xj, yj]] = [ring[i], ring[j]];
        if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) inside = !inside;
      }
    }
    return inside;
  };
}

function iou(geometry, truth) {
  const found = insideOf(geometry);
  let [both, either] = [0, 0];
  for (let y = 0; y < SIZE[1]; y += 2) {
    for (let x = 0; x < SIZE[0]; x += 2) {
      const [a, b] = [found(x + 0.5, y + 0.5), truth(x, y)];
      if (a && b) both++;
      if (a || b) either++;
    }
  }
  return both / either;
}

describe('assisted tools', () => {
  let server, browser, anna, ben, project, task;

  before(async () => {
    server = await Server.start();
    browser = await launch();
    const [admin, annotator, reviewer] = await Promise.all(['admin', 'annotator', 'reviewer'].map((who) => signIn(server, who)));
    const people = [
      [annotator, 'labeler'],
      [reviewer, 'reviewer'],
    ];
    const made = await makeProject(admin, 'Assist', { people, images: 1, size: SIZE, labels: LABELS, picture: lake });
    ({ project } = made);
    [task] = made.tasks;
    anna = await person(browser, server.link('annotator'));
    ben = await person(browser, server.link('reviewer'));
    await openTask(anna, server, project.id, task.id);
    await openTask(ben, server, project.id, task.id);
  });

  after(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
  });

  const bens = (what, good) => until(what, () => regions(ben), good);
  const bensGhost = (what, good = (all) => all.length > 0) => until(what, () => ghosts(ben), good);
  const key = async (...keys) => {
    for (const one of keys) await anna.keyboard.press(one);
  };
  const click = async (x, y, options) => {
    await moveTo(anna, x, y);
    const p = await at(anna, x, y);
    await anna.mouse.click(p.x, p.y, options);
  };
  const clear = async () => {
    await key('Escape', 'v', 'Control+a', 'Delete');
    await bens('an empty picture', (all) => all.length === 0);
    await key('1');
  };
  const saved = () => until('saved', () => saveState(anna), (state) => state === 'saved'); // prettier-ignore

  test('nothing of the assistant is loaded before a tool asks for it; Esc while it loads leaves nothing', async () => {
    const loaded = [];
    anna.on('request', (request) => loaded.push(request.url()));
    await key('1', 'w');
    assert.deepEqual(
      loaded.filter((url) => /opencv|worker/.test(url)),
      [],
    );
    let letGo;
    const held = new Promise((done) => (letGo = done));
    await anna.context().route(/opencv.*\.wasm/, async (route) => (await held, await route.continue().catch(() => {})));
    await click(500, 430);
    await anna.getByTestId('assist-loading').waitFor();
    await shots(anna, 'assist-loading');
    await key('Escape');
    await anna.getByTestId('assist-loading').waitFor({ state: 'detached' });
    letGo();
    assert.equal((await regions(anna)).length, 0);
    await anna.context().unroute(/opencv.*\.wasm/);
  });

  test('where it cannot be loaded that is said, and trying again helps', async () => {
    await anna.context().route(/opencv.*\.wasm/, (route) => route.fulfill({ status: 503 }));
    await click(500, 430);
    await anna.getByTestId('assist-failed').waitFor();
    await shots(anna, 'assist-failed');
    await anna.context().unroute(/opencv.*\.wasm/);
    await anna.getByRole('button', { name: 'Try again' }).click();
    await anna.getByTestId('assist-failed').waitFor({ state: 'detached' });
    await anna.getByTestId('assist-loading').waitFor({ state: 'detached' });
  });

  test('wand: found, seen, kept, undone, redone, there after a reload', async () => {
    await clear();
    await key('w');
    await click(500, 430);
    await bensGhost("the lake as a ghost at Ben's", ([g]) => g?.geometry.kind === 'polygon');
    await shots(anna, 'assist-wand');
    assert.deepEqual(await barriers(anna), []);
    await key('Enter');
    const [found] = await bens("solid at Ben's", (all) => all.length === 1);
    await bensGhost('no ghost left', (all) => all.length === 0);
    assert.equal(found.geometry.kind, 'polygon');
    assert.equal(found.geometry.parts[0].length, 2, 'the shore and the island');
    assert.ok(iou(found.geometry, isWater) > 0.98, `IoU ${iou(found.geometry, isWater)}`);
    const points = found.geometry.parts.flat(2).length;
    assert.ok(points < 300, `${points} points`);
    await key('Control+z');
    await bens('undone', (all) => all.length === 0);
    await key('Control+Shift+z');
    await bens('redone', (all) => all.length === 1);
    await saved();
    await openTask(anna, server, project.id, task.id);
    assert.deepEqual((await regions(anna))[0].geometry, found.geometry);
  });

  test('wand: Shift adds, Alt takes away, Backspace takes a click back, the tolerance is heeded at once', async () => {
    await clear();
    await key('w');
    await click(500, 430);
    await bensGhost('the lake', ([g]) => g?.geometry.parts[0].length === 2);
    await click(ISLAND.x, ISLAND.y, { modifiers: [] });
    await bensGhost('only the island', ([g]) => g?.geometry.parts[0].length === 1);
    await anna.keyboard.down('Shift');
    await click(500, 430);
    await anna.keyboard.up('Shift');
    await bensGhost('lake and island', ([g]) => g?.geometry.parts[0].length === 1 && iou(g.geometry, isLake) > 0.98);
    await anna.keyboard.down('Alt');
    await click(ISLAND.x, ISLAND.y);
    await anna.keyboard.up('Alt');
    await bensGhost('the lake without it', ([g]) => g?.geometry.parts[0].length === 2);
    await key('Backspace');
    await bensGhost('with it again', ([g]) => g?.geometry.parts[0].length === 1);
    // So large a tolerance that lake and meadow are one.
    for (let i = 0; i < 14; i++) await key(']');
    await bensGhost('all of the picture', ([g]) => iou(g.geometry, () => true) > 0.98);
    await anna.getByTestId('assist-done').click();
    await bens('all of it', (all) => all.length === 1);
    for (let i = 0; i < 14; i++) await key('[');
  });

  test('a label of masks gets a mask by the wand, one of lines a line by the scissors', async () => {
    await clear();
    await key('2', 'w');
    await click(500, 430);
    await bensGhost('a mask', ([g]) => g?.geometry.kind === 'mask');
    await key('Enter');
    const [cover] = await bens('the mask', (all) => all.length === 1);
    const ones = cover.geometry.counts.reduce((sum, run, i) => sum + (i % 2 === 1 ? run : 0), 0);
    let water = 0;
    for (let y = 0; y < SIZE[1]; y++) for (let x = 0; x < SIZE[0]; x++) if (isWater(x, y)) water++;
    assert.ok(Math.abs(ones / water - 1) < 0.01, `${ones} of ${water}`);
    await key('Escape', '3', 'q');
    for (const degrees of [200, 240, 280]) await click(...onShore(degrees));
    await key('Enter');
    const two = await bens('the line', (all) => all.length === 2);
    const line = two.find(({ geometry }) => geometry.kind === 'polyline').geometry.points;
    assert.ok(line.length > 4, `${line.length} points`);
    for (const [x, y] of line) {
      const far = Math.hypot(x - MIDDLE[0], y - MIDDLE[1]) - shore(Math.atan2(y - MIDDLE[1], x - MIDDLE[0]));
      assert.ok(Math.abs(far) < 4, `${x}, ${y} is ${far} from the shore`);
    }
  });

  test('scissors: along the border, seen while they go, closed by the first point, kept, undone, redone, there after a reload', async () => {
    await clear();
    await key('q');
    const stops = [0, 60, 120, 180, 240, 300];
    for (const degrees of stops) await click(...onShore(degrees));
    const [x, y] = onShore(330);
    await moveTo(anna, x, y);
    await bensGhost("the way at Ben's", ([g]) => g?.geometry.kind === 'polyline' && g.geometry.points.length > 20);
    await shots(anna, 'assist-scissors');
    assert.deepEqual(await barriers(anna), []);
    // One part back, and once more.
    await key('Backspace');
    await click(...onShore(300));
    await click(...onShore(0));
    const [found] = await bens("solid at Ben's", (all) => all.length === 1);
    await bensGhost('no ghost left', (all) => all.length === 0);
    assert.equal(found.geometry.kind, 'polygon');
    assert.ok(iou(found.geometry, isLake) > 0.97, `IoU ${iou(found.geometry, isLake)}`);
    const points = found.geometry.parts[0][0].length;
    assert.ok(points < 160, `${points} points`);
    await key('v', 'Control+z');
    await bens('undone', (all) => all.length === 0);
    await key('Control+Shift+z');
    await bens('redone', (all) => all.length === 1);
    await saved();
    await openTask(anna, server, project.id, task.id);
    assert.deepEqual((await regions(anna))[0].geometry, found.geometry);
  });

  test('Esc in the middle leaves nothing, of either', async () => {
    await clear();
    await key('w');
    await click(500, 430);
    await bensGhost('the lake');
    await key('Escape');
    await bensGhost('nothing', (all) => all.length === 0);
    await key('q');
    for (const degrees of [0, 60, 120]) await click(...onShore(degrees));
    await bensGhost('the way');
    await key('Escape');
    await bensGhost('nothing', (all) => all.length === 0);
    assert.equal((await regions(anna)).length, 0);
  });

  test('by keys alone: the wand and the scissors', async () => {
    await clear();
    await key('w');
    // The pointer of the keys comes out in the middle of the picture: on the island.
    await key('ArrowLeft', ' ');
    await bensGhost('the island', ([g]) => g?.geometry.kind === 'polygon');
    await key('Enter');
    const [found] = await bens('the island by keys', (all) => all.length === 1);
    assert.ok(iou(found.geometry, isIsland) > 0.96, `IoU ${iou(found.geometry, isIsland)}`);
    await key('Escape', 'Escape', 'Control+a', 'Delete', 'q', 'ArrowLeft');
    const place = () => anna.evaluate(() => window.__tandem.view.scale);
    const scale = await place();
    // From the middle of the view by strides of 5 CSS pixels; Shift: of 50.
    let [px, py] = [SIZE[0] / 2, SIZE[1] / 2];
    const go = async ([x, y]) => {
      for (const [delta, plus, minus] of [
        [x - px, 'ArrowRight', 'ArrowLeft'],
        [y - py, 'ArrowDown', 'ArrowUp'],
      ]) {
        // prettier-ignore
        const strides = Math.round((Math.abs(delta) * scale) / 5);
        for (let i = 0; i < Math.floor(strides / 10); i++) await key(`Shift+${delta > 0 ? plus : minus}`);
        for (let i = 0; i < strides % 10; i++) await key(delta > 0 ? plus : minus);
        const moved = (Math.sign(delta) * strides * 5) / scale;
        if (plus === 'ArrowRight') px += moved;
        else py += moved;
      }
    };
    for (const degrees of [0, 70, 140, 210, 280]) {
      await go(onShore(degrees));
      await key(' ');
    }
    await key('Enter');
    const [cut] = await bens('the lake by keys', (all) => all.length === 1 && all[0].id !== found.id);
    assert.ok(iou(cut.geometry, isLake) > 0.95, `IoU ${iou(cut.geometry, isLake)}`);
  });

  test('no script of the page broke', () => {
    assert.deepEqual([...anna.problems, ...ben.problems], []);
  });
});

// A picture of 200 megapixels, turned by its EXIF: it is loaded with progress, can be stopped, is seen whole and then sharp, pixel by pixel, at the places
// that were zoomed to; what is drawn is in its own pixels; filters, the small map and the wand work; memory stays within a limit, and comes back. And small
// ones, turned in each of the eight ways that EXIF knows.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { blocks } from '../../scripts/jpeg.mjs';
import { barriers } from './support/axe.mjs';
import { at, drag, launch, moveTo, openTask, person, regions, until } from './support/browser.mjs';
import { largestPage } from './support/memory.mjs';
import { makeProject, Server, signIn } from './support/server.mjs';
import { shots } from './support/shots.mjs';

/** As people see it. The file has its sides the other way round. */
const SIZE = [20_000, 10_000];
const TURNED_RIGHT = 6;
/** What a page may hold with it, in MiB: four bytes a pixel, its tiles, and what any page has; and what the wand needs, its copy of 12 megapixels included. */
const PIXELS = (SIZE[0] * SIZE[1] * 4) / 2 ** 20;
const MOST = PIXELS + 550;
const MOST_WITH_WAND = MOST + 450;

/** A lake for the wand: black in the grey. */
const LAKE = { x: 12_000, y: 4_000, width: 1_600, height: 1_200 };
const isIn = ({ x, y, width, height }, px, py) => px >= x && px < x + width && py >= y && py < y + height;

/** Squares of a thousand pixels, each with a grey of its own, and in each a grain by which any block of 8 pixels is told from its neighbours. */
const squareAt = (x, y) => (isIn(LAKE, x, y) ? 0 : 70 + ((Math.floor(x / 1000) * 7 + Math.floor(y / 1000) * 31) % 120));
const grainAt = (x, y) => (((x >> 3) * 5 + (y >> 3) * 3) & 7) * 8 - 28;
const greyAt = (x, y) => squareAt(x, y) + (isIn(LAKE, x, y) ? 0 : grainAt(x, y));
/** A block of the file: its columns are rows of the picture, and its first row is the picture's right side. */
const stored = (column, row) => greyAt(SIZE[0] - 8 - row * 8, column * 8);
const huge = (width, height) => blocks(height, width, stored, TURNED_RIGHT);

/** A small picture of four greys, as people see it, and where each of its pixels is in a file of each orientation. */
const SMALL = [320, 160];
const quarterAt = (x, y) => 40 + (x < SMALL[0] / 2 ? 0 : 60) + (y < SMALL[1] / 2 ? 0 : 120);
const [RIGHT, BOTTOM] = SMALL.map((side) => side - 8);
const WAYS = [
  (x, y) => [x, y],
  (x, y) => [RIGHT - x, y],
  (x, y) => [RIGHT - x, BOTTOM - y],
  (x, y) => [x, BOTTOM - y],
  (x, y) => [y, x],
  (x, y) => [RIGHT - y, x],
  (x, y) => [RIGHT - y, BOTTOM - x],
  (x, y) => [y, BOTTOM - x],
];
/** @param nth of the pictures of a project, counted by `makeProject` */
const turned = (width, height, nth) => {
  const way = nth / 7919;
  const [columns, rows] = way < 4 ? [width, height] : [height, width];
  return blocks(columns, rows, (column, row) => quarterAt(...WAYS[way](column * 8, row * 8)), way + 1);
};

describe('a picture of 200 megapixels', () => {
  let server, browser, admin, annotator, anna, project, task;

  before(async () => {
    server = await Server.start();
    browser = await launch();
    [admin, annotator] = await Promise.all(['admin', 'annotator'].map((who) => signIn(server, who)));
    const people = [[annotator, 'labeler']];
    const made = await makeProject(admin, 'Huge', { people, images: 1, size: SIZE, picture: huge, format: 'jpeg' });
    ({ project } = made);
    [task] = made.tasks;
    anna = await person(browser, server.link('annotator'), { viewport: { width: 1366, height: 768 } });
  });

  after(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
  });

  const progress = () => anna.getByTestId('picture-progress');
  const scale = () => anna.evaluate(() => window.__tandem.view.scale);
  /** What is on the screen around pixels of the picture. */
  const seen = async (points) => {
    const shot = (await anna.screenshot()).toString('base64');
    const places = await Promise.all(points.map(([x, y]) => at(anna, x, y)));
    return anna.evaluate(
      async ([shot, places]) => {
        const bytes = Uint8Array.from(atob(shot), (c) => c.charCodeAt(0));
        const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
        const ctx = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d');
        ctx.drawImage(bitmap, 0, 0);
        return places.map(({ x, y }) => ctx.getImageData(Math.floor(x), Math.floor(y), 1, 1).data[0]);
      },
      [shot, places],
    );
  };
  const near = (all, wanted, far) => all.every((value, i) => Math.abs(value - wanted[i]) <= far);
  /** All of it, at rest: what glides would be zoomed beside the place that is meant. */
  const fit = async () => {
    await anna.keyboard.press('0');
    let before = 0;
    await until('the camera rests', async () => ({ before, now: (before = await scale()) }), (s) => s.before === s.now); // prettier-ignore
  };
  const zoomTo = async (x, y, wanted) => {
    for (let turns = 0; (await scale()) < wanted; turns++) {
      assert.ok(turns < 40, `the wheel does not zoom beyond ${await scale()}`);
      await moveTo(anna, x, y);
      await anna.mouse.wheel(0, -400);
    }
  };
  /** Middles of the blocks of a small field around a place. */
  const field = (x, y) => {
    const points = [];
    for (let dy = -3; dy <= 3; dy++) for (let dx = -3; dx <= 3; dx++) points.push([(x & ~7) + 8 * dx + 4, (y & ~7) + 8 * dy + 4]);
    return points;
  };
  const greys = (points) => points.map(([x, y]) => greyAt(x, y));

  test('it says how far it is, can be stopped and begun again, and is there whole', async () => {
    let letGo;
    const held = new Promise((done) => (letGo = done));
    const files = /\.jpeg|X-Amz-Signature/;
    await anna.context().route(files, async (route) => (await held, await route.continue().catch(() => {})));
    await openTask(anna, server, project.id, task.id);
    await progress().waitFor();
    await shots(anna, 'huge-progress');
    assert.deepEqual(await barriers(anna), []);
    await anna.getByRole('button', { name: 'Stop' }).click();
    await anna.getByText('The picture was not loaded.').waitFor();
    await progress().waitFor({ state: 'detached' });
    letGo();
    await anna.context().unroute(files);
    await anna.getByRole('button', { name: 'Load it' }).click();
    const squares = [[500, 500], [9_500, 4_500], [19_500, 9_500], [500, 9_500], [12_800, 4_600]]; // prettier-ignore
    // The grain is not seen from so far: its mean is nearly the grey of the square. A busy machine takes its time to decode it.
    const wanted = squares.map(([x, y]) => squareAt(x, y));
    await until('all of it', () => seen(squares), (all) => near(all, wanted, 24), 60); // prettier-ignore
    await progress().waitFor({ state: 'detached' });
    await shots(anna, 'huge-whole');
  });

  test('zoomed in, its own pixels are seen, in the middle and in a corner', async () => {
    for (const [x, y] of [
      [7_203, 3_333],
      [19_950, 60],
    ]) {
      // prettier-ignore
      await fit();
      await zoomTo(x, y, 1);
      const points = field(x, y);
      await until(`sharp at ${x}, ${y}`, () => seen(points), (all) => near(all, greys(points), 3)); // prettier-ignore
    }
    await shots(anna, 'huge-sharp');
    assert.ok(await anna.getByTestId('minimap').isVisible());
  });

  test('what is drawn is in the pixels of the picture, at 1:1 and closer', async () => {
    await fit();
    await zoomTo(7_200, 3_336, 8);
    await anna.keyboard.press('1');
    await anna.keyboard.press('b');
    await drag(anna, [7_184, 3_320], [7_216, 3_352]);
    const [{ geometry }] = await until('the box', () => regions(anna), (all) => all.length === 1); // prettier-ignore
    for (const [side, value] of [
      ['x', 7_184],
      ['y', 3_320],
      ['width', 32],
      ['height', 32],
    ])
      // prettier-ignore
      assert.ok(Math.abs(geometry[side] - value) < 0.5, `${side} is ${geometry[side]}`);
    await anna.keyboard.press('Control+z');
    await until('undone', () => regions(anna), (all) => all.length === 0); // prettier-ignore
  });

  test('it can be seen otherwise, and is as it was', async () => {
    // Beside the panel.
    const points = field(7_200, 3_336).filter(([x]) => x > 7_200);
    await anna.keyboard.press('Escape');
    await anna.keyboard.press('i');
    const brightness = anna.getByRole('slider', { name: 'Brightness' });
    await brightness.fill('0.5');
    await until('darker', () => seen(points), (all) => near(all, greys(points).map((g) => g / 2), 4)); // prettier-ignore
    await brightness.fill('1');
    const equalise = anna.getByRole('checkbox', { name: 'Equalise light and dark' });
    await equalise.check();
    await until('equalised', () => seen(points), (all) => !near(all, greys(points), 6)); // prettier-ignore
    await equalise.uncheck();
    await until('as it was', () => seen(points), (all) => near(all, greys(points), 3)); // prettier-ignore
    await anna.keyboard.press('i');
  });

  test('the page stays within its memory', async (t) => {
    const now = await largestPage();
    if (now === null) return t.skip('the system does not say');
    t.diagnostic(`${Math.round(now)} MiB`);
    assert.ok(now < MOST, `${now} MiB, of ${MOST}`);
  });

  test('the wand finds the lake', async () => {
    await fit();
    await anna.keyboard.press('1');
    await anna.keyboard.press('w');
    const p = await at(anna, LAKE.x + 800, LAKE.y + 600);
    await anna.mouse.click(p.x, p.y);
    await anna.getByTestId('assist-done').waitFor();
    await anna.keyboard.press('Enter');
    const [{ geometry }] = await until('the lake', () => regions(anna), (all) => all.length === 1); // prettier-ignore
    const points = geometry.parts.flat(2);
    const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
    const found = [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
    const wanted = [LAKE.x, LAKE.y, LAKE.x + LAKE.width, LAKE.y + LAKE.height];
    // It looks at a copy of 12 megapixels: one pixel of that is four.
    assert.ok(near(found, wanted, 10), `${found} instead of ${wanted}`);
  });

  test('also with the wand, and gives it back when the task is left', async (t) => {
    const most = await largestPage();
    if (most === null) return t.skip('the system does not say');
    t.diagnostic(`${Math.round(most)} MiB`);
    assert.ok(most < MOST_WITH_WAND, `${most} MiB, of ${MOST_WITH_WAND}`);
    await anna.getByRole('link', { name: 'Huge' }).click();
    await until('memory given back', largestPage, (now) => now < most - PIXELS * 0.9);
  });

  test('small ones are turned right, too, whichever way their EXIF says', async () => {
    const people = [[annotator, 'labeler']];
    const made = await makeProject(admin, 'Turned', {
      people,
      images: WAYS.length,
      size: SMALL,
      picture: turned,
      format: 'jpeg',
    });
    const middles = [[80, 40], [240, 40], [80, 120], [240, 120]]; // prettier-ignore
    const wanted = middles.map(([x, y]) => quarterAt(x, y));
    for (const [way, { id }] of made.tasks.entries()) {
      await openTask(anna, server, made.project.id, id);
      const { asset } = (await annotator.api('GET', `/tasks/${id}`)).body;
      assert.deepEqual([asset.width, asset.height], SMALL, `orientation ${way + 1}`);
      await until(`orientation ${way + 1}: ${wanted}`, () => seen(middles), (all) => near(all, wanted, 3)); // prettier-ignore
    }
  });

  test('no script of the page broke', () => assert.deepEqual(anna.problems, []));
});

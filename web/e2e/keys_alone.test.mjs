// The tools that the tests of drawing use by mouse, by keyboard alone; distribute, nudge and occlusion; forty-fold zoom; two who follow each other.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { drawBox, launch, openTask, person, regions, saveState, until } from './support/browser.mjs';
import { makeProject, Server, signIn } from './support/server.mjs';

describe('by keyboard alone', () => {
  let server, browser, anna, ben;

  before(async () => {
    server = await Server.start();
    browser = await launch();
    const [admin, annotator, reviewer] = await Promise.all(['admin', 'annotator', 'reviewer'].map((who) => signIn(server, who)));
    const people = [
      [annotator, 'labeler'],
      [reviewer, 'reviewer'],
    ];
    const { project, tasks } = await makeProject(admin, 'By keys', { people, images: 1 });
    anna = await person(browser, server.link('annotator'));
    // Another shape of window: what one shows does not fit the other's.
    ben = await person(browser, server.link('reviewer'), { viewport: { width: 1100, height: 900 } });
    await openTask(anna, server, project.id, tasks[0].id);
    await openTask(ben, server, project.id, tasks[0].id);
    await anna.getByTestId('stage').focus();
  });

  after(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
  });

  const key = async (...keys) => {
    for (const one of keys) await anna.keyboard.press(one);
  };
  const walk = async (name, times) => {
    for (let n = 0; n < times; n++) await key(name);
  };
  const bens = (what, good) => until(what, () => regions(ben), good);
  const clear = async () => {
    await key('Escape', 'Escape', 'v', 'Control+a', 'Delete', 'Escape', 'Escape');
    await bens('an empty picture', (all) => all.length === 0);
  };
  /** The pointer of the keys, brought to the middle by the first arrow. */
  const begin = (tool) => key('Escape', 'Escape', '1', tool, 'ArrowRight');
  const only = (what, kind) => bens(what, (all) => all.length === 1 && all[0].geometry.kind === kind);

  test('a rotated box, an ellipse and a cuboid', async () => {
    await begin('r');
    await key('Space');
    await walk('Shift+ArrowRight', 3);
    await key('Space');
    await walk('Shift+ArrowDown', 2);
    await key('Enter');
    await only('a rotated box', 'rotated_box');
    await clear();
    await begin('e');
    await key('Space');
    await walk('Shift+ArrowRight', 2);
    await walk('Shift+ArrowDown', 1);
    await key('Space');
    await only('an ellipse', 'ellipse');
    await clear();
    await begin('Shift+b');
    await key('Space');
    await walk('Shift+ArrowRight', 2);
    await walk('Shift+ArrowDown', 2);
    await key('Space');
    await walk('Shift+ArrowUp', 1);
    await key('Enter');
    await only('a cuboid', 'cuboid');
    await clear();
  });

  test('a line, a point, a cut and the eraser', async () => {
    await begin('l');
    await key('Space');
    await walk('Shift+ArrowRight', 2);
    await key('Space', 'Enter');
    await only('a line', 'polyline');
    await clear();
    await begin('.');
    await key('Space');
    await only('a point', 'point');
    await clear();
    await begin('b');
    await key('Space');
    await walk('Shift+ArrowRight', 3);
    await walk('Shift+ArrowDown', 3);
    await key('Space', 'Escape', 'Escape', 'x', 'ArrowRight');
    // From the middle of the stage, where the box begins, along its upper half and out of it to the right: from outside to outside.
    await walk('Shift+ArrowLeft', 1);
    await walk('Shift+ArrowDown', 1);
    await key('Space', 'Space');
    await walk('Shift+ArrowRight', 5);
    await key('Space', 'Space', 'Enter');
    await bens('two halves', (all) => all.length === 2);
    await clear();
    await begin('m');
    await key('Space');
    await walk('Shift+ArrowRight', 3);
    await key('Space');
    const [{ geometry: painted }] = await only('a mask', 'mask');
    await key('Escape', 'Escape', 'Shift+m', 'ArrowRight', 'Space');
    await walk('Shift+ArrowRight', 1);
    await key('Space');
    const pixels = ({ counts }) => counts.reduce((sum, run, at) => sum + (at % 2 === 1 ? run : 0), 0);
    await bens('less of it', ([mask]) => mask?.geometry.counts && pixels(mask.geometry) < pixels(painted));
    await clear();
  });

  test('equal gaps, a nudge and what is occluded', async () => {
    for (const x of [100, 220, 500]) await drawBox(anna, [x, 100], [x + 60, 160]);
    await bens('three boxes', (all) => all.length === 3);
    await key('Escape', 'v', 'Control+a', 'Alt+Shift+h');
    const lefts = (all) => all.map(({ geometry }) => geometry.x).toSorted((a, b) => a - b);
    await bens('gaps are equal', (all) => { const [a, b, c] = lefts(all); return Math.abs(b - a - (c - b)) < 1; }); // prettier-ignore
    const [first] = lefts(await regions(anna));
    await key('Shift+ArrowRight', 'ArrowLeft');
    await bens('nine pixels on', (all) => Math.abs(lefts(all)[0] - first - 9) < 0.1);
    await key('o');
    await bens('all occluded', (all) => all.every(({ attributes }) => attributes.occluded === true));
    await key('o');
    await bens('none is', (all) => all.every(({ attributes }) => attributes.occluded !== true));
  });

  test('the picture comes as near as forty-fold, no nearer, and all of it fits again', async () => {
    const scale = () => anna.evaluate(() => window.__tandem.view.scale);
    await walk('+', 24);
    await until('forty', scale, (now) => now === 40);
    await key('+');
    assert.equal(await scale(), 40);
    await key('0');
    await until('it fits', scale, (now) => now < 2);
  });

  test('two who follow each other stay where they are, and a key of one’s own ends it', async () => {
    const looking = (page) => page.evaluate(() => window.__tandem.view.scale);
    const [of, by] = ['annotator', 'reviewer'];
    const peer = (page) => page.locator('button.peer').first();
    await walk('+', 4);
    await peer(ben).click();
    await until(`${by} sees what ${of} sees`, () => looking(ben), (now) => now > 0.8); // prettier-ignore
    // Until that is told, too: who follows in the same moment ends it, as nobody would lead.
    await anna.waitForTimeout(600);
    await peer(anna).click();
    const pressed = (page) => peer(page).getAttribute('aria-pressed');
    await until('each follows the other', async () => [await pressed(anna), await pressed(ben)], (both) => both.every((now) => now === 'true')); // prettier-ignore
    await anna.waitForTimeout(500);
    const resting = [await looking(anna), await looking(ben)];
    await anna.waitForTimeout(1_500);
    assert.deepEqual([await looking(anna), await looking(ben)], resting);
    await anna.getByTestId('stage').focus();
    await key('+');
    await until('no more', () => pressed(anna), (now) => now === 'false'); // prettier-ignore
    assert.equal(await pressed(ben), 'true');
  });

  test('no page complained, and all of it is kept', async () => {
    await until('saved', () => saveState(anna), (state) => state === 'saved'); // prettier-ignore
    assert.deepEqual([...anna.problems, ...ben.problems], []);
  });
});

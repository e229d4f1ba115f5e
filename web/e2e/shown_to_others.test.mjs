// What a colleague sees while one cuts, erases, pastes, groups and orders: each step as it is made, taken back and made again, and what
// is one person's own not at all.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { at, drag, ghosts, launch, moveTo, openTask, person, regions, saveState, until } from './support/browser.mjs';
import { makeProject, Server, signIn } from './support/server.mjs';
import { shots } from './support/shots.mjs';

describe('shown to others', () => {
  let server, browser, anna, ben, project, task;

  before(async () => {
    server = await Server.start();
    browser = await launch();
    const [admin, annotator, reviewer] = await Promise.all(['admin', 'annotator', 'reviewer'].map((who) => signIn(server, who)));
    const people = [
      [annotator, 'labeler'],
      [reviewer, 'reviewer'],
    ];
    const made = await makeProject(admin, 'Shown', { people, images: 1 });
    ({ project } = made);
    task = made.tasks[0];
    [anna, ben] = await Promise.all(['annotator', 'reviewer'].map((who) => person(browser, server.link(who))));
    await Promise.all([anna, ben].map((page) => openTask(page, server, project.id, task.id)));
  });

  after(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
  });

  const key = async (page, ...keys) => {
    for (const one of keys) await page.keyboard.press(one);
  };
  const click = async (page, x, y) => {
    await moveTo(page, x, y);
    const p = await at(page, x, y);
    await page.mouse.click(p.x, p.y);
  };
  const bens = (what, good) => until(what, () => regions(ben), good);
  const bensGhosts = (what, good) => until(what, () => ghosts(ben), good);
  const noGhost = () => bensGhosts("no ghost left at Ben's", (seen) => seen.length === 0);
  const undo = () => key(anna, 'Control+z');
  const redo = () => key(anna, 'Control+Shift+z');
  const clear = async () => {
    await key(anna, 'Escape', 'Escape', 'v', 'Control+a', 'Delete');
    await bens('an empty picture', (all) => all.length === 0);
    await key(anna, '1');
  };
  const box = async (from, to) => (await key(anna, 'b'), await drag(anna, from, to), await key(anna, 'Escape'));
  const ones = ({ counts }) => counts.reduce((sum, run, i) => sum + (i % 2 === 1 ? run : 0), 0);
  /** Ben comes anew: he sees what the server keeps, and nothing else. */
  const anew = async (what, good) => {
    await until('saved', () => saveState(anna), (state) => state === 'saved'); // prettier-ignore
    await openTask(ben, server, project.id, task.id);
    await bens(what, good);
    assert.deepEqual(byId(await regions(ben)), byId(await regions(anna)));
  };
  const byId = (list) => list.toSorted((a, b) => (a.id < b.id ? -1 : 1));

  test('a cursor says in words what is in hand, and nothing for whoever only points', async () => {
    const shown = () => ben.locator('.cursor span').allInnerTexts();
    for (const [tool, words] of [
      ['r', ' · Rotated box'],
      ['Shift+m', ' · Mask eraser'],
      ['x', ' · Cut'],
      ['Shift+k', ' · Relation'],
    ]) {
      await key(anna, tool);
      await moveTo(anna, 300, 300);
      await until(`the cursor with “${words}”`, shown, (names) => names.length === 1 && names[0].endsWith(words)); // prettier-ignore
    }
    await shots(ben, 'shown-cursor');
    await key(anna, 'v');
    await until('the name alone', shown, (names) => names.length === 1 && !names[0].includes('·')); // prettier-ignore
  });

  test('cut: the line is seen as it is drawn, Esc takes it away; cut, whole again, cut again, kept', async () => {
    await clear();
    await box([200, 200], [400, 400]);
    const line = (x) => (seen) => seen.length === 1 && seen[0].tool === 'cut' && seen[0].geometry.kind === 'polyline' && Math.abs(seen[0].geometry.points.at(-1)[0] - x) < 2; // prettier-ignore
    await key(anna, 'x');
    await click(anna, 300, 150);
    await moveTo(anna, 320, 300);
    await bensGhosts('the line under the pointer', line(320));
    await moveTo(anna, 340, 330);
    await bensGhosts('the line where the pointer went', line(340));
    await key(anna, 'Escape');
    await noGhost();
    await click(anna, 300, 150);
    await click(anna, 300, 450);
    const halves = await bens('two halves', (all) => all.length === 2);
    await noGhost();
    await undo();
    await bens('the box again', (all) => all.length === 1 && all[0].geometry.kind === 'box');
    await redo();
    const same = (all) => byId(all).map(({ id }) => id).join() === byId(halves).map(({ id }) => id).join(); // prettier-ignore
    await bens('the same halves again', same);
    await anew('the halves are kept', same);
  });

  test('eraser: the mask shrinks in the colleague’s sight, Esc leaves it whole; what is erased whole is gone, and comes back', async () => {
    await clear();
    await key(anna, 'm');
    await drag(anna, [200, 300], [500, 300]);
    const [mask] = await bens('a mask', (all) => all.length === 1 && all[0].geometry.kind === 'mask');
    const whole = ones(mask.geometry);
    await key(anna, 'Shift+m');
    const less = (seen) => seen.length === 1 && seen[0].region_id === mask.id && seen[0].tool === 'eraser' && ones(seen[0].geometry) < whole; // prettier-ignore
    await drag(anna, [300, 250], [300, 350], async () => {
      await bensGhosts("less of it at Ben's", less);
      assert.equal(ones((await regions(ben))[0].geometry), whole, 'what is kept is whole until she lets go');
      await shots(ben, 'shown-eraser');
      await key(anna, 'Escape');
      await noGhost();
    });
    assert.equal(ones((await regions(anna))[0].geometry), whole, 'Esc erased nothing');
    await drag(anna, [300, 250], [300, 350]);
    const parted = (all) => all.length === 1 && ones(all[0].geometry) < whole;
    await bens('erased', parted);
    await noGhost();
    await undo();
    await bens('whole again', (all) => ones(all[0].geometry) === whole);
    await redo();
    await bens('erased again', parted);
    await anew('what is left is kept', parted);
    for (let n = 0; n < 16; n++) await key(anna, ']');
    await drag(anna, [150, 300], [550, 300]);
    await bens('nothing is left of it', (all) => all.length === 0);
    await undo();
    await bens('it is back by one undo', (all) => parted(all) && all[0].id === mask.id);
    for (let n = 0; n < 16; n++) await key(anna, '[');
  });

  test('a mask of very many runs is seen growing all the same', async () => {
    await clear();
    await key(anna, 'm');
    for (const y of [150, 300]) await drag(anna, [30, y], [1_200, y]);
    const [mask] = await bens('a mask', (all) => all.length === 1 && all[0].geometry.counts.length > 4_000);
    const far = (x) => (seen) =>
      seen.length === 1 &&
      seen[0].region_id === mask.id &&
      seen[0].geometry.kind === 'polygon' &&
      Math.abs(Math.max(...seen[0].geometry.parts.flat(2).map(([px, py]) => (py > 400 ? px : 0))) - x) < 20;
    await moveTo(anna, 30, 450);
    await anna.mouse.down();
    for (const x of [400, 900]) {
      await moveTo(anna, x, 450);
      await bensGhosts(`the third stroke up to ${x}`, far(x));
    }
    await shots(ben, 'shown-outline');
    await anna.mouse.up();
    await noGhost();
    await bens('all of it', (all) => all.length === 1 && ones(all[0].geometry) > ones(mask.geometry));
  });

  test('copy and paste: the colleague has the copies, with a group of their own; gone and back in one step each', async () => {
    await clear();
    await box([100, 100], [200, 200]);
    await box([250, 100], [350, 200]);
    await key(anna, 'v', 'Control+a', 'g', 'Control+c', 'Escape', 'Control+v');
    const four = (all) => all.length === 4;
    const all = await bens('originals and copies', four);
    const groups = all.map(({ attributes }) => attributes.group);
    assert.equal(new Set(groups).size, 2, `one group each: ${groups.join()}`);
    assert.equal(await anna.locator('.region-on').count(), 2, 'the copies are selected');
    await undo();
    await bens('the originals alone', (now) => now.length === 2);
    await redo();
    await bens('the copies again', four);
    await anew('they are kept', four);
  });

  test('groups and order are undone and redone step by step; locked and hidden is only what I see', async () => {
    await clear();
    await box([100, 100], [300, 300]);
    await box([200, 200], [400, 400]);
    const order = (all) => all.toSorted((a, b) => a.z - b.z).map(({ id }) => id).join(); // prettier-ignore
    const grouped = (all) => all.every(({ attributes: { group } }) => group !== undefined && group === all[0].attributes.group);
    const free = (all) => all.every(({ attributes: { group } }) => group === undefined);
    const before = order(await bens('two boxes', (all) => all.length === 2));
    await key(anna, 'v', 'Control+a', 'g');
    await bens('a group', grouped);
    await key(anna, 'Shift+g');
    await bens('no group', free);
    await undo();
    await bens('the group again', grouped);
    await undo();
    await bens('as it was before', free);
    await key(anna, 'Escape');
    await click(anna, 120, 120);
    await key(anna, 'Shift+PageUp');
    await bens('the lower one on top', (all) => order(all) !== before);
    await undo();
    await bens('below again', (all) => order(all) === before);
    await redo();
    await bens('on top again', (all) => order(all) !== before);
    await key(anna, 'h');
    await until('hidden for Anna', () => anna.locator('.region-hidden').count(), (n) => n === 1); // prettier-ignore
    await key(anna, 'h', 'Shift+l', 'Escape');
    await click(anna, 120, 120);
    assert.equal(await anna.locator('.region-on').count(), 0, 'what Anna locked her pointer passes by');
    assert.equal(await ben.locator('.region-hidden').count(), 0, 'Ben sees it');
    await key(ben, 'v');
    await click(ben, 120, 120);
    await until('and may take it', () => ben.locator('.region-on').count(), (n) => n === 1); // prettier-ignore
    await key(ben, 'Escape');
    // Neither was a step of the document: undo takes back the one before.
    await undo();
    await bens('below once more', (all) => order(all) === before);
  });

  test('no page complained', () => {
    assert.deepEqual([...anna.problems, ...ben.problems], []);
  });
});

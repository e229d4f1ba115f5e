// The smart polygon by a real pair of models, small ones: an admin uploads it, an annotator's click outlines a thing, more clicks refine it, others see it
// while it is sought; it is kept, undone, had by keys alone; what goes wrong with models is said; once loaded, it works without a network.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { painted } from '../../scripts/png.mjs';
import { barriers } from './support/axe.mjs';
import { at, drag, ghosts, launch, moveTo, openTask, person, regions, saveState, until } from './support/browser.mjs';
import { makeProject, Server, signIn } from './support/server.mjs';
import { shots } from './support/shots.mjs';
import { tinyDecoder, tinyEncoder } from './support/tiny-sam.mjs';

const SIZE = [1280, 860];
const LABELS = [
  { name: 'barrel', color: '#2563eb', hotkey: '1' },
  { name: 'cover', color: '#dc2626', hotkey: '2', kinds: ['mask'] },
];

/** Two barrels of one color, and a crate of a color near by, on grass. */
const BARREL = { x: 300, y: 240, width: 260, height: 180 };
const OTHER = { x: 860, y: 520, width: 200, height: 200 };
const CRATE = { x: 560, y: 240, width: 160, height: 180 };
const isIn = ({ x, y, width, height }, px, py) => px >= x && px < x + width && py >= y && py < y + height;
const colorAt = (x, y) =>
  isIn(BARREL, x, y) || isIn(OTHER, x, y) ? [180, 60, 50] : isIn(CRATE, x, y) ? [165, 80, 70] : [90, 140, 80];
const yard = (width, height) => painted(width, height, colorAt);
const middle = ({ x, y, width, height }) => [x + width / 2, y + height / 2];
const file = (name, buffer) => ({ name, mimeType: 'application/octet-stream', buffer });

/** Around all points of an outline. */
function around({ parts }) {
  const points = parts.flat(2);
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  const [x, y] = [Math.min(...xs), Math.min(...ys)];
  return { x, y, width: Math.max(...xs) - x, height: Math.max(...ys) - y };
}
const near = (a, b, far = 8) => ['x', 'y', 'width', 'height'].every((side) => Math.abs(a[side] - b[side]) <= far);

describe('the smart polygon', () => {
  let server, browser, admin, anna, ben, project, task, next;

  before(async () => {
    server = await Server.start();
    browser = await launch();
    const [boss, annotator, reviewer] = await Promise.all(['admin', 'annotator', 'reviewer'].map((who) => signIn(server, who)));
    const people = [
      [annotator, 'labeler'],
      [reviewer, 'reviewer'],
    ];
    const made = await makeProject(boss, 'Smart', { people, images: 2, size: SIZE, labels: LABELS, picture: yard });
    ({ project } = made);
    [task, next] = made.tasks;
    admin = await person(browser, server.link('admin'), { viewport: { width: 1366, height: 768 } });
    anna = await person(browser, server.link('annotator'), { viewport: { width: 1366, height: 768 } });
    ben = await person(browser, server.link('reviewer'));
    await openTask(anna, server, project.id, task.id);
    await openTask(ben, server, project.id, task.id);
  });

  after(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
  });

  const bens = (what, good) => until(what, () => regions(ben), good);
  const bensGhost = (what, good = (all) => all.length > 0) => until(what, () => ghosts(ben), good, 30);
  const bensOutline = (what, good = () => true) =>
    bensGhost(what, ([g]) => g?.geometry.kind === 'polygon' && good(g.geometry)).then(([g]) => g.geometry);
  const key = async (...keys) => {
    for (const one of keys) await anna.keyboard.press(one);
  };
  const click = async ([x, y], modifier) => {
    await moveTo(anna, x, y);
    const p = await at(anna, x, y);
    if (modifier) await anna.keyboard.down(modifier);
    await anna.mouse.click(p.x, p.y);
    if (modifier) await anna.keyboard.up(modifier);
  };
  const clear = async () => {
    await key('Escape', 'v', 'Control+a', 'Delete');
    await bens('an empty picture', (all) => all.length === 0);
    await key('1', 'Shift+p');
  };
  const upload = async (name, encoder, decoder) => {
    await admin.goto(`${server.url}/admin/models`);
    await admin.getByRole('button', { name: 'Upload a model' }).click();
    await admin.getByLabel('Name').fill(name);
    await admin.getByTestId('encoder-input').setInputFiles(file('encoder.onnx', encoder));
    await admin.getByTestId('decoder-input').setInputFiles(file('decoder.onnx', decoder));
    await admin.getByRole('button', { name: 'Upload', exact: true }).click();
  };
  const rows = () => admin.getByTestId('model-row').count();

  test('without a model the tool says who can upload one, and loads nothing', async () => {
    const loaded = [];
    anna.on('request', (request) => loaded.push(request.url()));
    await key('1', 'Shift+p');
    await anna.getByTestId('no-model').getByText('A workspace admin can upload one').waitFor();
    await click(middle(BARREL));
    await bensGhost('nothing', (all) => all.length === 0);
    assert.deepEqual(
      loaded.filter((url) => /ort-|worker|wasm/.test(url)),
      [],
    );
    await openTask(admin, server, project.id, task.id);
    await admin.keyboard.press('Shift+p');
    await admin.getByTestId('no-model').getByRole('link', { name: 'upload one' }).click();
    await admin.getByRole('heading', { name: 'Models', level: 1 }).waitFor();
    await shots(admin, 'models-none');
  });

  test('what is no model is refused with the file and the reason, and nothing of it stays', async () => {
    await upload('Broken', Buffer.from('<!doctype html><p>Not found'), tinyDecoder());
    const error = admin.getByTestId('model-error');
    await error.waitFor();
    assert.match(await error.innerText(), /encoder: the file is a web page or a text, not ONNX/);
    assert.deepEqual(await barriers(admin), []);
    await shots(admin, 'models-refused');
    await admin.getByRole('button', { name: 'Not now' }).click();
    assert.equal(await rows(), 0);
  });

  test('an admin uploads a model; a name can be had once', async () => {
    await upload('Tiny', tinyEncoder(), tinyDecoder());
    await admin.getByTestId('model-row').getByText('Tiny').waitFor();
    await upload('Tiny', tinyEncoder(), tinyDecoder());
    const error = admin.getByTestId('model-error');
    await error.waitFor();
    assert.match(await error.innerText(), /exists already/);
    await admin.getByRole('button', { name: 'Not now' }).click();
    assert.equal(await rows(), 1);
    assert.deepEqual(await barriers(admin), []);
    await shots(admin, 'models');
  });

  test('Esc while the model loads leaves nothing; the next click loads it', async () => {
    await openTask(anna, server, project.id, task.id);
    await key('1', 'Shift+p');
    await anna.getByTestId('model').getByText('Tiny').waitFor();
    let letGo;
    const held = new Promise((done) => (letGo = done));
    await anna.context().route(/\/models\/[^/]+\/decoder/, async (route) => (await held, await route.continue().catch(() => {})));
    await click(middle(BARREL));
    await anna.getByTestId('assist-loading').getByText('Loading the model').waitFor();
    await shots(anna, 'smart-loading');
    await key('Escape');
    await anna.getByTestId('assist-loading').waitFor({ state: 'detached' });
    letGo();
    await anna.context().unroute(/\/models\/[^/]+\/decoder/);
    assert.equal((await regions(anna)).length, 0);
    await bensGhost('nothing', (all) => all.length === 0);
  });

  test('a click outlines the thing, others see it as a ghost; Alt takes away; Backspace takes one back; kept, undone, there after a reload', async () => {
    await click(middle(BARREL));
    const first = await bensOutline('what has this color, as a ghost');
    // A color near by is taken for the same: crate and barrels.
    assert.ok(near(around(first), { x: 300, y: 240, width: 760, height: 480 }), JSON.stringify(around(first)));
    await click(middle(CRATE), 'Alt');
    await bensOutline('without the crate', (g) => g.parts.length === 2 && around({ parts: [g.parts[0]] }).width < 300);
    await shots(anna, 'smart-refined');
    assert.deepEqual(await barriers(anna), []);
    assert.match(await anna.getByTestId('confidence').innerText(), /^\d+ % sure$/);
    await key('Backspace');
    await bensOutline('with the crate again', (g) => near(around(g), around(first)));
    await click(middle(CRATE), 'Alt');
    await bensOutline('without it', (g) => g.parts.length === 2 && around({ parts: [g.parts[0]] }).width < 300);
    await key('Enter');
    const [found] = await bens("solid at Ben's", (all) => all.length === 1);
    await bensGhost('no ghost left', (all) => all.length === 0);
    assert.equal(found.geometry.kind, 'polygon');
    const parts = found.geometry.parts.map((part) => around({ parts: [part] })).sort((a, b) => a.x - b.x);
    assert.ok(near(parts[0], BARREL) && near(parts[1], OTHER), JSON.stringify(parts));
    await key('Control+z');
    await bens('undone in one step', (all) => all.length === 0);
    await key('Control+Shift+z');
    await bens('redone', (all) => all.length === 1);
    await until('saved', () => saveState(anna), (state) => state === 'saved'); // prettier-ignore
    await openTask(anna, server, project.id, task.id);
    assert.deepEqual((await regions(anna))[0].geometry, found.geometry);
  });

  test('a box says where it is; a double click finishes; a label of masks gets a mask', async () => {
    await clear();
    await drag(anna, [BARREL.x - 30, BARREL.y - 30], [BARREL.x + BARREL.width + 20, BARREL.y + BARREL.height + 30]);
    const boxed = await bensOutline('the barrel in the box');
    assert.ok(near(around(boxed), { ...BARREL, width: BARREL.width + 20 }), JSON.stringify(around(boxed)));
    await shots(anna, 'smart-box');
    await key('Escape', '2', 'Shift+p');
    await moveTo(anna, ...middle(OTHER));
    const p = await at(anna, ...middle(OTHER));
    await anna.mouse.dblclick(p.x, p.y);
    const [cover] = await bens('a mask', (all) => all.length === 1);
    assert.equal(cover.geometry.kind, 'mask');
  });

  test('by the switch of the bar and by keys alone', async () => {
    await clear();
    await click(middle(BARREL));
    await bensOutline('all of about this color', (g) => g.parts.length === 2);
    await anna.getByTestId('says-outside').click();
    await click(middle(CRATE));
    await bensOutline('without the crate', (g) => around({ parts: [g.parts[0]] }).width < 300);
    await anna.getByTestId('says-inside').click();
    await anna.getByTestId('assist-done').click();
    await bens('it', (all) => all.length === 1);
    await key('Escape', 'Escape', 'Control+a', 'Delete');
    await bens('an empty picture', (all) => all.length === 0);
    // The pointer of the keys comes out in the middle of the picture: on the crate.
    await key('ArrowLeft', ' ');
    await bensOutline('the crate by keys');
    await key('Enter');
    await bens('the crate', (all) => all.length === 1);
  });

  test('without a network it goes on, also when it has to be opened anew', async () => {
    await clear();
    await anna
      .evaluate(() => caches.keys())
      .then((names) => assert.equal(names.filter((n) => n.startsWith('tandem-models')).length, 1));
    const asked = [];
    anna.on('request', (request) => asked.push(request.url()));
    await openTask(anna, server, project.id, next.id);
    await key('1', 'Shift+p');
    await anna.getByTestId('model').getByText('Tiny').waitFor();
    await anna.context().route(/\/models\/[^/]+(\/(en|de)coder)?(\?|$)/, (route) => route.abort());
    await click(middle(OTHER));
    await until('an outline from what was kept', () => ghosts(anna).then((mine) => mine.length === 0 && anna.getByTestId('confidence').count()), (count) => count === 1, 30); // prettier-ignore
    assert.deepEqual(
      asked.filter((url) => /\/models\/[^/]+/.test(url)),
      [],
    );
    await anna.context().setOffline(true);
    await click(middle(CRATE), 'Alt');
    await key('Enter');
    await until('drawn without a network', () => regions(anna), (all) => all.length === 1); // prettier-ignore
    await anna.context().setOffline(false);
    await anna.context().unroute(/\/models\/[^/]+(\/(en|de)coder)?(\?|$)/);
    await until('saved', () => saveState(anna), (state) => state === 'saved'); // prettier-ignore
  });

  test('a model with other names says which it has and which are expected; of several one is chosen, and remembered', async () => {
    await upload('Odd', tinyEncoder(), tinyDecoder({ point_coords: 'dots' }));
    await admin.getByTestId('model-row').getByText('Odd').waitFor();
    await upload('Upright', tinyEncoder('hwc'), tinyDecoder());
    await admin.getByTestId('model-row').getByText('Upright').waitFor();
    await openTask(anna, server, project.id, task.id);
    await key('Escape', 'v', 'Control+a', 'Delete', '1', 'Shift+p');
    await anna.getByTestId('model').selectOption({ label: 'Odd' });
    await click(middle(OTHER));
    const failed = anna.getByTestId('assist-failed');
    await failed.waitFor({ timeout: 30_000 });
    assert.match(await failed.innerText(), /decoder has the inputs image_embeddings, dots, .*; expected are .*point_coords/);
    await shots(anna, 'smart-odd');
    await anna.getByTestId('model').selectOption({ label: 'Upright' });
    await click(middle(OTHER));
    await bensOutline('an outline by the other model');
    await key('Escape');
    await openTask(anna, server, project.id, task.id);
    await key('1', 'Shift+p');
    await until('the chosen one', () => anna.getByTestId('model').evaluate((list) => list.selectedOptions[0].text), (name) => name === 'Upright'); // prettier-ignore
  });

  test('an admin deletes a model after a word about it', async () => {
    await admin.getByRole('button', { name: 'Delete Odd' }).click();
    await shots(admin, 'models-delete');
    await admin.getByRole('button', { name: 'Delete', exact: true }).click();
    await admin.getByTestId('model-row').getByText('Odd').waitFor({ state: 'detached' });
    assert.equal(await rows(), 2);
  });

  test('no script of the page broke', () => {
    assert.deepEqual([...admin.problems, ...anna.problems, ...ben.problems], []);
  });
});

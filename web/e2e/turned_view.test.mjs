// Somebody turns what they see: shapes are drawn where they point, and nobody else sees anything of it.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { at, drawBox, launch, openTask, person, regions, until } from './support/browser.mjs';
import { Server, makeProject, signIn } from './support/server.mjs';
import { shots } from './support/shots.mjs';

describe('a turned view', () => {
  let server, browser, anna;

  before(async () => {
    server = await Server.start();
    browser = await launch();
    const [admin, annotator] = await Promise.all(['admin', 'annotator'].map((who) => signIn(server, who)));
    const { project } = await makeProject(admin, 'Turned', { people: [[annotator, 'labeler']], images: 1 });
    const task = (await annotator.api('POST', `/projects/${project.id}/next`, {})).body.work.task.id;
    anna = await person(browser, server.link('annotator'), { viewport: { width: 1366, height: 768 } });
    await openTask(anna, server, project.id, task);
  });

  after(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
  });

  const turned = () => anna.getByTestId('turned');
  const near = (a, b, by = 1.5) => Math.abs(a - b) <= by;
  const sole = async () => (await regions(anna))[0]?.geometry;

  test('a quarter: what lay to the right lies below, and a box is where it was drawn', async () => {
    await anna.keyboard.press('Shift+t');
    assert.match(await turned().innerText(), /90°/);
    const [a, b] = [await at(anna, 100, 100), await at(anna, 200, 100)];
    assert.ok(near(a.x, b.x) && b.y > a.y, `${JSON.stringify([a, b])}`);
    await drawBox(anna, [100, 60], [180, 120]);
    const box = await until('the box', sole, (g) => g?.kind === 'box');
    assert.ok(near(box.x, 100) && near(box.y, 60) && near(box.width, 80) && near(box.height, 60), JSON.stringify(box));
  });

  test('an arrow key moves it to where the arrow points on the screen', async () => {
    await anna.keyboard.press('v');
    const from = await sole();
    await anna.keyboard.press('Shift+ArrowRight');
    const to = await until('the box further right on the screen', sole, (g) => g.y !== from.y);
    assert.ok(near(to.y, from.y - 10, 0.1) && near(to.x, from.x, 0.1), JSON.stringify([from, to]));
  });

  test('any angle by the slider; a click on the angle sets it straight', async () => {
    await anna.keyboard.press('i');
    await anna.getByTestId('turn').focus();
    await anna.keyboard.press('Home');
    for (let i = 0; i < 29; i++) await anna.keyboard.press('ArrowRight');
    assert.match(await turned().innerText(), /210°/);
    await anna.keyboard.press('Escape');
    const before = (await regions(anna)).length;
    await drawBox(anna, [220, 150], [300, 220]);
    const made = await until(
      'a second box',
      () => regions(anna),
      (all) => all.length === before + 1,
    );
    const box = made.at(-1).geometry;
    assert.ok(near(box.x, 220) && near(box.y, 150) && near(box.width, 80) && near(box.height, 70), JSON.stringify(box));
    await shots(anna, 'turned-view');
    await turned().click();
    await turned().waitFor({ state: 'detached' });
    assert.deepEqual(anna.problems, []);
  });
});

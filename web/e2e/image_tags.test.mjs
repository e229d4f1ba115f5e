// Tags of the whole image without a line of markup: an admin writes them down beside the labels, an annotator gives them by keys beside the regions, and what
// was given is in the answer.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { barriers } from './support/axe.mjs';
import { drawBox, launch, openTask, person, regions, until } from './support/browser.mjs';
import { makeProject, Server, signIn } from './support/server.mjs';
import { shots } from './support/shots.mjs';

describe('tags of the whole image', () => {
  let server, browser, admin, annotator, boss, anna, project, task;

  before(async () => {
    server = await Server.start();
    browser = await launch();
    [admin, annotator] = await Promise.all(['admin', 'annotator'].map((who) => signIn(server, who)));
    ({ project } = await makeProject(admin, 'Tagged', { people: [[annotator, 'labeler']], images: 2 }));
    const view = { viewport: { width: 1366, height: 768 } };
    boss = await person(browser, server.link('admin'), view);
    anna = await person(browser, server.link('annotator'), view);
  });

  after(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
  });

  test('are written down beside the labels; what is missing is said at its field', async () => {
    await boss.goto(`${server.url}/projects/${project.id}/labels`);
    await boss.getByRole('button', { name: 'Add tags' }).click();
    const dialog = boss.getByRole('dialog');
    await boss.getByRole('button', { name: 'Ask this' }).click();
    await boss.getByText('Name: say what is asked').waitFor();
    await dialog.getByRole('textbox', { name: 'Name' }).fill('Weather');
    await dialog.getByLabel('Tags, with commas').fill('sunny, rainy');
    await dialog.getByLabel('Must be answered').check();
    await boss.getByRole('button', { name: 'Another question' }).click();
    await dialog.getByRole('textbox', { name: 'Name' }).nth(1).fill('Seen');
    await dialog.getByLabel('Tags, with commas').nth(1).fill('road, "water" & <ice>');
    await dialog.getByLabel('Several may be chosen').nth(1).check();
    assert.deepEqual(await barriers(boss), []);
    await shots(boss, 'tags-dialog');
    await boss.getByRole('button', { name: 'Ask this' }).click();
    await boss.getByRole('link', { name: 'change it there' }).waitFor();
    await shots(boss, 'tags-labels');
  });

  test('are given by keys, beside regions', async () => {
    const { work } = (await annotator.api('POST', `/projects/${project.id}/next`, {})).body;
    task = work.task.id;
    await openTask(anna, server, project.id, task);
    const sunny = anna.getByRole('radio', { name: /sunny/ });
    await sunny.waitFor();
    await anna.keyboard.press('1');
    await drawBox(anna, [100, 100], [260, 220]);
    const [{ label }] = await until('the box', () => regions(anna), (all) => all.length === 1); // prettier-ignore
    // 1 and 2 are labels: the tags have what follows.
    assert.equal(label, 'car');
    await anna.keyboard.press('4');
    await until('rainy', () => anna.getByRole('radio', { name: /rainy/ }).isChecked(), (on) => on); // prettier-ignore
    await anna.keyboard.press('3');
    await until('sunny', () => sunny.isChecked(), (on) => on); // prettier-ignore
    for (const key of ['5', '6']) await anna.keyboard.press(key);
    await until('both', () => anna.getByRole('checkbox', { name: /road|ice/, checked: true }).count(), (n) => n === 2); // prettier-ignore
    assert.deepEqual(await barriers(anna), []);
    await shots(anna, 'tags-given');
  });

  test('are in the answer that is kept', async () => {
    await anna.keyboard.press('Control+Enter');
    const kept = await until(
      'it is submitted',
      async () => (await admin.api('GET', `/tasks/${task}/annotations`)).body.items.find(({ status }) => status === 'submitted'),
      (answer) => answer !== undefined,
    );
    assert.deepEqual(kept.output, { weather: 'sunny', seen: ['road', '"water" & <ice>'] });
    assert.deepEqual([boss.problems, anna.problems], [[], []]);
  });
});

// Somebody gives keys to other things, by keyboard alone, and has them so after a reload, on another machine, and on another keyboard.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { barriers } from './support/axe.mjs';
import { launch, openTask, person, until } from './support/browser.mjs';
import { Server, makeProject, signIn } from './support/server.mjs';
import { shots } from './support/shots.mjs';

describe('keys of one’s own', () => {
  let server, browser, anna, project, task;

  before(async () => {
    server = await Server.start();
    browser = await launch();
    const [admin, annotator] = await Promise.all(['admin', 'annotator'].map((who) => signIn(server, who)));
    ({ project } = await makeProject(admin, 'Keys', { people: [[annotator, 'labeler']], images: 1 }));
    task = (await annotator.api('POST', `/projects/${project.id}/next`, {})).body.work.task.id;
    anna = await signedIn();
    await openTask(anna, server, project.id, task);
  });

  after(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
  });

  const signedIn = () => person(browser, server.link('annotator'), { viewport: { width: 1366, height: 768 } });
  const inHand = (page) => page.locator('[data-testid^="tool-"][aria-pressed="true"]').getAttribute('data-testid');
  const dialog = () => anna.getByRole('dialog');

  async function change() {
    await anna.keyboard.press('?');
    await dialog().getByRole('button', { name: 'Change keys' }).focus();
    await anna.keyboard.press('Enter');
    await dialog().getByText('Press a row’s key and then the key you want.').waitFor();
  }

  async function done() {
    await dialog().getByRole('button', { name: 'Done' }).focus();
    await anna.keyboard.press('Enter');
    await anna.keyboard.press('Escape');
    await dialog().waitFor({ state: 'detached' });
  }

  async function ask(id, key) {
    await anna.getByTestId(`key-${id}`).focus();
    await anna.keyboard.press('Enter');
    await anna.getByText('Press a key …').waitFor();
    await anna.keyboard.press(key);
  }

  test('a key that something has is taken from it only when that is wanted', async () => {
    await change();
    await ask('ellipse', 'Control+w');
    await dialog().getByText('The browser keeps this one for itself.').waitFor();
    await ask('ellipse', 'Escape');
    assert.ok(await dialog().isVisible(), 'Esc leaves the key as it is, and the dialog open');
    await ask('ellipse', '1');
    await dialog().getByText('“car”, and stays so there.').waitFor();
    await dialog().getByRole('button', { name: 'Leave it', exact: true }).click();
    await ask('ellipse', 'b');
    await dialog().getByText('is Box.').waitFor();
    for (const colorScheme of ['dark', 'light']) {
      await anna.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      assert.deepEqual(await barriers(anna), [], colorScheme);
    }
    await shots(anna, 'keys-change');
    await dialog().getByRole('button', { name: 'Take it', exact: true }).focus();
    await anna.keyboard.press('Enter');
    await anna.getByTestId('key-box').getByText('none').waitFor();
    await ask('box', 'Alt+b');
    await done();
    await anna.keyboard.press('b');
    assert.equal(await inHand(anna), 'tool-ellipse');
    await anna.keyboard.press('Alt+b');
    assert.equal(await inHand(anna), 'tool-box');
    await anna.keyboard.press('e');
    assert.equal(await inHand(anna), 'tool-box', 'what was given away does nothing any more');
  });

  test('they are there after a reload, and wherever the same person signs in', async () => {
    await anna.reload();
    await anna.getByTestId('tool-ellipse').waitFor();
    await anna.keyboard.press('b');
    assert.equal(await inHand(anna), 'tool-ellipse');
    const elsewhere = await signedIn();
    await openTask(elsewhere, server, project.id, task);
    await until(
      'the key has come',
      async () => (await elsewhere.keyboard.press('b'), inHand(elsewhere)),
      (tool) => tool === 'tool-ellipse',
    );
    await elsewhere.context().close();
  });

  test('a Cyrillic keyboard presses what lies in the same place', async () => {
    await anna.keyboard.press('v');
    await anna.evaluate(() =>
      document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'и', code: 'KeyB', bubbles: true })),
    );
    await until(
      'the tool is there',
      () => inHand(anna),
      (tool) => tool === 'tool-ellipse',
    );
  });

  test('all of them go back to the usual', async () => {
    await change();
    await dialog().getByRole('button', { name: 'All back to the usual' }).focus();
    await anna.keyboard.press('Enter');
    await done();
    await anna.keyboard.press('b');
    assert.equal(await inHand(anna), 'tool-box');
  });
});

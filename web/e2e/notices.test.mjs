// Whoever is named in a comment hears of it wherever they are, and finds it later.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { barriers } from './support/axe.mjs';
import { at, launch, openTask, person, until } from './support/browser.mjs';
import { Server, makeProject, signIn } from './support/server.mjs';
import { shots } from './support/shots.mjs';

const LAPTOP = { viewport: { width: 1366, height: 768 } };

describe('notifications', () => {
  let server, browser, anna, ben, reviewer, project, task;

  before(async () => {
    server = await Server.start();
    browser = await launch();
    const [admin, ...others] = await Promise.all(['admin', 'annotator', 'reviewer'].map((who) => signIn(server, who)));
    [, reviewer] = others;
    const people = [
      [others[0], 'labeler'],
      [reviewer, 'reviewer'],
    ];
    ({
      project,
      tasks: [task],
    } = await makeProject(admin, 'Notices', { people, images: 1 }));
    anna = await person(browser, server.link('annotator'), LAPTOP);
    ben = await person(browser, server.link('reviewer'), LAPTOP);
    await openTask(anna, server, project.id, task.id);
    await ben.goto(`${server.url}/projects`);
    await ben.getByTestId('notices').waitFor();
  });

  after(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
  });

  const bell = (page) => page.getByTestId('notices');
  const unread = (page) => bell(page).locator('.notices-count');
  const say = async (page, text, x, y) => {
    await page.keyboard.press('c');
    const p = await at(page, x, y);
    await page.mouse.click(p.x, p.y);
    await page.getByRole('textbox', { name: 'New comment' }).fill(text);
    await page.keyboard.press('Enter');
    await page.keyboard.press('Escape');
  };

  test('who is named hears of it on another page, and one key leads there', async () => {
    await say(anna, `@${reviewer.me.user.name} is this a car?`, 300, 260);
    await ben.getByText(/mentioned you: @.* is this a car\?/).waitFor();
    await until(
      'one is unread',
      () => unread(ben).innerText(),
      (text) => text === '1',
    );
    await bell(ben).focus();
    await ben.keyboard.press('Enter');
    const item = ben.getByRole('menuitem', { name: /mentioned you \(unread\)/ });
    await item.waitFor();
    await shots(ben, 'notices');
    assert.deepEqual(await barriers(ben), []);
    await ben.keyboard.press('Enter');
    await ben.getByTestId('thread-card').getByText('is this a car?').waitFor();
    assert.match(ben.url(), new RegExp(`/tasks/${task.id}\\?thread=`));
    await ben.goto(`${server.url}/projects`);
    await bell(ben).waitFor();
    await until(
      'none is unread',
      () => unread(ben).count(),
      (n) => n === 0,
    );
  });

  test('what is written offline is told when the connection is back', async () => {
    await anna.context().setOffline(true);
    await say(anna, `@${reviewer.me.user.name} and this?`, 150, 120);
    await anna.context().setOffline(false);
    await ben.getByText(/mentioned you: @.* and this\?/).waitFor();
    assert.equal(await anna.evaluate((id) => localStorage.getItem(`tandem.telling.${id}`), task.id), null);
  });

  test('all are marked as read at once', async () => {
    await until(
      'one is unread',
      () => unread(ben).count(),
      (n) => n === 1,
    );
    await bell(ben).click();
    await ben.getByRole('menuitem', { name: 'Mark all as read' }).click();
    await until(
      'none is unread',
      () => unread(ben).count(),
      (n) => n === 0,
    );
  });
});

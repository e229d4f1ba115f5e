// Comments: pinned to what is spoken of, seen by the other at once, and nobody's but their author's.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { barriers } from './support/axe.mjs';
import { at, drag, drawBox, launch, moveTo, openTask, person, regions, saveState, until } from './support/browser.mjs';
import { Server, makeProject, signIn } from './support/server.mjs';
import { shots } from './support/shots.mjs';

const LAPTOP = { viewport: { width: 1366, height: 768 } };

describe('comments', () => {
  let server, browser, anna, ben, annotator, reviewer, project, task;

  before(async () => {
    server = await Server.start();
    browser = await launch();
    const [admin, ...others] = await Promise.all(['admin', 'annotator', 'reviewer'].map((who) => signIn(server, who)));
    [annotator, reviewer] = others;
    const people = [
      [annotator, 'labeler'],
      [reviewer, 'reviewer'],
    ];
    ({
      project,
      tasks: [task],
    } = await makeProject(admin, 'Comments', { people, images: 1 }));
    anna = await person(browser, server.link('annotator'), LAPTOP);
    ben = await person(browser, server.link('reviewer'), LAPTOP);
    await openTask(anna, server, project.id, task.id);
    await openTask(ben, server, project.id, task.id);
  });

  after(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
  });

  const pins = (page) => page.getByTestId('pin');
  const card = (page) => page.getByTestId('thread-card');
  const said = (page) => card(page).getByTestId('comment');
  const saved = (page) =>
    until(
      'saved',
      () => saveState(page),
      (s) => s === 'saved',
    );
  const count = (what, locator, wanted) =>
    until(
      what,
      () => locator.count(),
      (n) => n === wanted,
    );
  /** Where a pin points to, in image pixels. */
  const placeOf = (page, n = 0) =>
    page.evaluate((n) => {
      const box = document.querySelectorAll('[data-testid="pin"]')[n]?.getBoundingClientRect();
      return box ? window.__tandem.view.toImage({ x: box.left, y: box.bottom }) : null;
    }, n);
  const near =
    (x, y, far = 3) =>
    (p) =>
      p !== null && Math.abs(p.x - x) < far && Math.abs(p.y - y) < far;
  const click = async (page, x, y) => {
    const p = await at(page, x, y);
    await page.mouse.click(p.x, p.y);
  };
  const firstName = (who) => who.me.user.name.split(' ')[0];

  test('a click with the tool pins a comment to the region under it, and the other sees it at once, unread', async () => {
    await drawBox(anna, [200, 200], [400, 320]);
    await anna.keyboard.press('c');
    await click(anna, 300, 260);
    const field = anna.getByRole('textbox', { name: 'New comment' });
    await until(
      'the field has the focus',
      () => field.evaluate((element) => element === document.activeElement),
      (is) => is,
    );
    await anna.keyboard.type('Is this a car?');
    await shots(anna, 'comment-new');
    await anna.keyboard.press('Enter');
    await count("Ben's pin", pins(ben), 1);
    await until("the place at Ben's", () => placeOf(ben), near(300, 260));
    assert.match(await pins(ben).getAttribute('aria-label'), /^Comment by .*, unread$/);
    assert.equal(await ben.getByTestId('unread').innerText(), '1 unread');
    await count('the thread is open at Anna’s', said(anna), 1);
  });

  test('a reply with a mention: the name is completed, the other sees it being written, and whoever is meant is told', async () => {
    await pins(ben).click();
    await count("Ben's card", said(ben), 1);
    await until(
      'read',
      () => ben.getByTestId('unread').count(),
      (n) => n === 0,
    );
    const reply = ben.getByRole('textbox', { name: 'Reply' });
    await reply.click();
    const name = annotator.me.user.name;
    await ben.keyboard.type(`Yes, @${firstName(annotator).slice(0, 3).toLowerCase()}`);
    await ben.getByRole('option', { name }).waitFor();
    await shots(ben, 'comment-mention');
    // Anna, who reads along, sees that he writes.
    await anna.getByText('is typing …').waitFor();
    await ben.keyboard.press('Enter');
    assert.equal(await reply.inputValue(), `Yes, @${name} `);
    await ben.keyboard.type('- see https://example.org/guide.');
    await ben.keyboard.press('Enter');
    await count("at Anna's", said(anna), 2);
    await said(anna).nth(1).locator('.mention-me').waitFor();
    const link = said(anna).nth(1).getByRole('link');
    assert.equal(await link.getAttribute('href'), 'https://example.org/guide');
    assert.match(await link.getAttribute('rel'), /noopener/);
    await anna.keyboard.press('Escape');
    await count('closed', card(anna), 0);
    // With the thread closed, what is meant for her is told.
    await ben.getByRole('textbox', { name: 'Reply' }).fill(`@${name} are you there?`);
    await ben.keyboard.press('Enter');
    await anna.getByText(/mentions you: “@/).waitFor();
    await anna.getByRole('button', { name: 'Show' }).click();
    await count('opened by the toast', said(anna), 3);
    await shots(anna, 'comment-thread');
  });

  test('the pin follows its region, and stays where it was when the region goes', async () => {
    await anna.keyboard.press('Escape');
    await anna.keyboard.press('v');
    await drag(anna, [240, 300], [340, 350]);
    await until("the pin at Ben's", () => placeOf(ben), near(400, 310));
    await saved(anna);
    await anna.keyboard.press('Delete');
    await until(
      'the region is gone',
      () => regions(ben),
      (list) => list.length === 0,
    );
    await until("the pin at Ben's", () => placeOf(ben), near(400, 310));
    await anna.keyboard.press('Control+z');
    await until(
      'the region is back',
      () => regions(ben),
      (list) => list.length === 1,
    );
  });

  test('undo takes back my comment, never the other’s answer', async () => {
    await anna.keyboard.press('Escape');
    await anna.keyboard.press('c');
    await click(anna, 900, 500);
    await anna.keyboard.type('A question');
    await anna.keyboard.press('Enter');
    await count("both pins at Ben's", pins(ben), 2);
    await ben.keyboard.press('Escape');
    await pins(ben).nth(1).click();
    await ben.getByRole('textbox', { name: 'Reply' }).fill('An answer');
    await ben.keyboard.press('Enter');
    await count("the answer at Anna's", said(anna), 2);
    await anna.getByTestId('undo').click();
    await count('only the answer is left', said(anna), 1);
    assert.match(await said(anna).innerText(), /An answer/);
    await count('also at Ben’s', said(ben), 1);
    await anna.getByTestId('redo').click();
    await count('both again', said(ben), 2);
  });

  test('one edits and deletes one’s own only', async () => {
    await count('Anna may change hers', card(anna).getByRole('button', { name: 'Change this comment' }), 1);
    await card(anna).getByRole('button', { name: 'Change this comment' }).click();
    await anna.getByRole('menuitem', { name: 'Edit' }).click();
    const field = anna.getByRole('textbox', { name: 'Edit the comment' });
    await until(
      'the field has the focus',
      () => field.evaluate((element) => element === document.activeElement),
      (is) => is,
    );
    await anna.keyboard.press('Control+a');
    await anna.keyboard.type('A better question');
    await anna.keyboard.press('Enter');
    await said(ben).getByText('A better question').waitFor();
    await said(ben).getByText('edited').waitFor();
    await anna.getByRole('textbox', { name: 'Reply' }).fill('Too much');
    await anna.keyboard.press('Enter');
    await count('three', said(ben), 3);
    await said(anna).nth(2).getByRole('button', { name: 'Change this comment' }).click();
    await anna.getByRole('menuitem', { name: 'Delete' }).click();
    await count('two again', said(ben), 2);
    assert.ok(
      await card(anna).evaluate((element) => element.contains(document.activeElement)),
      'the keys are still in the thread',
    );
  });

  test('what is resolved goes from the picture at once, for both, and is shown by the switch', async () => {
    await card(ben).getByTestId('resolve').click();
    await card(anna).getByText('Resolved by').waitFor();
    await anna.keyboard.press('Escape');
    await count("one pin at Anna's", pins(anna), 1);
    await anna.keyboard.press('Shift+c');
    await count('one row', anna.getByTestId('comment-row'), 1);
    await anna.getByRole('checkbox', { name: 'Show resolved' }).check();
    await count('two rows', anna.getByTestId('comment-row'), 2);
    await count('two pins', pins(anna), 2);
    await shots(anna, 'comment-list');
    await anna.getByRole('button', { name: 'Mentions me' }).click();
    await count('one mentions me', anna.getByTestId('comment-row'), 1);
    await anna.getByRole('button', { name: 'All', exact: true }).click();
  });

  test('zoomed out, what would lie over one another is one pin, and a click takes it apart', async () => {
    await anna.getByRole('checkbox', { name: 'Show resolved' }).uncheck();
    for (const [x, y] of [
      [700, 300],
      [720, 310],
      [710, 325],
    ]) {
      await anna.keyboard.press('c');
      await click(anna, x, y);
      await anna.keyboard.type(`At ${x}`);
      await anna.keyboard.press('Enter');
      await count('said', said(anna), 1);
      await anna.keyboard.press('Escape');
      await anna.keyboard.press('0');
    }
    const many = anna.getByRole('button', { name: '3 comments here' });
    await many.waitFor();
    await shots(anna, 'comment-cluster');
    await many.click();
    await count('four pins', pins(anna), 4);
    await anna.keyboard.press('0');
  });

  test('a reload keeps all, a link leads to its comment', async () => {
    await saved(anna);
    await saved(ben);
    const [thread] = await pins(ben).evaluateAll((all) => all.map((pin) => pin.dataset.thread));
    await anna.goto(`${server.url}/projects/${project.id}/tasks/${task.id}?thread=${thread}`);
    await count('opened by its link', said(anna), 3);
    assert.ok(await anna.getByTestId('comment-row').first().isVisible(), 'the list is open');
    assert.equal(await anna.getByTestId('unread').count(), 0, 'what was read is still read');
  });

  test('with the keys alone: pin, reply, step, resolve, draft', async () => {
    await openTask(ben, server, project.id, task.id);
    await ben.getByTestId('stage').focus();
    await ben.keyboard.press('c');
    for (let n = 0; n < 3; n++) await ben.keyboard.press('Shift+ArrowDown');
    await ben.keyboard.press(' ');
    const field = ben.getByRole('textbox', { name: 'New comment' });
    await field.waitFor();
    await ben.keyboard.type('first line');
    await ben.keyboard.press('Shift+Enter');
    await ben.keyboard.type('second line');
    await ben.keyboard.press('Escape');
    await count('put away', card(ben), 0);
    await ben.keyboard.press(' ');
    assert.equal(await field.inputValue(), 'first line\nsecond line', 'what was begun is kept');
    await ben.keyboard.press('Enter');
    await count('posted', said(ben), 1);
    await ben.keyboard.press('Enter');
    await ben.keyboard.type('my own answer');
    await ben.keyboard.press('Enter');
    await count('answered', said(ben), 2);
    await ben.keyboard.press('Escape');
    await count('closed', card(ben), 0);
    await ben.keyboard.press('n');
    await count('the next one', card(ben), 1);
    const shown = await card(ben).getByRole('log').innerText();
    await ben.keyboard.press('n');
    await until(
      'another one',
      () => card(ben).getByRole('log').innerText(),
      (text) => text !== shown,
    );
    await ben.keyboard.press('Shift+n');
    await until(
      'and back',
      () => card(ben).getByRole('log').innerText(),
      (text) => text === shown,
    );
    for (let n = 0; n < 2; n++) await ben.keyboard.press('Tab');
    await ben.keyboard.press('Enter');
    await count('resolved and closed', card(ben), 0);
    await ben.getByText('Resolved. Ctrl+Z opens it again').waitFor();
    await drawBox(ben, [60, 60], [120, 120]);
    await ben.keyboard.press('Control+Alt+m');
    await field.waitFor();
    await ben.keyboard.press('Escape');
    await ben.keyboard.press('Shift+c');
    await moveTo(ben, 600, 600);
  });

  test('nothing stands in the way of anybody', async () => {
    await ben.keyboard.press('n');
    await card(ben).waitFor();
    for (const colorScheme of ['light', 'dark']) {
      await ben.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      assert.deepEqual(await barriers(ben), [], colorScheme);
    }
    await card(ben).getByRole('textbox', { name: 'Reply' }).click();
    await ben.keyboard.type('@');
    await ben.getByRole('option').first().waitFor();
    assert.deepEqual(await barriers(ben), [], 'while a name is completed');
  });

  test('on a tablet a pin is as large as a finger, and a tap pins', async () => {
    const tablet = await person(browser, server.link('reviewer'), {
      viewport: { width: 1024, height: 768 },
      hasTouch: true,
      isMobile: true,
    });
    await openTask(tablet, server, project.id, task.id);
    await pins(tablet).first().waitFor();
    const reach = await tablet.locator('.pin-reach').first().boundingBox();
    assert.ok(reach.width >= 44 && reach.height >= 44, `${reach.width} by ${reach.height}`);
    await tablet.getByTestId('tool-comment').tap();
    const p = await at(tablet, 1000, 200);
    await tablet.touchscreen.tap(p.x, p.y);
    await tablet.getByRole('textbox', { name: 'New comment' }).fill('From a tablet');
    await shots(tablet, 'comment-tablet');
    await tablet.getByTestId('post').tap();
    await count('posted', said(tablet), 1);
    assert.deepEqual(tablet.problems, []);
    await tablet.context().close();
  });

  test('nothing went wrong in either window', () => {
    assert.deepEqual(anna.problems, []);
    assert.deepEqual(ben.problems, []);
  });
});

// What goes wrong around somebody who draws: each time the work is kept, and it is said what to do.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { barriers } from './support/axe.mjs';
import { at, drag, drawBox, launch, moveTo, openTask, person, regions, saveState, until } from './support/browser.mjs';
import { Server, makeProject, signIn } from './support/server.mjs';
import { shots } from './support/shots.mjs';
import { workOn } from './support/workflows.mjs';

const LABELS = [
  { name: 'car', color: '#2563eb', hotkey: '1' },
  { name: 'tree', color: '#16a34a', hotkey: '2' },
];

describe('what goes wrong around somebody who draws', () => {
  let server, browser, admin, annotator, project;

  before(async () => {
    server = await Server.start();
    browser = await launch();
    [admin, annotator] = await Promise.all(['admin', 'annotator'].map((who) => signIn(server, who)));
  });

  after(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
  });

  /** A project of its own, with one task in work and its workbench open. */
  async function atWork(name, { workflow = false, prepare } = {}) {
    let tasks;
    ({ project, tasks } = await makeProject(admin, name, { people: [[annotator, 'labeler']], images: 1, labels: LABELS }));
    if (workflow) {
      await workOn(admin, project, { predefined: { type: 'single' } });
    }
    // On a workflow tasks wait a moment until they have begun.
    const next = async () => (await annotator.api('POST', `/projects/${project.id}/next`, {})).body.work;
    const work = await until('there is work', next, Boolean);
    const page = await person(browser, server.link('annotator'), { viewport: { width: 1366, height: 768 } });
    await prepare?.(page);
    await openTask(page, server, project.id, tasks[0].id);
    return { page, task: tasks[0].id, lease: work.assignment };
  }

  const banner = (page) => page.getByTestId('banner');
  const drawn = (page, count) =>
    until(`${count} drawn`, () => regions(page), (list) => list.length === count); // prettier-ignore
  const saved = (page) => until('it is saved', () => saveState(page), (state) => state === 'saved'); // prettier-ignore

  /** What the server has of a task, seen by somebody else. */
  async function seenByAdmin(task) {
    const page = await person(browser, server.link('admin'));
    await openTask(page, server, project.id, task);
    const list = await regions(page);
    await page.context().close();
    return list.length;
  }

  /** Links are revoked with the sessions. The demo prints new ones when it starts; those of the second of the revocation are void, too. */
  async function signInAgain(page, task) {
    await new Promise((resolve) => setTimeout(resolve, 1100));
    await server.stop();
    await server.up();
    await page.goto(server.link('annotator'));
    await page.waitForURL((url) => !url.pathname.startsWith('/sign-in'));
    await openTask(page, server, project.id, task);
  }

  test('a label is removed while it is in use: its regions stay, submit says which and goes there', async () => {
    const { page } = await atWork('Label gone');
    await page.keyboard.press('2');
    await drawBox(page, [200, 200], [300, 280]);
    await drawn(page, 1);
    await saved(page);
    await admin.api('PATCH', `/projects/${project.id}`, { label_schema: { labels: LABELS.slice(0, 1) } });
    await page.keyboard.press('Control+Enter');
    await page.locator('.toast', { hasText: 'tree' }).first().waitFor();
    await shots(page, 'mishap-label-gone');
    assert.equal((await regions(page)).length, 1);
    // What helps: another label.
    await page.keyboard.press('Control+a');
    await page.keyboard.press('1');
    await until('it is a car', () => regions(page), ([region]) => region.label === 'car'); // prettier-ignore
    await page.keyboard.press('Control+Enter');
    await until(
      'it is submitted',
      async () => (await admin.api('GET', `/projects/${project.id}/regions?label=car`)).body.items.length,
      (n) => n === 1,
    );
    await page.context().close();
  });

  test('the lease is taken away: it is said by whom and why nothing is lost, and drawing goes on', async () => {
    const { page, lease } = await atWork('Evicted');
    await drawBox(page, [200, 200], [300, 280]);
    await drawn(page, 1);
    const told = await admin.api('POST', `/assignments/${lease.id}/evict`, { reason: 'Please take the other batch first' });
    assert.ok(told.status < 300, JSON.stringify(told.body));
    await banner(page).waitFor();
    assert.match(await banner(page).innerText(), /kept|look and edit/);
    await shots(page, 'mishap-evicted');
    await drawBox(page, [400, 200], [500, 280]);
    await drawn(page, 2);
    await saved(page);
    await page.context().close();
  });

  test('an admin completes the task while a box is drawn: it stays in the document, and what that means is said', async () => {
    const { page, task } = await atWork('Completed', { workflow: true });
    await drawBox(page, [200, 200], [300, 280], async () => {
      const told = await admin.api('POST', `/tasks/${task}/steer`, { action: 'complete', reason: 'Good as it is' });
      assert.ok(told.status < 300, JSON.stringify(told.body));
      await banner(page).waitFor();
    });
    await drawn(page, 1);
    await saved(page);
    assert.match(await banner(page).innerText(), /kept/);
    await shots(page, 'mishap-completed');
    assert.equal(await seenByAdmin(task), 1);
    await page.context().close();
  });

  test('the disk of the device is full: that is said quietly, and the server has the work', async () => {
    const { page, task } = await atWork('Disk full', {
      prepare: (page) =>
        page.addInitScript(() => {
          for (const name of ['put', 'add']) {
            IDBObjectStore.prototype[name] = () => {
              throw new DOMException('The quota has been exceeded.', 'QuotaExceededError');
            };
          }
        }),
    });
    await drawBox(page, [200, 200], [300, 280]);
    await drawn(page, 1);
    await saved(page);
    await page.getByText('No copy on this device').waitFor();
    await shots(page, 'mishap-disk-full');
    assert.equal(await seenByAdmin(task), 1);
    await page.context().close();
  });

  test('the image cannot be had: that is said with a way to try again, and comes when it can', async () => {
    let missing = true;
    const { page } = await atWork('No image', {
      prepare: (page) =>
        page.route('**/*', (route) => (missing && route.request().resourceType() === 'image' ? route.abort() : route.continue())),
    });
    const again = page.getByRole('button', { name: /again/i }).first();
    await again.waitFor();
    await shots(page, 'mishap-no-image');
    missing = false;
    await again.click();
    await again.waitFor({ state: 'detached' });
    await moveTo(page, 200, 200);
    await drag(page, [200, 200], [300, 280]);
    await page.context().close();
  });

  test('a new version is there while the page is open: what cannot be loaded any more says so', async () => {
    const page = await person(browser, server.link('annotator'), { viewport: { width: 1366, height: 768 } });
    await page.route(/assets\/workbench-.*\.js/, (route) => route.fulfill({ status: 404, body: '' }));
    const { project: deployed, tasks } = await makeProject(admin, 'Deployed', {
      people: [[annotator, 'labeler']],
      images: 1,
      labels: LABELS,
    });
    await page.goto(`${server.url}/projects/${deployed.id}/tasks/${tasks[0].id}`);
    await page.getByText('A new version of Tandem is here').waitFor();
    assert.deepEqual(await barriers(page), []);
    await shots(page, 'mishap-new-version');
    await page.context().close();
  });

  test('a new version is there while one draws: what asks for it says so and takes nothing along, and it is fetched when one likes', async () => {
    const { project: drawnIn, tasks } = await makeProject(admin, 'Deployed at work', {
      people: [[annotator, 'labeler']],
      images: 1,
      labels: LABELS,
    });
    const page = await person(browser, server.link('admin'), { viewport: { width: 1366, height: 768 } });
    const gone = /assets\/way-dialog-.*\.js/;
    await page.route(gone, (route) => route.fulfill({ status: 404, body: '' }));
    await openTask(page, server, drawnIn.id, tasks[0].id);
    await drawBox(page, [200, 200], [300, 280]);
    await drawn(page, 1);
    // Half a shape, which nothing but this page has.
    await page.keyboard.press('p');
    for (const place of [
      [500, 200],
      [600, 200],
      [600, 300],
    ]) {
      const { x, y } = await at(page, ...place);
      await page.mouse.click(x, y);
    }
    const ask = async () => {
      await page.getByRole('button', { name: 'More' }).click();
      await page.getByRole('menuitem', { name: 'Its way through the workflow' }).click();
    };
    await ask();
    const told = page.getByRole('dialog', { name: 'A new version of Tandem is here' });
    await told.waitFor();
    assert.deepEqual(await barriers(page), []);
    await shots(page, 'mishap-new-version-at-work');
    await told.getByRole('button', { name: 'Later' }).click();
    await page.getByTestId('stage').focus();
    await page.keyboard.press('Enter');
    await drawn(page, 2);
    await drawBox(page, [200, 400], [300, 480]);
    await drawn(page, 3);
    await ask();
    await told.getByRole('button', { name: 'Load again' }).click();
    await told.waitFor({ state: 'detached' });
    await page.waitForFunction(() => window.__tandem?.room?.synced === true);
    await drawn(page, 3);
    await page.unroute(gone);
    await ask();
    await page.getByRole('dialog', { name: /way/i }).waitFor();
    await page.context().close();
  });

  test('signed out in the middle of a box: it is said, the box is kept, and comes with the next sign-in', async () => {
    const { page, task } = await atWork('Signed out');
    // Large enough to be one although the sentence above the picture, which comes meanwhile, moves it under the pointer.
    await drawBox(page, [200, 200], [500, 500], async () => {
      const told = await admin.api('POST', `/users/${annotator.me.user.id}/revoke-sessions`);
      assert.ok(told.status < 300, JSON.stringify(told.body));
      await banner(page).getByText('You are signed out').waitFor();
    });
    await drawn(page, 1);
    await drawBox(page, [600, 200], [700, 280]);
    await drawn(page, 2);
    assert.deepEqual(await barriers(page), []);
    await shots(page, 'mishap-signed-out');
    await signInAgain(page, task);
    await drawn(page, 2);
    await saved(page);
    assert.equal(await seenByAdmin(task), 2);
    // Once more, and they submit before they have read it.
    await admin.api('POST', `/users/${annotator.me.user.id}/revoke-sessions`);
    await banner(page).getByText('You are signed out').waitFor();
    await page.keyboard.press('Control+Enter');
    await page.locator('.toast', { hasText: 'sign in again' }).waitFor();
    // And with something that the server does not have yet.
    await drawBox(page, [600, 400], [700, 480]);
    await drawn(page, 3);
    await page.keyboard.press('Control+Enter');
    await page.locator('.toast', { hasText: 'Open your sign-in link, then try again' }).waitFor();
    await shots(page, 'mishap-submit-signed-out');
    await signInAgain(page, task);
    await drawn(page, 3);
    // The shapes are there from this device before the server is asked whose the task is.
    await saved(page);
    await page.getByText('assigned to you').waitFor();
    await page.keyboard.press('Control+Enter');
    const cars = async () => (await admin.api('GET', `/projects/${project.id}/regions?label=car`)).body.items.length;
    await until('it is submitted', cars, (n) => n === 3);
    await page.context().close();
  });
});

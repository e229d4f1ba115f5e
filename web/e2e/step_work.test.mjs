// A step opens work for whoever may do it, and for an admin the facts: how long, since when, notes, a file of the answers.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';

import { barriers } from './support/axe.mjs';
import { launch, person, until } from './support/browser.mjs';
import { Server, makeProject, signIn } from './support/server.mjs';
import { shots } from './support/shots.mjs';
import { workOn } from './support/workflows.mjs';

describe('work at a step', () => {
  let server, browser, admin, ann, reviewer, page, theirs, project, tasks;

  before(async () => {
    server = await Server.start();
    browser = await launch();
    [admin, ann, reviewer] = await Promise.all(['admin', 'annotator', 'reviewer'].map((who) => signIn(server, who)));
    ({ project, tasks } = await makeProject(admin, 'At a step', {
      people: [
        [ann, 'labeler'],
        [reviewer, 'reviewer'],
      ],
      images: 2,
    }));
    await workOn(admin, project, {
      predefined: { type: 'review_with_rework', max_rounds: 2 },
    });
    const size = { viewport: { width: 1366, height: 768 } };
    theirs = await person(browser, server.link('annotator'), size);
    page = await person(browser, server.link('admin'), { ...size, acceptDownloads: true });
  });

  after(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
  });

  const box = (id, of = theirs) => of.locator(`.react-flow__node[data-id="${id}"]`);
  const seeWorkflow = (of) => of.goto(`${server.url}/projects/${project.id}/workflow`);
  const table = () => page.getByTestId('step-tasks');
  const rows = () => table().getByTestId('step-task');
  const menu = async (name) => {
    await table().getByRole('button', { name: 'More', exact: true }).click();
    await page.getByRole('menuitem', { name }).click();
  };

  test('a step is entered by keyboard: its box, then Start', async () => {
    await seeWorkflow(theirs);
    await until(
      'two wait',
      () => box('annotate').locator('.flow-counts').innerText(),
      (text) => /^\D*2\b/.test(text),
    );
    await box('annotate').focus();
    await theirs.keyboard.press('Enter');
    const start = theirs.getByTestId('work-here');
    await until(
      'Start has the focus',
      () => start.evaluate((button) => button === document.activeElement),
      (is) => is,
    );
    assert.equal(await start.innerText(), 'Start');
    await shots(theirs, 'start');
    assert.deepEqual(await barriers(theirs), []);
    await theirs.keyboard.press('Enter');
    await theirs.waitForURL(/\/tasks\//);
    await theirs.getByTestId('submit').waitFor();
  });

  test('a box says what is mine there, and the way leads back to it', async () => {
    const task = theirs.url().split('/').at(-1);
    await seeWorkflow(theirs);
    await box('annotate').getByText('1 for you').waitFor();
    await box('annotate').click();
    const go = theirs.getByTestId('work-here');
    await theirs.getByText('Continue (1 for you)').waitFor();
    await shots(theirs, 'for-you');
    await go.click();
    await theirs.waitForURL(new RegExp(task));
  });

  test('an admin sees how long it takes, and what is known before taking it back', async () => {
    await seeWorkflow(page);
    await box('annotate', page).click();
    await table()
      .getByRole('button', { name: /^In work/ })
      .click();
    await rows().first().waitFor();
    await table().getByText('1 at work').waitFor();
    assert.match(await table().locator('.step-table-head').innerText(), /Started\s+Duration/);
    await shots(page, 'lasting');
    assert.deepEqual(await barriers(page), []);
    await table().getByRole('button', { name: 'Take back …', exact: true }).click();
    const ask = page.getByRole('dialog');
    await ask.getByText('Time spent').waitFor();
    await ask.getByText('It was next in the queue').waitFor();
    await shots(page, 'facts');
    assert.deepEqual(await barriers(page), []);
    await ask.getByRole('button', { name: 'Cancel' }).click();
  });

  test('a note is written, and read on the way of the task', async () => {
    await menu('Add a note …');
    const ask = page.getByRole('dialog');
    await ask.getByLabel('Note').fill('The customer sends a better image');
    await shots(page, 'note');
    await ask.getByRole('button', { name: 'Add the note' }).click();
    await page.locator('.toast', { hasText: 'The note was added' }).waitFor();
    await menu('Its way through the workflow');
    await ask.getByText('The customer sends a better image').waitFor();
    await ask.getByLabel('A note for whoever else steers this project').fill('It came');
    await ask.getByRole('button', { name: 'Add the note' }).click();
    await ask.locator('.way-note', { hasText: 'It came' }).waitFor();
    await shots(page, 'way-notes');
    assert.deepEqual(await barriers(page), []);
    await ask.getByRole('button', { name: 'Close' }).click();
  });

  test('tasks are found by when they came, and exported', async () => {
    await table().getByLabel('Since when').selectOption('between');
    await table().getByLabel('From the day').fill('2020-01-01');
    await table().getByLabel('To the day').fill('2020-01-31');
    await table().getByText('Nobody works here at the moment').waitFor();
    await shots(page, 'between');
    await table().getByLabel('Since when').selectOption('today');
    await rows().first().waitFor();
    const [download] = await Promise.all([page.waitForEvent('download'), menu('Export as JSON Lines')]);
    const lines = (await readFile(await download.path(), 'utf8')).trim().split('\n');
    assert.equal(lines.length, 1, 'the one in hand');
    JSON.parse(lines[0]);
    assert.deepEqual(page.problems, []);
  });

  test('several tasks are assigned to several people in one order', async () => {
    // What speaks against people is asked just before, too: the question of later must not be answered by it.
    await table()
      .getByRole('button', { name: /^In work/ })
      .click();
    await table().getByRole('button', { name: 'Give to another …', exact: true }).click();
    await page.getByRole('dialog').locator('.pick-person').first().waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
    const held = (await ann.api('POST', `/projects/${project.id}/next`, {})).body.work.assignment;
    await ann.api('POST', `/assignments/${held.id}/release`, { fencing_token: held.fencing_token });
    await table().getByLabel('Since when').selectOption('any');
    await table()
      .getByRole('button', { name: /^Waiting/ })
      .click();
    await until(
      'both wait',
      () => rows().count(),
      (n) => n === 2,
    );
    await table().getByRole('listbox').focus();
    await page.keyboard.press('Control+a');
    await table().getByRole('button', { name: 'Assign …', exact: true }).click();
    const ask = page.getByRole('dialog');
    for (const who of [ann, reviewer]) {
      const choice = ask.locator('.pick-person', { hasText: who.me.user.name });
      await choice.getByText('May have it').waitFor();
      await choice.getByRole('checkbox').check();
    }
    await shots(page, 'share-out');
    assert.deepEqual(await barriers(page), []);
    let calls = 0;
    page.on('request', (request) => (calls += Number(request.url().endsWith('/assign'))));
    await ask.getByRole('button', { name: /^Assign to/ }).click();
    await page.locator('.toast', { hasText: '2 tasks assigned to' }).waitFor();
    assert.equal(calls, 1);
    for (const who of [ann, reviewer]) {
      const { work } = (await who.api('POST', `/projects/${project.id}/next`, { step: 'annotate' })).body;
      assert.ok(work, 'each has one');
    }
    await page.locator('.toast', { hasText: '2 tasks assigned to' }).getByRole('button', { name: 'Undo' }).click();
    await until(
      'nobody has one',
      () => rows().count(),
      (n) => n === 2,
    );
  });

  test('where nothing is to be done it is said why', async () => {
    for (const { id } of tasks) await admin.api('POST', `/tasks/${id}/steer`, { action: 'complete', reason: 'enough of it' });
    await seeWorkflow(theirs);
    await box('annotate').click();
    await theirs.getByTestId('work-here').click();
    await theirs.getByTestId('nothing-here').getByText('No task waits in this step.').waitFor();
    await shots(theirs, 'nothing');
    await box('review').click();
    await theirs.locator('.closed-reasons').waitFor();
    assert.equal(await theirs.getByTestId('work-here').count(), 0, 'closed to them, with the reason');
    assert.deepEqual(theirs.problems, []);
  });
});

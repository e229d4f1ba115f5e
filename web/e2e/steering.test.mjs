// An admin watches the work of others go through a workflow, steps in, and sees what would become of many tasks.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { launch, person, until } from './support/browser.mjs';
import { Server, makeProject, signIn } from './support/server.mjs';
import { SHOTS, shots } from './support/shots.mjs';
import { workOn } from './support/workflows.mjs';

describe('an admin over the work of others', () => {
  let server, browser, admin, ann, reviewer, page, project, tasks;

  before(async () => {
    server = await Server.start();
    browser = await launch();
    [admin, ann, reviewer] = await Promise.all(['admin', 'annotator', 'reviewer'].map((who) => signIn(server, who)));
    const people = [
      [ann, 'labeler'],
      [reviewer, 'reviewer'],
    ];
    ({ project, tasks } = await makeProject(admin, 'Steered', { people, images: 6 }));
    await workOn(admin, project, {
      predefined: { type: 'review_with_rework', max_rounds: 2 },
    });
    page = await person(browser, server.link('admin'), { viewport: { width: 1366, height: 768 } });
    await page.goto(`${server.url}/projects/${project.id}/workflow`);
  });

  after(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
  });

  const box = (id) => page.locator(`.react-flow__node[data-id="${id}"]`);
  const counts = (id) => box(id).locator('.flow-counts').innerText();
  const table = () => page.getByTestId('step-tasks');
  const rows = () => table().getByTestId('step-task');
  const state = (name) => table().getByRole('button', { name: new RegExp(`^${name}`) });
  const toolbar = (name) => table().getByRole('button', { name, exact: true });
  const dialog = () => page.getByRole('dialog');
  const note = (text) => page.locator('.toast', { hasText: text });
  const next = async (who) => (await who.api('POST', `/projects/${project.id}/next`, {})).body.work?.assignment;
  const standing = async (task) => (await admin.api('GET', `/tasks/${task}/standing`)).body;

  test('sees the numbers move while another person works, and asks for none of them', async () => {
    await until(
      'six tasks wait',
      () => counts('annotate'),
      (text) => /\b6\b/.test(text),
    );
    let asked = 0;
    page.on('request', (request) => (asked += Number(request.url().includes('workflow-progress'))));
    const lease = await next(ann);
    await until(
      'one is in work',
      () => counts('annotate'),
      (text) => /5[\s\S]*1[\s\S]*0/.test(text),
    );
    const submitted = await ann.api('POST', `/assignments/${lease.id}/submit`, { fencing_token: lease.fencing_token });
    assert.equal(submitted.status, 200, JSON.stringify(submitted.body));
    await until(
      'it waits for a review',
      () => counts('review'),
      (text) => /^\D*1\b/.test(text),
    );
    assert.equal(asked, 0, 'the numbers come by themselves');
    await shots(page, 'live');
  });

  test('takes work from its holder, with a reason and knowing what becomes of the draft', async () => {
    const lease = await next(ann);
    await box('annotate').click();
    await state('In work').click();
    await until(
      'the task is listed',
      () => rows().count(),
      (n) => n === 1,
    );
    await toolbar('Take back …').click();
    await dialog().getByText('draft is kept').waitFor();
    assert.equal(await dialog().getByRole('button', { name: 'Take back' }).isDisabled(), true, 'not without a reason');
    await dialog().getByLabel('Reason').fill('Took too long');
    await shots(page, 'evict');
    await dialog().getByRole('button', { name: 'Take back' }).click();
    await note('One task taken back').waitFor();
    const stale = await ann.api('POST', `/assignments/${lease.id}/submit`, { fencing_token: lease.fencing_token });
    assert.equal(stale.status, 409);
    await until(
      'nobody works',
      () => rows().count(),
      (n) => n === 0,
    );
  });

  test('gives it to another, chosen among those who may, the others with their reasons', async () => {
    const lease = await next(ann);
    await until(
      'the task is listed',
      () => rows().count(),
      (n) => n === 1,
    );
    await toolbar('Give to another …').click();
    await dialog().getByLabel('Reason').fill('Needs a specialist');
    const other = dialog().locator('.pick-person', { hasText: reviewer.me.user.name });
    await other.getByText('May have it').waitFor();
    assert.equal(await dialog().locator('.pick-person', { hasText: ann.me.user.name }).count(), 0, 'not back to its holder');
    await other.click();
    await shots(page, 'give');
    await dialog()
      .getByRole('button', { name: `Give it to ${reviewer.me.user.name}` })
      .click();
    await note(`One task given to ${reviewer.me.user.name}`).waitFor();
    const now = await standing(lease.task_id);
    assert.deepEqual(
      now.leases.map((held) => held.user_id),
      [reviewer.me.user.id],
    );
  });

  test('lets tasks go first by keyboard alone, and takes it back', async () => {
    await state('Waiting').focus();
    await page.keyboard.press('Enter');
    await until(
      'four wait',
      () => rows().count(),
      (n) => n === 4,
    );
    const list = table().getByRole('listbox');
    await list.focus();
    await page.keyboard.press('End');
    await page.keyboard.press('Space');
    await page.keyboard.press('Shift+ArrowUp');
    await until(
      'two are chosen',
      () => list.getByRole('option', { selected: true }).count(),
      (n) => n === 2,
    );
    await shots(page, 'chosen');
    await toolbar('Priority …').focus();
    await page.keyboard.press('Enter');
    await dialog().getByRole('slider').focus();
    await page.keyboard.press('End');
    await page.keyboard.press('Tab');
    await page.keyboard.type('the customer waits');
    await page.keyboard.press('Enter');
    await note('2 tasks: priority 10').waitFor();
    await until(
      'the focus is back',
      () => toolbar('Priority …').evaluate((button) => button === document.activeElement),
      (back) => back,
    );
    const first = async () => (await admin.api('GET', `/projects/${project.id}/steps/annotate/tasks?state=waiting`)).body.items;
    assert.deepEqual(
      (await first()).map((task) => task.priority),
      [10, 10, 5, 5],
    );
    await note('2 tasks: priority 10').getByRole('button', { name: 'Undo' }).click();
    await until('as before', first, (list) => list.every((task) => task.priority === 5));
  });

  test('holds tasks and lets them go on', async () => {
    await table().getByRole('listbox').focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('Escape');
    await toolbar('Hold …').click();
    await dialog().getByLabel('Reason').fill('the image is blurred');
    await dialog().getByRole('button', { name: 'Hold' }).click();
    await note('One task held').waitFor();
    await until(
      'the box says so',
      () => counts('annotate'),
      (text) => /held/.test(text),
    );
    await state('Held').click();
    await table().getByText('Held: the image is blurred').first().waitFor();
    await shots(page, 'held');
    await toolbar('Resume …').click();
    await dialog().getByLabel('Reason').fill('a better image came');
    await dialog().getByRole('button', { name: 'Resume' }).click();
    await until(
      'none is held',
      () => rows().count(),
      (n) => n === 0,
    );
  });

  test('assigns a waiting task: among those who may, or against the rules with a reason', async () => {
    await state('Waiting').click();
    await until(
      'some wait',
      () => rows().count(),
      (n) => n > 1,
    );
    const paused = await admin.api('PUT', `/projects/${project.id}/members/${reviewer.me.user.id}/pause`, { reason: 'on leave' });
    assert.ok(paused.status < 300, JSON.stringify(paused.body));
    // Not the first one: that was taken from this annotator, who does not get it again without a word.
    await table().getByRole('listbox').focus();
    await page.keyboard.press('End');
    await page.keyboard.press('Escape');
    await toolbar('Assign …').click();
    const choice = (who) => dialog().locator('.pick-person', { hasText: who.me.user.name });
    await choice(ann).getByText('May have it').waitFor();
    const forbidden = dialog().locator('.pick-not', { hasText: reviewer.me.user.name });
    await forbidden.waitFor();
    assert.equal(await forbidden.getByRole('radio').isDisabled(), true);
    assert.notEqual((await forbidden.locator('small').innerText()).trim(), '', 'a reason in words');
    await dialog().getByLabel('Against the rules of the step, with a reason').check();
    await forbidden.getByRole('radio').check();
    const yes = dialog().getByRole('button', { name: /^Assign to/ });
    assert.equal(await yes.isDisabled(), true, 'not without a reason');
    await dialog().getByLabel('Against the rules of the step, with a reason').uncheck();
    await choice(ann).click();
    await shots(page, 'assign');
    await yes.click();
    await note(`One task assigned to ${ann.me.user.name}`).waitFor();
    await state('In work').click();
    await until(
      'it is in work with its new holder',
      () => table().getByRole('listbox').innerText(),
      (text) => text.includes(ann.me.user.name),
    );
  });

  test('moves a task one step back from its review, and begins a step anew', async () => {
    await box('review').click();
    await state('Waiting').click();
    await until(
      'one waits for a review',
      () => rows().count(),
      (n) => n === 1,
    );
    const menu = async (name) => {
      await toolbar('More').click();
      await page.getByRole('menuitem', { name }).click();
    };
    await menu('One step back …');
    await dialog().getByText('back to where it was before').waitFor();
    await dialog().getByLabel('Reason').fill('submitted by mistake');
    await shots(page, 'undo');
    await dialog().getByRole('button', { name: 'One step back' }).click();
    await note('One task moved one step back').waitFor();
    await until(
      'no review waits',
      () => rows().count(),
      (n) => n === 0,
    );
    await box('annotate').click();
    await state('In work').click();
    await until(
      'work is listed',
      () => rows().count(),
      (n) => n > 0,
    );
    await menu('Begin this step anew …');
    await dialog().getByText('no longer count').waitFor();
    await dialog().getByLabel('Reason').fill('wrong guideline');
    await shots(page, 'reset');
    await dialog().getByRole('button', { name: 'Begin this step anew' }).click();
    await note('One task: step begun anew').waitFor();
  });

  test('completes a task as it stands', async () => {
    await state('Waiting').click();
    await until(
      'some wait',
      () => rows().count(),
      (n) => n > 0,
    );
    const waiting = async () =>
      (await admin.api('GET', `/projects/${project.id}/steps/annotate/tasks?state=waiting`)).body.items.length;
    const before = await waiting();
    await until(
      'all of them are listed',
      () => rows().count(),
      (n) => n === before,
    );
    await toolbar('More').click();
    await page.getByRole('menuitem', { name: 'Complete as it stands …' }).click();
    await dialog().getByText('done as it stands').waitFor();
    await dialog().getByLabel('Reason').fill('nothing to see in it');
    await shots(page, 'complete');
    await dialog().getByRole('button', { name: 'Complete' }).click();
    await note('One task completed').waitFor();
    await until(
      'one less waits',
      () => rows().count(),
      (n) => n === before - 1,
    );
  });

  test('simulates the workflow, sees it over the picture, and clears it', async () => {
    await table().getByRole('button', { name: 'Close the tasks of this step' }).click();
    assert.equal(
      await box('annotate').evaluate((node) => node === document.activeElement),
      true,
      'the focus is on the box again',
    );
    await page.getByRole('button', { name: 'Simulate …' }).click();
    // A slow one, which is broken off: its answer never shows.
    await page.route('**/simulate', async (route) => {
      await new Promise((done) => setTimeout(done, 1_500));
      await route.continue().catch(() => {});
    });
    await dialog().getByRole('button', { name: 'Simulate' }).click();
    await dialog().getByRole('button', { name: 'Cancel the simulation' }).click();
    await dialog().getByRole('button', { name: 'Simulate' }).waitFor();
    await page.unroute('**/simulate');
    assert.equal(await page.getByTestId('verdict').count(), 0);
    await dialog().getByLabel('Tasks').fill('300');
    await dialog().getByLabel('Review: seconds a task').fill('600');
    await dialog().getByLabel('Reviewers').fill('1');
    await shots(page, 'suppose');
    await dialog().getByRole('button', { name: 'Simulate' }).click();
    const verdict = page.getByTestId('verdict');
    await verdict.getByText('The bottleneck is Review').waitFor();
    assert.match(await verdict.innerText(), /All 300 tasks are done after/);
    assert.equal(await box('review').locator('.flow-bottleneck').count(), 1);
    assert.ok((await page.locator('.flow-share').count()) >= 3, 'shares on the arrows');
    await shots(page, 'simulated');
    await verdict.getByRole('button', { name: 'Clear' }).click();
    await until(
      'the numbers are back',
      () => box('annotate').locator('.flow-counts').count(),
      (n) => n === 1,
    );
    assert.deepEqual(page.problems, []);
  });

  test('is an admin: somebody who labels sees why steps are closed, and no table', async () => {
    const theirs = await person(browser, server.link('annotator'), { viewport: { width: 1024, height: 768 } });
    await theirs.goto(`${server.url}/projects/${project.id}/workflow`);
    const review = theirs.locator('.react-flow__node[data-id="review"]');
    await review.locator('.flow-lock').waitFor();
    await review.click();
    await theirs.locator('.closed-reasons li').first().waitFor();
    assert.equal(await theirs.getByTestId('step-tasks').count(), 0);
    if (SHOTS) await theirs.screenshot({ path: `${SHOTS}/closed-1024.png` });
    assert.deepEqual(theirs.problems, []);
    assert.equal(tasks.length, 6);
  });
});

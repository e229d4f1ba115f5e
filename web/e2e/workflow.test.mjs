// A workflow from a shape to its second version: drawn with mouse and keyboard, refused where it could not run, activated, compared.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { launch, person, until } from './support/browser.mjs';
import { Server, makeProject, signIn } from './support/server.mjs';
import { shots } from './support/shots.mjs';

describe('a workflow', () => {
  let server, browser, admin, page, project;

  before(async () => {
    server = await Server.start();
    browser = await launch();
    const people = await Promise.all(['admin', 'annotator'].map((who) => signIn(server, who)));
    admin = people[0];
    ({ project } = await makeProject(admin, 'Flow', { people: [[people[1], 'labeler']], images: 1 }));
    page = await person(browser, server.link('admin'), { viewport: { width: 1366, height: 768 } });
  });

  after(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
  });

  const box = (name) => page.locator('.react-flow__node', { hasText: name });
  const button = (name) => page.getByRole('button', { name, exact: true });
  const versions = async () => (await admin.api('GET', `/projects/${project.id}/workflows`)).body.items;
  const canRun = () => page.getByText('It can run').waitFor();
  const boxes = () => page.locator('.react-flow__node').count();

  test('begins from a shape, as a draft', async () => {
    await page.goto(`${server.url}/projects/${project.id}/workflow`);
    await page.getByRole('button', { name: /Review with rework/ }).click();
    await box('Too many rounds').waitFor();
    await canRun();
    const [draft] = await versions();
    assert.deepEqual([draft.key, draft.version, draft.status], ['review-rework', 1, 'draft']);
  });

  test('says what is wrong while it is typed, and a click leads there', async () => {
    await box('Annotate').click();
    await page.getByLabel('Timeout', { exact: true }).fill('-PT1H');
    const problem = page.locator('.problem');
    await problem.waitFor();
    assert.match(await problem.innerText(), /Annotate[\s\S]*-PT1H/);
    assert.equal(await page.getByRole('button', { name: /Save draft/ }).isDisabled(), true);
    await page.keyboard.press('Escape');
    await problem.click();
    assert.equal(await page.getByLabel('Timeout', { exact: true }).getAttribute('aria-invalid'), 'true');
    await page.getByLabel('Timeout', { exact: true }).fill('PT8H');
    await canRun();
  });

  test('keeps what was not saved when one leaves by a link or by going back, and offers it', async () => {
    const tabs = page.getByRole('navigation', { name: 'Project' });
    const timeout = page.getByLabel('Timeout', { exact: true });
    for (const wayOut of [() => tabs.getByRole('link', { name: 'Tasks' }).click(), () => page.goBack()]) {
      await wayOut();
      await page.getByRole('region', { name: 'Workflow editor' }).waitFor({ state: 'detached' });
      await tabs.getByRole('link', { name: 'Workflow' }).click();
      await button('Edit').click();
      await box('Annotate').click();
      assert.equal(await timeout.inputValue(), '');
      await page.getByText('Here is work of yours that was not saved').waitFor();
      await shots(page, 'workflow-offered');
      await button('Restore').click();
      await until('it is as it was left', () => timeout.inputValue(), (text) => text === 'PT8H'); // prettier-ignore
      await canRun();
    }
  });

  test('is edited with the keyboard: chosen, moved, removed and brought back', async () => {
    await page.keyboard.press('Escape');
    await box('Review').first().focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Review', exact: true }).waitFor();
    await box('Review').first().focus();
    const place = async () => (await box('Review').first().boundingBox()).y;
    const was = await place();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await until('the box has moved', place, (y) => y > was);
    const count = await boxes();
    await page.keyboard.press('Delete');
    await until('the box is gone', boxes, (n) => n < count);
    await page.keyboard.press('Control+z');
    await until('the box is back', boxes, (n) => n === count);
    await page.keyboard.press('Control+Shift+z');
    await until('and gone', boxes, (n) => n < count);
    await page.keyboard.press('Control+z');
    await until('and back', boxes, (n) => n === count);
    await canRun();
  });

  test('is drawn with the mouse: a step is added, connected and removed', async () => {
    await page.locator('.react-flow__pane').click({ position: { x: 300, y: 20 } });
    await box('Annotate').click();
    await button('Add a step').click();
    await page.getByRole('menuitem', { name: /^Hold/ }).click();
    const made = page.locator('[data-id="hold"]');
    await made.waitFor();
    const from = await box('Annotate').locator('.source').boundingBox();
    const to = await box('Too many rounds').boundingBox();
    const edges = () => page.locator('.react-flow__edge').count();
    const were = await edges();
    // Its outer half, where an arrow begins already.
    await page.mouse.move(from.x + from.width - 2, from.y + from.height / 2);
    await page.mouse.down();
    await page.mouse.move(to.x + to.width / 2, to.y + to.height / 2, { steps: 12 });
    await page.mouse.move(to.x + 2, to.y + to.height / 2, { steps: 4 });
    await page.mouse.up();
    await until('an arrow more', edges, (n) => n === were + 1);
    await page.getByLabel('Taken').selectOption('expression');
    await page.getByLabel('Expression').fill('$.step_output.cuont > 1');
    await page.locator('.problem', { hasText: 'cuont' }).waitFor();
    await page.getByLabel('Expression').fill('$.step_output.count > 1');
    // Behind the arrow that is always taken: told, and mended by trying it earlier.
    await page.locator('.problem', { hasText: 'never taken' }).waitFor();
    await box('Annotate').click();
    await page.getByRole('button', { name: /^Try Too many rounds earlier/ }).click();
    await canRun();
    await page.keyboard.press('Control+s');
    await until('saved', versions, ([draft]) => draft.form.steps.length === 4);
  });

  test('is the same as JSON, and XML becomes JSON', async () => {
    await button('JSON').click();
    const json = page.getByLabel('The workflow as JSON');
    assert.equal(JSON.parse(await json.inputValue()).steps.length, 4);
    await json.fill('{"id": "review-rework", "steps": ');
    await page.locator('.json-wrong').waitFor();
    await json.fill(
      '<Workflow id="review-rework" name="From XML"><Steps><Step id="label" type="annotation"/></Steps></Workflow>',
    );
    await until(
      'JSON',
      () => json.inputValue(),
      (text) => text.includes('"From XML"') && text.startsWith('{'),
    );
    await button('Picture').click();
    await page.keyboard.press('Control+z');
    await box('Too many rounds').waitFor();
    await canRun();
  });

  test('is activated, and told what that means; then the next version is made and compared', async () => {
    await page.getByRole('button', { name: 'Activate …' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.waitFor();
    assert.match(await dialog.innerText(), /go on without a workflow/);
    await dialog.getByRole('button', { name: 'Activate' }).click();
    await page.getByText('Active', { exact: true }).waitFor();
    assert.deepEqual(
      (await versions()).map((v) => [v.version, v.status]),
      [[1, 'active']],
    );

    await button('Make the next version').click();
    await box('Annotate').click();
    await page.getByLabel('People needed').fill('2');
    await canRun();
    await page.getByRole('button', { name: 'Activate …' }).click();
    await page
      .getByRole('dialog')
      .getByText(/No task is on/)
      .waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Activate' }).click();
    await until('the second is active', versions, ([second, first]) => second.status === 'active' && first.status === 'retired');

    await button('Compare').click();
    await page.getByText('completion.count: 1 → 2').waitFor();
    assert.equal(await page.locator('.flow-changed').count(), 1);
    assert.deepEqual(page.problems, []);
  });

  test('is seen by those who work on it, and not changed', async () => {
    const theirs = await person(browser, server.link('annotator'), { viewport: { width: 1024, height: 768 } });
    await theirs.goto(`${server.url}/projects/${project.id}/workflow`);
    await theirs.locator('.react-flow__node', { hasText: 'Annotate' }).waitFor();
    assert.equal(await theirs.getByRole('button', { name: 'Make the next version' }).count(), 0);
    await theirs.locator('.react-flow__node', { hasText: 'Annotate' }).click();
    await theirs.getByText('2 people answer.').waitFor();
    assert.deepEqual(theirs.problems, []);
  });
});

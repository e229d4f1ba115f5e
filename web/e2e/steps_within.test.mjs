// How far each step is, steps within a step, and what works by itself: seen and acted on in the workflow's picture.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { barriers } from './support/axe.mjs';
import { launch, person, until } from './support/browser.mjs';
import { Server, makeProject, signIn } from './support/server.mjs';
import { shots } from './support/shots.mjs';
import { workOn } from './support/workflows.mjs';

const FORM = {
  id: 'within',
  name: 'Within',
  steps: [
    { id: 'sort', name: 'Sort', type: 'conditional' },
    { id: 'label', name: 'Label', type: 'annotation' },
    {
      id: 'both',
      name: 'Both',
      type: 'parallel',
      branches: [
        { id: 'text', steps: [{ id: 'read', name: 'Read', type: 'annotation' }] },
        { id: 'boxes', steps: [{ id: 'draw', name: 'Draw', type: 'annotation' }] },
      ],
      join: 'all',
    },
  ],
  transitions: [
    { from: 'sort', to: 'label', condition: { type: 'always' } },
    { from: 'label', to: 'both' },
    { from: 'both', to: 'completed' },
  ],
};

describe('the picture of a workflow', () => {
  let server, browser, admin, ann, page, project;

  before(async () => {
    server = await Server.start();
    browser = await launch();
    [admin, ann] = await Promise.all(['admin', 'annotator'].map((who) => signIn(server, who)));
    ({ project } = await makeProject(admin, 'Within', { people: [[ann, 'labeler']], images: 4 }));
    await workOn(admin, project, { form: FORM });
    const { assignment: lease } = await until(
      'work for the annotator',
      async () => (await ann.api('POST', `/projects/${project.id}/next`, {})).body.work,
      (work) => work !== null,
    );
    const done = await ann.api('POST', `/assignments/${lease.id}/submit`, { fencing_token: lease.fencing_token });
    assert.equal(done.status, 200, JSON.stringify(done.body));
    page = await person(browser, server.link('admin'), { viewport: { width: 1366, height: 768 } });
    await page.goto(`${server.url}/projects/${project.id}/workflow`);
  });

  after(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
  });

  const box = (id) => page.locator(`.react-flow__node[data-id="${id}"]`);
  const table = () => page.getByTestId('step-tasks');

  test('says which share of a step is done, and that tasks passed what works by itself', async () => {
    await until(
      'a quarter is done',
      () => box('label').locator('.flow-share-line').innerText(),
      (text) => text.includes('25%'),
    );
    assert.equal(await box('sort').locator('.flow-box-waits').count(), 0, 'tasks went through it');
    assert.equal(await box('both').locator('.flow-box-waits').count(), 0);
    await page.getByText('0% done (0 of 4 tasks)').waitFor();
    await shots(page, 'within');
    assert.deepEqual(await barriers(page), []);
  });

  test('opens the tasks of a step within a step, by keyboard too', async () => {
    const read = box('both').getByRole('button', { name: /^Read/ });
    await read.focus();
    await page.keyboard.press('Enter');
    await table().getByRole('heading', { name: 'Read' }).waitFor();
    await table().getByTestId('step-task').first().waitFor();
    await shots(page, 'within-tasks');
    assert.deepEqual(await barriers(page), []);
    await table().getByRole('button', { name: 'Close the tasks of this step' }).click();
    assert.equal(await read.evaluate((button) => button === document.activeElement), true, 'the focus is where it came from');
  });

  test('holds a task in a branch and says so at its line', async () => {
    await box('both').getByRole('button', { name: /^Draw/ }).click();
    await table().getByTestId('step-task').first().waitFor();
    await table().getByRole('button', { name: 'Hold …', exact: true }).click();
    const ask = page.getByRole('dialog');
    await ask.getByLabel('Reason').fill('unclear');
    await ask.getByRole('button', { name: 'Hold' }).click();
    await until(
      'held',
      () => box('both').innerText(),
      (text) => /held/.test(text),
    );
    assert.deepEqual(page.problems, []);
  });
});

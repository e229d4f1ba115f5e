// One person does two steps of one task in a row, without the page ever being left: in the next step's own document, or going on in the answer before.
// Who looks on goes with them.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { drawBox, launch, openTask, person, regions, saveState, until } from './support/browser.mjs';
import { Server, makeProject, signIn } from './support/server.mjs';
import { shots } from './support/shots.mjs';
import { workOn } from './support/workflows.mjs';

const twoSteps = (refine) => ({
  id: 'draw-and-refine',
  steps: [
    { id: 'draw', name: 'Draw', type: 'annotation' },
    { id: 'refine', name: 'Refine', type: 'annotation', ...refine },
  ],
  transitions: [
    { from: 'draw', to: 'refine' },
    { from: 'refine', to: 'completed' },
  ],
});

describe('two steps of one task in a row', () => {
  let server, browser, admin, ann, page, looker;

  before(async () => {
    server = await Server.start();
    browser = await launch();
    [admin, ann] = await Promise.all(['admin', 'annotator'].map((who) => signIn(server, who)));
    page = await person(browser, server.link('annotator'), { viewport: { width: 1366, height: 768 } });
    looker = await person(browser, server.link('admin'), { viewport: { width: 1366, height: 768 } });
  });

  after(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
  });

  const saved = () =>
    until(
      'saved',
      () => saveState(page),
      (state) => state === 'saved',
    );

  /** The only task of a project of its own, opened by its annotator. */
  async function begin(name, workflow) {
    const { project, tasks } = await makeProject(admin, name, { people: [[ann, 'labeler']], images: 1 });
    await workOn(admin, project, { form: workflow });
    await at(tasks[0].id, 'draw');
    await page.goto(`${server.url}/projects/${project.id}`);
    await page.getByTestId('next-task').click();
    await page.waitForURL(new RegExp(tasks[0].id));
    await page.waitForFunction(() => window.__tandem?.room?.synced === true);
    return { project, task: tasks[0].id };
  }

  const drawn = (count, on = page) =>
    until(
      `${count} shapes`,
      () => regions(on),
      (shapes) => shapes.length === count,
    );
  const at = (task, step) =>
    until(
      `the task at ${step}`,
      async () => (await admin.api('GET', `/tasks/${task}`)).body,
      (found) => (step === 'completed' ? found.status === step : found.step === step),
    );
  /** The shapes of each answer, oldest first. */
  async function answers(task) {
    const { body } = await admin.api('GET', `/tasks/${task}/annotations`);
    const list = [...body.items].sort((a, b) => a.submitted_at.localeCompare(b.submitted_at));
    return list.map((answer) => answer.regions.map((region) => region.id));
  }

  test('what is drawn after the first is submitted is in the second answer, and only there', async () => {
    const { project, task } = await begin('Anew', twoSteps({}));
    await openTask(looker, server, project.id, task);
    await drawBox(page, [60, 60], [200, 160]);
    const [first] = await drawn(1);
    await drawn(1, looker);
    await saved();
    await page.keyboard.press('Control+Enter');
    await at(task, 'refine');
    // The second step's document is another one, and empty.
    await drawn(0);
    await drawn(0, looker);
    // Each once, and nobody a second time beside themselves.
    await until('both are there', () => page.locator('.bench-top .avatar').count(), (n) => n === 2); // prettier-ignore
    await until('at the looker\'s too', () => looker.locator('.bench-top .avatar').count(), (n) => n === 2); // prettier-ignore
    await shots(page, 'second-step');
    await drawBox(page, [300, 200], [420, 300]);
    const [second] = await drawn(1);
    await drawn(1, looker);
    await shots(looker, 'second-step-looked-at');
    await page.getByTestId('submit').click();
    await at(task, 'completed');
    assert.deepEqual(await answers(task), [[first.id], [second.id]]);
  });

  test('a step that starts from the last answer has its shapes, and the answer before stays as it was', async () => {
    const { task } = await begin('Onwards', twoSteps({ assignment: { starts_from: 'last_answer' } }));
    await drawBox(page, [60, 60], [200, 160]);
    const [first] = await drawn(1);
    await saved();
    await page.keyboard.press('Control+Enter');
    await at(task, 'refine');
    assert.deepEqual(
      (await regions(page)).map((shape) => shape.id),
      [first.id],
    );
    await drawBox(page, [300, 200], [420, 300]);
    await drawn(2);
    await page.getByTestId('submit').click();
    await at(task, 'completed');
    const [draft, final] = await answers(task);
    assert.deepEqual(draft, [first.id]);
    assert.equal(final.length, 2);
    assert.ok(final.includes(first.id));
  });
});

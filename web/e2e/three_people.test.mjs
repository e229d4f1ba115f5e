// Two annotate blind, they disagree, a third decides; an admin watches the work move through the workflow.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { drawBox, launch, person, regions, saveState, until } from './support/browser.mjs';
import { Server, makeProject, signIn } from './support/server.mjs';

const FORM = {
  id: 'two-and-adjudicator',
  name: 'Two annotators, then an adjudicator where they disagree',
  steps: [
    {
      id: 'annotate',
      name: 'Annotate',
      type: 'annotation',
      completion: { type: 'annotation_count', count: 2, unique_annotators: true },
    },
    {
      id: 'agreement',
      name: 'Agreement',
      type: 'auto_process',
      handler: '@core/agreement-calculator',
      config: { metric: 'agreement:iou', threshold: 0.8 },
    },
    { id: 'adjudicate', name: 'Adjudicate', type: 'adjudication' },
  ],
  transitions: [
    { from: 'annotate', to: 'agreement' },
    { from: 'agreement', to: 'completed', condition: { type: 'expression', expression: '$.step_output.agreement_score >= 0.8' } },
    { from: 'agreement', to: 'adjudicate' },
    { from: 'adjudicate', to: 'completed' },
  ],
};

describe('two who disagree and one who decides', () => {
  let server, browser, admin, project, task, anna, ben, rita, watcher;

  before(async () => {
    server = await Server.start();
    browser = await launch();
    const people = await Promise.all(['admin', 'Anna', 'Ben', 'reviewer'].map((who) => signIn(server, who)));
    admin = people[0];
    ({
      project,
      tasks: [task],
    } = await makeProject(admin, 'Blind', {
      people: [
        [people[1], 'labeler'],
        [people[2], 'labeler'],
        [people[3], 'reviewer'],
      ],
      images: 1,
    }));
    const made = await admin.api('POST', `/projects/${project.id}/workflows`, { form: FORM });
    assert.equal(made.status, 201, JSON.stringify(made.body));
    const active = await admin.api('POST', `/workflows/${made.body.id}/activate`);
    assert.ok(active.status < 300, JSON.stringify(active.body));
    const moved = await admin.api('POST', `/workflows/${made.body.id}/migrate`, { dry_run: false });
    assert.deepEqual([moved.status, moved.body.begin_anew], [200, 1], JSON.stringify(moved.body));
    anna = await person(browser, server.link('Anna'));
    ben = await person(browser, server.link('Ben'));
    rita = await person(browser, server.link('reviewer'));
    watcher = await person(browser, server.link('admin'));
    await watcher.goto(`${server.url}/projects/${project.id}/workflow`);
  });

  after(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
  });

  const ready = (page) => page.waitForFunction(() => window.__tandem?.room?.synced === true && window.__tandem?.view != null);
  const standing = async () => (await admin.api('GET', `/tasks/${task.id}/standing`)).body;
  const next = async (page) => {
    await page.goto(`${server.url}/projects/${project.id}`);
    await page.getByTestId('next-task').click();
    await page.waitForURL(/\/tasks\//);
    await ready(page);
    await page.getByTestId('lease').waitFor();
  };
  const saved = (page) =>
    until(
      'saved',
      () => saveState(page),
      (s) => s === 'saved',
    );
  const counts = (step) => watcher.locator(`.react-flow__node[data-id="${step}"]`).innerText();

  test('nobody sees the task before taking it', async () => {
    await until('the task has begun', standing, (now) => now.open?.[0]?.step === 'annotate');
    await ben.goto(`${server.url}/projects/${project.id}/tasks/${task.id}`);
    await ben.getByTestId('withheld').waitFor();
    assert.equal(await ben.locator('canvas, img').count(), 0, 'no picture, no document');
    if (process.env.SHOTS) {
      for (const [width, height] of [
        [1366, 768],
        [1024, 768],
      ]) {
        await ben.setViewportSize({ width, height });
        await ben.screenshot({ path: `${process.env.SHOTS}/withheld-${width}.png` });
      }
      await ben.setViewportSize({ width: 1366, height: 768 });
    }
  });

  test('each draws in a document of their own', async () => {
    await next(anna);
    await drawBox(anna, [100, 100], [300, 240]);
    await saved(anna);
    await next(ben);
    assert.deepEqual(await regions(ben), [], 'what Anna drew is not shown to Ben');
    await drawBox(ben, [600, 400], [800, 600]);
    await saved(ben);
    assert.equal((await regions(anna)).length, 1);
  });

  test('what they submit does not agree, so a third is asked', async () => {
    await anna.keyboard.press('Control+Enter');
    await until('one answer', standing, (now) => now.context?.steps?.annotate?.count === 1);
    await ben.keyboard.press('Control+Enter');
    await until('adjudication', standing, (now) => now.open?.[0]?.step === 'adjudicate');
  });

  test('the third sees both answers, takes one over and submits', async () => {
    await next(rita);
    await rita.getByRole('heading', { name: 'Answers' }).waitFor();
    await rita.locator('.candidate', { hasText: 'Ben' }).getByRole('button').click();
    const taken = await until(
      'the answer taken over',
      () => regions(rita),
      (found) => found.length === 1,
    );
    assert.ok(taken[0].geometry.x > 500, JSON.stringify(taken[0].geometry));
    await saved(rita);
    await rita.keyboard.press('Control+Enter');
    await until('done', standing, (now) => now.is_done === true);
    const history = (await admin.api('GET', `/tasks/${task.id}/transitions`)).body.items;
    assert.deepEqual(
      history.map((step) => step.trigger),
      ['answer', 'answer', 'answer', 'begun'],
    );
  });

  test("the admin's picture moved with it, without being reloaded", async () => {
    await until(
      'annotate done',
      () => counts('annotate'),
      (text) => text.includes('2'),
    );
    await until(
      'adjudicate done',
      () => counts('adjudicate'),
      (text) => text.includes('1'),
    );
    for (const page of [anna, ben, rita, watcher]) assert.deepEqual(page.problems, []);
  });
});

// What is not whole yet when a page is left is offered when the task is opened again; where one is and where one came from; a model's word on a text.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { barriers } from './support/axe.mjs';
import { at, launch, openTask, person, regions, until } from './support/browser.mjs';
import { makeProject, Server, signIn } from './support/server.mjs';
import { shots } from './support/shots.mjs';

const LAYOUT = `<Layout id="letters" name="Letters">
  <Grid>
    <TextDisplay bind:source="$.input.guide" format="markdown" />
    <TextDisplay bind:source="$.input.text" :highlight="$.ui_context.ai_highlights" />
    <NERTagger bind:source="$.input.text" bind:value="$.output.entities" label="Entities">
      <EntityType name="Drug" color="#0072b2" hotkey="d" />
    </NERTagger>
    <AISuggestions bind:predictions="$.ui_context.ai_predictions" on:accept="acceptPrediction" />
  </Grid>
</Layout>`;

const GUIDE =
  '## What to mark\n\n- **Drugs**, as [the list](https://drugs.example/list) has them\n- no `doses`\n\n> When in doubt, skip.';
const INPUT = {
  guide: GUIDE,
  text: 'Treated with metformin and aspirin.',
  predictions: [
    { start: 13, end: 22, label: 'Drug', text: 'metformin', confidence: 0.9 },
    { start: 27, end: 34, label: 'Drug', text: 'aspirin', confidence: 0.6 },
  ],
};

describe('what was begun', () => {
  let server, browser, admin, annotator;

  before(async () => {
    server = await Server.start();
    browser = await launch();
    [admin, annotator] = await Promise.all(['admin', 'annotator'].map((who) => signIn(server, who)));
  });

  after(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
  });

  test('a polygon that a reload breaks off is offered, and gone on with', async () => {
    const { project } = await makeProject(admin, 'Begun', { people: [[annotator, 'labeler']], images: 2 });
    const page = await person(browser, server.link('annotator'), { viewport: { width: 1366, height: 768 } });
    // The browser asks whether to leave.
    page.on('dialog', (dialog) => dialog.accept());
    await page.goto(`${server.url}/projects/${project.id}`);
    await page.getByTestId('next-task').click();
    await page.waitForFunction(() => window.__tandem?.room?.synced === true);
    await page.keyboard.press('p');
    for (const [x, y] of [[100, 100], [300, 100], [300, 240]]) await page.mouse.click(...Object.values(await at(page, x, y))); // prettier-ignore
    await page.reload();
    await page.waitForFunction(() => window.__tandem?.room?.synced === true);
    assert.deepEqual(await regions(page), []);
    await page.getByText(/You had begun a polygon of “.+” here: 3 points/).waitFor();
    await shots(page, 'begun');
    await page.getByRole('button', { name: 'Go on with it' }).click();
    await page.mouse.click(...Object.values(await at(page, 100, 240)));
    await page.keyboard.press('Enter');
    const [drawn] = await until('the polygon', () => regions(page), (list) => list.length === 1); // prettier-ignore
    assert.equal(drawn.geometry.parts[0][0].length, 4);
    assert.equal(await page.getByTestId('assigned').innerText(), 'Task 1 of 1 assigned to you');
    assert.deepEqual(await barriers(page), []);
    assert.deepEqual(page.problems, []);
    await page.context().close();
  });

  test('who came from the workflow goes back to it', async () => {
    const { project, tasks } = await makeProject(admin, 'There and back', { people: [[annotator, 'labeler']], images: 1 });
    const page = await person(browser, server.link('annotator'));
    await openTask(page, server, project.id, tasks[0].id);
    await page.getByRole('link', { name: 'Back to There and back' }).click();
    await page.goto(`${server.url}/projects/${project.id}/workflow`);
    await page.getByTestId('next-task').click();
    await page.getByRole('link', { name: 'Back to the workflow of There and back' }).click();
    await page.waitForURL(`**/projects/${project.id}/workflow`);
    assert.deepEqual(page.problems, []);
    await page.context().close();
  });

  test('what a model says of a text is decided once for two people, and guidance is read as it was written', async () => {
    const { project, tasks } = await makeProject(admin, 'Letters', {
      people: [
        [annotator, 'labeler'],
        [admin, 'admin'],
      ],
      images: 1,
      input: INPUT,
    });
    const made = await admin.api('POST', `/projects/${project.id}/layouts`, { name: 'Letters', source: LAYOUT });
    assert.equal(made.status, 201, JSON.stringify(made.body));
    assert.deepEqual(made.body.problems, []);
    assert.equal((await admin.api('POST', `/projects/${project.id}/layouts/${made.body.id}/activate`)).status, 200);
    const laptop = { viewport: { width: 1366, height: 768 } };
    const [ann, boss] = await Promise.all(['annotator', 'admin'].map((who) => person(browser, server.link(who), laptop)));
    await ann.goto(`${server.url}/projects/${project.id}`);
    await ann.getByTestId('next-task').click();
    await boss.goto(`${server.url}/projects/${project.id}/tasks/${tasks[0].id}`);
    await ann.getByRole('heading', { name: 'What to mark' }).waitFor();
    assert.equal(await ann.getByRole('link', { name: 'the list' }).getAttribute('href'), 'https://drugs.example/list');
    assert.equal(await ann.locator('mark').count(), 2);
    await shots(ann, 'suggested_letters');
    assert.deepEqual(await barriers(ann), []);
    await ann.getByRole('button', { name: 'Accept Drug: metformin' }).click();
    await ann.getByRole('button', { name: 'Reject Drug: aspirin' }).click();
    await boss.getByText('Nothing is left to decide.').waitFor();
    await ann.reload();
    await ann.getByText('Nothing is left to decide.').waitFor();
    await ann.getByRole('button', { name: 'Take away Drug “metformin”' }).waitFor();
    assert.deepEqual([...ann.problems, ...boss.problems], []);
  });
});

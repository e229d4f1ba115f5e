// What a model suggests comes live; two people decide by keys, by hand and all at once; and only what was accepted is submitted.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { barriers } from './support/axe.mjs';
import { at, launch, openTask, person, regions, saveState, until } from './support/browser.mjs';
import { Server, makeProject, signIn } from './support/server.mjs';
import { shots } from './support/shots.mjs';

const LAPTOP = { viewport: { width: 1366, height: 768 } };

/** Twenty boxes in five columns; the surest, 0.99, is the first, and each after it is 0.03 less sure. */
const TWENTY = Array.from({ length: 20 }, (_, n) => ({
  label: n % 3 === 2 ? 'person' : 'car',
  geometry: { kind: 'box', x: 60 + (n % 5) * 240, y: 60 + Math.floor(n / 5) * 200, width: 150, height: 120 },
  score: Number((0.99 - n * 0.03).toFixed(2)),
}));

const LAYOUT = `<Layout id="suggested" name="Suggested">
  <Section direction="column" direction:md="row" gap="md">
    <Panel flex="3">
      <ImageAnnotator bind:source="$.input.image_url" bind:value="$.output.regions" />
    </Panel>
    <Panel title="Model" flex="1">
      <AISuggestions bind:predictions="$.ui_context.ai_predictions" on:accept="acceptPrediction" />
    </Panel>
  </Section>
</Layout>`;

describe('suggestions', () => {
  let server, browser, admin, annotator, people, project, tasks, anna, ben;

  before(async () => {
    server = await Server.start();
    browser = await launch();
    const [first, ...others] = await Promise.all(['admin', 'annotator', 'reviewer'].map((who) => signIn(server, who)));
    admin = first;
    [annotator] = others;
    people = [
      [others[0], 'labeler'],
      [others[1], 'reviewer'],
    ];
    ({ project, tasks } = await makeProject(admin, 'Suggested', { people, images: 2 }));
    anna = await person(browser, server.link('annotator'), LAPTOP);
    ben = await person(browser, server.link('reviewer'), LAPTOP);
  });

  after(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
  });

  const suggest = async (task, found, { id } = project) => {
    const predictions = [{ task_id: task.id, source: 'street-detector 3', regions: found }];
    const { status, body } = await admin.api('POST', `/projects/${id}/predictions`, { predictions });
    assert.equal(status, 201, JSON.stringify(body));
  };
  const open = (page, wanted) =>
    until(
      `${wanted}`,
      () => page.getByTestId('suggestions-open').innerText(),
      (text) => text === wanted,
    );
  const has = (page, wanted) =>
    until(
      `${wanted} regions`,
      () => regions(page),
      (found) => found.length === wanted,
    );
  const card = (page) => page.getByTestId('suggestion-card');
  const saved = (page) =>
    until(
      'saved',
      () => saveState(page),
      (s) => s === 'saved',
    );

  test('they come while people have the task open, and are nobody’s regions', async () => {
    await anna.goto(`${server.url}/projects/${project.id}`);
    await anna.getByTestId('next-task').click();
    await anna.waitForURL(/\/tasks\//);
    await anna.waitForFunction(() => window.__tandem?.room?.synced === true && window.__tandem?.view != null);
    assert.ok(anna.url().includes(tasks[0].id), anna.url());
    await openTask(ben, server, project.id, tasks[0].id);
    assert.equal(await anna.getByTestId('suggestions').count(), 0, 'nothing is said where no model suggests anything');
    await suggest(tasks[0], TWENTY);
    for (const page of [anna, ben]) {
      await open(page, '20 open');
      assert.deepEqual(await regions(page), []);
    }
    assert.equal(await anna.getByTestId('threshold-told').innerText(), 'at least 0.80: 7 of 20');
    await shots(anna, 'suggestions-twenty');
  });

  test('one accepts by Tab, the other rejects by Backspace, and each sees what the other decides', async () => {
    await anna.getByTestId('stage').focus();
    await anna.keyboard.press('Tab');
    await card(anna).waitFor();
    assert.match(await card(anna).innerText(), /car[\s\S]*99 %/);
    assert.deepEqual(await barriers(anna), []);
    await shots(anna, 'suggestions-card');
    await anna.getByTestId('stage').focus();
    await anna.keyboard.press('Tab');
    await has(ben, 1);
    await open(ben, '19 open');
    assert.match(await card(anna).innerText(), /96 %/, 'on to the next');
    await ben.getByTestId('stage').focus();
    await ben.keyboard.press('F8');
    await card(ben).waitFor();
    await ben.keyboard.press('Backspace');
    await open(anna, '18 open');
    await has(anna, 1);
    // The one that Anna was looking at is gone: the next Tab is not for another.
    await until(
      'no card',
      () => card(anna).count(),
      (count) => count === 0,
    );
    await ben.keyboard.press('Control+z');
    await open(anna, '19 open');
  });

  test('Esc gives Tab back to the browser', async () => {
    await anna.getByTestId('stage').focus();
    await anna.keyboard.press('F8');
    await card(anna).waitFor();
    await anna.keyboard.press('Escape');
    assert.equal(await card(anna).count(), 0);
    await anna.keyboard.press('Tab');
    assert.equal(await anna.evaluate(() => document.activeElement?.matches('.stage')), false);
    await open(anna, '19 open');
  });

  test('a click on one has it at hand, and its buttons decide', async () => {
    await anna.keyboard.press('0');
    // The view glides there.
    let last = null;
    const where = await until(
      'the view rests',
      async () => {
        const before = last;
        last = await at(anna, 60 + 75, 260 + 60);
        return before?.x === last.x && before.y === last.y ? last : null;
      },
      (place) => place !== null,
    );
    await anna.mouse.click(where.x, where.y);
    await card(anna).waitFor();
    await card(anna).getByRole('button', { name: 'Reject' }).click();
    await open(ben, '18 open');
    await anna.keyboard.press('Control+z');
    await open(ben, '19 open');
    await anna.keyboard.press('Escape');
  });

  test('all from a score on are accepted at once, the rest is rejected, and each is one step back', async () => {
    const slider = anna.getByRole('slider', { name: /Score from which on/ });
    await slider.fill('0.7');
    assert.equal(await anna.getByTestId('threshold-told').innerText(), 'at least 0.70: 9 of 19');
    await anna.getByTestId('accept-over').click();
    await has(ben, 10);
    await anna.getByText('9 suggestions accepted').waitFor();
    await anna.getByTestId('reject-rest').click();
    await open(ben, 'all decided');
    await anna.locator('.toast', { hasText: '10 suggestions rejected' }).getByRole('button', { name: 'Undo' }).click();
    await open(ben, '10 open');
    await anna.getByTestId('stage').focus();
    await anna.keyboard.press('Control+z');
    await has(ben, 1);
    await open(ben, '19 open');
    await anna.keyboard.press('Control+Shift+z');
    await has(ben, 10);
  });

  test('only what was accepted is submitted, and it is said what was left', async () => {
    await saved(anna);
    await anna.keyboard.press('Control+Enter');
    await anna.getByText('10 suggestions left undecided: not part of the answer').waitFor();
    const { body } = await until(
      'an annotation',
      () => admin.api('GET', `/tasks/${tasks[0].id}/annotations`),
      ({ body }) => body.items?.length === 1,
    );
    const submitted = (await admin.api('GET', `/annotations/${body.items[0].id}`)).body.regions;
    const xs = (list) => list.map(({ geometry }) => `${geometry.x},${geometry.y}`).sort();
    assert.deepEqual(xs(submitted), xs(TWENTY.slice(0, 10)));
    assert.ok(submitted.every(({ author }) => author === annotator.me.user.id));
  });

  test('a layout shows the same, and what is accepted there is accepted', async () => {
    const laid = await makeProject(admin, 'Suggested in a layout', { people, images: 1 });
    const layouts = `/projects/${laid.project.id}/layouts`;
    const made = await admin.api('POST', layouts, { name: 'Suggested', source: LAYOUT });
    assert.deepEqual(made.body.problems, []);
    assert.equal((await admin.api('POST', `${layouts}/${made.body.id}/activate`)).status, 200);
    // Nobody has opened it: they are what its document begins with.
    await suggest(laid.tasks[0], TWENTY.slice(0, 2), laid.project);
    await openTask(ben, server, laid.project.id, laid.tasks[0].id);
    await open(ben, '2 open');
    const listed = ben.locator('.lay-suggestions');
    await until(
      'two in the layout',
      () => listed.locator('li').count(),
      (count) => count === 2,
    );
    await shots(ben, 'suggestions-layout');
    await listed
      .getByRole('button', { name: /^Accept car/ })
      .first()
      .click();
    await has(ben, 1);
    await open(ben, '1 open');
    await ben.keyboard.press('Control+z');
    await has(ben, 0);
    await until(
      'two again',
      () => listed.locator('li').count(),
      (count) => count === 2,
    );
    assert.deepEqual(ben.problems, []);
    assert.deepEqual(anna.problems, []);
  });
});

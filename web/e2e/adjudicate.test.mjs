// Two answers that differ in a label, a shape and in what is there at all; a third decides thing by thing, by keyboard alone.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { barriers } from './support/axe.mjs';
import { drawBox, launch, person, regions, saveState, until } from './support/browser.mjs';
import { Server, makeProject, signIn } from './support/server.mjs';
import { shots } from './support/shots.mjs';
import { workOn } from './support/workflows.mjs';

const LAPTOP = { viewport: { width: 1366, height: 768 } };

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

/** Label keys are 1 (car) and 2 (person). */
const ANNA = [
  ['1', [100, 100], [300, 240]],
  ['1', [400, 100], [600, 240]],
  ['1', [760, 420], [860, 520]],
  ['1', [100, 480], [300, 640]],
];
const BEN = [
  ['1', [102, 101], [301, 240]],
  ['1', [450, 100], [650, 240]],
  ['2', [101, 480], [300, 640]],
];

describe('deciding between answers', () => {
  let server, browser, admin, project, task, anna, ben, rita;

  before(async () => {
    server = await Server.start();
    browser = await launch();
    const people = await Promise.all(['admin', 'Anna', 'Ben', 'reviewer'].map((who) => signIn(server, who)));
    admin = people[0];
    ({
      project,
      tasks: [task],
    } = await makeProject(admin, 'Street', {
      people: [
        [people[1], 'labeler'],
        [people[2], 'labeler'],
        [people[3], 'reviewer'],
      ],
      images: 1,
    }));
    await workOn(admin, project, { form: FORM });
    anna = await person(browser, server.link('Anna'), LAPTOP);
    ben = await person(browser, server.link('Ben'), LAPTOP);
    rita = await person(browser, server.link('reviewer'), LAPTOP);
  });

  after(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
  });

  const standing = async () => (await admin.api('GET', `/tasks/${task.id}/standing`)).body;
  const ready = async (page) => {
    await page.waitForFunction(() => window.__tandem?.room?.synced === true && window.__tandem?.view != null);
    await page.getByTestId('lease').waitFor();
  };
  const next = async (page) => {
    await page.goto(`${server.url}/projects/${project.id}`);
    await page.getByTestId('next-task').click();
    await page.waitForURL(/\/tasks\//);
    await ready(page);
  };
  const saved = (page) =>
    until(
      'saved',
      () => saveState(page),
      (s) => s === 'saved',
    );
  const answer = async (page, boxes) => {
    await next(page);
    for (const [n, [label, from, to]] of boxes.entries()) {
      // What was drawn last is selected, and would get the label too.
      if (n > 0) await page.keyboard.press('Escape');
      await page.keyboard.press(label);
      await drawBox(page, from, to);
      await until(
        'drawn',
        () => regions(page),
        (found) => found.length === n + 1,
      );
    }
    await saved(page);
    await page.keyboard.press('Control+Enter');
  };
  const shown = (testid, wanted) =>
    until(
      `${testid} says ${wanted}`,
      () => rita.getByTestId(testid).innerText(),
      (text) => text.includes(wanted),
    );
  const here = (what, good) => until(what, () => regions(rita), good);

  test('both answers are there, with how much they agree, and what they differ in, worst first', async () => {
    await answer(anna, ANNA);
    await until('one answer', standing, (now) => now.context?.steps?.annotate?.count === 1);
    await answer(ben, BEN);
    const { context } = await until('adjudication', standing, (now) => now.open?.[0]?.step === 'adjudicate');
    await next(rita);
    assert.deepEqual(await regions(rita), [], 'nothing is decided yet');
    const score = context.steps.agreement?.agreement_score ?? context.step_output?.agreement_score;
    await shown('agreement', `${Math.round(score * 100)} %`);
    await shown('decided', '0 of 3 decided');
    const rows = await rita.getByTestId('conflict').allInnerTexts();
    assert.deepEqual(
      rows.map((row) => row.split('\n')[0]),
      ['car or person', 'car', 'car'],
    );
    assert.match(rows[0], /label differs/);
    assert.match(rows[1], /only Anna/);
    assert.match(rows[2], /shape differs[\s\S]*60 %/);
    await shots(rita, 'adjudicate-overlay');
  });

  test('what is agreed is taken in one step, and taken back in one', async () => {
    await rita.keyboard.press('Shift+A');
    await here('the agreed one', (found) => found.length === 1);
    await rita.keyboard.press('Control+z');
    await here('none', (found) => found.length === 0);
    await shown('take-agreed', '(1)');
    await rita.keyboard.press('Control+Shift+z');
    await here('the agreed one again', (found) => found.length === 1);
  });

  test('each conflict is stepped to and decided by a key: taken, left out, merged', async () => {
    await rita.keyboard.press('d');
    await rita.getByTestId('conflict-bar').getByText('car or person').waitFor();
    await rita.keyboard.press('z');
    await here('as Anna has it', (found) => found.length === 2 && found.every(({ label }) => label === 'car'));
    await rita.keyboard.press('z');
    await here('as Ben has it', (found) =>
      found.some(({ label, geometry }) => label === 'person' && Math.abs(geometry.x - 101) < 2),
    );
    await rita.keyboard.press('Alt+1');
    await here('as Anna has it, at once', (found) => found.every(({ label }) => label === 'car'));
    await rita.getByTestId('conflict-bar').getByRole('group', { name: 'Label' }).getByRole('button', { name: 'person' }).click();
    await here('her shape under his label', (found) =>
      found.some(({ label, geometry }) => label === 'person' && Math.abs(geometry.x - 100) < 0.9),
    );
    await shots(rita, 'adjudicate-label');

    await rita.keyboard.press('d');
    await shown('conflict-bar', 'only Anna');
    await rita.keyboard.press('y');
    await shown('conflict-decision', 'left out');
    await shown('decided', '2 of 3 decided');

    await rita.keyboard.press('F8');
    await shown('conflict-bar', 'shape differs');
    await rita.keyboard.press('u');
    await here('their mean', (found) => found.some(({ geometry }) => Math.abs(geometry.x - 425) < 2));
    await shown('decided', '3 of 3 decided');
    await shots(rita, 'adjudicate-merged');
  });

  test('an undo opens it again, and what is decided outlives a reload', async () => {
    await rita.keyboard.press('Control+z');
    await shown('decided', '2 of 3 decided');
    await rita.keyboard.press('Control+Shift+z');
    await shown('decided', '3 of 3 decided');
    await saved(rita);
    await rita.reload();
    await ready(rita);
    await shown('decided', '3 of 3 decided');
  });

  test('side by side they move together, and a click on one goes to what it shows', async () => {
    await rita.keyboard.press('Shift+S');
    await until(
      'a pane for each',
      () => rita.getByTestId('pane').count(),
      (n) => n === 2,
    );
    await ready(rita);
    const pane = rita.getByTestId('pane').nth(1).locator('.stage');
    const main = rita.getByTestId('stage');
    const [a, b] = [await pane.boundingBox(), await main.boundingBox()];
    assert.ok(Math.abs(a.width - b.width) <= 1.5 && Math.abs(a.height - b.height) <= 1.5, 'all are of one size');
    const at = await rita.evaluate(() => window.__tandem.view.toScreen({ x: 550, y: 101 }));
    await pane.click({ position: { x: at.x - b.x, y: at.y - b.y } });
    await shown('conflict-bar', 'shape differs');
    const scale = () => rita.evaluate(() => window.__tandem.view.scale);
    const before = await scale();
    await pane.hover();
    await rita.mouse.wheel(0, -300);
    await until('the wheel over a pane zooms all', scale, (now) => now > before * 1.2);
    await rita.keyboard.press('d');
    await shots(rita, 'adjudicate-beside');
    for (const colorScheme of ['light', 'dark']) {
      await rita.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      assert.deepEqual(await barriers(rita), [], `side by side, ${colorScheme}`);
    }
    await rita.keyboard.press('Shift+S');
    await until(
      'one picture',
      () => rita.getByTestId('pane').count(),
      (n) => n === 0,
    );
    assert.deepEqual(await barriers(rita), [], 'over one another');
  });

  test('what is not decided is said before it is submitted', async () => {
    await ready(rita);
    await rita.getByTestId('conflict').nth(1).click();
    await rita.keyboard.press('y');
    await shown('decided', '2 of 3 decided');
    await rita.keyboard.press('Control+Enter');
    await rita.getByRole('dialog', { name: 'One conflict is not decided' }).waitFor();
    await rita.getByRole('button', { name: 'Go to the first' }).click();
    await shown('conflict-bar', 'only Anna');
    await rita.keyboard.press('y');
    await shown('decided', '3 of 3 decided');
  });

  test('what was decided arrives', async () => {
    await saved(rita);
    await rita.keyboard.press('Control+Enter');
    await until('done', standing, (now) => now.is_done === true);
    const { items } = (await admin.api('GET', `/tasks/${task.id}/annotations`)).body;
    const [decision] = items.filter(({ step }) => step === 'adjudicate');
    const told = decision.regions
      .map(({ label, geometry: g }) => [label, ...[g.x, g.y, g.width, g.height].map((n) => Math.round(n / 5) * 5)])
      .sort((p, q) => p[2] - q[2] || p[1] - q[1]);
    assert.deepEqual(told, [
      ['car', 100, 100, 200, 140],
      ['car', 425, 100, 200, 140],
      ['person', 100, 480, 200, 160],
    ]);
    for (const page of [anna, ben, rita]) assert.deepEqual(page.problems, []);
  });
});

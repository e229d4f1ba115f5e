// Every screen, in light and dark, for people who do not see well or use no mouse: axe finds nothing serious.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { barriers } from './support/axe.mjs';
import { drawBox, launch, openTask, person } from './support/browser.mjs';
import { Server, makeProject, signIn } from './support/server.mjs';
import { workOn } from './support/workflows.mjs';

describe('nothing serious stands in the way of anybody', () => {
  let server, browser, page, project, tasks;

  before(async () => {
    server = await Server.start();
    browser = await launch();
    const [admin, ann, reviewer] = await Promise.all(['admin', 'annotator', 'reviewer'].map((who) => signIn(server, who)));
    const people = [
      [ann, 'labeler'],
      [reviewer, 'reviewer'],
    ];
    ({ project, tasks } = await makeProject(admin, 'Open to all', { people, images: 3 }));
    await workOn(admin, project, {
      predefined: { type: 'review_with_rework', max_rounds: 2 },
    });
    page = await person(browser, server.link('admin'), { viewport: { width: 1366, height: 768 } });
  });

  after(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
  });

  /** In both colour schemes. */
  async function clear(what) {
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      assert.deepEqual(await barriers(page), [], `${what}, ${colorScheme}`);
    }
  }

  const tab = async (name, there) => {
    await page.goto(`${server.url}/projects/${project.id}/${name}`);
    await page.locator(there).first().waitFor();
  };

  test('the sign-in page', async () => {
    const stranger = await browser.newPage();
    await stranger.goto(`${server.url}/sign-in`);
    await stranger.locator('main, form').first().waitFor();
    for (const colorScheme of ['light', 'dark']) {
      await stranger.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      assert.deepEqual(await barriers(stranger), [], colorScheme);
    }
    await stranger.close();
  });

  test('home and the list of projects', async () => {
    await page.goto(server.url);
    await page.locator('main h1').first().waitFor();
    await clear('home');
    await page.goto(`${server.url}/projects`);
    await page.getByText('Open to all').first().waitFor();
    await clear('projects');
  });

  test('every tab of a project', async () => {
    await tab('', 'main h1');
    const names = await page
      .locator('nav a[href*="/projects/"]')
      .evaluateAll((links) => [...new Set(links.map((link) => link.getAttribute('href').split('/')[3]).filter(Boolean))]);
    assert.ok(names.length >= 4, `tabs: ${names.join(', ')}`);
    for (const name of names) {
      await tab(name, 'main h1');
      await page.waitForLoadState('networkidle');
      await clear(name);
    }
  });

  test('the table of a step and its dialogs', async () => {
    await tab('workflow', '.react-flow__node[data-id="annotate"]');
    await page.locator('.react-flow__node[data-id="annotate"]').click();
    await page.getByTestId('step-task').first().waitFor();
    await clear('step table');
    for (const button of ['Assign …', 'Hold …', 'Priority …']) {
      await page.getByTestId('step-tasks').getByRole('button', { name: button, exact: true }).click();
      await page.getByRole('dialog').waitFor();
      await clear(button);
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
    }
    await page.getByRole('button', { name: 'Simulate …' }).click();
    await page.getByRole('dialog').waitFor();
    await clear('simulation');
    await page.keyboard.press('Escape');
  });

  test('the workbench, with work in it and its help open', async () => {
    await openTask(page, server, project.id, tasks[0].id ?? tasks[0]);
    await drawBox(page, [100, 100], [200, 180]);
    await clear('workbench');
    await page.keyboard.press('?');
    await page.getByRole('dialog').waitFor();
    await clear('help');
  });

  test('the system page', async () => {
    await page.goto(`${server.url}/admin/system`);
    await page.locator('main h1').first().waitFor();
    await page.waitForLoadState('networkidle');
    await clear('system');
    assert.deepEqual(page.problems, []);
  });
});

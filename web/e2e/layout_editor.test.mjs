// A layout from a starting point to its second version: written with completion, mended by a suggestion, seen on a real task, activated, worked with.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { barriers } from './support/axe.mjs';
import { launch, person, until } from './support/browser.mjs';
import { Server, makeProject, signIn } from './support/server.mjs';
import { shots } from './support/shots.mjs';

const TICKET = `<Layout id="ticket" name="Ticket">
  <TextDisplay bind:source="$.input.text" />
  <TextInput bind:value="$.output.topic" label="Topic" />
</Layout>
`;

describe('the layout editor', () => {
  let server, browser, admin, page, project, tasks;

  before(async () => {
    server = await Server.start();
    browser = await launch();
    const people = await Promise.all(['admin', 'annotator'].map((who) => signIn(server, who)));
    admin = people[0];
    ({ project, tasks } = await makeProject(admin, 'Tickets', { people: [[people[1], 'labeler']], images: 2 }));
    page = await person(browser, server.link('admin'), { viewport: { width: 1366, height: 768 } });
    page.setDefaultTimeout(10_000);
  });

  after(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
  });

  const api = async (method, path, body) => {
    const { status, body: answer } = await admin.api(method, `/projects/${project.id}/layouts${path}`, body);
    assert.ok(status < 300, `${method} ${path}: ${status} ${JSON.stringify(answer)}`);
    return answer;
  };
  const versions = async () => (await api('GET', '')).items;
  const button = (name) => page.getByRole('button', { name, exact: true });
  const code = () => page.locator('.cm-content');
  const preview = () => page.getByRole('region', { name: 'Preview' });
  const problems = () => page.getByRole('region', { name: 'What is wrong' });
  /** A screen in the preview is shown smaller than it is: what is too small to touch there is not where people work. */
  const noBarriers = async () => {
    for (const colorScheme of ['dark', 'light']) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      const found = await barriers(page);
      assert.deepEqual(
        found.filter((one) => !one.startsWith('target-size')),
        [],
        colorScheme,
      );
    }
  };
  const isRight = () => problems().locator('.good-text').waitFor();
  /** The caret at the end of what is found in the text. */
  const goBehind = async (what) => {
    await code().press('Control+f');
    await page.keyboard.type(what);
    await page.keyboard.press('Enter');
    await page.keyboard.press('Escape');
    await page.keyboard.press('ArrowRight');
  };
  const open = async () => {
    await page.goto(`${server.url}/projects/${project.id}/layout`);
    await page.locator('section.layouts, .shapes').first().waitFor();
  };

  test('begins from what projects mostly ask, each of it sound', async () => {
    await open();
    const names = await page.locator('.shape strong').allInnerTexts();
    assert.ok(names.length >= 4);
    for (const name of names) {
      await page.locator('.shape', { hasText: name }).click();
      await isRight();
      await button('Close').click();
      const leave = page.getByRole('dialog').getByRole('button', { name: 'Leave' });
      await leave.click();
      await page.locator('.shapes').waitFor();
    }
    assert.deepEqual(await versions(), []);
  });

  test('with an image is drawn on in the preview, where the pointer is although it is shown smaller', async () => {
    await page.locator('.shape', { hasText: 'Image and questions' }).click();
    const stage = preview().getByTestId('stage');
    await stage.waitFor();
    await page.waitForFunction(() => window.__tandem?.view != null);
    await preview().getByTestId('tool-box').click();
    const box = await stage.boundingBox();
    const at = (x, y) => [box.x + box.width * x, box.y + box.height * y];
    await page.mouse.move(...at(0.4, 0.4));
    await page.mouse.down();
    await page.mouse.move(...at(0.5, 0.5), { steps: 4 });
    await page.mouse.move(...at(0.6, 0.6), { steps: 4 });
    await page.mouse.up();
    const [region] = await until('a region', () => page.evaluate(() => window.__tandem.room.regions()), (all) => all.length === 1); // prettier-ignore
    // The image is fitted into the middle of the stage.
    const { x, y, width, height } = region.geometry;
    assert.ok(Math.abs(x + width / 2 - 640) < 12 && Math.abs(y + height / 2 - 430) < 12, JSON.stringify(region.geometry));
    await shots(page, 'layout-image');
    await button('Close').click();
    await page.getByRole('dialog').getByRole('button', { name: 'Leave' }).click();
    const { body } = await admin.api('GET', `/tasks/${tasks[0].id}`);
    assert.equal(body.status, 'pending');
  });

  test('begins from a copy of what another project has, which goes its own way', async () => {
    const other = await makeProject(admin, 'Older tickets', { people: [], images: 1 });
    const made = await admin.api('POST', `/projects/${other.project.id}/layouts`, { name: 'Ticket', source: TICKET });
    assert.equal(made.status, 201, JSON.stringify(made.body));
    await open();
    await page.getByLabel('Or copy one of another project').selectOption({ label: 'Older tickets' });
    const copy = page.getByRole('region', { name: 'From another project' }).getByRole('button', { name: 'Ticket v1 (draft)' });
    await copy.waitFor();
    await noBarriers();
    await shots(page, 'layout-from-project');
    await copy.click();
    await isRight();
    assert.match(await code().innerText(), /label="Topic"/);
    await button('Close').click();
    await page.getByRole('dialog').getByRole('button', { name: 'Leave' }).click();
    await page.locator('.shapes').waitFor();
    assert.deepEqual(await versions(), []);
  });

  test('says what is wrong and where, and mends by a click what is misspelt', async () => {
    await page.locator('.shape', { hasText: 'Text and classes' }).click();
    await isRight();
    await preview().getByText('What is it about?').waitFor();
    await goBehind('<Rating');
    await page.keyboard.type('x');
    const problem = problems().locator('.problem');
    await problem.waitFor();
    assert.match(await problem.innerText(), /^\d+:\d+[\s\S]*there is no component Ratingx/);
    await page.locator('.cm-lintRange-error', { hasText: 'Ratingx' }).waitFor();
    await preview().getByText('As it was before the mistakes').waitFor();
    // What was right last is still there.
    assert.equal(await preview().getByText('What is it about?').count(), 1);
    await shots(page, 'layout-mistake');
    await noBarriers();
    await button('Did you mean Rating?').click();
    await isRight();
  });

  test('completes names, properties, values and paths, by keyboard alone', async () => {
    await goBehind('label="Urgency" />');
    await page.keyboard.press('Enter');
    const list = page.locator('.cm-tooltip-autocomplete');
    const pick = async (typed, option) => {
      await page.keyboard.type(typed);
      await list.locator('li[aria-selected]', { hasText: option }).waitFor();
      // The list takes no key in the moment it appears.
      await page.waitForTimeout(120);
      await page.keyboard.press('Enter');
    };
    await pick('<Text', 'Text');
    assert.match(await code().innerText(), /<Text>/);
    await page.keyboard.type('Hello ');
    await isRight();
    await preview().getByText('Hello', { exact: true }).waitFor();
    await goBehind('<Text>');
    await page.keyboard.press('ArrowLeft');
    await pick(' var', 'variant');
    await pick('', 'body');
    await isRight();
    assert.match(await code().innerText(), /<Text variant="body">/);
  });

  test('goes from mistake to mistake with F8, and Esc, Tab leaves the text', async () => {
    await goBehind('label="Topic"');
    await page.keyboard.type(' lable="x"');
    await problems().locator('.problem').waitFor();
    await page.keyboard.press('Control+Home');
    await page.keyboard.press('F8');
    assert.equal(await page.evaluate(() => getSelection().toString()), 'lable');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate(() => document.activeElement.closest('.cm-content') === null), true);
    const before = await code().innerText();
    await problems().locator('.problem').click();
    await page.keyboard.press('Delete');
    assert.notEqual(await code().innerText(), before);
    await page.keyboard.press('Control+z');
    await goBehind(' lable="x"');
    for (let n = 0; n < ' lable="x"'.length; n += 1) await page.keyboard.press('Backspace');
    await isRight();
  });

  test('keeps what was not saved through a reload, and offers it', async () => {
    await goBehind('Something else');
    await page.keyboard.type(' (kept)');
    await preview().getByText('Something else (kept)').waitFor();
    page.once('dialog', (dialog) => void dialog.accept());
    await page.reload();
    await page.locator('.shape', { hasText: 'From nothing' }).click();
    await page.getByText('Here is text of yours that was not saved').waitFor();
    await button('Restore').click();
    await preview().getByText('Something else (kept)').waitFor();
    assert.equal(await page.getByLabel('Name of the layout').inputValue(), 'Text and classes');
  });

  test('is tried in the preview, and what is entered there goes nowhere', async () => {
    await preview().getByLabel('Something else (kept)').check();
    await preview().getByLabel('What else?').fill('A bird');
    await button('Show the next task').click();
    await until('another task is empty', () => preview().getByLabel('What else?').count(), (n) => n === 0); // prettier-ignore
    for (const device of ['Phone', 'Tablet', 'Laptop']) {
      await page.getByRole('button', { name: new RegExp(`^${device}`) }).click();
      await shots(page, `layout-${device.toLowerCase()}`);
    }
    const { body } = await admin.api('GET', `/tasks/${tasks[0].id}`);
    assert.equal(body.status, 'pending');
  });

  test('is saved with Ctrl+S and activated, and a task is worked on with it', async () => {
    await code().press('Control+s');
    await until('saved', versions, (all) => all.length === 1);
    await button('Activate …').click();
    const dialog = page.getByRole('dialog');
    assert.match(await dialog.innerText(), /go on without a layout/);
    await dialog.getByRole('button', { name: 'Activate' }).click();
    await page.getByTestId('layout-version').getByText('Active', { exact: true }).waitFor();
    assert.deepEqual((await versions()).map(({ version, status, key }) => [version, status, key]), [[1, 'active', 'classify']]); // prettier-ignore
    const theirs = await person(browser, server.link('annotator'), { viewport: { width: 1366, height: 768 } });
    await theirs.goto(`${server.url}/projects/${project.id}/tasks/${tasks[0].id}`);
    await theirs.getByText('Something else (kept)').waitFor();
    assert.equal(await theirs.getByRole('link', { name: 'Layout', exact: true }).count(), 0);
    await theirs.goto(`${server.url}/projects/${project.id}`);
    await theirs.getByRole('link', { name: 'Tasks', exact: true }).waitFor();
    assert.equal(await theirs.getByRole('link', { name: 'Layout', exact: true }).count(), 0);
    assert.deepEqual(theirs.problems, []);
    await theirs.context().close();
  });

  test('of what is active makes the next version, which is compared with the one before', async () => {
    await page.getByRole('button', { name: /^Open/ }).click();
    await goBehind('Something else (kept)');
    for (let n = 0; n < ' (kept)'.length; n += 1) await page.keyboard.press('Backspace');
    await isRight();
    await code().press('Control+s');
    await until('the second', versions, (all) => all.length === 2);
    await page.getByText('v2', { exact: true }).waitFor();
    await button('Close').click();
    await page.getByRole('button', { name: /^Compare/ }).click();
    const diff = page.getByRole('table', { name: /Differences/ });
    await diff.waitFor();
    assert.equal(await diff.locator('.diff-removed').count(), 1);
    assert.match(await diff.locator('.diff-added').innerText(), /Something else</);
    await shots(page, 'layout-compare');
    await noBarriers();
    await button('Close').click();
    await shots(page, 'layout-list');
    await noBarriers();
  });

  test('writes over nobody: what somebody else saved is said, shown and decided on', async () => {
    await page.getByRole('button', { name: /^Edit/ }).click();
    await goBehind('What is it about');
    await page.keyboard.type(', roughly');
    const [second] = await versions();
    await api('PUT', `/${second.id}`, { source: TICKET });
    await code().press('Control+s');
    await page.getByText(/Somebody saved .* after you opened it/).waitFor();
    assert.equal((await api('GET', `/${second.id}`)).source, TICKET);
    await shots(page, 'layout-news');
    await button('See the difference').click();
    const dialog = page.getByRole('dialog');
    await dialog.locator('.diff-added', { hasText: 'roughly' }).waitFor();
    await dialog.getByRole('button', { name: 'Close' }).click();
    await button('Save mine as the next version').click();
    const all = await until('the third', versions, (found) => found.length === 3);
    // The version is made first, then it gets its text.
    const third = all.find(({ version }) => version === 3).id;
    await until(
      'its text',
      async () => (await api('GET', `/${third}`)).source,
      (source) => source.includes('roughly'),
    );
    assert.equal((await api('GET', `/${second.id}`)).source, TICKET);
    await page.getByText('v3', { exact: true }).waitFor();
    assert.equal(await page.getByText(/Somebody saved/).count(), 0);
    assert.deepEqual(page.problems, []);
  });

  test('takes no tab by surprise: the keyboard is where it was when a dialog closes', async () => {
    await button('Activate …').focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    assert.equal(await page.evaluate(() => document.activeElement.textContent.startsWith('Activate')), true);
  });
});

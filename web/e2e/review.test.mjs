// Work goes back with its reason pinned where it belongs, comes again, and what changed is shown.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { barriers } from './support/axe.mjs';
import { at, drag, drawBox, launch, person, regions, saveState, until } from './support/browser.mjs';
import { Server, makeProject, signIn } from './support/server.mjs';
import { shots } from './support/shots.mjs';
import { workOn } from './support/workflows.mjs';

const LAPTOP = { viewport: { width: 1366, height: 768 } };

describe('a review', () => {
  let server, browser, admin, project, task, anna, rita, annotator;

  before(async () => {
    server = await Server.start();
    browser = await launch();
    const people = await Promise.all(['admin', 'Anna', 'reviewer'].map((who) => signIn(server, who)));
    [admin, annotator] = people;
    ({
      project,
      tasks: [task],
    } = await makeProject(admin, 'Reviewed', {
      people: [
        [people[1], 'labeler'],
        [people[2], 'reviewer'],
      ],
      images: 1,
    }));
    await workOn(admin, project, {
      predefined: { type: 'review_with_rework', max_rounds: 3 },
    });
    anna = await person(browser, server.link('Anna'), LAPTOP);
    rita = await person(browser, server.link('reviewer'), LAPTOP);
  });

  after(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
  });

  const standing = async () => (await admin.api('GET', `/tasks/${task.id}/standing`)).body;
  const step = (id) => until(`the task is at ${id}`, standing, (now) => now.open?.[0]?.step === id);
  const next = async (page) => {
    await page.goto(`${server.url}/projects/${project.id}`);
    await page.getByTestId('next-task').click();
    await page.waitForURL(/\/tasks\//);
    await page.waitForFunction(() => window.__tandem?.room?.synced === true && window.__tandem?.view != null);
    await page.getByTestId('lease').waitFor();
  };
  const saved = (page) =>
    until(
      'saved',
      () => saveState(page),
      (s) => s === 'saved',
    );
  const click = async (page, x, y) => {
    const p = await at(page, x, y);
    await page.mouse.click(p.x, p.y);
  };
  const dialog = () => rita.getByRole('dialog', { name: 'What has to change?' });
  const reason = () => dialog().getByRole('textbox', { name: 'Reason' });

  test('the reviewer sees whose work it is', async () => {
    await next(anna);
    await drawBox(anna, [200, 200], [400, 320]);
    await drawBox(anna, [600, 400], [760, 520]);
    await saved(anna);
    await anna.keyboard.press('Control+Enter');
    await step('review');
    await next(rita);
    await rita.getByRole('heading', { name: `Work of ${annotator.me.user.name}` }).waitFor();
    assert.equal((await regions(rita)).length, 2);
  });

  test('a reason begins with whom it is for; what is written is kept; a click says where it belongs', async () => {
    await rita.keyboard.press('v');
    await click(rita, 300, 260);
    await rita.keyboard.press('Shift+R');
    await dialog().waitFor();
    assert.equal(await reason().inputValue(), `@${annotator.me.user.name} `);
    assert.equal(await rita.getByTestId('decide-confirm').isDisabled(), true, 'a name is no reason');
    await rita.keyboard.type('The wheels are missing');
    assert.equal(await dialog().getByRole('radio', { name: 'on the selected region (car)' }).isChecked(), true);
    await shots(rita, 'review-reason');
    assert.deepEqual(await barriers(rita), [], 'the dialog');
    await dialog().getByRole('button', { name: 'Keep looking' }).click();
    await rita.keyboard.press('Shift+R');
    assert.equal(await reason().inputValue(), `@${annotator.me.user.name} The wheels are missing`);
    await rita.getByTestId('choose-place').click();
    await dialog().waitFor({ state: 'detached' });
    await rita.keyboard.press('Escape');
    await dialog().waitFor();
    await rita.getByTestId('choose-place').click();
    await dialog().waitFor({ state: 'detached' });
    await click(rita, 650, 450);
    assert.equal(await dialog().getByRole('radio', { name: 'on the region you clicked' }).isChecked(), true);
    await rita.getByTestId('decide-confirm').click();
    await step('annotate');
    const { items } = (await admin.api('GET', `/tasks/${task.id}/candidates`)).body;
    assert.equal(items[0].reason, 'The wheels are missing');
  });

  test('the author reads why, and goes to where it is pinned', async () => {
    await next(anna);
    const banner = anna.getByTestId('banner').filter({ hasText: 'sent this back' });
    await banner.waitFor();
    assert.match(await banner.innerText(), /The wheels are missing/);
    await shots(anna, 'review-sent-back');
    await anna.getByTestId('show-remarks').click();
    const said = anna.getByTestId('thread-card').getByTestId('comment');
    await said.waitFor();
    assert.match(await said.innerText(), /The wheels are missing/);
    await until(
      'the pin is on the second box',
      () =>
        anna.evaluate(() => {
          const box = document.querySelector('[data-testid="pin"]')?.getBoundingClientRect();
          return box ? window.__tandem.view.toImage({ x: box.left, y: box.bottom }) : null;
        }),
      (p) => p !== null && Math.abs(p.x - 650) < 6 && Math.abs(p.y - 450) < 6,
    );
    const notices = await annotator.api('GET', '/me/notifications');
    assert.equal(notices.body.items?.[0]?.kind, 'mention', JSON.stringify(notices));
    await anna.keyboard.press('Escape');
  });

  test('the next round shows what was asked for and what changed since', async () => {
    await anna.keyboard.press('v');
    await click(anna, 680, 500);
    await drag(anna, [680, 500], [680, 540]);
    await drawBox(anna, [900, 100], [1000, 160]);
    await saved(anna);
    await anna.keyboard.press('Control+Enter');
    await step('review');
    await next(rita);
    const panel = rita.getByTestId('review-panel');
    await panel.getByText('Asked for the last time:').waitFor();
    assert.match(await panel.innerText(), /The wheels are missing/);
    const rows = await rita.getByTestId('change').allInnerTexts();
    assert.deepEqual(
      rows.map((row) => row.split('\n')[1]),
      ['shape changed', 'added'],
    );
    await rita.keyboard.press('d');
    await until(
      'the first change is looked at',
      () => rita.getByTestId('change').first().getAttribute('aria-current'),
      (is) => is === 'true',
    );
    await shots(rita, 'review-changes');
    for (const colorScheme of ['light', 'dark']) {
      await rita.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      assert.deepEqual(await barriers(rita), [], colorScheme);
    }
  });

  test('a key approves', async () => {
    await rita.keyboard.press('Control+Enter');
    await until('done', standing, (now) => now.is_done === true);
    for (const page of [anna, rita]) assert.deepEqual(page.problems, []);
  });
});

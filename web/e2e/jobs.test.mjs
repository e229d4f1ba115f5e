// An admin imports and exports; a reviewer in another window sees it go on.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';

import { png } from '../../scripts/png.mjs';
import { barriers } from './support/axe.mjs';
import { launch, person, until } from './support/browser.mjs';
import { Server, makeProject, signIn } from './support/server.mjs';
import { shots } from './support/shots.mjs';
import { zip } from './support/zip.mjs';

/** A COCO dataset, each image with a box; one annotation names an image that is not there. */
function dataset(images, prefix) {
  const name = (n) => `${prefix}/${String(n).padStart(4, '0')}.png`;
  const every = Array.from({ length: images }, (_, n) => n + 1);
  const box = (id, image_id) => ({ id, image_id, category_id: 1, bbox: [4, 4, 20, 12], area: 240, iscrowd: 0 });
  const coco = {
    images: every.map((n) => ({ id: n, file_name: name(n), width: 64, height: 48 })),
    annotations: [...every.map((n) => box(n, n)), box(images + 1, images + 99)],
    categories: [{ id: 1, name: 'car' }],
  };
  const picture = png(64, 48, 7);
  return zip([['annotations.json', Buffer.from(JSON.stringify(coco))], ...every.map((n) => [name(n), picture])]);
}

describe('jobs of a project', () => {
  let server, browser, admin, project, boss, reviewer;

  before(async () => {
    server = await Server.start();
    browser = await launch();
    admin = await signIn(server, 'admin');
    const who = await signIn(server, 'reviewer');
    ({ project } = await makeProject(admin, 'Street', { people: [[who, 'reviewer']], images: 1 }));
    boss = await person(browser, server.link('admin'), { viewport: { width: 1366, height: 768 } });
    reviewer = await person(browser, server.link('reviewer'), { viewport: { width: 1366, height: 768 } });
    for (const page of [boss, reviewer]) await page.goto(`${server.url}/projects/${project.id}/jobs`);
  });

  after(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
  });

  const newest = (page) => page.getByTestId('job').first();
  const state = (page) => async () => ((await newest(page).count()) ? newest(page).getAttribute('data-state') : null);
  const dialog = () => boss.getByRole('dialog');

  /** Nothing stands in the way of who uses the keyboard or does not see, in either colour scheme. */
  async function clear(what) {
    for (const colorScheme of ['dark', 'light']) {
      await boss.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      assert.deepEqual(await barriers(boss), [], `${what}, ${colorScheme}`);
    }
  }

  /** By keyboard alone, but for the file itself. */
  async function importArchive(bytes, name = 'street.zip') {
    await boss.getByRole('button', { name: 'Import', exact: true }).focus();
    await boss.keyboard.press('Enter');
    await boss.getByTestId('archive-input').setInputFiles({ name, mimeType: 'application/zip', buffer: bytes });
    await dialog().getByText(name).waitFor();
    await shots(boss, 'import-dialog');
    await dialog().getByRole('button', { name: 'Import', exact: true }).focus();
    await boss.keyboard.press('Enter');
    await dialog().waitFor({ state: 'detached' });
  }

  test('an import moves in a second window, and ends with what went in and what did not', async () => {
    await importArchive(dataset(400, 'a'));
    const seen = new Set();
    await until(
      'the reviewer sees it end',
      async () => {
        const now = await state(reviewer)();
        for (const text of await newest(reviewer).locator('.job-progress small').allInnerTexts()) seen.add(text);
        return now;
      },
      (now) => now === 'succeeded',
      90,
    );
    assert.ok(seen.size >= 2, `it moved: ${[...seen].join(' | ')}`);
    await newest(boss).getByText('street.zip').waitFor();
    await newest(boss).getByText('400 images imported, 1 refused').waitFor();
    await newest(reviewer).getByText('400 images imported, 1 refused').waitFor();
    await newest(boss).getByText('What was refused, and why').click();
    await newest(boss).getByText('no image has the id 499').waitFor();
    await shots(boss, 'jobs-imported');
    await newest(boss).getByText('What was refused, and why').click();
    assert.equal((await admin.api('GET', `/projects/${project.id}`)).body.progress.total, 401);
  });

  test('a broken archive fails with its reason in words', async () => {
    await boss.getByRole('button', { name: 'Import', exact: true }).click();
    await dialog().waitFor();
    await clear('the dialog');
    await boss.keyboard.press('Escape');
    await dialog().waitFor({ state: 'detached' });
    await importArchive(Buffer.from('this is no archive'), 'broken.zip');
    await until('it fails', state(boss), (now) => now === 'failed');
    await newest(boss).getByText('The file is no ZIP archive').waitFor();
  });

  test('a reviewer exports, and fetches the file; an import is not theirs to start', async () => {
    assert.equal(await reviewer.getByRole('button', { name: 'Import', exact: true }).count(), 0);
    await reviewer.getByRole('button', { name: 'Export' }).click();
    await reviewer.getByRole('menuitem', { name: /^COCO/ }).click();
    await until('it is done', state(reviewer), (now) => now === 'succeeded', 30);
    const download = reviewer.waitForEvent('download');
    await newest(reviewer)
      .getByRole('button', { name: /^Download/ })
      .click();
    const file = await download;
    assert.equal(file.suggestedFilename(), 'Street.coco.json');
    const coco = JSON.parse(await readFile(await file.path(), 'utf8'));
    assert.deepEqual([coco.images.length, coco.annotations.length], [401, 400]);
    await until('the admin sees it too', state(boss), (now) => now === 'succeeded');
  });

  test('what was started by mistake is cancelled, and nothing of it stays', async () => {
    await importArchive(dataset(1500, 'b'), 'mistake.zip');
    await until('it runs', state(boss), (now) => now === 'running');
    await shots(reviewer, 'jobs-running');
    await newest(boss)
      .getByRole('button', { name: /^Cancel/ })
      .focus();
    await boss.keyboard.press('Enter');
    await until('it is cancelled in both windows', state(reviewer), (now) => now === 'cancelled', 30);
    await until('here too', state(boss), (now) => now === 'cancelled');
    assert.equal((await admin.api('GET', `/projects/${project.id}`)).body.progress.total, 401);
    await shots(boss, 'jobs-all');
    await clear('the list');
    assert.deepEqual([boss.problems, reviewer.problems], [[], []]);
  });
});

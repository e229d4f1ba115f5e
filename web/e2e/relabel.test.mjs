// An admin renames a label and merges it with another while somebody draws with it, in another window, and goes on.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { barriers } from './support/axe.mjs';
import { drawBox, launch, openTask, person, regions, until } from './support/browser.mjs';
import { Server, makeProject, signIn } from './support/server.mjs';
import { shots } from './support/shots.mjs';

const LABELS = [
  { name: 'car', color: '#2563eb', hotkey: '1' },
  { name: 'vehicle', color: '#dc2626', hotkey: '2' },
  { name: 'area', color: '#16a34a', hotkey: '3', kinds: ['polygon'] },
];

describe('a label with another name', () => {
  let server, browser, admin, annotator, boss, anna, project;

  before(async () => {
    server = await Server.start();
    browser = await launch();
    [admin, annotator] = await Promise.all(['admin', 'annotator'].map((who) => signIn(server, who)));
    ({ project } = await makeProject(admin, 'Street', { people: [[annotator, 'labeler']], images: 2, labels: LABELS }));
    const { work } = (await annotator.api('POST', `/projects/${project.id}/next`, {})).body;
    const view = { viewport: { width: 1366, height: 768 } };
    boss = await person(browser, server.link('admin'), view);
    anna = await person(browser, server.link('annotator'), view);
    await openTask(anna, server, project.id, work.task.id);
    await boss.goto(`${server.url}/projects/${project.id}/labels`);
  });

  after(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
  });

  const dialog = () => boss.getByRole('dialog');
  const labels = async (page) => (await regions(page)).map(({ label }) => label).sort();

  /** By keyboard alone. */
  async function ask(label, to) {
    await boss.getByRole('button', { name: `Rename or merge ${label}` }).focus();
    await boss.keyboard.press('Enter');
    await dialog().getByLabel('New name, or another label to merge it into').waitFor();
    await boss.keyboard.press('Control+a');
    await boss.keyboard.type(to);
  }

  async function draw(from, to) {
    const before = (await regions(anna)).length;
    await anna.keyboard.press('1');
    await drawBox(anna, from, to);
    await until(
      'it is drawn',
      () => regions(anna),
      (list) => list.length === before + 1,
    );
  }

  test('a draft follows a new name while it is drawn at, and goes on', async () => {
    await draw([200, 200], [300, 280]);
    await until(
      'it is saved',
      () => anna.getByTestId('save-state').getAttribute('data-state'),
      (state) => state === 'saved',
    );
    await ask('car', 'auto');
    await dialog().getByText('1 document of tasks that are not done will be looked through.').waitFor();
    for (const colorScheme of ['dark', 'light']) {
      await boss.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      assert.deepEqual(await barriers(boss), [], colorScheme);
    }
    await shots(boss, 'relabel-rename');
    await boss.keyboard.press('Enter');
    await dialog().waitFor({ state: 'detached' });
    await until(
      'the draft follows',
      () => labels(anna),
      (now) => now.join() === 'auto',
    );
    await boss.getByText('formerly car').waitFor();
    await anna.getByTestId('label-auto').waitFor();
    await draw([400, 200], [500, 280]);
    assert.deepEqual(await labels(anna), ['auto', 'auto']);
    await anna.keyboard.press('Control+z');
    await until(
      'undo takes my own back',
      () => labels(anna),
      (now) => now.join() === 'auto',
    );
    await draw([400, 200], [500, 280]);
  });

  test('what was submitted is counted before it is merged, and where it cannot be, that says why', async () => {
    await anna.keyboard.press('Control+Enter');
    await until(
      'it is submitted',
      async () => (await admin.api('GET', `/projects/${project.id}/regions?label=auto`)).body.items.length,
      (n) => n === 2,
    );
    await ask('auto', 'area');
    await dialog().getByText('2 of "auto" are of the shape box, and "area" takes polygon only.').waitFor();
    assert.ok(await dialog().getByRole('button', { name: 'Rename' }).isDisabled());
    await shots(boss, 'relabel-unfit');
    await boss.keyboard.press('Escape');
    await ask('auto', 'vehicle');
    await dialog().getByText('2 regions in 1 annotation of 1 task will be called vehicle.').waitFor();
    await shots(boss, 'relabel-merge');
    await dialog().getByRole('button', { name: 'Merge' }).click();
    await dialog().waitFor({ state: 'detached' });
    await boss.getByText('formerly car, auto').waitFor();
    await boss.goto(`${server.url}/projects/${project.id}/jobs`);
    await boss.getByText('auto → vehicle').waitFor();
    await until(
      'the job has ended',
      () => boss.getByTestId('job').first().getAttribute('data-state'),
      (state) => state === 'succeeded',
    );
    await boss.getByText('2 regions in 1 annotation and 0 drafts changed').waitFor();
    await shots(boss, 'relabel-job');
    assert.equal((await admin.api('GET', `/projects/${project.id}/regions?label=vehicle`)).body.items.length, 2);
  });
});

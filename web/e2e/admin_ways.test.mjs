// What an admin does beyond single tasks: people, versions, the way a task came, and whatever waits for a hand.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { barriers } from './support/axe.mjs';
import { launch, openTask, person, until } from './support/browser.mjs';
import { Server, makeProject, signIn } from './support/server.mjs';
import { shots } from './support/shots.mjs';
import { workOn } from './support/workflows.mjs';

/** People, then a program that cannot be called, then a hold. */
const FORM = {
  id: 'ways',
  name: 'Ways',
  steps: [
    { id: 'label', name: 'Label', type: 'annotation' },
    { id: 'ask', name: 'Ask a program', type: 'webhook', handler: 'http://nowhere.invalid/hook' },
    { id: 'wait', name: 'Wait for the customer', type: 'hold' },
  ],
};
/** The same, with a review before the hold. */
const NEXT = {
  ...FORM,
  steps: [...FORM.steps.slice(0, 2), { id: 'check', name: 'Check', type: 'review' }, ...FORM.steps.slice(2)],
};

describe('an admin and the ways of tasks', () => {
  let server, browser, admin, ann, reviewer, page, project, tasks;

  before(async () => {
    server = await Server.start();
    browser = await launch();
    [admin, ann, reviewer] = await Promise.all(['admin', 'annotator', 'reviewer'].map((who) => signIn(server, who)));
    const people = [
      [ann, 'labeler'],
      [reviewer, 'reviewer'],
    ];
    ({ project, tasks } = await makeProject(admin, 'Ways', { people, images: 6 }));
    await workOn(admin, project, { form: FORM });
    const first = [await answered(), await answered()];
    await until(
      'the program failed for both',
      async () => (await Promise.all(first.map(standing))).map((now) => now.held),
      (held) => held.every((why) => why === 'failed'),
      60,
    );
    page = await person(browser, server.link('admin'), { viewport: { width: 1366, height: 768 } });
    await page.goto(`${server.url}/projects/${project.id}/workflow`);
  });

  after(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
  });

  const box = (id) => page.locator(`.react-flow__node[data-id="${id}"]`);
  const table = () => page.getByTestId('step-tasks');
  const rows = () => table().getByTestId('step-task');
  const dialog = () => page.getByRole('dialog');
  const note = (text) => page.locator('.toast', { hasText: text });
  const toolbar = (name) => table().getByRole('button', { name, exact: true });
  const list = () => table().getByRole('listbox');
  const idOf = (task) => task.id ?? task;
  const standing = async (task) => (await admin.api('GET', `/tasks/${idOf(task)}/standing`)).body;
  /** A task that the annotator was given and answered. */
  const answered = async () => {
    // Tasks begin within a second.
    const { assignment: lease } = await until(
      'work for the annotator',
      async () => (await ann.api('POST', `/projects/${project.id}/next`, {})).body.work,
      (work) => work !== null,
    );
    const submitted = await ann.api('POST', `/assignments/${lease.id}/submit`, { fencing_token: lease.fencing_token });
    assert.equal(submitted.status, 200, JSON.stringify(submitted.body));
    return lease.task_id;
  };
  const axe = async (what) => assert.deepEqual(await barriers(page), [], what);
  const menu = async (name) => {
    await toolbar('More').click();
    await page.getByRole('menuitem', { name }).click();
  };
  /** The list in which tasks are held: where they are, or where the server lists them. */
  const openHeld = async (...steps) => {
    for (const step of steps) {
      await box(step).click();
      const held = table().getByRole('button', { name: /^Held/ });
      await held.click();
      const there = await rows()
        .first()
        .waitFor({ timeout: 3_000 })
        .then(
          () => true,
          () => false,
        );
      if (there) return step;
    }
    await shots(page, 'nowhere');
    throw new Error(`held nowhere of ${steps.join(', ')}`);
  };

  test('tries a failed program again, and decides by hand what it would have answered', async () => {
    await openHeld('ask', 'label');
    await table().getByText('The program failed').first().waitFor();
    await shots(page, 'failed');
    await axe('the list of what failed');
    await toolbar('Try again …').click();
    await dialog().getByLabel('Reason').fill('the address is right now');
    await shots(page, 'try-again');
    await dialog().getByRole('button', { name: 'Try again' }).click();
    await note('One task: tried again').waitFor();
    await list().focus();
    await page.keyboard.press('Control+a');
    await menu('Decide by hand …');
    const json = dialog().getByLabel('What the program would have answered, as JSON');
    await json.fill('{"kind": ');
    await dialog().getByText('This is not JSON').waitFor();
    await json.fill('{"kind": "street"}');
    await dialog().getByLabel('Reason').fill('known from the file names');
    await shots(page, 'decide');
    await axe('the question of what came of it');
    await dialog().getByRole('button', { name: 'Decide by hand' }).click();
    await until(
      'what was decided waits for the customer',
      () => Promise.all(tasks.map(standing)),
      (all) => all.some((one) => one.held === 'hold'),
      30,
    );
  });

  test('lets a hold go on', async () => {
    await openHeld('wait', 'label');
    await rows().filter({ hasText: 'Waits to be let go on' }).first().click();
    await toolbar('Let go on …').click();
    await dialog().getByText('it goes to the next step').waitFor();
    await dialog().getByLabel('Reason').fill('the customer agreed');
    await shots(page, 'let-go');
    await dialog().getByRole('button', { name: 'Let go on' }).click();
    await note('One task let go on').waitFor();
    await until(
      'it is done',
      () => Promise.all(tasks.map(standing)),
      (all) => all.some((now) => now.is_done),
    );
  });

  test('archives a task that nobody shall do', async () => {
    await box('label').click();
    await table()
      .getByRole('button', { name: /^Waiting/ })
      .click();
    await rows().first().waitFor();
    await menu('Archive …');
    await dialog().getByText('set aside for good').waitFor();
    await dialog().getByLabel('Reason').fill('a double');
    await shots(page, 'archive');
    await dialog().getByRole('button', { name: 'Archive' }).click();
    await note('One task archived').waitFor();
    await until(
      'it is archived',
      async () => (await Promise.all(tasks.map((task) => admin.api('GET', `/tasks/${idOf(task)}`)))).map((t) => t.body.status),
      (all) => all.includes('cancelled'),
    );
  });

  test('sees the way a task came, and takes its last step back', async () => {
    await answered();
    await openHeld('ask', 'label');
    await table().getByText('The program failed').first().waitFor();
    await menu('Its way through the workflow');
    await dialog().getByText('Ask a program failed').first().waitFor();
    await dialog().getByText('by a program').first().waitFor();
    await shots(page, 'way');
    await axe('the way of a task');
    await dialog().getByRole('button', { name: 'One step back …' }).click();
    await dialog().getByLabel('Why it goes one step back').fill('decided too early');
    await shots(page, 'way-back');
    await dialog().getByRole('button', { name: 'One step back' }).click();
    await note('The task moved one step back').waitFor();
    await dialog().getByText('Moved one step back').waitFor();
    await dialog().getByRole('button', { name: 'Close' }).click();
  });

  test('moves tasks to another version, knowing what would happen', async () => {
    const made = await admin.api('POST', `/projects/${project.id}/workflows`, { form: NEXT });
    await admin.api('POST', `/workflows/${made.body.id}/activate`);
    await page.reload();
    await page.getByRole('button', { name: 'Move tasks …' }).click();
    await dialog().getByTestId('migration').waitFor();
    await shots(page, 'move');
    await axe('what a move would do');
    assert.match(await dialog().getByTestId('migration').innerText(), /would (go on|begin)/);
    await dialog()
      .getByRole('button', { name: /^Move \d+ tasks?$/ })
      .click();
    await note(/on Ways v2 now/).waitFor();
    await shots(page, 'moved');
    await dialog().getByRole('button', { name: 'Close' }).click();
    const open = await Promise.all(tasks.map(standing));
    assert.ok(open.some((one) => one.workflow_id === made.body.id));
  });

  test('pauses a person, who sees why, and lets them go on', async () => {
    const theirs = await person(browser, server.link('annotator'), { viewport: { width: 1024, height: 768 } });
    await page.goto(`${server.url}/projects/${project.id}/people`);
    const row = page.locator('.member', { hasText: ann.me.user.name });
    await row.getByRole('button', { name: `Pause ${ann.me.user.name}` }).click();
    await dialog()
      .getByRole('button', { name: `Pause ${ann.me.user.name}` })
      .click();
    await dialog().getByText('Say why').waitFor();
    await dialog().getByLabel('Reason').fill('training today');
    await shots(page, 'pause');
    await axe('the question about a pause');
    await dialog()
      .getByRole('button', { name: `Pause ${ann.me.user.name}` })
      .click();
    await row.getByTestId('paused').waitFor();
    await shots(page, 'paused');
    await axe('the people of a project');
    await theirs.goto(`${server.url}/projects/${project.id}`);
    await theirs.getByTestId('my-standing').getByText('training today').waitFor();
    await shots(theirs, 'my-pause');
    await row.getByRole('button', { name: `End the pause of ${ann.me.user.name}` }).click();
    await row.getByTestId('paused').waitFor({ state: 'detached' });
    await theirs.reload();
    await theirs.getByRole('navigation', { name: 'Project' }).waitFor();
    assert.deepEqual(theirs.problems, []);
    await theirs.context().close();
  });

  test('says what somebody can do and when they work, and is told what is wrong at its field', async () => {
    await page.getByRole('button', { name: `Skills and hours of ${ann.me.user.name}` }).click();
    await dialog().getByRole('button', { name: 'Add a skill' }).click();
    await dialog().getByRole('button', { name: 'Save' }).click();
    await dialog().getByText('must have at least 1 character').waitFor();
    await dialog().getByLabel('Name of skill 1').fill('traffic');
    await dialog().getByLabel('Level of traffic').selectOption('expert');
    await dialog().getByLabel('Last day of traffic').fill('2030-01-31');
    await dialog().getByLabel('Teams').fill('streets, second line');
    await dialog().getByRole('button', { name: 'Add hours on Monday' }).click();
    await dialog().getByRole('button', { name: 'Monday to Friday as on Monday' }).click();
    await dialog().getByRole('button', { name: 'Save' }).click();
    await dialog().getByText('choose its time zone').waitFor();
    await dialog().getByLabel('Time zone').fill('Mars/Olympus');
    await dialog().getByRole('button', { name: 'Save' }).click();
    await dialog().getByText('no time zone of this name').waitFor();
    await shots(page, 'profile');
    await axe('skills and hours');
    await dialog().getByLabel('Time zone').fill('Europe/Berlin');
    await dialog().getByRole('button', { name: 'Save' }).click();
    await note('Saved what').waitFor();
    const { body } = await admin.api('GET', `/users/${ann.me.user.id}/profile`);
    assert.deepEqual(body.skills, [{ name: 'traffic', level: 'expert', expires_at: '2030-01-31T23:59:59Z' }]);
    assert.deepEqual(body.teams, ['streets', 'second line']);
    assert.deepEqual(Object.keys(body.availability.hours).sort(), ['fri', 'mon', 'thu', 'tue', 'wed']);
    assert.deepEqual(page.problems, []);
  });

  test('and people say themselves when they work, and see what an admin has said of them', async () => {
    const theirs = await person(browser, server.link('annotator'), { viewport: { width: 1366, height: 768 } });
    await theirs.getByTestId('account').click();
    await theirs.getByRole('menuitem', { name: 'My hours' }).click();
    const mine = theirs.getByRole('dialog', { name: 'My hours' });
    await mine.getByText('until 2030-01-31').waitFor();
    await mine.getByText('streets, second line').waitFor();
    await mine.getByLabel('Time zone').fill('Mars/Olympus');
    await mine.getByRole('button', { name: 'Save' }).click();
    await mine.getByText('no time zone of this name').waitFor();
    await mine.getByLabel('Time zone').fill('Asia/Tokyo');
    await mine.getByRole('button', { name: 'Add hours on Saturday' }).click();
    await mine.getByLabel('Saturday, to').fill('12:30');
    await mine.getByLabel('Another day off').fill('2030-12-24');
    await theirs.keyboard.press('Enter');
    await mine.getByText('2030-12-24').waitFor();
    await shots(theirs, 'my-hours');
    assert.deepEqual(await barriers(theirs), []);
    await mine.getByRole('button', { name: 'Save' }).click();
    await theirs.locator('.toast', { hasText: 'Saved when you work' }).waitFor();
    assert.equal(await theirs.getByRole('dialog').count(), 0);
    const { body } = await admin.api('GET', `/users/${ann.me.user.id}/profile`);
    assert.deepEqual([body.teams, body.skills[0].name], [['streets', 'second line'], 'traffic'], 'what the admin said stays');
    assert.deepEqual(
      [body.availability.time_zone, body.availability.hours.sat, body.availability.days_off],
      ['Asia/Tokyo', [{ from: '09:00', to: '12:30' }], ['2030-12-24']],
    );
    assert.deepEqual(theirs.problems, []);
    await theirs.context().close();
    // At any hour again, for whoever runs this at night.
    await admin.api('PUT', `/users/${ann.me.user.id}/profile`, {
      skills: [],
      teams: [],
      availability: null,
      max_concurrent: null,
    });
  });

  test('work is handed over by whoever holds it, who may ask for it back', async () => {
    const { work } = (await ann.api('POST', `/projects/${project.id}/next`, {})).body;
    const theirs = await person(browser, server.link('annotator'), { viewport: { width: 1366, height: 768 } });
    await openTask(theirs, server, project.id, work.task.id);
    await theirs.getByTestId('submit').waitFor();
    await theirs.getByRole('button', { name: 'More', exact: true }).click();
    await theirs.getByRole('menuitem', { name: 'Hand it over …' }).click();
    const ask = theirs.getByRole('dialog');
    await ask.getByRole('radio', { name: reviewer.me.user.name }).check();
    await ask.getByLabel('A word with it').fill('you know this street');
    await shots(theirs, 'hand-over');
    assert.deepEqual(await barriers(theirs), []);
    await ask.getByRole('button', { name: `Hand it over to ${reviewer.me.user.name}` }).click();
    await theirs.getByText(`${reviewer.me.user.name} has this task now`).first().waitFor();
    await shots(theirs, 'handed-over');
    await theirs.getByTestId('ask-back').click();
    await until(
      'the holder is told',
      async () => (await reviewer.api('GET', '/me/notifications?limit=10')).body.items,
      (items) => items.some((item) => item.kind === 'mention'),
    );
    await theirs.getByTestId('after-loss-next').click();
    await until(
      'another task, or a word that there is none',
      async () =>
        !theirs.url().includes(work.task.id) || (await theirs.locator('.toast', { hasText: 'No task is free' }).count()) > 0,
      (done) => done,
    );
    assert.deepEqual(theirs.problems, []);
    await theirs.context().close();
  });
});

// Rejected by a key with its reason, where the author reads it; and a region that two answers disagree about, taken over and edited by hand.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { barriers } from './support/axe.mjs';
import { at, drag, drawBox, launch, person, regions, saveState, until } from './support/browser.mjs';
import { Server, makeProject, signIn } from './support/server.mjs';
import { shots } from './support/shots.mjs';
import { TWO_AND_ADJUDICATOR, workOn } from './support/workflows.mjs';

const LAPTOP = { viewport: { width: 1366, height: 768 } };

describe('deciding by keys', () => {
  let server, browser, admin, people, anna, ben, rita;

  before(async () => {
    server = await Server.start();
    browser = await launch();
    people = await Promise.all(['admin', 'Anna', 'Ben', 'reviewer'].map((who) => signIn(server, who)));
    admin = people[0];
    anna = await person(browser, server.link('Anna'), LAPTOP);
    ben = await person(browser, server.link('Ben'), LAPTOP);
    rita = await person(browser, server.link('reviewer'), LAPTOP);
  });

  after(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
  });

  const projectOn = async (name, workflow) => {
    const { project, tasks } = await makeProject(admin, name, {
      people: [
        [people[1], 'labeler'],
        [people[2], 'labeler'],
        [people[3], 'reviewer'],
      ],
      images: 1,
    });
    await workOn(admin, project, workflow);
    const standing = async () => (await admin.api('GET', `/tasks/${tasks[0].id}/standing`)).body;
    const step = (id) => until(`the task is at ${id}`, standing, (now) => now.open?.[0]?.step === id);
    await step('annotate');
    return { project, task: tasks[0], standing, step };
  };
  const next = async (page, { project }) => {
    await page.goto(`${server.url}/projects/${project.id}`);
    await page.getByTestId('next-task').click();
    await page.waitForURL(/\/tasks\//);
    await page.waitForFunction(() => window.__tandem?.room?.synced === true && window.__tandem?.view != null);
    await page.getByTestId('lease').waitFor();
  };
  const saved = (page) => until('saved', () => saveState(page), (state) => state === 'saved'); // prettier-ignore
  const answer = async (page, made, from, to) => {
    await next(page, made);
    await drawBox(page, from, to);
    await until('drawn', () => regions(page), (all) => all.length === 1); // prettier-ignore
    await saved(page);
    await page.keyboard.press('Control+Enter');
  };

  test('Shift+X asks why, on the region that is selected, and rejects with that', async () => {
    const made = await projectOn('Rejected', { predefined: { type: 'review_with_rework', max_rounds: 3 } });
    await answer(anna, made, [200, 200], [400, 320]);
    await made.step('review');
    await next(rita, made);
    await rita.keyboard.press('v');
    const p = await at(rita, 300, 260);
    await rita.mouse.click(p.x, p.y);
    await rita.keyboard.press('Shift+X');
    const dialog = rita.getByRole('dialog', { name: 'Why is it rejected?' });
    await dialog.waitFor();
    assert.equal(await dialog.getByTestId('decide-confirm').isDisabled(), true, 'a reason is required');
    assert.equal(await dialog.getByRole('radio', { name: 'on the selected region (car)' }).isChecked(), true);
    await rita.keyboard.type('Not a single wheel');
    for (const colorScheme of ['light', 'dark']) {
      await rita.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      assert.deepEqual(await barriers(rita), [], colorScheme);
    }
    await shots(rita, 'rejected');
    // Put away and asked for again, what was begun is still there.
    await rita.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await rita.keyboard.press('Shift+X');
    await until(
      'what was begun',
      () => dialog.getByRole('textbox', { name: 'Reason' }).inputValue(),
      (text) => text.endsWith('Not a single wheel'),
    );
    await rita.keyboard.press('Control+Enter');
    const said = async () => (await admin.api('GET', `/tasks/${made.task.id}/candidates`)).body.items[0];
    const judged = await until('it is rejected', said, (one) => one?.reason != null);
    assert.deepEqual([judged.annotation.status, judged.reason], ['rejected', 'Not a single wheel']);
  });

  test('Shift+E takes a region over as it is in one answer, to be changed by hand, in one step of undo each', async () => {
    const made = await projectOn('Taken over', { form: TWO_AND_ADJUDICATOR });
    await answer(anna, made, [400, 100], [600, 240]);
    await until('one answer', made.standing, (now) => now.context?.steps?.annotate?.count === 1);
    await answer(ben, made, [460, 100], [660, 240]);
    await made.step('adjudicate');
    await next(rita, made);
    await rita.getByTestId('conflict').first().waitFor();
    await rita.keyboard.press('d');
    await rita.getByTestId('conflict-bar').getByText('shape differs').waitFor();
    await rita.keyboard.press('Shift+E');
    const here = (what, good) => until(what, () => regions(rita), good);
    const [taken] = await here('it is taken over', (all) => all.length === 1);
    const x = Math.round(taken.geometry.x / 5) * 5;
    assert.ok([400, 460].includes(x), `as one of them has it: ${x}`);
    // It is selected with the tool that moves: a corner can be pulled at once.
    await drag(rita, [taken.geometry.x, taken.geometry.y], [taken.geometry.x - 40, taken.geometry.y - 20]);
    await here('its corner is elsewhere', ([one]) => Math.abs(one.geometry.x - (taken.geometry.x - 40)) < 3);
    await until('it is decided', () => rita.getByTestId('decided').innerText(), (text) => text.includes('1 of 1')); // prettier-ignore
    await shots(rita, 'taken-over');
    await rita.keyboard.press('Control+z');
    await here('the corner is back', ([one]) => Math.abs(one.geometry.x - taken.geometry.x) < 0.01);
    await rita.keyboard.press('Control+z');
    await here('nothing is decided', (all) => all.length === 0);
    await rita.keyboard.press('Control+Shift+z');
    await rita.keyboard.press('Control+Shift+z');
    await here('by hand again', (all) => all.length === 1 && Math.abs(all[0].geometry.x - (taken.geometry.x - 40)) < 3);
    await saved(rita);
    await rita.keyboard.press('Control+Enter');
    await until('done', made.standing, (now) => now.is_done === true);
    const { items } = (await admin.api('GET', `/tasks/${made.task.id}/annotations`)).body;
    const [decision] = items.filter(({ step }) => step === 'adjudicate');
    assert.equal(decision.regions.length, 1);
    assert.ok(Math.abs(decision.regions[0].geometry.x - (taken.geometry.x - 40)) < 3, 'kept as it was edited');
    for (const page of [anna, ben, rita]) assert.deepEqual(page.problems, []);
  });
});

// A text is reviewed: the panel stands beside it, work goes back and comes again, and what changed in its fields is shown.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { barriers } from './support/axe.mjs';
import { launch, person, saveState, until } from './support/browser.mjs';
import { Server, makeProject, signIn } from './support/server.mjs';
import { shots } from './support/shots.mjs';
import { workOn } from './support/workflows.mjs';

const LAPTOP = { viewport: { width: 1366, height: 768 } };

const LETTER = `<Layout id="letter" name="Letter">
  <NERTagger bind:source="$.input.document_text" bind:value="$.output.entities" label="Entities">
    <EntityType name="Medication" color="#4ECDC4" hotkey="m" />
    <EntityType name="Anatomy" color="#96CEB4" hotkey="a" />
  </NERTagger>
  <RadioGroup bind:value="$.output.sure" label="Sure" required="true">
    <Option value="high">Very sure</Option>
    <Option value="low">Not so sure</Option>
  </RadioGroup>
  <TextArea bind:value="$.output.notes" label="Notes" :rows="2" />
</Layout>`;

describe('a review of a text', () => {
  let server, browser, admin, project, task, anna, rita;

  before(async () => {
    server = await Server.start();
    browser = await launch();
    const people = await Promise.all(['admin', 'Anna', 'reviewer'].map((who) => signIn(server, who)));
    [admin] = people;
    ({
      project,
      tasks: [task],
    } = await makeProject(admin, 'Letters', {
      people: [
        [people[1], 'labeler'],
        [people[2], 'reviewer'],
      ],
      images: 1,
      input: { document_text: 'Metformin for the liver and Lisinopril for the heart.' },
    }));
    const layouts = `/projects/${project.id}/layouts`;
    const layout = await admin.api('POST', layouts, { name: 'Letter', source: LETTER });
    assert.equal((await admin.api('POST', `${layouts}/${layout.body.id}/activate`)).status, 200);
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
    await page.getByTestId('lease').waitFor();
    await page.locator('.lay').waitFor();
  };
  const saved = (page) => until('saved', () => saveState(page), (state) => state === 'saved'); // prettier-ignore
  const mark = async (word, key) => {
    await anna.getByRole('application').focus();
    for (let n = 0; n < word; n++) await anna.keyboard.press('ArrowRight');
    await anna.keyboard.press(key);
  };

  test('says whose it is and how much was answered, and sends it back', async () => {
    await step('annotate');
    await next(anna);
    await mark(1, 'm');
    await anna.getByLabel('Not so sure').check();
    await saved(anna);
    await anna.getByRole('button', { name: /^Submit/ }).click();
    await step('review');
    await next(rita);
    await until('the panel', () => rita.getByTestId('review-panel').innerText(), (text) => text.includes('2 fields')); // prettier-ignore
    await rita.keyboard.press('Shift+R');
    // Its greeting stays: it is meant for Anna.
    const reason = rita.getByRole('dialog').getByRole('textbox', { name: 'Reason' });
    await reason.press('End');
    await reason.pressSequentially('The liver is missing');
    assert.equal(await rita.getByRole('group', { name: 'Pinned' }).count(), 0, 'there is nothing to pin it on');
    await shots(rita, 'review-text-reason');
    await rita.getByTestId('decide-confirm').click();
    await step('annotate');
  });

  test('what was said about it stands beside the fields, where it is read, answered, resolved and linked to', async () => {
    const card = (page) => page.getByTestId('thread-card');
    await next(anna);
    await anna.getByTestId('show-remarks').click();
    await card(anna).getByText('The liver is missing').waitFor();
    for (const colorScheme of ['light', 'dark']) {
      await anna.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      assert.deepEqual(await barriers(anna), [], colorScheme);
    }
    await shots(anna, 'comments-beside-fields');
    await card(anna).getByRole('textbox', { name: 'Reply' }).fill('I see it');
    await anna.keyboard.press('Enter');
    await saved(anna);
    const thread = await anna.getByTestId('comment-row').getAttribute('data-thread');
    await rita.goto(`${server.url}/projects/${project.id}/tasks/${task.id}?thread=${thread}`);
    await card(rita).getByText('I see it').waitFor();
    await rita.getByTestId('resolve').click();
    await card(anna).getByText('Resolved by').waitFor();
    // Away, and another one by keys alone, about all of it.
    await card(anna).focus();
    await anna.keyboard.press('Escape');
    await card(anna).waitFor({ state: 'detached' });
    await anna.keyboard.press('Control+Alt+m');
    await anna.getByRole('textbox', { name: 'New comment' }).fill('And the dose?');
    await anna.keyboard.press('Enter');
    await card(anna).getByText('And the dose?').waitFor();
    await until('Rita has it', () => rita.getByTestId('comment-row').allInnerTexts(), (rows) => rows.length === 1 && rows[0].includes('And the dose?')); // prettier-ignore
    await saved(anna);
    await card(anna).focus();
    await anna.keyboard.press('Escape');
    await anna.keyboard.press('Shift+C');
    await until('the panel is away', () => anna.locator('.bench-side').count(), (n) => n === 0); // prettier-ignore
    await anna.getByTestId('comments-button').click();
    await anna.getByTestId('comment-row').waitFor();
  });

  test('the next round shows what changed in the fields, stepped to by keys', async () => {
    await next(anna);
    await mark(4, 'a');
    await anna.getByLabel('Very sure').check();
    await anna.getByLabel('Notes').fill('Seen twice');
    await saved(anna);
    await anna.getByRole('button', { name: /^Submit/ }).click();
    await step('review');
    await next(rita);
    const changes = rita.getByTestId('change');
    await until('three fields changed', () => changes.count(), (n) => n === 3); // prettier-ignore
    const told = (await changes.allInnerTexts()).map((text) => text.split('\n').at(-1));
    assert.deepEqual(told, [
      '“Metformin” Medication → “Metformin” Medication, “liver” Anatomy',
      'Not so sure → Very sure',
      'nothing → Seen twice',
    ]);
    assert.match(await rita.getByTestId('review-panel').innerText(), /The liver is missing/);
    await rita.keyboard.press('d');
    await rita.keyboard.press('d');
    await until(
      'it is shown in the form',
      () => rita.locator('[data-spot]').getAttribute('data-field'),
      (field) => field === 'sure',
    );
    for (const colorScheme of ['light', 'dark']) {
      await rita.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      assert.deepEqual(await barriers(rita), [], colorScheme);
    }
    await shots(rita, 'review-text');
    await rita.getByLabel('Not so sure').check();
    await until('mended', () => rita.getByTestId('review-panel').innerText(), (text) => text.includes('mended by you: 1')); // prettier-ignore
    await rita.keyboard.press('Enter');
    await until('done', standing, (now) => now.is_done === true);
    for (const page of [anna, rita]) assert.deepEqual(page.problems, []);
  });
});

// The layouts of the specification (5.2.1, 5.2.4, B.4) as they stand there, worked with in a browser, and what 5.2.4 is for: deciding between marked texts.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';

import { barriers } from './support/axe.mjs';
import { launch, person, saveState, until } from './support/browser.mjs';
import { Server, makeProject, signIn } from './support/server.mjs';
import { shots } from './support/shots.mjs';
import { TWO_AND_ADJUDICATOR, workOn } from './support/workflows.mjs';

const LAPTOP = { viewport: { width: 1366, height: 768 } };
const INPUT = {
  document_id: 'doc-7',
  priority: 'warning',
  document_text:
    'The patient has diabetes and was given metformin 500mg. An MRI of the left ventricle was done; lisinopril was begun for hypertension.',
};
const seed = (name) => readFile(new URL(`../../domain/tests/layout/seed_${name}.xml`, import.meta.url), 'utf8');

/** 5.2.4 below what annotators fill in: one layout for both steps, as a small project would have it. */
const BOTH = `<Layout id="both" name="Marked and decided">
  <NERTagger bind:source="$.input.document_text" bind:value="$.output.entities" label="Entities">
    <EntityType name="Medication" color="#4ECDC4" hotkey="m" />
    <EntityType name="Procedure" color="#45B7D1" hotkey="p" />
  </NERTagger>
  <Show when="$.context.has_previous_annotations">
    <AnnotationComparison
      bind:source="$.input.document_text"
      bind:annotations="$.context.previous_annotations"
      bind:resolution="$.output.resolved_entities"
      highlight-conflicts="true"
    >
      <ConflictResolver mode="select-or-edit" on:resolve="onConflictResolved" />
    </AnnotationComparison>
    <AgreementDisplay
      bind:annotations="$.context.previous_annotations"
      metrics="['krippendorff_alpha', 'token_f1', 'percentage']"
    />
  </Show>
</Layout>`;

describe('the layouts of the specification', () => {
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

  const projectWith = async (name, source) => {
    const { project, tasks } = await makeProject(admin, name, {
      people: [
        [people[1], 'labeler'],
        [people[2], 'labeler'],
        [people[3], 'reviewer'],
      ],
      images: 1,
      input: INPUT,
    });
    const layouts = `/projects/${project.id}/layouts`;
    const made = await admin.api('POST', layouts, { name, source });
    assert.equal(made.status, 201, JSON.stringify(made.body));
    assert.deepEqual(made.body.problems, []);
    assert.equal((await admin.api('POST', `${layouts}/${made.body.id}/activate`)).status, 200);
    await workOn(admin, project, { form: TWO_AND_ADJUDICATOR });
    const standing = async () => (await admin.api('GET', `/tasks/${tasks[0].id}/standing`)).body;
    await until('the task is at its first step', standing, (now) => now.open?.[0]?.step === 'annotate');
    return { project, standing };
  };
  const next = async (page, { project }) => {
    await page.goto(`${server.url}/projects/${project.id}`);
    await page.getByTestId('next-task').click();
    await page.waitForURL(/\/tasks\//);
    await page.getByTestId('lease').waitFor();
    await page.locator('.lay').waitFor();
    assert.equal(await page.locator('.lay-unknown').count(), 0, 'every component is known');
  };
  const submit = async (page, { standing }, good) => {
    await until('saved', () => saveState(page), (state) => state === 'saved'); // prettier-ignore
    await page.getByRole('button', { name: /^Submit/ }).click();
    await until('submitted', standing, good);
  };
  const looksRight = async (page, name) => {
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      assert.deepEqual(await barriers(page), [], `${name}, ${colorScheme}`);
    }
    await shots(page, name);
  };
  const counted = (n) => (now) => now.context?.steps?.annotate?.count === n || now.open?.[0]?.step === 'adjudicate';
  /** Marks the nth word by keyboard. */
  const mark = async (page, word, key) => {
    await page.getByRole('application').first().focus();
    for (let n = 0; n < word; n++) await page.keyboard.press('ArrowRight');
    await page.keyboard.press(key);
  };
  const marked = (page) => page.locator('.lay-ner .lay-entity').allInnerTexts();

  test('5.2.1: entities are marked by keys, and what is required is asked for', async () => {
    const made = await projectWith('5.2.1', await seed('5_2_1'));
    await next(anna, made);
    await mark(anna, 4, 'd');
    await mark(anna, 8, 'm');
    await until('two are marked', () => marked(anna), (all) => /diabetes[\s\S]*metformin/.test(all.join())); // prettier-ignore
    await looksRight(anna, 'seed-5-2-1');
    await anna.getByRole('button', { name: /^Submit/ }).click();
    await anna.getByText('Confidence Level must be filled in').first().waitFor();
    await anna.getByLabel(/Confidence Level/).selectOption('high');
    await submit(anna, made, counted(1));
  });

  test('B.4: has its head, its types with what they are, and its own alert', async () => {
    const made = await projectWith('B.4', await seed('b4'));
    await next(anna, made);
    await anna.getByText('doc-7').waitFor();
    await anna.getByText('Confidence must be filled in').first().waitFor();
    await mark(anna, 8, 'm');
    await until('it is counted', () => anna.getByRole('button', { name: /^Medication/ }).innerText(), (text) => /1/.test(text)); // prettier-ignore
    await looksRight(anna, 'seed-b-4');
    await anna.getByLabel(/^Confidence/).selectOption('low');
    await until('the alert is gone', () => anna.getByRole('alert').count(), (n) => n === 0); // prettier-ignore
    await submit(anna, made, counted(1));
  });

  test('5.2.4: answers stand beside one another, with how much they agree', async () => {
    const made = await projectWith('5.2.4', await seed('5_2_4'));
    for (const [at, page] of [anna, ben].entries()) {
      await next(page, made);
      await page.getByLabel('Resolution Notes').fill(at === 0 ? 'Nothing to add' : 'Ask the clinic');
      await submit(page, made, counted(at + 1));
    }
    await next(rita, made);
    await rita.getByRole('columnheader', { name: /Anna Weber/ }).waitFor();
    await rita.getByText('Krippendorff’s alpha').waitFor();
    assert.equal(await rita.getByText('not computed here yet').count(), 0);
    await looksRight(rita, 'seed-5-2-4');
  });

  test('marked texts are decided: differences in the text, thing by thing, by hand', async () => {
    const made = await projectWith('Both', BOTH);
    await next(anna, made);
    await mark(anna, 8, 'm');
    await submit(anna, made, counted(1));
    await next(ben, made);
    await mark(ben, 8, 'm');
    await mark(ben, 12, 'p');
    await submit(ben, made, counted(2));
    await next(rita, made);
    const text = rita.getByRole('region', { name: /differences marked/ });
    await text.getByText('Procedure · Ben Costa').waitFor();
    await rita
      .getByRole('columnheader', { name: /Anna Weber/ })
      .getByRole('button')
      .click();
    const pick = rita.getByRole('group', { name: /thing by thing/ }).getByRole('button', { name: /Procedure/ });
    await pick.click();
    await until('picked', () => pick.getAttribute('aria-pressed'), (on) => on === 'true'); // prettier-ignore
    await rita.getByRole('button', { name: 'Edit the decision' }).click();
    await rita.getByRole('list', { name: 'Labels' }).waitFor();
    await text.scrollIntoViewIfNeeded();
    await looksRight(rita, 'decided-text');
    for (const page of [anna, ben, rita]) assert.deepEqual(page.problems, []);
  });
});

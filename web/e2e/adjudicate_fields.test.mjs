// Two answer a form and mark a text, and differ; a third decides field by field, by keyboard alone, beside a picture and without one.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { barriers } from './support/axe.mjs';
import { launch, person, saveState, until } from './support/browser.mjs';
import { Server, makeProject, signIn } from './support/server.mjs';
import { shots } from './support/shots.mjs';
import { TWO_AND_ADJUDICATOR, workOn } from './support/workflows.mjs';

const LAPTOP = { viewport: { width: 1366, height: 768 } };

const SCENE = `<Layout id="scene" name="Scene">
  <Section direction="row" gap="md">
    <Panel flex="3">
      <ImageAnnotator bind:source="$.input.image_url" bind:value="$.output.regions" />
    </Panel>
    <Panel title="The scene" flex="1">
      <RadioGroup bind:value="$.output.weather" label="Weather" required="true">
        <Option value="dry">Dry road</Option>
        <Option value="rain">Rain</Option>
      </RadioGroup>
      <Show when="$.output.weather" equals="rain">
        <TextInput bind:value="$.output.how_much" label="How much rain?" />
      </Show>
      <Select bind:value="$.output.seen" label="Seen" multiple="true">
        <Option value="road">Road</Option>
        <Option value="water">Water</Option>
        <Option value="ice">Ice</Option>
      </Select>
      <TextInput bind:value="$.output.place" label="Place" />
    </Panel>
  </Section>
</Layout>`;

const LETTER = `<Layout id="letter" name="Letter">
  <NERTagger bind:source="$.input.document_text" bind:value="$.output.entities" label="Entities" :allow-overlapping="false">
    <EntityType name="Medication" color="#4ECDC4" hotkey="m" />
    <EntityType name="Anatomy" color="#96CEB4" hotkey="a" />
  </NERTagger>
  <RadioGroup bind:value="$.output.sure" label="Sure" required="true">
    <Option value="high">High</Option>
    <Option value="low">Low</Option>
  </RadioGroup>
  <TextArea bind:value="$.output.notes" label="Notes" :rows="2" />
</Layout>`;
const TEXT = 'Metformin for the liver and Lisinopril for the heart.';

describe('deciding between what answers say besides shapes', () => {
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

  const projectWith = async (name, source, input) => {
    const { project, tasks } = await makeProject(admin, name, {
      people: [
        [people[1], 'labeler'],
        [people[2], 'labeler'],
        [people[3], 'reviewer'],
      ],
      images: 1,
      input,
    });
    const layouts = `/projects/${project.id}/layouts`;
    const made = await admin.api('POST', layouts, { name, source });
    assert.deepEqual(made.body.problems, []);
    assert.equal((await admin.api('POST', `${layouts}/${made.body.id}/activate`)).status, 200);
    await workOn(admin, project, { form: TWO_AND_ADJUDICATOR });
    await until(
      'the task is at its first step',
      async () => (await admin.api('GET', `/tasks/${tasks[0].id}/standing`)).body,
      (now) => now.open?.[0]?.step === 'annotate',
    );
    return { project, task: tasks[0] };
  };
  const next = async (page, { project }) => {
    await page.goto(`${server.url}/projects/${project.id}`);
    await page.getByTestId('next-task').click();
    await page.waitForURL(/\/tasks\//);
    await page.getByTestId('lease').waitFor();
    await page.locator('.lay').waitFor();
  };
  const submit = async (page, { task }, good) => {
    await until(
      'saved',
      () => saveState(page),
      (state) => state === 'saved',
    );
    await page.getByRole('button', { name: /^Submit/ }).click();
    await until('submitted', async () => (await admin.api('GET', `/tasks/${task.id}/standing`)).body, good);
  };
  const shown = (testid, wanted) =>
    until(
      `${testid} says ${wanted}`,
      () => rita.getByTestId(testid).innerText(),
      (text) => text.includes(wanted),
    );
  const decision = async ({ task }) => {
    const { items } = (await admin.api('GET', `/tasks/${task.id}/annotations`)).body;
    return items.find(({ step }) => step === 'adjudicate').output;
  };
  const answered = (n) => (now) => now.context?.steps?.annotate?.count === n || now.open?.[0]?.step === 'adjudicate';
  const looksRight = async (name) => {
    for (const colorScheme of ['light', 'dark']) {
      await rita.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      assert.deepEqual(await barriers(rita), [], `${name}, ${colorScheme}`);
    }
    await shots(rita, name);
  };

  describe('beside a picture', () => {
    let made;

    test('fields that differ are in the list, and what all agree on is not', async () => {
      made = await projectWith('Scene', SCENE);
      await next(anna, made);
      await anna.getByLabel('Dry road').check();
      await anna.getByRole('checkbox', { name: 'Road' }).check();
      await anna.getByRole('checkbox', { name: 'Ice' }).check();
      await anna.getByLabel('Place').fill('Ulm');
      await submit(anna, made, answered(1));
      await next(ben, made);
      await ben.getByLabel('Rain', { exact: true }).check();
      await ben.getByLabel('How much rain?').fill('a lot');
      await ben.getByRole('checkbox', { name: 'Road' }).check();
      await ben.getByRole('checkbox', { name: 'Water' }).check();
      await ben.getByLabel('Place').fill('Ulm');
      await submit(ben, made, answered(2));
      await next(rita, made);
      await shown('decided', '0 of 2 decided');
      const rows = await rita.getByTestId('conflict').allInnerTexts();
      assert.deepEqual(
        rows.map((row) => row.split('\n')[0]),
        ['Weather', 'How much rain?', 'Seen'],
      );
      assert.match(rows[1], /not asked for now/);
      assert.match(rows[2], /50 %/);
    });

    test('what is agreed is taken and taken back in one step', async () => {
      const place = () => rita.getByLabel('Place').inputValue();
      await rita.keyboard.press('Shift+A');
      await until('the agreed one', place, (text) => text === 'Ulm');
      await rita.keyboard.press('Control+z');
      await until('none', place, (text) => text === '');
      await rita.keyboard.press('Control+Shift+z');
      await until('the agreed one again', place, (text) => text === 'Ulm');
    });

    test('each is stepped to and decided by a key, and what depends on it is asked for then', async () => {
      await rita.keyboard.press('d');
      await shown('conflict-bar', 'Weather');
      await rita.keyboard.press('z');
      await until('as Anna has it', () => rita.getByLabel('Dry road').isChecked(), (on) => on); // prettier-ignore
      await looksRight('adjudicate-field');
      await rita.keyboard.press('Alt+2');
      await until('as Ben has it', () => rita.getByLabel('Rain', { exact: true }).isChecked(), (on) => on); // prettier-ignore
      await shown('decided', '1 of 3 decided');
      await rita.keyboard.press('d');
      await shown('conflict-bar', 'only Ben Costa answered it');
      await rita.keyboard.press('Shift+E');
      await until('his text, to be edited', () => rita.getByRole('textbox', { name: 'How much rain?' }).inputValue(), (text) => text === 'a lot'); // prettier-ignore
      await rita.keyboard.press('End');
      await rita.keyboard.type(', all night');
      await rita.keyboard.press('Escape');
      await rita.keyboard.press('d');
      await shown('conflict-bar', 'Seen');
      await rita.keyboard.press('u');
      await until('all that they saw', () => rita.getByRole('checkbox', { checked: true }).count(), (n) => n >= 3); // prettier-ignore
      await rita.getByTestId('entry').filter({ hasText: 'Ice' }).click();
      await shown('decided', '3 of 3 decided');
      await looksRight('adjudicate-list');
    });

    test('what was decided arrives, each field in its own way', async () => {
      await submit(rita, made, (now) => now.is_done === true);
      assert.deepEqual(await decision(made), {
        weather: 'rain',
        how_much: 'a lot, all night',
        seen: ['road', 'water'],
        place: 'Ulm',
      });
    });
  });

  describe('without a picture', () => {
    let made;
    /** Marks the nth word by keyboard. */
    const mark = async (page, word, key) => {
      await page.getByRole('application').focus();
      for (let n = 0; n < word; n++) await page.keyboard.press('ArrowRight');
      await page.keyboard.press(key);
    };

    test('the panel is there, and shows what differs', async () => {
      made = await projectWith('Letter', LETTER, { document_text: TEXT });
      await next(anna, made);
      await mark(anna, 1, 'm');
      await mark(anna, 4, 'a');
      await anna.getByLabel('High').check();
      await anna.getByLabel('Notes').fill('Second drug is not marked');
      await submit(anna, made, answered(1));
      await next(ben, made);
      await mark(ben, 1, 'm');
      await mark(ben, 6, 'm');
      await ben.getByLabel('High').check();
      await submit(ben, made, answered(2));
      await next(rita, made);
      await shown('decided', '0 of 2 decided');
      const rows = await rita.getByTestId('conflict').allInnerTexts();
      assert.match(rows[0], /Entities[\s\S]*50 %/);
      assert.match(rows[1], /Notes[\s\S]*only Anna Weber answered it/);
      await shown('agreement', '50 %');
    });

    test('entities are taken whole or one by one', async () => {
      await rita.keyboard.press('Shift+A');
      await rita.keyboard.press('d');
      await shown('conflict-bar', 'Entities');
      await rita.keyboard.press('z');
      const marked = () => rita.locator('.lay-entity').allInnerTexts();
      await until('as Anna has it', marked, (all) => all.length === 2 && all.join().includes('liver'));
      await rita.getByTestId('entry').filter({ hasText: 'Lisinopril' }).click();
      await until('and his', marked, (all) => all.length === 3);
      await looksRight('adjudicate-text');
      await rita.keyboard.press('d');
      await shown('conflict-bar', 'Notes');
      await rita.keyboard.press('y');
      await shown('decided', '2 of 2 decided');
    });

    test('what was decided outlives a reload, and arrives', async () => {
      await until(
        'saved',
        () => saveState(rita),
        (state) => state === 'saved',
      );
      await rita.reload();
      await shown('decided', '2 of 2 decided');
      await submit(rita, made, (now) => now.is_done === true);
      const { entities, ...rest } = await decision(made);
      assert.deepEqual(
        entities.map(({ label, text }) => [label, text]),
        [
          ['Medication', 'Metformin'],
          ['Anatomy', 'liver'],
          ['Medication', 'Lisinopril'],
        ],
      );
      assert.deepEqual(rest, { sure: 'high' });
      for (const page of [anna, ben, rita]) assert.deepEqual(page.problems, []);
    });
  });
});

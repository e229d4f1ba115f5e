// A project whose layout asks for more than shapes: two people fill it in together, and what is missing is said where it is missing.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { barriers } from './support/axe.mjs';
import { drawBox, launch, openTask, person, regions, until } from './support/browser.mjs';
import { Server, makeProject, signIn } from './support/server.mjs';
import { shots } from './support/shots.mjs';

const STREET = `<Layout id="street" name="Street">
  <Section direction="column" direction:md="row" gap="md">
    <Panel flex="3">
      <ImageAnnotator bind:source="$.input.image_url" bind:value="$.output.regions" />
    </Panel>
    <Panel title="The scene" flex="1">
      <RadioGroup bind:value="$.output.weather" label="Weather" required="true">
        <Option value="dry">Dry</Option>
        <Option value="rain">Rain</Option>
        <Option value="other">Something else</Option>
      </RadioGroup>
      <Show when="$.output.weather" equals="other">
        <TextInput bind:value="$.output.other_weather" label="What is it?" required="true" max-length="40" />
      </Show>
      <TextArea bind:value="$.output.notes" label="Notes" :rows="3" />
    </Panel>
  </Section>
</Layout>`;

describe('a task with a layout', () => {
  let server, browser, admin, annotator, anna, ben, project, task, lease;

  before(async () => {
    server = await Server.start();
    browser = await launch();
    let reviewer;
    [admin, annotator, reviewer] = await Promise.all(['admin', 'annotator', 'reviewer'].map((who) => signIn(server, who)));
    const people = [
      [annotator, 'labeler'],
      [reviewer, 'reviewer'],
    ];
    ({ project } = await makeProject(admin, 'Laid out', { people, images: 2 }));
    const layouts = `/projects/${project.id}/layouts`;
    const made = await admin.api('POST', layouts, { name: 'Street', source: STREET });
    assert.deepEqual(made.body.problems, []);
    assert.equal((await admin.api('POST', `${layouts}/${made.body.id}/activate`)).status, 200);
    lease = (await annotator.api('POST', `/projects/${project.id}/next`, {})).body.work.assignment;
    task = lease.task_id;
    anna = await person(browser, server.link('annotator'), { viewport: { width: 1366, height: 768 } });
    ben = await person(browser, server.link('reviewer'), { viewport: { width: 1366, height: 768 } });
    await openTask(anna, server, project.id, task);
    await openTask(ben, server, project.id, task);
  });

  after(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
  });

  const notes = (page) => page.getByLabel('Notes');
  const output = async () => {
    const { body } = await admin.api('GET', `/tasks/${task}/annotations`);
    return body.items.find(({ status }) => status === 'submitted')?.output;
  };

  test('shows its fields beside the image, on which people draw as ever', async () => {
    const before = (await regions(ben)).length;
    await drawBox(anna, [100, 100], [260, 220]);
    await until(
      "the box at Ben's",
      () => regions(ben),
      (all) => all.length === before + 1,
    );
    assert.deepEqual(await barriers(anna), []);
    await shots(anna, 'layout');
  });

  test('two people type into one field, and neither loses a letter', async () => {
    await notes(anna).click();
    await notes(ben).click();
    await Promise.all([anna.keyboard.type('wet road', { delay: 20 }), ben.keyboard.type('NIGHT', { delay: 30 })]);
    const text = await until(
      'both read the same',
      async () => [await notes(anna).inputValue(), await notes(ben).inputValue()],
      ([one, other]) => one === other && one.length === 'wet roadNIGHT'.length,
    );
    assert.deepEqual([...text[0]].sort(), [...'wet roadNIGHT'].sort());
  });

  test('what is missing is said at its field, and nothing is submitted', async () => {
    await anna.getByLabel('Something else').check();
    await anna.getByRole('button', { name: /^Submit/ }).click();
    await until(
      'the field that is missing has the focus',
      () => anna.evaluate(() => document.activeElement?.closest('.lay-field')?.textContent ?? ''),
      (text) => text.includes('What is it?'),
    );
    await shots(anna, 'missing');
    assert.equal(await output(), undefined);
  });

  test('the server says the same to whoever does not ask the browser', async () => {
    const refused = await annotator.api('POST', `/assignments/${lease.id}/submit`, { fencing_token: lease.fencing_token });
    assert.equal(refused.status, 422, JSON.stringify(refused.body));
    assert.equal(refused.body.code, 'invalid_answer');
    assert.match(JSON.stringify(refused.body.errors), /other_weather/);
  });

  test('a colleague fills it in, and the answer is kept as it stands', async () => {
    await ben.getByLabel('What is it?').fill('Hail');
    await until(
      "it is at Anna's",
      () => anna.getByLabel('What is it?').inputValue(),
      (text) => text === 'Hail',
    );
    await anna.getByRole('button', { name: /^Submit/ }).click();
    const kept = await until('it is submitted', output, (answer) => answer !== undefined);
    assert.equal(kept.weather, 'other');
    assert.equal(kept.other_weather, 'Hail');
    assert.equal(kept.notes.length, 'wet roadNIGHT'.length);
    assert.deepEqual([anna.problems, ben.problems], [[], []]);
  });
});

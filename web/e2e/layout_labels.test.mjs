// A layout that says which labels there are, with what shapes, how many, and what is said about each region: two people work by it.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { barriers } from './support/axe.mjs';
import { drag, launch, moveTo, openTask, person, regions, until } from './support/browser.mjs';
import { Server, makeProject, signIn } from './support/server.mjs';
import { SHOTS, shots } from './support/shots.mjs';

const LABELS = [
  { name: 'car', color: '#2563eb', hotkey: '1' },
  { name: 'person', color: '#dc2626', hotkey: '2' },
  { name: 'tree', color: '#16a34a', hotkey: '3' },
];

const STREET = `<Layout id="street" name="Street">
  <Section direction="column" direction:md="row" gap="md">
    <Panel flex="4">
      <ImageAnnotator bind:source="$.input.image_url" bind:value="$.output.regions" tools="['box', 'polygon']">
        <Label name="car" color="#9333ea" hotkey="x" tools="['box']" max="2">
          <Attribute name="kind" label="Kind" type="select" required="true">
            <Option value="suv" hotkey="u">SUV</Option>
            <Option value="bus" hotkey="y">Bus</Option>
          </Attribute>
          <Attribute name="doors" label="Doors" type="number" min="2" max="5" integer="true" default="4" />
          <Attribute name="extras" label="Extras" type="multi-select">
            <Option value="roof">Roof box</Option>
            <Option value="hook">Towing hook</Option>
          </Attribute>
        </Label>
        <Label name="person" hotkey="m" min="1" />
        <Label name="horse" hotkey="z" />
        <Attribute name="note" label="Note" type="text" max-length="40" />
        <Attribute name="occluded" label="Occluded" type="boolean" default="false" />
      </ImageAnnotator>
    </Panel>
    <Panel title="The scene" flex="1">
      <RadioGroup bind:value="$.output.weather" label="Weather" required="true" default="dry">
        <Option value="dry" hotkey="1">Dry</Option>
        <Option value="rain" hotkey="2">Rain</Option>
      </RadioGroup>
      <TextInput bind:value="$.output.place" label="Place" default="Bonn" />
      <Show when="$.ui_context.selected.label == 'person'"><Text>A person is selected</Text></Show>
      <Text bind:content="$.context.project.name" />
    </Panel>
  </Section>
</Layout>`;

describe('a layout with labels of its own', () => {
  let server, browser, admin, annotator, anna, ben, project, task;

  before(async () => {
    server = await Server.start();
    browser = await launch();
    let reviewer;
    [admin, annotator, reviewer] = await Promise.all(['admin', 'annotator', 'reviewer'].map((who) => signIn(server, who)));
    const people = [
      [annotator, 'labeler'],
      [reviewer, 'reviewer'],
    ];
    ({ project } = await makeProject(admin, 'Own labels', { people, images: 2, labels: LABELS }));
    const layouts = `/projects/${project.id}/layouts`;
    const made = await admin.api('POST', layouts, { name: 'Street', source: STREET });
    assert.deepEqual(
      made.body.problems.filter(({ severity }) => severity === 'error'),
      [],
    );
    assert.equal((await admin.api('POST', `${layouts}/${made.body.id}/activate`)).status, 200);
    task = (await annotator.api('POST', `/projects/${project.id}/next`, {})).body.work.task.id;
    const view = { viewport: { width: 1366, height: 768 } };
    anna = await person(browser, server.link('annotator'), view);
    ben = await person(browser, server.link('reviewer'), view);
    await openTask(anna, server, project.id, task);
    await openTask(ben, server, project.id, task);
    await anna.getByTestId('label-car').waitFor();
  });

  after(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
  });

  const said = (page, text) => page.locator('.toast', { hasText: text }).first().waitFor();
  const attribute = (page, name) => page.locator(`[data-attribute="${name}"]`);
  const first = async (page) => (await regions(page))[0];
  const output = async () => {
    const { body } = await admin.api('GET', `/tasks/${task}/annotations`);
    return body.items.find(({ status }) => status === 'submitted');
  };

  test('its labels and tools are there, and no others; a label that could not be submitted cannot be taken', async () => {
    assert.equal(await anna.getByTestId('label-tree').count(), 0);
    assert.equal(await anna.getByTestId('tool-ellipse').count(), 0);
    assert.equal(await anna.getByTestId('tool-eraser').count(), 0);
    assert.equal(await anna.getByTestId('tool-polygon').isEnabled(), true);
    const horse = anna.getByTestId('label-horse');
    assert.equal(await horse.getAttribute('aria-disabled'), 'true');
    // It is there to be asked, though it cannot be taken.
    await horse.click({ force: true });
    await said(anna, 'no label “horse”');
    assert.equal(await horse.getAttribute('aria-pressed'), 'false');
    assert.deepEqual(await barriers(anna), []);
    await shots(anna, 'labels');
  });

  test('fields have their defaults, which nobody has to take back; $.context is filled', async () => {
    await until('dry', () => anna.getByLabel('Dry').isChecked(), Boolean);
    await until('at Ben’s too', () => ben.getByLabel('Place').inputValue(), (text) => text === 'Bonn'); // prettier-ignore
    assert.equal(await anna.getByTestId('undo').isDisabled(), true);
    await anna.getByText('Own labels', { exact: true }).last().waitFor();
  });

  test('a label is taken by its key and drawn; the region begins with its defaults', async () => {
    await anna.keyboard.press('m');
    assert.equal(await anna.getByTestId('label-person').getAttribute('aria-pressed'), 'true');
    await anna.keyboard.press('x');
    assert.equal(await anna.getByTestId('label-car').getAttribute('aria-pressed'), 'true');
    await drag(anna, [100, 100], [260, 220]);
    const [car] = await until("the car at Ben's", () => regions(ben), (all) => all.length === 1); // prettier-ignore
    assert.equal(car.label, 'car');
    assert.deepEqual(car.attributes, { doors: 4, occluded: false });
    assert.equal(await attribute(anna, 'doors').getByRole('spinbutton').inputValue(), '4');
  });

  test('an attribute is seen by the other while it is typed, by key and by hand; what was typed is one step of undo', async () => {
    await anna.keyboard.press('u');
    await until("the kind at Ben's", () => first(ben), ({ attributes }) => attributes.kind === 'suv'); // prettier-ignore
    const note = attribute(anna, 'note').getByRole('textbox');
    await note.click();
    await anna.keyboard.type('dented', { delay: 25 });
    await until("the note at Ben's", () => first(ben), ({ attributes }) => attributes.note === 'dented'); // prettier-ignore
    await ben.locator('.region-editor', { hasText: /\w/ }).waitFor();
    await attribute(anna, 'extras').getByLabel('Roof box').check();
    await until("extras at Ben's", () => first(ben), ({ attributes }) => attributes.extras?.[0] === 'roof'); // prettier-ignore
    await shots(anna, 'attributes');
    assert.deepEqual(await barriers(anna), []);
    await note.click();
    await anna.keyboard.press('Control+z');
    await anna.keyboard.press('Control+z');
    await until("without extras and note at Ben's", () => first(ben), ({ attributes }) => attributes.note === undefined && attributes.extras === undefined); // prettier-ignore
    assert.equal((await first(ben)).attributes.kind, 'suv');
  });

  test('what a colleague sets meanwhile does not replace what is being typed, and both end with the last', async () => {
    const mine = attribute(anna, 'note').getByRole('textbox');
    await mine.click();
    await anna.keyboard.type('red');
    await ben.getByTestId('region-row').first().getByRole('button').first().click();
    await attribute(ben, 'note').getByRole('textbox').fill('blue');
    await attribute(anna, 'note').getByText('set it to blue').waitFor();
    assert.equal(await mine.inputValue(), 'red');
    await anna.keyboard.type('dish');
    await until("at Ben's", () => first(ben), ({ attributes }) => attributes.note === 'reddish'); // prettier-ignore
  });

  test('Esc goes back to the canvas, A to the attributes', async () => {
    const focused = (selector) => anna.evaluate((at) => document.activeElement?.closest(at) !== null, selector);
    await anna.keyboard.press('Escape');
    assert.equal(await focused('.stage'), true);
    assert.equal(await attribute(anna, 'note').count(), 1);
    await anna.keyboard.press('a');
    assert.equal(await focused('.side-attributes'), true);
    await anna.keyboard.press('Escape');
  });

  test('more than the limit is refused in words before anything is drawn', async () => {
    await anna.keyboard.press('b');
    await drag(anna, [400, 100], [560, 220]);
    await until('two cars', () => regions(anna), (all) => all.length === 2); // prettier-ignore
    assert.match(await anna.getByTestId('count-car').textContent(), /2\/2/);
    await drag(anna, [700, 100], [860, 220]);
    await said(anna, 'At most 2 of car');
    assert.equal((await regions(anna)).length, 2);
  });

  test('over several regions, what is not the same says so, and is set in all as one step', async () => {
    await anna.keyboard.press('Control+a');
    await attribute(anna, 'kind').getByText('Not the same in all').waitFor();
    await attribute(anna, 'kind').getByLabel('Bus').check();
    await until('both are buses', () => regions(ben), (all) => all.every(({ attributes }) => attributes.kind === 'bus')); // prettier-ignore
    await anna.keyboard.press('Control+z');
    await until('as before', () => regions(ben), (all) => all.map(({ attributes }) => attributes.kind ?? '').sort().join() === ',suv'); // prettier-ignore
  });

  test('submit goes to the region that lacks something, and says what', async () => {
    await anna.keyboard.press('Escape');
    await anna.keyboard.press('Escape');
    await anna.getByRole('button', { name: /^Submit/ }).click();
    await said(anna, 'Kind of this car must be filled in');
    await until(
      'the attribute has the focus',
      () => anna.evaluate(() => document.activeElement?.closest('[data-attribute]')?.dataset.attribute),
      (name) => name === 'kind',
    );
    await attribute(anna, 'kind').getByText('Must be filled in').waitFor();
    await shots(anna, 'lacking');
    assert.deepEqual(await barriers(anna), []);
    assert.equal(await output(), undefined);
  });

  test('then says which label has too few; $.ui_context follows what is selected', async () => {
    await anna.keyboard.press('y');
    await anna.getByRole('button', { name: /^Submit/ }).click();
    await said(anna, 'At least 1 of person must be drawn');
    await anna.getByTestId('stage').focus();
    await anna.keyboard.press('Escape');
    await anna.keyboard.press('m');
    await anna.keyboard.press('b');
    await drag(anna, [300, 400], [360, 560]);
    await anna.getByText('A person is selected').waitFor();
  });

  test('where there is little room labels and regions lie over the picture, and come by a button or when they are asked for', async () => {
    await ben.setViewportSize({ width: 744, height: 1000 });
    const label = ben.getByTestId('label-car');
    const toggle = ben.getByTestId('side-toggle');
    await label.waitFor({ state: 'hidden' });
    await toggle.focus();
    await ben.keyboard.press('Enter');
    await label.waitFor();
    assert.equal(await toggle.getAttribute('aria-expanded'), 'true');
    if (SHOTS) await ben.screenshot({ path: `${SHOTS}/narrow-side-744.png` });
    assert.deepEqual(await barriers(ben), []);
    await toggle.click();
    await label.waitFor({ state: 'hidden' });
    await ben.getByTestId('stage').focus();
    await ben.keyboard.press('Alt+ArrowDown');
    await ben.keyboard.press('F2');
    await until(
      'the attribute has the focus',
      () => ben.evaluate(() => document.activeElement?.closest('[data-attribute]')?.dataset.attribute ?? ''),
      (name) => name !== '',
    );
    await ben.setViewportSize({ width: 1366, height: 768 });
    await toggle.waitFor({ state: 'hidden' });
  });

  test('what the browser lets through the server takes as it is', async () => {
    await moveTo(anna, 900, 700);
    await anna.getByRole('button', { name: /^Submit/ }).click();
    const { output: kept, regions: shapes } = await until('it is submitted', output, (found) => found !== undefined);
    assert.deepEqual(kept, { weather: 'dry', place: 'Bonn' });
    assert.deepEqual(shapes.map(({ label, attributes }) => [label, attributes.kind ?? null]).sort(), [
      ['car', 'bus'],
      ['car', 'suv'],
      ['person', null],
    ]);
    assert.deepEqual([anna.problems, ben.problems], [[], []]);
  });
});

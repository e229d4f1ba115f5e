// A form of every field and every way of deciding what is there, made out of another one by overrides: filled in by keys alone, with what is wrong said where it
// is wrong, and kept as the layout says.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { barriers } from './support/axe.mjs';
import { launch, person, saveState, until } from './support/browser.mjs';
import { Server, makeProject, signIn } from './support/server.mjs';
import { shots } from './support/shots.mjs';

/** A day is typed as its locale writes it. */
const LAPTOP = { viewport: { width: 1366, height: 768 }, locale: 'en-US' };

const VISIT = `<Layout id="visit" name="Visit">
  <Grid columns="1" columns:lg="2" gap="md">
    <Panel title="The visit" gap="md">
      <Checkbox bind:value="$.output.seen" label="I have read the record" required="true" />
      <Number bind:value="$.output.weight" label="Weight" min="1" max="300" integer="true" unit="kg" required="true" />
      <Date bind:value="$.output.day" label="Day of the visit" min="2026-01-01" max="2026-12-31" required="true" />
      <Ranker bind:value="$.output.urgent" label="Most urgent" top="2" required="true">
        <Item value="pain">Pain</Item>
        <Item value="fever">Fever</Item>
        <Item value="sleep">Sleep</Item>
      </Ranker>
      <Text id="hint" variant="muted">Ask the ward if the weight is missing.</Text>
      <TextInput id="remark" bind:value="$.output.remark" label="Remark" />
    </Panel>
    <Panel title="What it was about" gap="md">
      <Classification bind:value="$.output.kind" label="Kind of visit" required="true">
        <Category value="planned">Planned</Category>
        <Category value="walk-in">Walk-in</Category>
      </Classification>
      <Switch on="$.output.kind">
        <Case value="urgent">
          <TextInput bind:value="$.output.called" label="Who was called?" required="true" />
        </Case>
        <Default><Text>Nobody has to be called.</Text></Default>
      </Switch>
      <Classification bind:value="$.output.topics" mode="multi" min-items="2" label="Topics">
        <Category value="heart">Heart</Category>
        <Category value="lung">Lung</Category>
        <Category value="skin">Skin</Category>
      </Classification>
      <Classification bind:value="$.output.place" mode="hierarchical" search="true" label="Place" required="true">
        <Category value="arm" label="Arm">
          <Category value="hand" label="Hand" />
          <Category value="elbow" label="Elbow" />
        </Category>
        <Category value="leg" label="Leg">
          <Category value="knee" label="Knee" />
        </Category>
      </Classification>
      <ForEach items="$.input.sentences" as="sentence" key="index">
        <Text bind:content="sentence.text" variant="strong" />
        <RadioGroup bind:value="$.output.tone[index]" label="Tone" required="true" columns="2">
          <Option value="calm">Calm</Option>
          <Option value="alarmed">Alarmed</Option>
        </RadioGroup>
        <Checkbox bind:value="$.output.checked[sentence.id]" label="Checked" />
      </ForEach>
      <Show when="$.output.weight > 150" fallback={<Text>The usual scales will do.</Text>}>
        <Checkbox bind:value="$.output.scales" label="The large scales were used" required="true" />
      </Show>
    </Panel>
  </Grid>
</Layout>`;

const NIGHT = `<Layout id="visit-at-night" name="Visit at night" extends="visit">
  <Override of="remark" label="Remark for the day shift" required="true" max-length="20" />
  <Override of="weight" max="200" label="Weight at night" />
  <Override of="kind">
    <Category value="planned">Planned</Category>
    <Category value="urgent">Urgent</Category>
  </Override>
  <Insert after="remark"><Rating bind:value="$.output.calm" label="How calm was it?" /></Insert>
  <Remove of="hint" />
</Layout>`;

const SENTENCES = [
  { id: 's1', text: 'She slept well.' },
  { id: 's2', text: 'At four she called for help.' },
];

describe('a form filled in by keys', () => {
  let server, browser, admin, project, task, anna;

  before(async () => {
    server = await Server.start();
    browser = await launch();
    const people = await Promise.all(['admin', 'Anna'].map((who) => signIn(server, who)));
    admin = people[0];
    ({
      project,
      tasks: [task],
    } = await makeProject(admin, 'Visits', { people: [[people[1], 'labeler']], images: 1, input: { sentences: SENTENCES } }));
    const layouts = `/projects/${project.id}/layouts`;
    for (const [name, source] of [
      ['Visit', VISIT],
      ['Visit at night', NIGHT],
    ]) {
      const made = await admin.api('POST', layouts, { name, source });
      assert.equal(made.status, 201, JSON.stringify(made.body));
      assert.deepEqual(made.body.problems, []);
      if (source === NIGHT) assert.equal((await admin.api('POST', `${layouts}/${made.body.id}/activate`)).status, 200);
    }
    anna = await person(browser, server.link('Anna'), LAPTOP);
    await anna.goto(`${server.url}/projects/${project.id}`);
    await anna.getByTestId('next-task').click();
    await anna.getByTestId('lease').waitFor();
    await anna.locator('.lay').waitFor();
  });

  after(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
  });

  const field = (key) => anna.locator(`[data-field=${JSON.stringify(key)}]`);
  const errors = () =>
    anna
      .locator('.lay-field-wrong')
      .evaluateAll((all) =>
        Object.fromEntries(all.map((one) => [one.dataset.field, one.querySelector('[role=alert]')?.textContent])),
      );
  const told = (what, good) => until(what, errors, good);
  const keys = async (...names) => {
    for (const name of names) await anna.keyboard.press(name);
  };
  const focused = () => anna.evaluate(() => document.activeElement?.closest('[data-field]')?.dataset.field ?? null);
  /** Tab, until the focus is in the field; and on, until it is on what the selector means. */
  const tabTo = async (key, what = '*') => {
    for (let presses = 0; presses < 120; presses++) {
      const is = await field(key).evaluate(
        (box, what) => box.contains(document.activeElement) && document.activeElement.matches(what),
        what,
      );
      if (is) return;
      await keys('Tab');
    }
    throw new Error(`Tab never comes to ${key} ${what}`);
  };
  const focusOn = (what, key, selector) =>
    until(
      `the focus is on ${what}`,
      () =>
        field(key).evaluate((box, selector) => {
          const now = document.activeElement;
          return box.contains(now) && now.matches(selector) ? true : (now?.outerHTML.slice(0, 200) ?? null);
        }, selector),
      (is) => is === true,
    );
  const submit = () => keys('Control+Enter');
  const output = async () => {
    const { body } = await admin.api('GET', `/tasks/${task.id}/annotations`);
    return body.items.find(({ status }) => status === 'submitted')?.output;
  };

  test('is the parent with what the child overrides, inserts and removes by instance', async () => {
    await anna.getByLabel('Remark for the day shift').waitFor();
    assert.equal(await anna.getByText('Ask the ward').count(), 0, 'what is removed is not there');
    assert.deepEqual(await field('kind').getByRole('radio').evaluateAll((all) => all.map(({ value }) => value)), ['planned', 'urgent']); // prettier-ignore
    const inOrder = await anna.locator('[data-field]').evaluateAll((all) => all.map(({ dataset }) => dataset.field));
    assert.equal(inOrder[inOrder.indexOf('remark') + 1], 'calm', 'what is inserted stands after its place');
    assert.equal(await anna.locator('.lay-unknown').count(), 0);
    assert.equal(await field('weight').getByRole('spinbutton').getAttribute('max'), '200');
    assert.equal(await anna.getByText('Nobody has to be called.').count(), 1);
    assert.equal(await anna.getByText('The usual scales will do.').count(), 1);
    for (const { text } of SENTENCES) await anna.getByText(text).waitFor();
  });

  test('says at each field that it is missing, and goes to the first', async () => {
    await submit();
    await until('the first is in focus', focused, (key) => key === 'seen');
    assert.deepEqual(await errors(), {
      seen: 'I have read the record must be filled in',
      weight: 'Weight at night must be filled in',
      day: 'Day of the visit must be filled in',
      urgent: 'Most urgent must be filled in',
      remark: 'Remark for the day shift must be filled in',
      kind: 'Kind of visit must be filled in',
      place: 'Place must be filled in',
      'tone[0]': 'Tone must be filled in',
      'tone[1]': 'Tone must be filled in',
    });
    await shots(anna, 'fields-missing');
    assert.equal(await output(), undefined);
  });

  test('says at each field what is wrong with it, and takes it back once it is right', async () => {
    await tabTo('seen');
    await keys('Space');
    await told('it is ticked', (all) => all.seen === undefined);
    await tabTo('weight');
    await anna.keyboard.type('250');
    await told('too much', (all) => all.weight === 'Weight at night must be 200 or less; it is 250');
    await keys('Control+a');
    await anna.keyboard.type('72.5');
    await told('no whole number', (all) => /whole number/.test(all.weight));
    await keys('Control+a');
    await anna.keyboard.type('180');
    await told('the weight is right', (all) => all.weight === undefined);
    await tabTo('day');
    await anna.keyboard.type('12312025');
    await told('too early', (all) => all.day === 'Day of the visit must not be before 2026-01-01');
    await keys('ArrowUp');
    await told('the day is right', (all) => all.day === undefined);
    await tabTo('remark');
    await anna.keyboard.type('Longer than anybody has to read');
    await told('too long', (all) => /^Remark for the day shift must have at most 20 letters/.test(all.remark));
    await keys('Control+a');
    await anna.keyboard.type('Call at seven');
    await told('the remark is right', (all) => all.remark === undefined);
  });

  test('an order is made and changed by keys, and the focus stays in it', async () => {
    const order = () => field('urgent').getByRole('listitem').evaluateAll((all) => all.map((one) => one.querySelector('.lay-option-text').textContent)); // prettier-ignore
    const ordered = (wanted) => until(`the order is ${wanted}`, order, (all) => all.join() === wanted);
    await tabTo('urgent', '.lay-chip');
    await keys('Enter');
    await told('one of two', (all) => all.urgent === 'Most urgent must have at least 2; there is 1');
    await focusOn('the next that has no place', 'urgent', '.lay-chip');
    await keys('Enter');
    await ordered('Pain,Fever');
    await focusOn('the last that has no place', 'urgent', '.lay-chip');
    await keys('Enter');
    await ordered('Pain,Fever,Sleep');
    await focusOn('what came last', 'urgent', 'li:last-child');
    assert.equal((await errors()).urgent, undefined);
    await keys('ArrowUp');
    await ordered('Pain,Sleep,Fever');
    await keys('ArrowUp');
    await ordered('Sleep,Pain,Fever');
    // Its buttons do the same; at the end, where the one pressed can do no more, the arrows go on from there.
    await tabTo('urgent', '[aria-label="Sleep one place down"]');
    await keys('Enter');
    await ordered('Pain,Sleep,Fever');
    await keys('Enter');
    await ordered('Pain,Fever,Sleep');
    await focusOn('what was moved: the button is a dead end', 'urgent', 'li:last-child');
    await keys('ArrowUp');
    await ordered('Pain,Sleep,Fever');
    await tabTo('urgent', '[aria-label="Fever out of the order"]');
    await keys('Enter');
    await ordered('Pain,Sleep');
    await focusOn('what is now last', 'urgent', 'li:last-child');
  });

  test('classes are chosen by keys: one, several, and down a tree that is searched', async () => {
    await tabTo('kind');
    await keys('ArrowDown');
    await told('a kind is chosen', (all) => all.kind === undefined);
    await tabTo('called');
    await tabTo('topics');
    await keys('Space');
    await anna.getByText('Topics must have at least 2; there is 1').waitFor();
    await keys('Tab', 'Tab', 'Space');
    await told('two are chosen', (all) => all.topics === undefined);
    await tabTo('place', '[aria-expanded]');
    await keys('Enter');
    await field('place').getByText('Elbow').waitFor();
    await keys('Shift+Tab');
    await anna.keyboard.type('kne');
    await until('only what fits', () => field('place').getByRole('radio').count(), (n) => n === 1); // prettier-ignore
    await tabTo('place', '[type=radio]');
    await keys('Space');
    await told('a place is chosen', (all) => all.place === undefined);
    await field('place').locator('.lay-way', { hasText: 'Leg › Knee' }).waitFor();
    await tabTo('place', '.lay-clear');
    await keys('Enter');
    await told('none any more', (all) => all.place === 'Place must be filled in');
    await focusOn('the field: the button is gone', 'place', '[role=group]');
    await tabTo('place', '[type=radio]');
    await keys('Space');
    await told('a place is chosen again', (all) => all.place === undefined);
    await shots(anna, 'fields-classes');
  });

  test('each turn of a loop has its own, and what a case or a condition shows is asked for', async () => {
    await tabTo('tone[0]');
    await keys('Space');
    await tabTo('checked.s1');
    await keys('Space');
    await tabTo('tone[1]');
    await keys('ArrowDown');
    await until('one turn each', errors, (all) => !('tone[0]' in all || 'tone[1]' in all));
    assert.equal(await anna.getByText('The usual scales will do.').count(), 0, 'at 180 kg');
    await submit();
    await until('what the case shows is missing', focused, (key) => key === 'called');
    assert.deepEqual(await errors(), {
      called: 'Who was called? must be filled in',
      scales: 'The large scales were used must be filled in',
    });
    await anna.keyboard.type('Dr. Ito');
    await tabTo('scales');
    await keys('Space');
    await told('nothing is wrong', (all) => Object.keys(all).length === 0);
    for (const colorScheme of ['light', 'dark']) {
      await anna.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      assert.deepEqual(await barriers(anna), [], colorScheme);
    }
    await shots(anna, 'fields-filled');
  });

  test('what is kept is what is to be seen, each as its field keeps it', async () => {
    // What a condition hides again is no part of the answer.
    await tabTo('weight');
    await keys('Control+a');
    await anna.keyboard.type('80');
    await anna.getByText('The usual scales will do.').waitFor();
    await until('saved', () => saveState(anna), (state) => state === 'saved'); // prettier-ignore
    await submit();
    assert.deepEqual(await until('it is submitted', output, (answer) => answer !== undefined), {
      seen: true,
      weight: 80,
      day: '2026-12-31',
      urgent: ['pain', 'sleep'],
      remark: 'Call at seven',
      kind: 'urgent',
      called: 'Dr. Ito',
      topics: ['heart', 'skin'],
      place: ['leg', 'knee'],
      tone: ['calm', 'alarmed'],
      checked: { s1: true },
    });
    assert.deepEqual(anna.problems, []);
  });
});

// Two people in one text: each sees which letters the other chooses, where their caret is and whose it is, and nothing of it is in the way.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { barriers } from './support/axe.mjs';
import { launch, person, until } from './support/browser.mjs';
import { Server, makeProject, signIn } from './support/server.mjs';
import { shots } from './support/shots.mjs';

const LAPTOP = { viewport: { width: 1366, height: 768 } };

const STORY = `<Layout id="story" name="Story">
  <NERTagger bind:source="$.input.text" bind:value="$.output.entities" label="Entities">
    <EntityType name="Person" color="#4ECDC4" hotkey="p" />
    <EntityType name="Place" color="#E8A33D" hotkey="l" />
  </NERTagger>
  <TextArea bind:value="$.output.notes" label="Notes" :rows="2" />
</Layout>`;

const TEXT = `Maria Berg met Tom at the harbour of Bremen, where the ferry from Oslo had been late again because of the fog that lay on the river for most of the week.
On Friday she wrote to Dr. Keller in Hamburg 🐺 about it.`;

describe('two people in one text', () => {
  let server, browser, anna, ben;

  before(async () => {
    server = await Server.start();
    browser = await launch();
    const [admin, annotator, reviewer] = await Promise.all(['admin', 'annotator', 'reviewer'].map((who) => signIn(server, who)));
    const people = [
      [annotator, 'labeler'],
      [reviewer, 'reviewer'],
    ];
    const {
      project,
      tasks: [task],
    } = await makeProject(admin, 'Stories', { people, images: 1, input: { text: TEXT } });
    const layouts = `/projects/${project.id}/layouts`;
    const layout = await admin.api('POST', layouts, { name: 'Story', source: STORY });
    assert.equal((await admin.api('POST', `${layouts}/${layout.body.id}/activate`)).status, 200, JSON.stringify(layout.body));
    anna = await person(browser, server.link('annotator'), LAPTOP);
    ben = await person(browser, server.link('reviewer'), LAPTOP);
    for (const page of [anna, ben]) {
      await page.goto(`${server.url}/projects/${project.id}/tasks/${task.id}`);
      await page.getByRole('application').waitFor();
    }
  });

  after(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
  });

  /** Where a letter is on the screen: its left edge, halfway up. */
  const letter = (page, at) =>
    page.evaluate((at) => {
      for (const piece of document.querySelectorAll('.lay-letters [data-start]')) {
        const all = Array.from(piece.textContent);
        const from = at - Number(piece.dataset.start);
        if (from < 0 || from >= all.length) continue;
        const range = document.createRange();
        range.setStart(piece.firstChild, all.slice(0, from).join('').length);
        range.setEnd(piece.firstChild, all.slice(0, from + 1).join('').length);
        const { x, y, height } = range.getBoundingClientRect();
        return { x: x + 0.5, y: y + height / 2 };
      }
      return null;
    }, at);
  const go = async (page, at) => {
    const { x, y } = await letter(page, at);
    await page.mouse.move(x, y, { steps: 3 });
  };
  const index = (word) => Array.from(TEXT.slice(0, TEXT.indexOf(word))).length;
  /** What is seen of others: whose it is and which letters. */
  const seen = (page) =>
    page.locator('.lay-others > [data-chosen]').evaluateAll((all) =>
      all.map((one) => ({
        name: one.querySelector('.lay-others-name').textContent,
        chosen: one.dataset.chosen,
        lines: one.querySelectorAll('.lay-others-line').length,
      })),
    );
  const chosen = (page, wanted) => until(`others' letters ${wanted}`, () => seen(page), (all) => all.map(({ chosen }) => chosen).join() === wanted); // prettier-ignore

  test('letters that somebody chooses are seen while they are being chosen, under that person’s name', async () => {
    const [from, to] = [index('Maria'), index(' met')];
    await go(anna, from);
    await anna.mouse.down();
    await go(anna, index('Berg'));
    await chosen(ben, `${from}-${index('Berg')}`);
    await go(anna, to);
    const [one] = await chosen(ben, `${from}-${to}`);
    assert.match(one.name, /Anna/);
    assert.equal(one.lines, 1);
    await anna.mouse.up();
    // Told as the choice that it now is, it is where it was.
    await anna.locator('.lay-choice').waitFor();
    await chosen(ben, `${from}-${to}`);
  });

  test('it lies exactly over the letters, and its name over none', async () => {
    const places = await ben.evaluate(() => {
      const rect = (selector) => document.querySelector(selector).getBoundingClientRect().toJSON();
      return { line: rect('.lay-others-line'), name: rect('.lay-others-name') };
    });
    const [first, behind] = [await letter(ben, 0), await letter(ben, index(' met'))];
    assert.ok(Math.abs(places.line.left - first.x) < 2, JSON.stringify([places, first]));
    assert.ok(Math.abs(places.line.right - behind.x) < 2, JSON.stringify([places, behind]));
    assert.ok(places.line.top < first.y && places.line.bottom > first.y);
    assert.ok(places.name.bottom <= places.line.top + 1, JSON.stringify(places));
  });

  test('what somebody else has chosen is not in the way: one chooses and marks the same letters', async () => {
    const [from, to] = [index('Berg'), index(' met')];
    await go(ben, from);
    await ben.mouse.down();
    await go(ben, to);
    await chosen(anna, `${from}-${to}`);
    await ben.mouse.up();
    await ben.keyboard.press('l');
    await until('the mark at Anna’s', () => anna.locator('.lay-tag').allInnerTexts(), (tags) => tags.join() === 'Place'); // prettier-ignore
    await until('nothing chosen any more', () => seen(anna), (all) => all.length === 0); // prettier-ignore
    assert.equal(await anna.locator('.lay-choice').count(), 2, 'Anna’s own choice stays through it');
  });

  test('by keys it is told too, over the end of a line and backwards as well', async () => {
    await anna.keyboard.press('Escape');
    await until('nothing of Anna’s', () => seen(ben), (all) => all.length === 0); // prettier-ignore
    await anna.keyboard.press('ArrowRight');
    for (let n = 0; n < 32; n++) await anna.keyboard.press('Shift+ArrowRight');
    const [long] = await until('over two lines', () => seen(ben), ([one]) => one?.lines >= 2); // prettier-ignore
    assert.ok(long.chosen.startsWith('0-'));
    const [from, to] = [index('Hamburg') + 7, index('Hamburg')];
    await go(anna, from);
    await anna.mouse.down();
    await go(anna, to);
    await anna.mouse.up();
    await chosen(ben, `${from}-${to}`);
  });

  test('a click leaves a caret, which others see where it is', async () => {
    const at = index('Oslo');
    await go(ben, at);
    await ben.mouse.down();
    await ben.mouse.up();
    const [one] = await chosen(anna, `${at}-${at}`);
    assert.equal(one.lines, 0);
    const caret = await anna.locator('.lay-others-caret').boundingBox();
    assert.ok(Math.abs(caret.x - (await letter(anna, at)).x) < 2);
  });

  test('whoever does not see it is told when they ask, and nothing serious is in anybody’s way', async () => {
    assert.match(await anna.getByRole('application').evaluate((text) => document.getElementById(text.getAttribute('aria-describedby')).textContent), /is at “Oslo”$/); // prettier-ignore
    for (const colorScheme of ['light', 'dark']) {
      await ben.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      assert.deepEqual(await barriers(ben), [], colorScheme);
    }
    await ben.emulateMedia({ colorScheme: 'light', reducedMotion: null });
    await shots(ben, 'text-together');
  });

  test('where the window is narrower it goes along with the letters', async () => {
    await ben.setViewportSize({ width: 820, height: 1180 });
    const at = index('Hamburg');
    await until(
      'the line over its letters',
      async () => [await ben.locator('.lay-others-line').first().boundingBox(), await letter(ben, at)],
      ([line, first]) => line && Math.abs(line.x - first.x) < 2 && line.y < first.y && line.y + line.height > first.y,
    );
    await shots(ben, 'text-together-narrow', [[820, 1180]]);
    await ben.setViewportSize(LAPTOP.viewport);
  });

  test('it is gone when they go to another field, and when they leave', async () => {
    await ben.getByLabel('Notes').click();
    await until('nothing of Ben’s', () => seen(anna), (all) => all.length === 0); // prettier-ignore
    await anna.getByRole('application').focus();
    await until('Anna again', () => seen(ben), (all) => all.length === 1); // prettier-ignore
    assert.deepEqual([anna.problems, ben.problems], [[], []]);
    await anna.context().close();
    await until('nothing of Anna’s', () => seen(ben), (all) => all.length === 0); // prettier-ignore
  });
});

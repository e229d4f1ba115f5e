// A seeded robot: four people with mouse and keys in one image, one of them offline and the server killed meanwhile. TANDEM_ROBOT_SEED
// chooses what they do; when exactly, the machine does.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { ghosts, launch, openTask, person, regions, saveState, until } from './support/browser.mjs';
import { chance, hand } from './support/hand.mjs';
import { makeProject, Server, signIn } from './support/server.mjs';

const SEED = Number(process.env.TANDEM_ROBOT_SEED ?? 1);
const PEOPLE = ['Anna', 'Ben', 'reviewer', 'adjudicator'];
const LABELS = [
  { name: 'car', color: '#2563eb', hotkey: '1' },
  { name: 'pose', color: '#dc2626', hotkey: '2', keypoints: ['head', 'left', 'right', 'foot'] },
];
const [WIDTH, HEIGHT] = [1280, 860];
const WHOLE = { x: 0, y: 0, width: WIDTH, height: HEIGHT };
const quarter = (n) => ({ x: (n % 2) * (WIDTH / 2), y: Math.floor(n / 2) * (HEIGHT / 2), width: WIDTH / 2, height: HEIGHT / 2 });
// More than five hundred gestures in all.
const ROUNDS = 12;
const EACH = 8;
const TOGETHER = 32;

describe(`four people and chance, TANDEM_ROBOT_SEED=${SEED}`, () => {
  let server, browser, project, task, pages, ids, beginning;

  before(async () => {
    console.log(`TANDEM_ROBOT_SEED=${SEED}`);
    server = await Server.start();
    browser = await launch();
    const [admin, ...four] = await Promise.all(['admin', ...PEOPLE].map((who) => signIn(server, who)));
    const people = four.map((one) => [one, 'reviewer']);
    ({
      project,
      tasks: [task],
    } = await makeProject(admin, 'Robot', { people, images: 1, size: [WIDTH, HEIGHT], labels: LABELS }));
    ids = four.map(({ me }) => me.user.id);
    pages = [];
    for (const who of PEOPLE) {
      const page = await person(browser, server.link(who));
      await openTask(page, server, project.id, task.id);
      pages.push(page);
    }
    // Something is there already, drawn on an earlier visit: a box in each quarter.
    for (const [n, page] of pages.entries()) {
      const { x, y } = quarter(n);
      await hand(page, chance(n), quarter(n)).letGo();
      await drawn(page, x + 200, y + 150);
      await until('saved', () => saveState(page), (state) => state === 'saved'); // prettier-ignore
      await openTask(page, server, project.id, task.id);
    }
    beginning = await everywhere();
    assert.equal(beginning.length, 4);
  });

  after(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
  });

  async function drawn(page, x, y) {
    await page.keyboard.press('b');
    const [from, to] = await page.evaluate(([x, y]) => [{ x, y }, { x: x + 120, y: y + 90 }].map((p) => window.__tandem.view.toScreen(p)), [x, y]); // prettier-ignore
    await page.mouse.move(from.x, from.y);
    await page.mouse.down();
    await page.mouse.move(to.x, to.y, { steps: 3 });
    await page.mouse.up();
  }

  /** All is saved and no ghost is left; what the four and a fifth who just came in see, which is the same. */
  async function everywhere() {
    for (const page of pages) await until('saved', () => saveState(page), (state) => state === 'saved', 40); // prettier-ignore
    const fresh = await person(browser, server.link('admin'));
    await openTask(fresh, server, project.id, task.id);
    for (const page of [...pages, fresh]) await until('no ghost', () => ghosts(page), (seen) => seen.length === 0); // prettier-ignore
    const seen = await regions(fresh);
    const wanted = JSON.stringify(seen);
    for (const page of pages) await until('one picture', () => regions(page), (list) => JSON.stringify(list) === wanted); // prettier-ignore
    assert.deepEqual([...pages, fresh].flatMap(({ problems }) => problems), []); // prettier-ignore
    await fresh.context().close();
    return seen;
  }

  const told = (hands) => hands.map(({ done }, n) => `${PEOPLE[n]}: ${done.slice(-12).join(', ')}`).join('\n');

  /** Whatever goes wrong, the gestures before it are told. */
  async function telling(hands, run) {
    try {
      return await run();
    } catch (error) {
      throw new Error(`TANDEM_ROBOT_SEED=${SEED}\n${told(hands)}\n${error.message}`, { cause: error });
    }
  }

  test('each at what is theirs: one picture through an outage and a kill, and four empty stacks are the picture as it was', async () => {
    const hands = pages.map((page, n) => hand(page, chance(SEED + n), quarter(n)));
    const isMine = (n) => (region) => region.author === ids[n];
    await telling(hands, async () => {
      for (let round = 0; round < ROUNDS; round++) {
        if (round === 2) {
          await pages[1].context().setOffline(true);
          await until('offline', () => saveState(pages[1]), (state) => state === 'offline', 40); // prettier-ignore
        }
        if (round === 4) await pages[1].context().setOffline(false);
        if (round === 6) await server.kill9();
        const back = round === 7 ? server.up() : null;
        await Promise.all(
          hands.map(async (one, n) => {
            for (let k = 0; k < EACH; k++) {
              await one.act();
              await one.stayWithin(isMine(n));
            }
          }),
        );
        await back;
      }
      await Promise.all(hands.map((one) => one.letGo()));
      const made = await everywhere();
      assert.notDeepEqual(made, beginning);
      for (const [n, one] of hands.entries()) {
        await one.undoAll();
        const left = (await regions(pages[n])).filter(isMine(n));
        assert.deepEqual(left, beginning.filter(isMine(n)), PEOPLE[n]); // prettier-ignore
      }
      assert.deepEqual(await everywhere(), beginning);
    });
  });

  test('all over each other: one picture, and when all stacks are empty still one', async () => {
    const hands = pages.map((page, n) => hand(page, chance(SEED + 4 + n), WHOLE));
    await telling(hands, async () => {
      await Promise.all(
        hands.map(async (one) => {
          for (let k = 0; k < TOGETHER; k++) await one.act();
        }),
      );
      await Promise.all(hands.map((one) => one.letGo()));
      await everywhere();
      for (const one of hands) await one.undoAll();
      await everywhere();
    });
  });
});

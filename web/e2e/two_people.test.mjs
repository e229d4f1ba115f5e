// The product's main promise: two people label the same photo, live, and nothing marked saved is ever lost.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { cursors, drawBox, ghosts, launch, moveTo, openTask, person, regions, saveState, until } from './support/browser.mjs';
import { Server, makeProject, signIn } from './support/server.mjs';

describe('two people on one task', () => {
  let server, browser, anna, ben, project, task, initial;

  before(async () => {
    server = await Server.start();
    browser = await launch();
    const [admin, annotator, reviewer, adjudicator] = await Promise.all(
      ['admin', 'annotator', 'reviewer', 'adjudicator'].map((who) => signIn(server, who)),
    );
    const people = [
      [annotator, 'labeler'],
      [reviewer, 'reviewer'],
      [adjudicator, 'reviewer'],
    ];
    const made = await makeProject(admin, 'Two people', { people, images: 2 });
    project = made.project;
    task = made.tasks[0];
    anna = await person(browser, server.link('annotator'));
    ben = await person(browser, server.link('reviewer'));
    await openTask(anna, server, project.id, task.id);
    await openTask(ben, server, project.id, task.id);
    initial = (await regions(anna)).length;
  });

  after(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
  });

  const mine = async (page) => (await regions(page)).length - initial;
  const saved = (page) =>
    until(
      'saved',
      () => saveState(page),
      (s) => s === 'saved',
    );

  test("each sees the other's cursor", async () => {
    await moveTo(anna, 200, 150);
    const near = (x, y) => (seen) => seen.some((c) => Math.abs(c.x - x) < 2 && Math.abs(c.y - y) < 2);
    await until("Anna's cursor at Ben's", () => cursors(ben), near(200, 150));
    await moveTo(ben, 300, 250);
    await until("Ben's cursor at Anna's", () => cursors(anna), near(300, 250));
  });

  test('a shape is a ghost while it is drawn and solid afterwards', async () => {
    await drawBox(anna, [100, 100], [260, 220], async () => {
      const seen = await until(
        "the ghost at Ben's",
        () => ghosts(ben),
        (g) => g.length === 1 && g[0].geometry.width > 100,
      );
      assert.equal(seen[0].geometry.kind, 'box');
      assert.equal(await mine(ben), 0, 'a ghost is not in the kept document');
    });
    await until(
      "the solid box at Ben's",
      () => mine(ben),
      (n) => n === 1,
    );
    await until(
      'no ghost left',
      () => ghosts(ben),
      (g) => g.length === 0,
    );
    await saved(anna);
  });

  test("undo takes back only one's own", async () => {
    await drawBox(ben, [320, 120], [420, 240]);
    await until(
      "both boxes at Anna's",
      () => mine(anna),
      (n) => n === 2,
    );
    const bens = (await regions(ben)).at(-1);
    await anna.keyboard.press('Control+z');
    await until(
      "Anna's box gone at Ben's",
      () => mine(ben),
      (n) => n === 1,
    );
    assert.ok(
      (await regions(ben)).some((r) => r.label === bens.label && Math.abs(r.geometry.x - 320) < 2),
      "Ben's box stays",
    );
    await anna.keyboard.press('Control+z');
    await anna.keyboard.press('Control+Shift+z');
    await until(
      "Anna's box is back at Ben's",
      () => mine(ben),
      (n) => n === 2,
    );
    await saved(anna);
    await saved(ben);
  });

  test('kill -9 straight after saved loses nothing, and what was drawn while the server was down arrives', async () => {
    await drawBox(anna, [500, 300], [600, 380]);
    await saved(anna);
    const before = await regions(anna);
    await server.kill9();
    await until(
      'offline is shown',
      () => saveState(ben),
      (s) => s === 'offline',
    );
    await drawBox(ben, [620, 300], [700, 400]);
    assert.equal(await mine(ben), 4, 'work goes on while the server is down');
    await server.up();
    await until(
      "everything at Anna's",
      () => mine(anna),
      (n) => n === 4,
      30,
    );
    await saved(ben);
    // A third window sees only what the server has.
    const fresh = await person(browser, server.link('adjudicator'));
    await openTask(fresh, server, project.id, task.id);
    await until(
      'everything on the server',
      () => mine(fresh),
      (n) => n === 4,
    );
    const ids = new Set((await regions(fresh)).map((r) => r.id));
    for (const region of before) assert.ok(ids.has(region.id), `a region marked saved is gone: ${region.id}`);
    await fresh.context().close();
  });

  test('a stopped Postgres: no acknowledgement, work goes on, everything lands afterwards', async () => {
    const postgres = await server.postgresPid();
    process.kill(postgres, 'SIGSTOP');
    // The postmaster alone is stopped by this; its backends are separate processes.
    const backends = await children(postgres);
    for (const pid of backends) process.kill(pid, 'SIGSTOP');
    try {
      await drawBox(anna, [720, 420], [800, 500]);
      await until(
        'Ben sees it live',
        () => mine(ben),
        (n) => n === 5,
      );
      await new Promise((done) => setTimeout(done, 1500));
      assert.notEqual(await saveState(anna), 'saved', 'nothing may be acknowledged while the disk is away');
    } finally {
      for (const pid of backends) process.kill(pid, 'SIGCONT');
      process.kill(postgres, 'SIGCONT');
    }
    await saved(anna);
    assert.equal(await mine(ben), 5);
  });

  test('a killed Postgres: it comes back by itself, and with it the acknowledgement', async () => {
    const postgres = await server.postgresPid();
    process.kill(postgres, 'SIGKILL');
    await drawBox(ben, [820, 420], [900, 500]);
    await until(
      'Anna sees it live',
      () => mine(anna),
      (n) => n === 6,
    );
    await until(
      'saved',
      () => saveState(ben),
      (s) => s === 'saved',
      60,
    );
    assert.notEqual(await server.postgresPid(), postgres);
  });

  test('nothing went wrong in either window', () => {
    assert.deepEqual(anna.problems, []);
    assert.deepEqual(ben.problems, []);
  });
});

async function children(pid) {
  const { readFile } = await import('node:fs/promises');
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return text.trim().split(/\s+/).filter(Boolean).map(Number);
}

// A working day in small: continue, draw, submit and next by keyboard, skip, and a dashboard that follows live.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { drawBox, launch, person, regions, saveState, until } from './support/browser.mjs';
import { Server, makeProject, signIn } from './support/server.mjs';

describe('working through the queue', () => {
  let server, browser, admin, worker, adminsWindow, project, tasks;

  before(async () => {
    server = await Server.start();
    browser = await launch();
    const people = await Promise.all(['admin', 'annotator', 'reviewer'].map((who) => signIn(server, who)));
    admin = people[0];
    ({ project, tasks } = await makeProject(admin, 'Queue', {
      people: [
        [people[1], 'labeler'],
        [people[2], 'reviewer'],
      ],
      images: 4,
    }));
    worker = await person(browser, server.link('annotator'));
    adminsWindow = await person(browser, server.link('admin'));
  });

  after(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
  });

  const taskId = () => new URL(worker.url()).pathname.split('/').at(-1);
  const ready = (page) => page.waitForFunction(() => window.__tandem?.room?.synced === true);
  const counts = async () => (await admin.api('GET', `/projects/${project.id}`)).body.progress;

  test('continuing leases the next task and opens it; the pictures of the two that come after it are fetched meanwhile', async () => {
    // Not the oldest ones.
    for (const [task, priority] of [
      [tasks[2], 9],
      [tasks[3], 8],
    ]) {
      const wanted = { task_ids: [task.id], priority, reason: 'the customer waits' };
      assert.equal((await admin.api('POST', `/projects/${project.id}/tasks/priority`, wanted)).status, 200);
    }
    const fetched = [];
    worker.on('requestfinished', (request) => fetched.push(request.url()));
    const picture = async ({ asset }) => new URL((await admin.api('GET', `/assets/${asset.id}`)).body.url).pathname;
    const inOrder = await Promise.all([tasks[2], tasks[3], tasks[0], tasks[1]].map(picture));
    const seen = () => inOrder.map((path) => fetched.some((url) => new URL(url).pathname === path));
    await worker.goto(`${server.url}/projects/${project.id}`);
    await worker.getByTestId('next-task').click();
    await worker.waitForURL(/\/tasks\//);
    await ready(worker);
    await worker.getByTestId('lease').waitFor();
    assert.equal((await counts()).in_progress, 1);
    await until('the next two pictures', seen, (there) => there.filter(Boolean).length === 3);
    assert.deepEqual(seen(), [true, true, true, false]);
  });

  test('submit and next is one key, and what was drawn is what was submitted', async () => {
    const first = taskId();
    await drawBox(worker, [100, 100], [300, 240]);
    await until(
      'saved',
      () => saveState(worker),
      (s) => s === 'saved',
    );
    const drawn = await regions(worker);
    assert.equal(drawn.length, 1);
    await worker.keyboard.press('Control+Enter');
    await until(
      'the next task',
      () => taskId(),
      (id) => id !== first,
    );
    await ready(worker);
    const annotations = (await admin.api('GET', `/tasks/${first}/annotations`)).body;
    const newest = (annotations.items ?? annotations)[0];
    assert.deepEqual(
      newest.regions.map((r) => r.id),
      drawn.map((r) => r.id),
    );
    assert.equal(newest.regions[0].label, drawn[0].label);
  });

  test('a dashboard follows without being reloaded', async () => {
    await adminsWindow.goto(`${server.url}/projects/${project.id}`);
    const text = () => adminsWindow.getByTestId('progress').innerText();
    const before = await until('progress', text, (t) => t.includes('1'));
    const first = taskId();
    await drawBox(worker, [400, 100], [500, 200]);
    await until(
      'saved',
      () => saveState(worker),
      (s) => s === 'saved',
    );
    await worker.keyboard.press('Control+Enter');
    await until(
      'the next task',
      () => taskId(),
      (id) => id !== first,
    );
    await until('the dashboard moved', text, (t) => t !== before);
  });

  test('a skipped task goes back to the others and is not offered to the same person again', async () => {
    await ready(worker);
    const skipped = taskId();
    await worker.getByTestId('skip').click();
    await worker.getByTestId('skip-confirm').click();
    await until(
      'another task',
      () => taskId(),
      (id) => id !== skipped,
    );
    const task = (await admin.api('GET', `/tasks/${skipped}`)).body;
    assert.equal(task.status, 'pending');
  });

  test('a submit with an old fencing token is refused and says who holds the task now', async () => {
    const [a, b] = await Promise.all(['annotator', 'reviewer'].map((who) => signIn(server, who)));
    const mine = (await a.api('POST', `/projects/${project.id}/next`, {})).body.work;
    const lease = mine.assignment;
    const released = await a.api('POST', `/assignments/${lease.id}/release`, { fencing_token: lease.fencing_token });
    assert.equal(released.status, 200);
    // The queue offers the oldest first; the reviewer passes on what is not this task.
    for (;;) {
      const theirs = (await b.api('POST', `/projects/${project.id}/next`, {})).body.work;
      if (theirs.task.id === mine.task.id) break;
      await b.api('POST', `/assignments/${theirs.assignment.id}/skip`, { fencing_token: theirs.assignment.fencing_token });
    }
    const refused = await a.api('POST', `/assignments/${lease.id}/submit`, { fencing_token: lease.fencing_token });
    assert.equal(refused.status, 409);
    assert.equal(refused.body.code, 'lease_stale');
    assert.ok(JSON.stringify(refused.body).includes(b.me.user.name), JSON.stringify(refused.body));
  });

  test('nothing went wrong in any window', () => {
    assert.deepEqual([...worker.problems, ...adminsWindow.problems], []);
  });
});

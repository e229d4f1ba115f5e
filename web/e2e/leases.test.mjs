// A task stays with whoever works on it, asks whoever does nothing, and goes back when they stay away.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { drawBox, launch, person, until } from './support/browser.mjs';
import { Server, makeProject, signIn } from './support/server.mjs';

/** The shortest there is: what takes minutes in life takes seconds here. */
const LEASE_SECONDS = 30;

describe('a lease', () => {
  let server, browser, admin, worker, page, project;

  before(async () => {
    server = await Server.start({ TANDEM_LEASE_GRACE: '15s' });
    browser = await launch();
    [admin, worker] = await Promise.all(['admin', 'annotator'].map((who) => signIn(server, who)));
    project = (await makeProject(admin, 'Leases', { people: [[worker, 'labeler']], images: 2 })).project;
    await admin.api('PATCH', `/projects/${project.id}`, { lease_seconds: LEASE_SECONDS });
    page = await person(browser, server.link('annotator'));
    await page.goto(`${server.url}/projects/${project.id}`);
    await page.getByTestId('next-task').click();
    await page.waitForURL(/\/tasks\//);
    await page.waitForFunction(() => window.__tandem?.room?.synced === true);
    await page.getByTestId('lease').waitFor();
  });

  after(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
  });

  const taskId = () => new URL(page.url()).pathname.split('/').at(-1);
  const lease = async () => (await admin.api('GET', `/tasks/${taskId()}`)).body.lease;

  test('is renewed by the server while I draw, without a call of the browser', async () => {
    const calls = [];
    page.on('request', (request) => request.url().includes('/renew') && calls.push(request.url()));
    const first = await lease();
    const end = Date.now() + (LEASE_SECONDS + 10) * 1000;
    for (let row = 0; Date.now() < end; row++) {
      await drawBox(page, [40, 40 + row * 20], [80, 55 + row * 20]);
      await page.waitForTimeout(4000);
    }
    const now = await lease();
    assert.equal(now?.assignment_id, first.assignment_id, 'the same lease, longer than it was given for');
    assert.ok(Date.parse(now.expires_at) > Date.parse(first.expires_at));
    assert.deepEqual(calls, []);
    assert.equal(await page.getByTestId('keep-working').count(), 0);
  });

  test('is asked about when I do nothing, and one key keeps it', async () => {
    const asked = page.getByTestId('keep-working');
    await asked.waitFor({ timeout: 60_000 });
    const before = await lease();
    for (const [width, height] of [
      [1366, 768],
      [1024, 768],
    ]) {
      await page.setViewportSize({ width, height });
      if (process.env.TANDEM_SHOTS) await page.screenshot({ path: `${process.env.TANDEM_SHOTS}/keep-working-${width}.png` });
    }
    await asked.focus();
    await page.keyboard.press('Enter');
    await asked.waitFor({ state: 'detached' });
    const after = await lease();
    assert.equal(after.assignment_id, before.assignment_id);
    assert.ok(Date.parse(after.expires_at) > Date.parse(before.expires_at));
  });

  test('goes back after the grace when the last tab is closed', async () => {
    await admin.api('PATCH', `/projects/${project.id}`, { lease_seconds: 3600 });
    const { work } = (await worker.api('POST', `/projects/${project.id}/next`, {})).body;
    const { id, fencing_token } = work.assignment;
    await worker.api('POST', `/assignments/${id}/release`, { fencing_token });
    const next = (await worker.api('POST', `/projects/${project.id}/next`, {})).body.work;
    assert.ok(Date.parse(next.assignment.expires_at) > Date.now() + 3_000_000, 'its time is not over for an hour');
    await page.goto(`${server.url}/projects/${project.id}/tasks/${next.task.id}`);
    await page.waitForFunction(() => window.__tandem?.room?.synced === true);
    await page.close();
    const task = await until(
      'the task to be free',
      async () => (await admin.api('GET', `/tasks/${next.task.id}`)).body,
      (now) => now.lease === null,
      90,
    );
    assert.equal(task.status, 'pending');
  });
});

#!/usr/bin/env node
/**
 * Walks through the app on a running server as people do: an admin makes a project and uploads images, two people label
 * one together, submit and skip. Pictures of each stop land in web/shots/walk-*.png.
 *   node scripts/walk.mjs SERVER_LOG IMAGE...      the log of `tandem serve` holds the sign-in links
 */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const [log, ...images] = process.argv.slice(2);
const out = join(fileURLToPath(new URL('..', import.meta.url)), 'shots');
mkdirSync(out, { recursive: true });
const text = readFileSync(log, 'utf8');
const link = (job) => text.match(new RegExp(`\\(${job}\\)\\s+(\\S+)`))[1];
const ARGS = [
  '--no-sandbox',
  '--disable-quic',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ARGS });
const problems = [];

async function person(job, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(12_000);
  page.on('pageerror', (error) => problems.push(`${job}: ${error.message}`));
  page.on(
    'console',
    (message) =>
      message.type() === 'error' &&
      !/INTERNET_DISCONNECTED/.test(message.text()) &&
      problems.push(`${job} console: ${message.text()}`),
  );
  await page.goto(link(job));
  await page.waitForURL((url) => url.pathname === '/');
  assert.equal(new URL(page.url()).hash, '', 'the token is out of the address bar');
  return page;
}
let stop = 0;
const shot = async (page, name) => {
  await new Promise((done) => setTimeout(done, 350));
  await page.screenshot({ path: join(out, `walk-${String(++stop).padStart(2, '0')}-${name}.png`) });
};
const screen = (page, x, y) => page.evaluate(([x, y]) => window.__tandem.view.toScreen({ x, y }), [x, y]);
const regions = (page) => page.evaluate(() => window.__tandem.room.regions().length);
async function until(what, read, good, ms = 8000) {
  const end = Date.now() + ms;
  let seen;
  while (Date.now() < end) {
    seen = await read();
    if (good(seen)) return;
    await new Promise((done) => setTimeout(done, 40));
  }
  throw new Error(`${what}: last seen ${JSON.stringify(seen)}`);
}
async function drag(page, [x1, y1], [x2, y2], pause) {
  const [a, b] = [await screen(page, x1, y1), await screen(page, x2, y2)];
  await page.mouse.move(a.x, a.y);
  await page.mouse.down();
  await page.mouse.move((a.x + b.x) / 2, (a.y + b.y) / 2, { steps: 4 });
  await page.mouse.move(b.x, b.y, { steps: 4 });
  await pause?.();
  await page.mouse.up();
}
const synced = (page) => page.waitForFunction(() => window.__tandem?.room.synced);

const ada = await person('admin');
await ada.getByRole('link', { name: 'Projects' }).click();
await ada.getByRole('button', { name: 'New project' }).first().click();
const name = `Walk ${Date.now() % 100000}`;
await ada.getByLabel('Name').fill(name);
await ada.getByRole('button', { name: 'Create', exact: true }).click();
await ada.waitForURL(/\/labels$/);
for (const label of ['car', 'person', 'animal']) {
  await ada.getByLabel('Name of the new label').fill(label);
  await ada.getByRole('button', { name: 'Add label' }).click();
  await ada.locator('.label-row', { hasText: label }).waitFor();
}
await shot(ada, 'labels');
await ada.getByRole('link', { name: 'People' }).click();
for (const who of ['Anna Weber', 'Ben Costa']) {
  await ada.getByRole('button', { name: 'Add somebody' }).click();
  await ada.getByRole('menuitem', { name: who }).click();
  await ada.locator('.member', { hasText: who }).waitFor();
}
await shot(ada, 'people');
await ada.getByRole('link', { name: 'Data' }).click();
const photos = images.map((path) => ({ name: basename(path), mimeType: 'image/jpeg', buffer: readFileSync(path) }));
const broken = { name: 'broken.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('not an image') };
await ada.getByTestId('file-input').setInputFiles([...photos, broken]);
await ada.getByText(`${images.length} of ${images.length + 1} uploaded`).waitFor();
await ada.locator('.upload', { hasText: 'broken.jpg' }).locator('.bad-text').first().waitFor();
await shot(ada, 'uploads');
await ada.getByRole('button', { name: /^Create \d+ task/ }).click();
await ada.getByRole('link', { name: 'Tasks' }).click();
await until(
  'tasks in the table',
  () => ada.getByTestId('task-row').count(),
  (n) => n === images.length,
);
await shot(ada, 'tasks');

const anna = await person('annotator');
await shot(anna, 'my-work');
await anna.getByRole('link', { name: 'Projects' }).click();
await anna.getByTestId(`project-${name}`).click();
await anna.getByTestId('next-task').click();
await anna.getByTestId('submit').waitFor();
await synced(anna);
const ben = await person('reviewer').catch(() => null);
const helper = await (async () => {
  await ben?.context().close();
  const page = await person('admin', { colorScheme: 'dark' });
  await page.goto(anna.url());
  await synced(page);
  return page;
})();
await anna.keyboard.press('b');
await drag(anna, [40, 40], [200, 160], async () => {
  await until(
    'the ghost at the other',
    () => helper.evaluate(() => window.__tandem.room.ghosts().length),
    (n) => n === 1,
  );
  await shot(helper, 'ghost');
});
await until(
  'the region at the other',
  () => regions(helper),
  (n) => n === 1,
);
const p = await screen(helper, 220, 180);
await helper.mouse.move(p.x, p.y, { steps: 5 });
await until(
  'the cursor',
  () => anna.evaluate(() => window.__tandem.room.cursors().length),
  (n) => n === 1,
);
await anna.keyboard.press('2');
await until(
  'relabelled',
  () => helper.evaluate(() => window.__tandem.room.regions()[0].label),
  (label) => label === 'person',
);
await shot(anna, 'together');
await anna.keyboard.press('Control+z');
await anna.keyboard.press('Control+z');
await until(
  'undone at the other',
  () => regions(helper),
  (n) => n === 0,
);
await anna.keyboard.press('Control+Shift+z');
await until(
  'redone',
  () => regions(helper),
  (n) => n === 1,
);

// Offline: work goes on, and arrives.
await anna.context().setOffline(true);
await until(
  'offline is shown',
  () => anna.getByTestId('save-state').getAttribute('data-state'),
  (s) => s === 'offline',
  60_000,
).catch((e) => problems.push(e.message));
await drag(anna, [240, 60], [330, 150]);
await shot(anna, 'offline');
await anna.context().setOffline(false);
await until(
  'offline work arrives',
  () => regions(helper),
  (n) => n === 2,
  30_000,
);
await until(
  'saved',
  () => anna.getByTestId('save-state').getAttribute('data-state'),
  (s) => s === 'saved',
);

const before = anna.url();
await anna.keyboard.press('Enter');
await until(
  'the next task',
  () => anna.url(),
  (url) => url !== before,
);
await anna.getByTestId('submit').waitFor();
await synced(anna);
await shot(anna, 'next');
await shot(helper, 'after-submit');
await anna.keyboard.press('Escape');
await anna.getByRole('button', { name: 'Nothing to label here' }).click();
await shot(anna, 'skip');
await anna.getByTestId('skip-confirm').click();
await until(
  'skipped',
  () => anna.url(),
  (url) => !url.endsWith('x'),
);
await new Promise((done) => setTimeout(done, 800));
await shot(anna, 'after-skip');
await ada.reload();
await shot(ada, 'tasks-after');
await browser.close();
if (problems.length > 0) {
  console.error(problems.join('\n'));
  process.exit(1);
}
console.log('walked through');

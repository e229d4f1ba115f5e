// Two real Chromium contexts, and what a person does in them.
import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);

export async function launch() {
  if (!CHROMIUM) throw new Error('no Chromium: `make test` installs it on Debian, elsewhere install chromium or google-chrome');
  return chromium.launch({
    executablePath: CHROMIUM,
    args: [
      '--no-sandbox',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** A person with a window of their own, signed in by their link. */
export async function person(browser, link, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  const page = await context.newPage();
  page.problems = [];
  page.on('pageerror', (error) => page.problems.push(String(error)));
  await page.goto(link);
  await page.waitForURL((url) => !url.pathname.startsWith('/sign-in'));
  return page;
}

/** Open a task's workbench and wait until its document is live. */
export async function openTask(page, server, projectId, taskId) {
  await page.goto(`${server.url}/projects/${projectId}/tasks/${taskId}`);
  await page.waitForFunction(() => window.__tandem?.room?.synced === true && window.__tandem?.view != null, null, {
    timeout: 20_000,
  });
}

/** Screen position of an image pixel. */
export async function at(page, x, y) {
  return page.evaluate(([x, y]) => window.__tandem.view.toScreen({ x, y }), [x, y]);
}

export async function moveTo(page, x, y) {
  const p = await at(page, x, y);
  await page.mouse.move(p.x, p.y, { steps: 4 });
}

/** Press at one image point and let go at another; `pause` runs while the button is still down. */
export async function drag(page, [x1, y1], [x2, y2], pause) {
  await moveTo(page, x1, y1);
  await page.mouse.down();
  await moveTo(page, (x1 + x2) / 2, (y1 + y2) / 2);
  await moveTo(page, x2, y2);
  await pause?.();
  await page.mouse.up();
}

export async function drawBox(page, from, to, pause) {
  await page.keyboard.press('b');
  await drag(page, from, to, pause);
}

export const regions = (page) => page.evaluate(() => window.__tandem.room.regions());
export const ghosts = (page) => page.evaluate(() => window.__tandem.room.ghosts());
export const cursors = (page) => page.evaluate(() => window.__tandem.room.cursors());

export const saveState = (page) => page.getByTestId('save-state').getAttribute('data-state');

/** Wait until `read()` satisfies `good`; says what it last saw when it never does. */
export async function until(what, read, good, seconds = 15) {
  const end = Date.now() + seconds * 1000;
  let seen;
  while (Date.now() < end) {
    seen = await read();
    if (good(seen)) return seen;
    await new Promise((done) => setTimeout(done, 30));
  }
  throw new Error(`${what}: never came; last seen ${JSON.stringify(seen)?.slice(0, 600)}`);
}

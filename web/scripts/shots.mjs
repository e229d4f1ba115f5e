#!/usr/bin/env node
/**
 * Pictures of the screens, for looking at them.
 *   npm run shots                     the screens on the world in memory (builds it first)
 *   npm run shots -- URL LINK         a running server, signed in by a link
 * They land in web/shots/<screen>-<width>-<theme>.png.
 */
import { createReadStream, existsSync, mkdirSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const web = fileURLToPath(new URL('..', import.meta.url));
const out = join(web, 'shots');
const TYPES = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};
const ARGS = [
  '--no-sandbox',
  '--disable-quic',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The built development page, every unknown path answered with it. */
function serve() {
  const root = join(web, 'node_modules/.dev-page');
  const server = createServer((request, response) => {
    const path = join(root, new URL(request.url, 'http://x').pathname);
    const file = existsSync(path) && statSync(path).isFile() ? path : join(root, 'tests/dev/index.html');
    response.setHeader('content-type', TYPES[extname(file)] ?? 'application/octet-stream');
    createReadStream(file).pipe(response);
  });
  return new Promise((done) => server.listen(0, '127.0.0.1', () => done(server)));
}

const [url, link] = process.argv.slice(2).filter((arg) => !arg.startsWith('--'));
const only = process.argv.find((arg) => arg.startsWith('--only='))?.slice(7);
const server = url ? null : await serve();
const base = url ?? `http://127.0.0.1:${server.address().port}`;
const id = (n) => `0192f0c1-0000-7000-8000-${String(n).padStart(12, '0')}`;

/** Each screen: where it is, and what a person does before the picture. */
const DEV = {
  home: { path: '/' },
  projects: { path: '/projects' },
  tasks: { path: `/projects/${id(101)}` },
  labels: { path: `/projects/${id(101)}/labels` },
  people: { path: `/projects/${id(101)}/people` },
  data: { path: `/projects/${id(101)}/data` },
  workflow: { path: `/projects/${id(101)}/workflow` },
  start: { path: `/projects/${id(102)}/workflow` },
  editor: { path: `/projects/${id(101)}/workflow`, act: editWorkflow },
  problems: { path: `/projects/${id(101)}/workflow`, act: breakWorkflow },
  json: { path: `/projects/${id(101)}/workflow`, act: seeJson },
  compare: { path: `/projects/${id(101)}/workflow`, act: (page) => page.getByRole('button', { name: 'Compare' }).click() },
  activate: { path: `/projects/${id(101)}/workflow`, act: activateWorkflow },
  system: { path: '/admin/system' },
  missing: { path: '/nowhere' },
  signedout: { path: '/sign-in?out' },
  bench: { path: `/projects/${id(101)}/tasks/${id(1000)}`, act: takeAndSelect },
  drawing: { path: `/projects/${id(101)}/tasks/${id(1000)}`, act: draw },
  clinical: { path: `/projects/${id(101)}/tasks/${id(1001)}`, act: markEntity },
  fields: { path: `/projects/${id(101)}/tasks/${id(1002)}`, act: fillIn },
  keys: { path: `/projects/${id(101)}/tasks/${id(1000)}`, act: (page) => page.keyboard.press('?') },
  history: { path: `/projects/${id(101)}/tasks/${id(1000)}`, act: openHistory },
  zoomed: { path: `/projects/${id(101)}/tasks/${id(1000)}`, act: zoom },
};

async function takeAndSelect(page) {
  await page.getByTestId('take').click();
  await page.getByTestId('submit').waitFor();
  await page.keyboard.press('v');
  const p = await page.evaluate(() => window.__tandem.view.toScreen({ x: 220, y: 560 }));
  await page.mouse.click(p.x, p.y);
  await page.mouse.move(p.x + 60, p.y - 150);
}

async function draw(page) {
  await page.keyboard.press('b');
  const [a, b] = await page.evaluate(() =>
    [
      { x: 300, y: 150 },
      { x: 440, y: 290 },
    ].map((p) => window.__tandem.view.toScreen(p)),
  );
  await page.mouse.move(a.x, a.y);
  await page.mouse.down();
  await page.mouse.move(b.x, b.y, { steps: 5 });
}

const box = (page, name) => page.locator('.react-flow__node', { hasText: name });

async function editWorkflow(page) {
  await page.getByRole('button', { name: 'Make the next version' }).click();
  await box(page, 'Draw boxes').click();
}

async function breakWorkflow(page) {
  await editWorkflow(page);
  await page.getByLabel('Timeout', { exact: true }).fill('soon');
  await new Promise((done) => setTimeout(done, 700));
}

async function seeJson(page) {
  await editWorkflow(page);
  await page.getByRole('button', { name: 'JSON' }).click();
}

async function activateWorkflow(page) {
  await editWorkflow(page);
  await page.getByRole('button', { name: 'Activate …' }).click();
}

async function openHistory(page) {
  await page.getByRole('button', { name: 'More' }).click();
  await page.getByRole('menuitem', { name: 'History of this task' }).click();
}

async function markEntity(page) {
  await page.getByTestId('take').click();
  await page.getByRole('application').focus();
  for (const key of ['ArrowRight', 'ArrowRight', 'm', 'ArrowRight', 'ArrowRight', 'ArrowRight', 'ArrowRight', 'Shift+ArrowRight'])
    await page.keyboard.press(key);
  await page.getByTestId('submit').click();
}

async function fillIn(page) {
  await page.keyboard.press('2');
  await page.getByLabel('Title').fill('Nothing works since last week');
  await page.getByLabel('3.5 of 5').check();
  await page.getByRole('button', { name: 'Correct' }).click();
}

async function zoom(page) {
  const p = await page.evaluate(() => window.__tandem.view.toScreen({ x: 180, y: 600 }));
  await page.mouse.move(p.x, p.y);
  for (let n = 0; n < 16; n++) await page.mouse.wheel(0, -100);
}

async function screensOf(page) {
  if (!link) return DEV;
  await page.goto(link);
  await page.waitForURL((where) => !where.pathname.startsWith('/sign-in'));
  const project = await page.evaluate(async () => {
    const { access_token } = JSON.parse(localStorage.getItem('tandem.session'));
    const headers = { authorization: `Bearer ${access_token}` };
    const { items } = await (await fetch('/api/v1/projects', { headers })).json();
    const tasks = await (await fetch(`/api/v1/projects/${items[0].id}/tasks?limit=1`, { headers })).json();
    return { id: items[0].id, task: tasks.items[0]?.id };
  });
  const at = `/projects/${project.id}`;
  return {
    home: { path: '/' },
    projects: { path: '/projects' },
    tasks: { path: at },
    labels: { path: `${at}/labels` },
    people: { path: `${at}/people` },
    workflow: { path: `${at}/workflow` },
    data: { path: `${at}/data` },
    system: { path: '/admin/system' },
    bench: { path: `${at}/tasks/${project.task}` },
  };
}

mkdirSync(out, { recursive: true });
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ARGS });
const SIZES = [
  { width: 1440, height: 900 },
  { width: 1366, height: 768 },
  { width: 1024, height: 768 },
];
for (const colorScheme of ['light', 'dark']) {
  for (const viewport of SIZES) {
    const context = await browser.newContext({ viewport, colorScheme });
    const page = await context.newPage();
    page.on('pageerror', (error) => console.error('page error:', error.message));
    page.on('console', (message) => message.type() === 'error' && console.error('console:', message.text()));
    const screens = await screensOf(page);
    for (const [name, { path, act }] of Object.entries(screens)) {
      if (only && !only.split(',').includes(name)) continue;
      await page.goto(base + path);
      if (path.includes('/tasks/'))
        await page.waitForFunction(() => window.__tandem?.room.synced || window.document.querySelector('.lay-item'), null, {
          timeout: 15_000,
        });
      await new Promise((done) => setTimeout(done, 700));
      await act?.(page);
      await new Promise((done) => setTimeout(done, 400));
      await page.screenshot({ path: join(out, `${name}-${viewport.width}-${colorScheme}.png`) });
    }
    await context.close();
  }
}
await browser.close();
server?.close();
console.log(`pictures in ${out}`);

// `make bench-web`: 10,000 polygons of 20 points in one image, in our workbench and as plain react-konva nodes, in the same Chromium one
// after the other. Writes its table of docs/performance.md (--keep: prints it only).
import { Session } from '@tandem/client';
import { execFileSync } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { WebSocket } from 'ws';

import { at, launch, openTask, person } from '../e2e/support/browser.mjs';
import { makeProject, Server, signIn } from '../e2e/support/server.mjs';
import { LATE, lateJoiner, nextTask } from './opening.mjs';

const COUNT = Number(process.env.TANDEM_BENCH_SHAPES ?? 10_000);
const POINTS = 20;
const SIZE = [4000, 2700];
const WINDOW = { width: 1366, height: 768 };
const SECONDS = 4;

function seeded(seed) {
  let state = seed;
  return () => (state = (state * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 31;
}

/** Uneven rings all over the image, as cells or leaves lie: some overlap. */
function shapes() {
  const random = seeded(11);
  return Array.from({ length: COUNT }, (_, n) => {
    const r = 12 + random() * 22;
    const [cx, cy] = [r + random() * (SIZE[0] - 2 * r), r + random() * (SIZE[1] - 2 * r)];
    const ring = Array.from({ length: POINTS }, (_, i) => {
      const angle = (i / POINTS) * 2 * Math.PI;
      const far = r * (0.7 + random() * 0.3);
      return [Math.round((cx + far * Math.cos(angle)) * 100) / 100, Math.round((cy + far * Math.sin(angle)) * 100) / 100];
    });
    return { label: n % 2 === 0 ? 'car' : 'person', ring };
  });
}

/** Drawn by the SDK, as any integrator would. */
async function fill(server, session, task, all) {
  const live = new Session({
    url: `${server.url.replace('http', 'ws')}/ws`,
    tokens: { current: () => session.token, refresh: () => Promise.resolve(session.token) },
    WebSocket,
    userId: session.me.user.id,
  });
  live.connect();
  const room = live.subscribeTask(task);
  await new Promise((done) => {
    const look = () => room.snapshot().phase === 'joined' && done();
    room.subscribe(look);
    look();
  });
  for (let from = 0; from < all.length; from += 250) {
    room.regions.transact(() => {
      for (const { label, ring } of all.slice(from, from + 250)) {
        room.regions.add({ label, geometry: { kind: 'polygon', parts: [[ring]] } });
      }
    });
    room.flush();
    await room.whenSaved();
  }
  live.close();
}

/** Times between frames while `gesture` goes on. */
async function frames(page, gesture) {
  await page.evaluate(() => {
    const times = [];
    let last = null;
    const tick = (now) => {
      if (last !== null) times.push(now - last);
      last = now;
      window.__tick = requestAnimationFrame(tick);
    };
    window.__times = times;
    window.__tick = requestAnimationFrame(tick);
  });
  const end = Date.now() + SECONDS * 1000;
  for (let n = 0; Date.now() < end; n++) await gesture(n);
  const times = await page.evaluate(() => {
    cancelAnimationFrame(window.__tick);
    return window.__times;
  });
  times.sort((a, b) => a - b);
  const quantile = (q) => times[Math.min(times.length - 1, Math.floor(times.length * q))];
  return { frames: times.length, p50: quantile(0.5), p95: quantile(0.95), worst: times.at(-1) };
}

/** In the page: from the moment the pointer went down until a frame that shows it, as browsers measure it (Event Timing, to 8 ms). */
function pressPainted() {
  return {
    done: new Promise((done) => {
      const observer = new PerformanceObserver((list) => {
        const press = list.getEntries().find((entry) => entry.name === 'pointerdown');
        if (press) done(press.duration);
      });
      // Nothing shorter is told: 16 stands for 16 or less.
      observer.observe({ type: 'event', durationThreshold: 16 });
      setTimeout(() => done(16), 4_500);
    }),
  };
}

const centre = { x: WINDOW.width / 2, y: WINDOW.height / 2 };
const circle = (n, radius) => ({ x: centre.x + Math.cos(n / 9) * radius, y: centre.y + Math.sin(n / 9) * radius });

/** The three gestures of a day's work. `grab` presses where one shape lies. */
async function measure(page, press, release, grab) {
  await page.mouse.move(centre.x, centre.y);
  await press();
  const pan = await frames(page, (n) => page.mouse.move(circle(n, 120).x, circle(n, 120).y));
  await release();
  await page.mouse.move(centre.x, centre.y);
  const zoom = await frames(page, (n) => page.mouse.wheel(0, n % 60 < 30 ? -40 : 40));
  const p = await grab();
  await page.mouse.move(p.x, p.y);
  // What zooming left to do is not what a press costs.
  await page.waitForTimeout(2_000);
  const painted = await page.evaluateHandle(pressPainted);
  const drag = await frames(page, async (n) => {
    if (n === 0) await page.mouse.down();
    await page.mouse.move(p.x + Math.cos(n / 9) * 60, p.y + Math.sin(n / 9) * 60);
  });
  await page.mouse.up();
  const pressed = await painted.evaluate(({ done }) => done);
  return { pan, zoom, drag, pressed };
}

async function ours(browser, server, project, task, all) {
  const page = await person(browser, server.link('annotator'), { viewport: WINDOW });
  await openTask(page, server, project.id, task.id);
  await page.goto(`${server.url}/projects/${project.id}`);
  await page.waitForLoadState('networkidle');
  const began = Date.now();
  await page.goto(`${server.url}/projects/${project.id}/tasks/${task.id}`);
  await page.waitForFunction(
    (count) => window.__tandem?.room?.synced && window.__tandem.room.regions().length >= count,
    all.length,
    {
      polling: 'raf',
      timeout: 60_000,
    },
  );
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  const open = Date.now() - began;
  await page.keyboard.press('v');
  const result = await measure(
    page,
    () => page.mouse.down({ button: 'middle' }),
    () => page.mouse.up({ button: 'middle' }),
    async () => {
      const region = await page.evaluate(([w, h]) => {
        const middle = (g) => g.parts[0][0].reduce(([x, y], [a, b]) => [x + a / 20, y + b / 20], [0, 0]);
        const far = (r) => Math.hypot(middle(r.geometry)[0] - w / 2, middle(r.geometry)[1] - h / 2);
        const [nearest] = window.__tandem.room.regions().toSorted((a, b) => far(a) - far(b));
        return middle(nearest.geometry);
      }, SIZE);
      return at(page, ...region);
    },
  );
  if (page.problems.length > 0) throw new Error(page.problems.join('\n'));
  await page.context().close();
  return { open, ...result };
}

/** The built page of the comparison, from the folder it was built to. */
async function serve(folder) {
  const types = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' };
  const server = createServer((request, response) => {
    const path = join(folder, new URL(request.url, 'http://x').pathname);
    response.setHeader('content-type', types[extname(path)] ?? 'application/octet-stream');
    createReadStream(path)
      .on('error', () => response.writeHead(404).end())
      .pipe(response);
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return server;
}

async function konva(browser, all) {
  const folder = await mkdtemp(join(tmpdir(), 'tandem-konva-'));
  const web = new URL('..', import.meta.url).pathname;
  execFileSync('npx', ['vite', 'build', '--mode', 'bench', '--outDir', folder, '--emptyOutDir', '--logLevel', 'error'], {
    cwd: web,
    stdio: 'inherit',
  });
  const server = await serve(folder);
  const page = await (await browser.newContext({ viewport: WINDOW })).newPage();
  const colors = { car: '#2563eb', person: '#dc2626' };
  const plain = all.map(({ label, ring }, id) => ({ id: String(id), points: ring.flat(), color: colors[label] }));
  await page.addInitScript(
    ([list, [width, height]]) => {
      window.__shapes = list;
      window.__size = { width, height };
    },
    [plain, SIZE],
  );
  const began = Date.now();
  await page.goto(`http://127.0.0.1:${server.address().port}/bench/konva/index.html`);
  await page.waitForFunction(() => window.__ready, null, { polling: 'raf', timeout: 120_000 });
  const open = Date.now() - began;
  const middle = (ring) => ring.reduce(([x, y], [a, b]) => [x + a / POINTS, y + b / POINTS], [0, 0]);
  const far = ({ ring }) => Math.hypot(middle(ring)[0] - SIZE[0] / 2, middle(ring)[1] - SIZE[1] / 2);
  const nearest = all.toSorted((a, b) => far(a) - far(b))[0];
  const result = await measure(
    page,
    // Where no shape lies the stage itself is dragged; with this many it is asked to.
    () => page.evaluate(() => window.__stage.startDrag()),
    () => page.evaluate(() => window.__stage.stopDrag()),
    () =>
      page.evaluate(([x, y]) => {
        const { __stage: stage } = window;
        return { x: x * stage.scaleX() + stage.x(), y: y * stage.scaleY() + stage.y() };
      }, middle(nearest.ring)),
  );
  await page.context().close();
  server.close();
  await rm(folder, { recursive: true });
  return { open, ...result };
}

const server = await Server.start();
const browser = await launch();
try {
  const [admin, annotator] = await Promise.all(['admin', 'annotator'].map((who) => signIn(server, who)));
  const { project, tasks } = await makeProject(admin, 'Many shapes', { people: [[annotator, 'labeler']], images: 1, size: SIZE });
  const all = shapes();
  console.error(`filling ${COUNT} polygons ...`);
  await fill(server, annotator, tasks[0].id, all);
  console.error('our workbench ...');
  const mine = await ours(browser, server, project, tasks[0], all);
  console.error('react-konva ...');
  const plain = await konva(browser, all);
  console.error('the next task ...');
  const next = await nextTask(browser, server, admin, annotator);
  console.error('a late joiner ...');
  const late = await lateJoiner(browser, server, admin, annotator, shapes().slice(0, LATE), fill);
  const out = join(await mkdtemp(join(tmpdir(), 'tandem-bench-web-')), 'web.json');
  await writeFile(out, JSON.stringify({ count: COUNT, points: POINTS, mine, plain, next, late }));
  const keep = process.argv.includes('--keep') ? { TANDEM_BENCH_SHORT: '1' } : {};
  execFileSync('node', ['scripts/bench-report.mjs', 'web', join(out, '..')], {
    cwd: new URL('../..', import.meta.url).pathname,
    stdio: 'inherit',
    env: { ...process.env, ...keep },
  });
  await rm(join(out, '..'), { recursive: true });
} finally {
  await browser.close();
  await server[Symbol.asyncDispose]();
}

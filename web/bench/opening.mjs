// How long it takes until people see a task: the next one after a submit, and one where others are at work.
import { drag, drawBox, openTask, person, saveState, until } from '../e2e/support/browser.mjs';
import { makeProject } from '../e2e/support/server.mjs';

const TASKS = 21;
/** A head start for what is fetched ahead (use-prefetch.ts), as anybody gives it who draws anything. */
const WORK_MS = 2_500;
/** Shapes that are there already when somebody comes. */
export const LATE = 1_000;

const median = (times) => times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)];
const summary = (times) => ({ p50: median(times), worst: Math.max(...times) });

/** Waits in the page, frame by frame, for another task than the one that is open: its picture, its document, and a frame that shows them. */
const watchNext = () => {
  const before = window.__tandem;
  performance.clearResourceTimings();
  window.__opened = new Promise((done) => {
    let pressed;
    addEventListener('keydown', ({ key }) => key === 'Enter' && (pressed ??= performance.now()), { capture: true });
    const look = () => {
      const now = window.__tandem;
      const here = now && now !== before && now.room.synced;
      if (!here || document.querySelector('[data-testid=stage]')?.dataset.picture !== 'here') return requestAnimationFrame(look);
      requestAnimationFrame(() => {
        const open = performance.now();
        const [submit] = performance.getEntriesByType('resource').filter(({ name }) => name.endsWith('/submit'));
        done({ whole: open - pressed, after: open - submit.responseEnd });
      });
    };
    look();
  });
};

/** Draw, wait as long as work takes, submit and go on, twenty times. */
export async function nextTask(browser, server, admin, annotator) {
  const { project } = await makeProject(admin, 'One after the other', { people: [[annotator, 'labeler']], images: TASKS });
  const page = await person(browser, server.link('annotator'), { viewport: { width: 1366, height: 768 } });
  await page.goto(`${server.url}/projects/${project.id}`);
  await page.getByTestId('next-task').click();
  await page.waitForFunction(() => window.__tandem?.room?.synced === true);
  const times = [];
  for (let n = 1; n < TASKS; n++) {
    await drawBox(page, [100, 100], [300, 240]);
    await until(
      'saved',
      () => saveState(page),
      (state) => state === 'saved',
    );
    await page.waitForTimeout(WORK_MS);
    await page.evaluate(watchNext);
    await page.keyboard.press('Control+Enter');
    times.push(await page.evaluate(() => window.__opened));
  }
  await page.context().close();
  return {
    tasks: times.length,
    after: summary(times.map(({ after }) => after)),
    whole: summary(times.map(({ whole }) => whole)),
  };
}

/** Somebody opens a task where another person is in the middle of a shape, and sees picture, shapes, person and that shape. */
export async function lateJoiner(browser, server, admin, annotator, shapes, fill) {
  const { project, tasks } = await makeProject(admin, 'In the middle', {
    people: [
      [annotator, 'labeler'],
      [admin, 'admin'],
    ],
    images: 1,
    size: [4000, 2700],
  });
  const [{ id }] = tasks;
  await fill(server, annotator, id, shapes);
  const there = await person(browser, server.link('annotator'));
  await openTask(there, server, project.id, id);
  const comes = await person(browser, server.link('admin'));
  await comes.goto(`${server.url}/projects/${project.id}`);
  await comes.waitForLoadState('networkidle');
  await there.keyboard.press('b');
  let open = 0;
  await drag(there, [1000, 1000], [2000, 1800], async () => {
    const began = Date.now();
    await comes.goto(`${server.url}/projects/${project.id}/tasks/${id}`);
    await comes.waitForFunction(
      (count) => {
        const { room } = window.__tandem ?? {};
        const picture = document.querySelector('[data-testid=stage]')?.dataset.picture === 'here';
        return picture && room?.synced && room.regions().length >= count && room.ghosts().length > 0 && room.cursors().length > 0;
      },
      shapes.length,
      { polling: 'raf', timeout: 60_000 },
    );
    await comes.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
    open = Date.now() - began;
  });
  await comes.context().close();
  await there.context().close();
  return { shapes: shapes.length, open };
}

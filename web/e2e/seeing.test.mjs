// How one person sees the picture: every setting of the panel changes what is painted as it says, lasts on this device, and is nobody else's.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { painted as picture } from '../../scripts/png.mjs';
import { at, drawBox, launch, moveTo, openTask, person, regions, until } from './support/browser.mjs';
import { colorAt, painted } from './support/pixels.mjs';
import { makeProject, Server, signIn } from './support/server.mjs';
import { shots } from './support/shots.mjs';

const SIZE = [800, 600];
/** One colour on the left, another on the right, so that channels differ. */
const [LEFT, RIGHT] = [[200, 100, 50], [60, 60, 160]]; // prettier-ignore

describe('seeing', () => {
  let server, browser, anna, project, task;

  before(async () => {
    server = await Server.start();
    browser = await launch();
    const [admin, annotator] = await Promise.all(['admin', 'annotator'].map((who) => signIn(server, who)));
    const painter = (width, height) => picture(width, height, (x) => (x < width / 2 ? LEFT : RIGHT));
    const people = [[annotator, 'labeler']];
    ({ project } = await makeProject(admin, 'Seeing', { people, images: 1, size: SIZE, picture: painter }));
    task = (await annotator.api('POST', `/projects/${project.id}/next`, {})).body.work.task.id;
    anna = await person(browser, server.link('annotator'), { viewport: { width: 1366, height: 768 } });
    await openTask(anna, server, project.id, task);
  });

  after(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
  });

  const key = async (...keys) => {
    for (const one of keys) await anna.keyboard.press(one);
  };
  const panel = () => anna.getByRole('region', { name: 'How the picture is shown' });
  // Beside the panel, which lies over the picture.
  const left = () => colorAt(anna, 370, 300);
  const right = () => colorAt(anna, 700, 300);
  const near = (seen, meant, by = 3) => seen.every((value, i) => Math.abs(value - meant[i]) <= by);
  const seen = (what, read, meant) => until(what, read, (color) => near(color, meant)); // prettier-ignore
  /** Steps of 0.05, by keys. */
  const slide = async (name, steps) => {
    await panel().getByLabel(name).focus();
    for (let n = 0; n < Math.abs(steps); n++) await key(steps > 0 ? 'ArrowRight' : 'ArrowLeft');
  };
  const asItIs = async () => {
    await panel().getByRole('button', { name: 'As it is' }).click();
    await seen('as it is', left, LEFT);
  };
  const each = (color, change) => color.map((value) => Math.round(Math.min(255, Math.max(0, change(value)))));
  const reopened = async () => {
    await openTask(anna, server, project.id, task);
    await anna.locator('[data-testid="stage"][data-picture="here"]').waitFor();
  };

  test('brightness, contrast and gamma change every colour as they say, and are told apart', async () => {
    await anna.locator('[data-testid="stage"][data-picture="here"]').waitFor();
    await seen('the picture as it is', left, LEFT);
    await key('i');
    await slide('Brightness', 10);
    await seen('half as bright again', left, each(LEFT, (v) => v * 1.5)); // prettier-ignore
    await asItIs();
    await slide('Contrast', 10);
    await seen('half as far again from the middle', left, each(LEFT, (v) => (v - 127.5) * 1.5 + 127.5)); // prettier-ignore
    await asItIs();
    await slide('Gamma', 20);
    await seen('the dark lit more than the light', left, each(LEFT, (v) => 255 * Math.sqrt(v / 255))); // prettier-ignore
    await slide('Gamma', -30);
    await seen('and darkened again, beyond what it was', left, each(LEFT, (v) => 255 * (v / 255) ** 2)); // prettier-ignore
    await asItIs();
  });

  test('one channel is grey as light as that channel; grey is as light as the eye sees it', async () => {
    const luma = ([r, g, b]) => 0.2126 * r + 0.7152 * g + 0.0722 * b;
    const channel = panel().getByLabel('Channel');
    for (const [name, of] of [
      ['red', ([r]) => r],
      ['green', ([, g]) => g],
      ['blue', ([, , b]) => b],
      ['grey', luma],
    ]) {
      await channel.selectOption(name);
      for (const [side, read, color] of [
        ['left', left, LEFT],
        ['right', right, RIGHT],
      ])
        // prettier-ignore
        await seen(`${name} on the ${side}`, read, [of(color), of(color), of(color)]);
    }
    await asItIs();
    assert.equal(await channel.inputValue(), 'colour', '“As it is” goes for the channel too');
  });

  test('equalising spreads what there is over black to white', async () => {
    await panel().getByLabel('Equalise light and dark').check();
    // Two lightnesses there are, 117 and 67: what is as light as the one is as light as can be, what is as dark as the other black.
    await seen('as light as can be', left, [255, 0, 0]);
    await seen('as dark as can be, but for its blue', right, [0, 0, 255]);
    await shots(anna, 'seeing-equalised');
    await asItIs();
  });

  test('lines through the pointer go with it across the whole picture, and are gone without', async () => {
    await panel().getByLabel('Lines through the pointer').check();
    await panel().getByRole('button', { name: 'Close' }).click();
    /** How far the middle of a line at this image pixel differs from the picture, on the most different of a few pixels. */
    const marked = async (x, y, color) => {
      const p = await at(anna, x, y);
      const spot = await painted(anna, { x: Math.round(p.x) - 3, y: Math.round(p.y) - 3, width: 7, height: 7 });
      return spot.some((pixel) => !near(pixel, color, 25));
    };
    const lines = async (x, y) => Promise.all([[x, 550, RIGHT], [x, 60, RIGHT], [450, y, RIGHT], [60, y, LEFT]].map((spot) => marked(...spot))); // prettier-ignore
    await moveTo(anna, 600, 200);
    await until('up, down, left and right', () => lines(600, 200), (all) => all.every(Boolean)); // prettier-ignore
    await moveTo(anna, 650, 400);
    await until('where the pointer is now', () => lines(650, 400), (all) => all.every(Boolean)); // prettier-ignore
    await until('and no more where it was', () => lines(600, 200), (all) => all.every((one) => !one)); // prettier-ignore
    await shots(anna, 'seeing-lines');
    await key('i');
    await panel().getByLabel('Lines through the pointer').uncheck();
    await panel().getByRole('button', { name: 'Close' }).click();
    await moveTo(anna, 600, 200);
    await until('no lines', () => lines(600, 200), (all) => all.every((one) => !one)); // prettier-ignore
  });

  test('from a scale of ten on pixels have a grid, one line a pixel, and below it none', async () => {
    await anna.getByTestId('stage').focus();
    const middle = await at(anna, 650, 300);
    await anna.mouse.move(middle.x, middle.y);
    const scale = () => anna.evaluate(() => window.__tandem.view.scale);
    /** Pixels of a row across ten image pixels that are not of the picture's colour. */
    const crossed = async () => {
      const row = await painted(anna, { x: Math.round(middle.x) + 40, y: Math.round(middle.y) + 47, width: Math.round((await scale()) * 10), height: 1 }); // prettier-ignore
      return row.filter((pixel) => !near(pixel, RIGHT, 6)).length;
    };
    while ((await scale()) * 1.25 < 10) await key('+');
    await until('no grid yet', crossed, (n) => n === 0);
    await key('+');
    assert.ok((await scale()) >= 10);
    await until('a line a pixel', crossed, (n) => n >= 9 && n <= 11);
    await shots(anna, 'seeing-grid');
    await anna.getByTestId('stage').focus();
    await key('0');
    await until('all of it again', async () => (await at(anna, 650, 300)).x, (x) => Math.abs(x - middle.x) < 0.5); // prettier-ignore
  });

  test('how full shapes are is seen, and an outline is left of none', async () => {
    await drawBox(anna, [420, 150], [560, 450]);
    await until('the box', () => regions(anna), (all) => all.length === 1); // prettier-ignore
    await key('v', 'Escape');
    await moveTo(anna, 100, 100);
    const inside = () => colorAt(anna, 500, 300);
    const half = await until('something of its colour inside', inside, (color) => !near(color, RIGHT, 4));
    await key('i');
    await panel().getByLabel('Fill').focus();
    await key('End');
    await until('more of it', inside, (color) => color[2] > half[2] + 10);
    await key('Home');
    await seen('the picture alone', inside, RIGHT);
    await until('but an outline', () => colorAt(anna, 420, 300), (color) => !near(color, RIGHT, 15)); // prettier-ignore
  });

  test('it lasts on this device, also after a reload; what is turned is of this visit; elsewhere nothing of it is seen', async () => {
    await slide('Brightness', -8);
    await panel().getByLabel('Channel').selectOption('green');
    await panel().getByLabel('Lines through the pointer').check();
    await panel().getByLabel('Small map while zoomed in').uncheck();
    await anna.getByTestId('stage').focus();
    await key('Shift+t');
    await anna.getByTestId('turned').waitFor();
    await reopened();
    const dim = LEFT[1] * 0.6;
    await seen('green alone, and darker', left, [dim, dim, dim]);
    assert.equal(await anna.getByTestId('turned').count(), 0, 'the picture is the right way up again');
    await key('i');
    assert.ok(await panel().getByLabel('Lines through the pointer').isChecked());
    assert.ok(!(await panel().getByLabel('Small map while zoomed in').isChecked()));
    assert.equal(await panel().getByLabel('Fill').inputValue(), '0');
    const elsewhere = await person(browser, server.link('annotator'), { viewport: { width: 1366, height: 768 } });
    await openTask(elsewhere, server, project.id, task);
    await until('another device as it is', () => colorAt(elsewhere, 370, 300), (color) => near(color, LEFT)); // prettier-ignore
    assert.deepEqual([...anna.problems, ...elsewhere.problems], []);
  });
});

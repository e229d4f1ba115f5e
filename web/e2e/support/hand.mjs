// A hand on the mouse and keys of an open workbench that does what it likes. The same seed, the same wishes.
import { at, regions } from './browser.mjs';

/** mulberry32. */
export function chance(seed) {
  let state = (seed * 0x9e3779b9) >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    is: (part) => next() < part,
    between: (low, high) => low + next() * (high - low),
    pick: (items) => items[Math.floor(next() * items.length)],
  };
}

/** Every pair of coordinates in a geometry, or a corner and its opposite. */
function points(g) {
  if (g.kind === 'box' || g.kind === 'rotated_box') return [[g.x, g.y], [g.x + g.width, g.y + g.height]]; // prettier-ignore
  if (g.kind === 'ellipse') return [[g.cx - g.rx, g.cy - g.ry], [g.cx + g.rx, g.cy + g.ry]]; // prettier-ignore
  if (g.kind === 'cuboid') return [g.front, g.back].flatMap(({ x, y, width, height }) => [[x, y], [x + width, y + height]]); // prettier-ignore
  if (g.kind === 'polygon') return g.parts.flat(2);
  if (g.kind === 'polyline') return g.points;
  if (g.kind === 'point') return [[g.x, g.y]];
  if (g.kind === 'keypoints') return g.points.filter((p) => p.v > 0).map((p) => [p.x, p.y]);
  return [];
}

const isWithin = (g, { x, y, width, height }) =>
  points(g).every(([px, py]) => px >= x && py >= y && px <= x + width && py <= y + height);

/** @param area the part of the image that it works in */
export function hand(page, dice, area) {
  const done = [];
  const key = (name) => page.keyboard.press(name);
  const spot = () => [dice.between(area.x + 30, area.x + area.width - 30), dice.between(area.y + 30, area.y + area.height - 30)];
  const near = ([x, y], far) => [
    Math.min(area.x + area.width - 10, Math.max(area.x + 10, x + dice.between(-far, far))),
    Math.min(area.y + area.height - 10, Math.max(area.y + 10, y + dice.between(-far, far))),
  ];
  /** Where something is that can be taken hold of, or anywhere. */
  const target = async () => {
    const here = (await regions(page)).filter(({ geometry }) => geometry.kind !== 'mask' && isWithin(geometry, area));
    const corner = here.length > 0 && dice.pick(points(dice.pick(here).geometry));
    return corner ? near(corner, 6) : spot();
  };
  const move = async ([x, y], steps = 2) => {
    const p = await at(page, x, y);
    await page.mouse.move(p.x, p.y, { steps });
  };
  const drag = async (...way) => {
    await move(way[0], 1);
    await page.mouse.down();
    for (const p of way.slice(1)) await move(p);
    if (dice.is(0.1)) await key('Escape');
    await page.mouse.up();
  };
  const click = async (p) => {
    await move(p, 1);
    await page.mouse.down();
    await page.mouse.up();
  };
  const drawn = (tool) => async () => {
    const from = spot();
    await key(tool);
    await drag(from, near(from, 60), near(from, 130));
  };
  const path = (tool) => async () => {
    await key(tool);
    for (let n = dice.between(2, 6); n > 0; n--) await click(dice.is(0.3) ? await target() : spot());
    if (dice.is(0.2)) await key('Backspace');
    await key('Enter');
    await key('Escape');
  };
  const keys =
    (...names) =>
    async () => {
      for (const name of names) await key(name);
    };
  const chosen =
    (...names) =>
    async () => {
      await key('v');
      await click(await target());
      if (names.length > 1 || dice.is(0.3)) {
        await page.keyboard.down('Shift');
        await click(await target());
        await page.keyboard.up('Shift');
      }
      await key(dice.pick(names));
    };
  const gestures = [
    ['box', drawn('b')],
    ['box', drawn('b')],
    ['ellipse', drawn('e')],
    ['polygon', path('p')],
    ['polygon', path('p')],
    ['polyline', path('l')],
    ['rotated box', async () => (await drawn('r')(), await click(spot()))],
    ['point', async () => (await key('.'), await click(spot()))],
    ['mask', drawn('m')],
    ['eraser', drawn('Shift+m')],
    ['cut', async () => (await key('x'), await drag([area.x + 12, spot()[1]], [area.x + area.width - 12, spot()[1]]), await key('Escape'))], // prettier-ignore
    [
      'skeleton',
      async () => {
        await keys('v', 'Escape', 'Escape', '2', 'k')();
        for (let n = 0; n < 3; n++) await click(spot());
        await keys('n', 'Enter', 'Escape', 'Escape', '1')();
      },
    ],
    [
      'move or pull',
      async () => {
        await key('v');
        const p = await target();
        await click(p);
        await drag(p, near(p, 40), near(p, 60));
      },
    ],
    [
      'marquee',
      async () => {
        await key('v');
        const p = spot();
        await page.keyboard.down('Shift');
        await drag(p, near(p, 150));
        await page.keyboard.up('Shift');
        await key(dice.pick(['ArrowRight', 'Shift+ArrowDown', 'o', 'g']));
      },
    ],
    [
      'take a point away',
      async () => {
        await key('v');
        const p = await target();
        await click(p);
        await page.keyboard.down('Alt');
        await click(p);
        await page.keyboard.up('Alt');
      },
    ],
    ['change one', chosen('Control+d', 't', 'f', 'o', 'PageUp', 'PageDown', 'ArrowLeft', 'Shift+ArrowUp')],
    ['join or subtract', chosen('j', 'Shift+j')],
    ['remove', chosen('Delete')],
    ['undo', keys('Control+z')],
    ['undo twice', keys('Control+z', 'Control+z')],
    ['redo', keys('Control+Shift+z')],
    ['Esc', keys('Escape')],
  ];
  return {
    done,
    /** One gesture. */
    async act() {
      const [name, run] = dice.pick(gestures);
      done.push(name);
      await run();
    },
    /** Nothing in hand, nothing selected. */
    async letGo() {
      await keys('v', 'Escape', 'Escape', 'Escape')();
    },
    /** What of one's own has left the area is taken back: there it would be in others' hands. */
    async stayWithin(isMine) {
      for (let n = 0; n < 20; n++) {
        const out = (await regions(page)).filter((r) => isMine(r) && !isWithin(r.geometry, area));
        if (out.length === 0) return;
        await key('Escape');
        await key('Control+z');
      }
      const out = (await regions(page)).filter((r) => isMine(r) && !isWithin(r.geometry, area));
      throw new Error(`still outside after 20 undos: ${JSON.stringify(out)}`);
    },
    /** @returns how many presses it took */
    async undoAll() {
      for (let presses = 0; presses < 600; presses++) {
        if (await page.getByTestId('undo').isDisabled()) return presses;
        await key('Control+z');
      }
      throw new Error('the stack does not end');
    },
  };
}

import { describe, expect, test } from 'vitest';

import type { Geometry } from '~/geometry/shapes';
import type { Ask } from '~/tools/assistant';
import { NO_AREA, scissorsTool, TOO_FEW } from '~/tools/scissors';
import { NO_LABEL } from '~/tools/tool';
import { Assisted, clicks, failed, moves, way } from '../support/assisted';
import { context } from '../support/tools';

type Scissors = Assisted<(typeof scissorsTool)['idle']>;
const scissors = (over = {}): Scissors => new Assisted(scissorsTool, context({ ...over }, []));
const lines = { takes: (_: string, kind: Geometry['kind']) => kind === 'polyline' };
const target = (ask: Ask): number[] => (ask.kind === 'way' ? [ask.to.x, ask.to.y] : []);
const line = (g: Geometry | undefined): number[][] => (g?.kind === 'polyline' ? g.points : []);

/** The corners of a square of 60; the way from corner to corner makes a bow outwards. */
const started = (over = {}): Scissors =>
  scissors(over)
    .does(...clicks(20, 20))
    .hears(way([20, 20]));
const two = (over = {}): Scissors =>
  started(over)
    .does(...clicks(80, 20))
    .hears(way([20, 20], [50, 15], [80, 20]));
const three = (over = {}): Scissors =>
  two(over)
    .does(...clicks(80, 80))
    .hears(way([80, 20], [85, 50], [80, 80]));

describe('intelligent scissors', () => {
  test('the first click asks where the border is, and begins there', () => {
    const s = scissors({ reach: 7, pixel: 2 }).does(...clicks(20, 20));
    expect(s.asks).toEqual([{ kind: 'way', from: null, to: { x: 20, y: 20 }, reach: 7, pixel: 2 }]);
    s.hears(way([22, 21])).does(moves(60, 20));
    expect(s.lastAsk).toMatchObject({ from: { x: 22, y: 21 }, to: { x: 60, y: 20 } });
  });

  test('the way to the pointer is shown before it is fixed, with grips only where was clicked', () => {
    const s = started()
      .does(moves(60, 20))
      .hears(way([20, 20], [40, 15], [60, 20]));
    expect(s.draft).toEqual({
      region_id: null,
      stops: [{ x: 20, y: 20 }],
      label: 'person',
      geometry: { kind: 'polyline', points: [[20, 20], [40, 15], [60, 20]] }, // prettier-ignore
    });
  });

  test('one way is looked for at a time; the next is to where the pointer is by then', () => {
    const s = started().does(moves(30, 20), moves(40, 20), moves(50, 20));
    expect(s.asks.map(target)).toEqual([[20, 20], [30, 20]]); // prettier-ignore
    s.hears(way([20, 20], [30, 20]));
    expect(s.asks.map(target)).toEqual([[20, 20], [30, 20], [50, 20]]); // prettier-ignore
    s.hears(way([20, 20], [50, 20]));
    expect(s.asks).toHaveLength(3);
  });

  test('a click where the way is known fixes it without asking', () => {
    const s = started()
      .does(moves(60, 20))
      .hears(way([20, 20], [40, 15], [60, 20]))
      .does(...clicks(60, 20));
    expect(s.asks).toHaveLength(2);
    s.does(moves(60, 50));
    expect(s.lastAsk).toMatchObject({ from: { x: 60, y: 20 }, to: { x: 60, y: 50 } });
  });

  test('clicks made faster than ways are found are all gone through, in order', () => {
    const s = started().does(...clicks(80, 20), ...clicks(80, 80), { type: 'finish' });
    s.hears(way([20, 20], [50, 15], [80, 20]));
    expect(s.lastAsk).toMatchObject({ from: { x: 80, y: 20 }, to: { x: 80, y: 80 } });
    s.hears(way([80, 20], [80, 80]));
    expect(s.lastAsk).toMatchObject({ from: { x: 80, y: 80 }, to: { x: 20, y: 20 }, reach: 0 });
    s.hears(way([80, 80], [20, 20]));
    expect(s.added).toMatchObject([{ geometry: { kind: 'polygon', parts: [[[[20, 20], [50, 15], [80, 20], [80, 80]]]] } }]); // prettier-ignore
  });

  for (const [how, events] of [
    ['Enter or a double click', [{ type: 'finish' }]],
    ['a click on the first point', clicks(21, 22)],
  ] as const) {
    test(`${how} closes it along the border`, () => {
      const s = three().does(...events);
      expect(s.lastAsk).toMatchObject({ from: { x: 80, y: 80 }, to: { x: 20, y: 20 }, reach: 0 });
      s.hears(way([80, 80], [20, 85], [20, 20]));
      const ring = [[20, 20], [50, 15], [80, 20], [85, 50], [80, 80], [20, 85]]; // prettier-ignore
      expect(s.added).toMatchObject([{ label: 'person', geometry: { kind: 'polygon', parts: [[ring]] } }]);
      expect([s.draft, s.state]).toEqual([null, { name: 'idle' }]);
    });
  }

  test('a label that takes only lines gets a line, which is not closed', () => {
    const s = three(lines).does({ type: 'finish' });
    expect(line(s.added[0]?.geometry)).toEqual([[20, 20], [50, 15], [80, 20], [85, 50], [80, 80]]); // prettier-ignore
  });

  test('the second press of a double click is no click of its own', () => {
    const s = two(lines).does(...clicks(80, 80), ...clicks(80, 81), { type: 'finish' });
    s.hears(way([80, 20], [80, 80]));
    expect(line(s.added[0]?.geometry)).toEqual([[20, 20], [50, 15], [80, 20], [80, 80]]); // prettier-ignore
  });

  test('Ctrl leaves borders alone: straight, and without asking', () => {
    const s = started(lines).does(moves(60, 50, { ctrl: true }), ...clicks(60, 50, { ctrl: true }), { type: 'finish' });
    expect(s.asks).toHaveLength(1);
    expect(line(s.added[0]?.geometry)).toEqual([[20, 20], [60, 50]]); // prettier-ignore
  });

  test('Backspace takes the last part back, whole; the last of all ends it', () => {
    const s = three().does({ type: 'back' });
    expect(line(s.draft?.geometry)).toEqual([[20, 20], [50, 15], [80, 20]]); // prettier-ignore
    s.does({ type: 'back' }, { type: 'back' });
    expect([s.draft, s.state]).toEqual([null, { name: 'idle' }]);
  });

  test('a way from what was taken back is of no use', () => {
    const s = two().does(moves(80, 50));
    const old = s.lastAsk;
    s.does({ type: 'back' }).hears(way([80, 20], [80, 50]), old);
    expect(line(s.draft?.geometry)).toEqual([]);
    s.does(moves(20, 60));
    expect(s.lastAsk).toMatchObject({ from: { x: 20, y: 20 } });
  });

  test('Esc leaves nothing and gives up what was asked', () => {
    const s = two().does(moves(80, 50), { type: 'cancel' });
    s.hears(way([80, 20], [80, 50]));
    expect([s.given, s.draft, s.state, s.added]).toEqual([1, null, { name: 'idle' }, []]);
  });

  test('a second finger takes back only the click of the first', () => {
    const [press] = clicks(80, 80);
    const s = two();
    if (press) s.does(press, { type: 'lost' });
    s.hears(way([80, 20], [80, 80]));
    expect(line(s.draft?.geometry)).toEqual([[20, 20], [50, 15], [80, 20]]); // prettier-ignore
    const first = scissors();
    const [begin] = clicks(20, 20);
    if (begin) first.does(begin, { type: 'lost' });
    expect([first.state, first.given]).toEqual([{ name: 'idle' }, 1]);
  });

  test('where no border can be found nothing begins; what has begun goes on straight, and says so once', () => {
    expect(
      scissors()
        .does(...clicks(20, 20))
        .hears(failed()).state,
    ).toEqual({ name: 'idle' });
    const s = started(lines).does(moves(50, 20)).hears(failed());
    s.does(...clicks(80, 20), moves(80, 40), ...clicks(80, 80), { type: 'finish' });
    expect(s.notices).toEqual(['No pixels. It goes on straight.']);
    expect([s.asks.length, line(s.added[0]?.geometry)]).toEqual([2, [[20, 20], [80, 20], [80, 80]]]); // prettier-ignore
  });

  test('what has too few clicks, or encloses nothing, is not added and can go on', () => {
    expect(started().does({ type: 'finish' }).notices).toEqual([TOO_FEW]);
    // Back along the same border.
    const s = two()
      .does({ type: 'finish' })
      .hears(way([80, 20], [50, 15], [20, 20]));
    expect([s.added, s.notices]).toEqual([[], [NO_AREA]]);
    expect(line(s.draft?.geometry)).toEqual([[20, 20], [50, 15], [80, 20]]); // prettier-ignore
    s.does(...clicks(80, 80)).hears(way([80, 20], [80, 80]));
    s.does({ type: 'finish' }).hears(way([80, 80], [20, 20]));
    expect(s.added).toHaveLength(1);
  });

  test('without a label nothing is asked; where nothing may be changed any more it ends', () => {
    expect(scissors({ label: null }).does(...clicks(20, 20)).notices).toEqual([NO_LABEL]);
    const s = two().seeing({ readOnly: 'The lease is over' }).does(moves(50, 50));
    expect([s.notices, s.draft, s.given]).toEqual([['The lease is over'], null, 1]);
  });
});

import { describe, expect, test } from 'vitest';

import { maskOfShape, union, type MaskGeometry } from '~/geometry/mask';
import type { Geometry } from '~/geometry/shapes';
import type { Answer } from '~/tools/assistant';
import { NO_LABEL } from '~/tools/tool';
import { NOTHING_LEFT, NOTHING_TO_TAKE_FROM, wandTool, type WandState } from '~/tools/wand';
import { Assisted, clicks, failed, moves } from '../support/assisted';
import { context } from '../support/tools';

const image = { width: 200, height: 100 };
const square = (x: number, y: number, side = 20): MaskGeometry => {
  const mask = maskOfShape({ kind: 'box', x, y, width: side, height: side }, image);
  if (!mask) throw new Error('no mask');
  return mask;
};
const area = (mask: MaskGeometry): Answer => ({ kind: 'area', mask });
const box = (x0: number, y0: number, x1: number, y1: number): number[][] => [
  [x0, y0],
  [x1, y0],
  [x1, y1],
  [x0, y1],
];
const wand = (over = {}): Assisted<WandState> => new Assisted(wandTool, context({ ...over }));
const masks = { takes: (_: string, kind: Geometry['kind']) => kind === 'mask' };
const cornersOf = (g: Geometry | undefined): number[] => (g?.kind === 'polygon' ? g.parts.flat().map((ring) => ring.length) : []);

describe('the magic wand', () => {
  test('a click asks for what is there by the tolerance that is set, shows it, and Enter adds it as a polygon', () => {
    const w = wand({ tolerance: 17 }).does(...clicks(50, 40));
    expect(w.asks).toEqual([{ kind: 'area', point: { x: 50, y: 40 }, tolerance: 17 }]);
    w.hears(area(square(40, 30)));
    const parts = [[expect.arrayContaining(box(40, 30, 60, 50))]];
    expect(w.draft).toMatchObject({ region_id: null, label: 'person', geometry: { kind: 'polygon', parts } });
    w.does({ type: 'finish' });
    expect(w.added).toMatchObject([{ label: 'person', geometry: { kind: 'polygon', parts } }]);
    expect([w.draft, w.state]).toEqual([null, { name: 'idle' }]);
  });

  test('a label that takes masks only gets a mask', () => {
    const w = wand(masks)
      .does(...clicks(50, 40))
      .hears(area(square(40, 30)))
      .does({ type: 'finish' });
    expect(w.added).toMatchObject([{ geometry: square(40, 30) }]);
  });

  test('a polygon has the holes of what was found', () => {
    const w = wand()
      .does(...clicks(50, 40))
      .hears(area(square(20, 20, 60)));
    w.does(...clicks(45, 45, { alt: true })).hears(area(square(40, 40)));
    expect(cornersOf(w.does({ type: 'finish' }).added[0]?.geometry)).toEqual([4, 4]);
  });

  test('Shift adds, Alt takes away, a plain click begins anew', () => {
    const w = wand(masks)
      .does(...clicks(50, 40))
      .hears(area(square(40, 30)));
    w.does(...clicks(110, 40, { shift: true })).hears(area(square(100, 30)));
    expect(w.draft?.geometry).toEqual(union(square(40, 30), square(100, 30)));
    w.does(...clicks(50, 40, { alt: true })).hears(area(square(40, 30)));
    expect(w.draft?.geometry).toEqual(square(100, 30));
    w.does(...clicks(20, 20)).hears(area(square(10, 10)));
    expect(w.draft?.geometry).toEqual(square(10, 10));
  });

  test('who has no Shift key says what a click does by the bar', () => {
    const w = wand({ ...masks })
      .does(...clicks(50, 40))
      .hears(area(square(40, 30)));
    w.seeing({ touches: 'adds' })
      .does(...clicks(110, 40))
      .hears(area(square(100, 30)));
    w.seeing({ touches: 'takes away' })
      .does(...clicks(50, 40))
      .hears(area(square(40, 30)));
    expect(w.draft?.geometry).toEqual(square(100, 30));
  });

  test('there is nothing to take away from before something was taken', () => {
    const w = wand().does(...clicks(50, 40, { alt: true }));
    expect([w.notices, w.asks]).toEqual([[NOTHING_TO_TAKE_FROM], []]);
  });

  test('another tolerance finds the last click anew; what it found before stays in sight meanwhile', () => {
    const w = wand(masks)
      .does(...clicks(50, 40))
      .hears(area(square(40, 30)));
    w.seeing({ tolerance: 40 }).does({ type: 'tuned' });
    expect(w.lastAsk).toEqual({ kind: 'area', point: { x: 50, y: 40 }, tolerance: 40 });
    expect(w.draft?.geometry).toEqual(square(40, 30));
    w.hears(area(square(35, 25, 30)));
    expect(w.draft?.geometry).toEqual(square(35, 25, 30));
  });

  test('one area is found at a time: of many tolerances on the way only the last is asked for', () => {
    const w = wand(masks).does(...clicks(50, 40));
    for (const tolerance of [30, 40, 50]) w.seeing({ tolerance }).does({ type: 'tuned' });
    expect(w.asks).toHaveLength(1);
    w.hears(area(square(40, 30)));
    expect(w.asks.map((ask) => ask.kind === 'area' && ask.tolerance)).toEqual([24, 50]);
    w.hears(area(square(35, 25, 30)));
    expect(w.asks).toHaveLength(2);
  });

  test('clicks made while one area is found wait, and all are taken', () => {
    const w = wand(masks).does(...clicks(50, 40), ...clicks(110, 40, { shift: true }), { type: 'finish' });
    expect(w.asks).toHaveLength(1);
    w.hears(area(square(40, 30)));
    expect(w.added).toEqual([]);
    w.hears(area(square(100, 30)));
    expect(w.added).toMatchObject([{ geometry: union(square(40, 30), square(100, 30)) }]);
  });

  test('Backspace takes the last click back, and the last of all ends it', () => {
    const w = wand(masks)
      .does(...clicks(50, 40))
      .hears(area(square(40, 30)));
    w.does(...clicks(110, 40, { shift: true })).hears(area(square(100, 30)));
    w.does({ type: 'back' });
    expect(w.draft?.geometry).toEqual(square(40, 30));
    w.does({ type: 'back' });
    expect([w.draft, w.state]).toEqual([null, { name: 'idle' }]);
  });

  test('an answer for a click that was taken back is of no use', () => {
    const w = wand(masks)
      .does(...clicks(50, 40))
      .hears(area(square(40, 30)));
    w.does(...clicks(110, 40, { shift: true }), { type: 'back' }).hears(area(square(100, 30)));
    expect(w.draft?.geometry).toEqual(square(40, 30));
  });

  test('Esc leaves nothing, gives up what was asked, and what is answered later changes nothing', () => {
    const w = wand().does(...clicks(50, 40), { type: 'cancel' });
    expect([w.given, w.draft]).toEqual([1, null]);
    w.hears(area(square(40, 30)));
    expect([w.draft, w.state, w.added]).toEqual([null, { name: 'idle' }, []]);
    // Nor does it in the next gesture at the same place.
    const old = w.lastAsk;
    w.does(...clicks(50, 40)).hears(area(square(0, 0)), old);
    expect(w.draft).toBeNull();
  });

  test('a second finger takes back only the click of the first', () => {
    const w = wand(masks)
      .does(...clicks(50, 40))
      .hears(area(square(40, 30)));
    const [press] = clicks(110, 40, { shift: true });
    if (press) w.does(press, { type: 'lost' });
    expect(w.draft?.geometry).toEqual(square(40, 30));
    w.does({ type: 'lost' });
    expect(w.state.name).toBe('choosing');
  });

  test('what cannot be found is said, and what was there before stays', () => {
    const w = wand(masks)
      .does(...clicks(50, 40))
      .hears(failed());
    expect([w.notices, w.state]).toEqual([['No pixels.'], { name: 'idle' }]);
    w.does(...clicks(50, 40)).hears(area(square(40, 30)));
    w.does(...clicks(110, 40, { shift: true })).hears(failed());
    expect(w.draft?.geometry).toEqual(square(40, 30));
  });

  test('nothing is added where nothing is left', () => {
    const w = wand()
      .does(...clicks(50, 40))
      .hears(area(square(40, 30)));
    w.does(...clicks(50, 40, { alt: true })).hears(area(square(40, 30)));
    w.does({ type: 'finish' });
    expect([w.added, w.notices, w.state.name]).toEqual([[], [NOTHING_LEFT], 'choosing']);
  });

  test('without a label, outside the picture, or where nothing may be changed, nothing is asked', () => {
    expect(wand({ label: null }).does(...clicks(50, 40)).notices).toEqual([NO_LABEL]);
    expect(wand().does(...clicks(-5, 40)).asks).toEqual([]);
    expect(wand({ readOnly: 'Only looking' }).does(...clicks(50, 40)).notices).toEqual(['Only looking']);
    const w = wand()
      .does(...clicks(50, 40))
      .seeing({ readOnly: 'The lease is over' })
      .hears(area(square(40, 30)));
    expect([w.notices, w.draft, w.state]).toEqual([['The lease is over'], null, { name: 'idle' }]);
  });

  test('moving the pointer asks nothing', () => {
    expect(wand().does(...clicks(50, 40), moves(60, 60), moves(70, 70)).asks).toHaveLength(1);
  });
});

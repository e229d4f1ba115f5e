import { describe, expect, test } from 'vitest';

import { emptyMask, maskOfShape, type MaskGeometry } from '~/geometry/mask';
import type { Geometry } from '~/geometry/shapes';
import type { Answer, Prompt } from '~/tools/assistant';
import { FIRST_WHAT, NOTHING_FOUND, smartTool, type SmartState } from '~/tools/smart';
import { NO_LABEL } from '~/tools/tool';
import { Assisted, clicks, failed, moves } from '../support/assisted';
import { context, up } from '../support/tools';

const image = { width: 200, height: 100 };
const square = (x: number, y: number, side = 20): MaskGeometry => {
  const mask = maskOfShape({ kind: 'box', x, y, width: side, height: side }, image);
  if (!mask) throw new Error('no mask');
  return mask;
};
const thing = (mask: MaskGeometry, confidence = 0.9): Answer => ({ kind: 'thing', mask, confidence });
const smart = (over = {}): Assisted<SmartState> => new Assisted(smartTool, context({ ...over }));
const masks = { takes: (_: string, kind: Geometry['kind']) => kind === 'mask' };
const drags = (x0: number, y0: number, x1: number, y1: number) => [
  ...clicks(x0, y0).slice(0, 1),
  moves((x0 + x1) / 2, (y0 + y1) / 2),
  moves(x1, y1),
  up(x1, y1),
];
const asked = (s: Assisted<SmartState>): readonly Prompt[] => (s.lastAsk.kind === 'thing' ? s.lastAsk.prompts : []);
const point = (x: number, y: number, inside = true): Prompt => ({ kind: 'point', point: { x, y } as never, inside });

describe('the smart polygon', () => {
  test('a click asks for the thing there, shows its outline with how sure the model is, and Enter adds it as a polygon', () => {
    const s = smart().does(...clicks(50, 40));
    expect(asked(s)).toEqual([point(50, 40)]);
    expect(s.draft).toMatchObject({ geometry: { kind: 'point', x: 50, y: 40 }, marks: [{ inside: true }] });
    s.hears(thing(square(40, 30), 0.87));
    expect(s.draft).toMatchObject({ label: 'person', geometry: { kind: 'polygon' }, confidence: 0.87 });
    s.does({ type: 'finish' });
    expect(s.added).toMatchObject([{ label: 'person', geometry: { kind: 'polygon' } }]);
    expect([s.draft, s.state]).toEqual([null, { name: 'idle' }]);
  });

  test('a label that takes masks only gets a mask', () => {
    const s = smart(masks)
      .does(...clicks(50, 40))
      .hears(thing(square(40, 30)))
      .does({ type: 'finish' });
    expect(s.added).toMatchObject([{ geometry: square(40, 30) }]);
  });

  test('each question has all that was said so far: Alt, Shift or the switch say what does not belong to it', () => {
    const s = smart(masks)
      .does(...clicks(50, 40))
      .hears(thing(square(40, 30)));
    s.does(...clicks(80, 40, { alt: true })).hears(thing(square(40, 30)));
    s.does(...clicks(90, 40, { shift: true })).hears(thing(square(40, 30)));
    s.seeing({ leavesOut: true })
      .does(...clicks(100, 40))
      .hears(thing(square(40, 30)));
    expect(asked(s)).toEqual([point(50, 40), point(80, 40, false), point(90, 40, false), point(100, 40, false)]);
  });

  test('what does not belong to the thing can be said only when there is one', () => {
    const s = smart().does(...clicks(50, 40, { alt: true }));
    expect([s.notices, s.asks, s.state]).toEqual([[FIRST_WHAT], [], { name: 'idle' }]);
  });

  test('a drag is a box around it, seen while it is drawn; another is instead of it', () => {
    const s = smart(masks);
    s.does(...drags(20, 20, 80, 60).slice(0, 3));
    expect(s.draft?.geometry).toEqual({ kind: 'box', x: 20, y: 20, width: 60, height: 40 });
    s.does(up(80, 60));
    expect(asked(s)).toMatchObject([{ kind: 'box', from: { x: 20, y: 20 }, to: { x: 80, y: 60 } }]);
    s.hears(thing(square(40, 30)));
    s.does(...clicks(50, 40)).hears(thing(square(40, 30)));
    s.does(...drags(30, 20, 90, 60));
    expect(asked(s)).toMatchObject([{ kind: 'point' }, { kind: 'box', from: { x: 30 } }]);
  });

  test('a drag without extent says nothing', () => {
    const s = smart().does(...drags(20, 20, 80, 20));
    expect([s.asks, s.state, s.draft]).toEqual([[], { name: 'idle' }, null]);
  });

  test('one question at a time: what is said meanwhile is all in the next, and Enter waits for it', () => {
    const s = smart(masks).does(...clicks(50, 40), ...clicks(80, 40), ...clicks(90, 40), { type: 'finish' });
    expect(s.asks).toHaveLength(1);
    s.hears(thing(square(0, 0)));
    expect([s.asks.length, asked(s).length, s.added]).toEqual([2, 3, []]);
    expect(s.draft?.geometry).toEqual(square(0, 0));
    s.hears(thing(square(40, 30)));
    expect(s.added).toMatchObject([{ geometry: square(40, 30) }]);
  });

  test('the second click of a double click says nothing more', () => {
    const s = smart(masks).does(...clicks(50, 40), ...clicks(51, 40), { type: 'finish' });
    s.hears(thing(square(40, 30)));
    expect([s.asks.length, s.added.length]).toEqual([1, 1]);
  });

  test('Backspace takes the last back and asks without it; the last of all ends it, and what was loaded for it', () => {
    const s = smart(masks)
      .does(...clicks(50, 40))
      .hears(thing(square(40, 30)));
    s.does(...clicks(80, 40)).hears(thing(square(0, 0)));
    s.does({ type: 'back' });
    expect(asked(s)).toEqual([point(50, 40)]);
    s.hears(thing(square(40, 30)));
    expect(s.draft?.geometry).toEqual(square(40, 30));
    s.does({ type: 'back' });
    expect([s.draft, s.state, s.given]).toEqual([null, { name: 'idle' }, 1]);
  });

  test('Esc leaves nothing, and what is answered later changes nothing', () => {
    const s = smart().does(...clicks(50, 40), { type: 'cancel' });
    expect([s.given, s.draft]).toEqual([1, null]);
    s.hears(thing(square(40, 30)));
    expect([s.draft, s.state, s.added]).toEqual([null, { name: 'idle' }, []]);
    const old = s.lastAsk;
    s.does(...clicks(50, 40)).hears(thing(square(0, 0)), old);
    expect(s.draft?.geometry.kind).toBe('point');
  });

  test('a second finger takes back only the press of the first', () => {
    const s = smart(masks)
      .does(...clicks(50, 40))
      .hears(thing(square(40, 30)));
    s.does(...drags(20, 20, 80, 60).slice(0, 3), { type: 'lost' });
    expect([s.draft?.geometry, s.asks.length]).toEqual([square(40, 30), 1]);
  });

  test('what cannot be found is said, and what was found before stays', () => {
    const s = smart(masks)
      .does(...clicks(50, 40))
      .hears(failed());
    expect([s.notices, s.state, s.draft]).toEqual([['No pixels.'], { name: 'idle' }, null]);
    s.does(...clicks(50, 40)).hears(thing(square(40, 30)));
    s.does(...clicks(80, 40)).hears(failed());
    expect(s.draft?.geometry).toEqual(square(40, 30));
    s.does({ type: 'finish' });
    expect(s.added).toHaveLength(1);
  });

  test('an empty answer adds nothing and says so', () => {
    const s = smart()
      .does(...clicks(50, 40))
      .hears(thing(emptyMask(image)))
      .does({ type: 'finish' });
    expect([s.added, s.notices, s.state.name]).toEqual([[], [NOTHING_FOUND], 'pointing']);
  });

  test('without a label, outside the picture, or where nothing may be changed, nothing is asked', () => {
    expect(smart({ label: null }).does(...clicks(50, 40)).notices).toEqual([NO_LABEL]);
    expect(smart().does(...clicks(-5, 40)).asks).toEqual([]);
    const s = smart()
      .does(...clicks(50, 40))
      .seeing({ readOnly: 'The lease is over' })
      .hears(thing(square(40, 30)));
    expect([s.notices, s.draft, s.state]).toEqual([['The lease is over'], null, { name: 'idle' }]);
  });
});

import { describe, expect, test } from 'vitest';

import { hits } from '~/geometry/hit';
import { area, capsule, emptyMask, isEmpty, minus, union, type MaskGeometry } from '~/geometry/mask';
import { imagePoint } from '~/geometry/points';
import type { Geometry } from '~/geometry/shapes';
import { brushTool, eraserTool, NO_LONGER_A_MASK, NO_MASK, type BrushState } from '~/tools/brush';
import { GONE, NO_LABEL, type Effect, type Tool, type ToolContext, type ToolEvent, type ToolRegion } from '~/tools/tool';
import { context as anywhere } from '../support/tools';

const image = { width: 120, height: 80 };

const disc = (x: number, y: number, radius: number): MaskGeometry => capsule(imagePoint(x, y), imagePoint(x, y), radius, image);
const road: ToolRegion = { id: 'road', label: 'road', z: 0, geometry: disc(30, 40, 15) };
const car: ToolRegion = { id: 'car', label: 'car', z: 1, geometry: { kind: 'box', x: 70, y: 20, width: 30, height: 30 } };

const context = (over: Partial<ToolContext> = {}, regions: readonly ToolRegion[] = [road, car]): ToolContext =>
  anywhere({ image, label: 'road', ...over }, regions);

const selected = (over: Partial<ToolContext> = {}, regions?: readonly ToolRegion[]): ToolContext =>
  context({ selection: ['road'], ...over }, regions);

const withPressure = (pressure?: number): { pressure?: number } => (pressure === undefined ? {} : { pressure });
const down = (x: number, y: number, pressure?: number): ToolEvent => ({
  type: 'down',
  point: imagePoint(x, y),
  ...withPressure(pressure),
});
const move = (x: number, y: number, pressure?: number): ToolEvent => ({
  type: 'move',
  point: imagePoint(x, y),
  ...withPressure(pressure),
});
const up = (x: number, y: number): ToolEvent => ({ type: 'up', point: imagePoint(x, y) });

interface Run {
  state: BrushState;
  effects: Effect[];
  last: readonly Effect[];
}

/** Runs events; each may bring what the tool sees from then on. */
function run(tool: Tool<BrushState>, events: readonly (ToolEvent | ToolContext)[], start = context()): Run {
  let [state, now] = [tool.idle, start];
  const effects: Effect[] = [];
  let last: readonly Effect[] = [];
  for (const event of events) {
    if (!('type' in event)) {
      now = event;
      continue;
    }
    const next = tool.step(state, event, now);
    [state, last] = [next.state, next.effects];
    effects.push(...next.effects);
  }
  return { state, effects, last };
}

const types = (effects: readonly Effect[]): string[] => effects.map((effect) => effect.type);
const notices = (effects: readonly Effect[]): string[] => effects.flatMap((e) => (e.type === 'notice' ? [e.text] : []));

const asMask = (g: Geometry | undefined): MaskGeometry => (g?.kind === 'mask' ? g : emptyMask({ width: 0, height: 0 }));
/** The mask of the newest draft. */
const drawn = ({ effects }: Run): MaskGeometry =>
  asMask(effects.flatMap((e) => (e.type === 'draft' && e.draft ? [e.draft.geometry] : [])).at(-1));
const added = ({ effects }: Run): MaskGeometry => asMask(effects.flatMap((e) => (e.type === 'add' ? [e.geometry] : []))[0]);
const updated = ({ effects }: Run): MaskGeometry =>
  asMask(effects.flatMap((e) => (e.type === 'update' ? e.changes.map((c) => c.geometry) : []))[0]);

describe('the brush', () => {
  test('a click paints a disc, a drag what the disc goes over', () => {
    expect(added(run(brushTool, [down(90, 60), up(90, 60)]))).toEqual(disc(90, 60, 5));
    const stroke = capsule(imagePoint(20, 60), imagePoint(90, 70), 5, image);
    expect(added(run(brushTool, [down(20, 60), move(90, 70), up(90, 70)]))).toEqual(stroke);
  });

  test('it is seen from the press on, whole at every move', () => {
    const first = run(brushTool, [down(20, 60)]);
    expect(first.effects).toEqual([{ type: 'draft', draft: { region_id: null, label: 'road', geometry: disc(20, 60, 5) } }]);
    expect(hits(drawn(run(brushTool, [down(20, 60), move(90, 60), move(90, 20)])), imagePoint(20, 60), 0)).toBe(true);
  });

  test('the change comes before the draft goes, so nobody sees a gap', () => {
    expect(types(run(brushTool, [down(20, 60), move(30, 60), up(30, 60)]).last)).toEqual(['add', 'draft']);
    expect(types(run(brushTool, [down(50, 40), move(60, 40), up(60, 40)], selected()).last)).toEqual(['update', 'draft']);
  });

  test('on the selected mask of the label in hand it adds to it', () => {
    const done = run(brushTool, [down(50, 40), up(50, 40)], selected());
    const whole = union(asMask(road.geometry), disc(50, 40, 5));
    expect(done.effects[0]).toEqual({ type: 'draft', draft: { region_id: 'road', label: 'road', geometry: whole } });
    expect(done.effects[1]).toEqual({ type: 'update', changes: [{ id: 'road', geometry: whole }] });
  });

  test.each([
    ['another label is in hand', { label: 'person' }],
    ['more than it is selected', { selection: ['road', 'car'] }],
    ['the selected region is no mask', { selection: ['car'], label: 'car' }],
    ['the selected region is gone', { selection: ['gone'] }],
  ])('it begins a new mask when %s', (_, over) => {
    expect(types(run(brushTool, [down(50, 40), up(50, 40)], selected(over)).last)).toEqual(['add', 'draft']);
  });

  test('what somebody else paints on the mask meanwhile stays', () => {
    const theirs = { ...road, geometry: union(asMask(road.geometry), disc(30, 70, 6)) };
    const done = run(brushTool, [down(50, 40), selected({}, [theirs]), move(60, 40), up(60, 40)], selected());
    const both = union(theirs.geometry, capsule(imagePoint(50, 40), imagePoint(60, 40), 5, image));
    expect(drawn(done)).toEqual(both);
    expect(updated(done)).toEqual(both);
  });

  test('what somebody else erases meanwhile does not come back', () => {
    const theirs = { ...road, geometry: disc(30, 40, 4) };
    const done = run(brushTool, [down(60, 40), move(64, 40), selected({}, [theirs]), up(64, 40)], selected());
    expect(hits(updated(done), imagePoint(30, 50), 0)).toBe(false);
  });

  test('painting where there is paint already is no change', () => {
    expect(run(brushTool, [down(30, 40), up(30, 40)], selected()).last).toEqual([{ type: 'draft', draft: null }]);
  });

  test('a stroke outside the image makes nothing; one that comes in from there paints', () => {
    expect(types(run(brushTool, [down(-40, -40), move(-30, -20), up(-30, -20)]).effects)).toEqual(['draft']);
    expect(area(added(run(brushTool, [down(-40, 60), move(10, 60), up(10, 60)])))).toBeGreaterThan(80);
  });

  test('a pen paints from a quarter of the brush to all of it, by its pressure', () => {
    expect(added(run(brushTool, [down(60, 60, 0), up(60, 60)]))).toEqual(disc(60, 60, 1.25));
    expect(added(run(brushTool, [down(60, 60, 0.5), up(60, 60)]))).toEqual(disc(60, 60, 3.125));
    expect(added(run(brushTool, [down(60, 60, 1), up(60, 60)]))).toEqual(disc(60, 60, 5));
  });

  test('a lifted pen ends as thin as it was', () => {
    const light = added(run(brushTool, [down(20, 60, 0), move(80, 60, 0), up(80, 60)]));
    expect(light).toEqual(capsule(imagePoint(20, 60), imagePoint(80, 60), 1.25, image));
  });

  test('the size changes in the middle of a stroke', () => {
    const done = run(brushTool, [down(20, 60), context({ brush: 30 }), move(80, 50), up(80, 50)]);
    expect(hits(added(done), imagePoint(80, 37), 0)).toBe(true);
    expect(hits(added(done), imagePoint(20, 74), 0)).toBe(true);
  });

  test('without a label, or where nothing may be changed, it says so and paints nothing', () => {
    expect(run(brushTool, [down(50, 50), move(60, 60)], context({ label: null })).effects).toEqual([
      { type: 'notice', text: NO_LABEL },
    ]);
    expect(run(brushTool, [down(50, 50), up(60, 60)], context({ readOnly: 'Paused' })).effects).toEqual([
      { type: 'notice', text: 'Paused' },
    ]);
  });

  test('what goes by while it paints changes nothing', () => {
    const start = run(brushTool, [down(20, 60)]);
    for (const type of ['finish', 'back', 'skip'] as const) {
      expect(brushTool.step(start.state, { type }, context())).toEqual({ state: start.state, effects: [] });
    }
    expect(brushTool.step(brushTool.idle, move(3, 3), context()).effects).toEqual([]);
  });
});

describe('the eraser', () => {
  test('it takes away from the selected mask, wherever it is pressed', () => {
    const done = run(eraserTool, [down(90, 70), move(30, 40), up(30, 40)], selected({ label: null }));
    const rest = minus(asMask(road.geometry), capsule(imagePoint(90, 70), imagePoint(30, 40), 5, image));
    expect(drawn(done)).toEqual(rest);
    expect(done.last).toEqual([
      { type: 'update', changes: [{ id: 'road', geometry: rest }] },
      { type: 'draft', draft: null },
    ]);
  });

  test('with nothing selected, or no mask, it takes the mask under the press', () => {
    for (const selection of [[], ['car']]) {
      const done = run(eraserTool, [down(30, 40), up(30, 40)], context({ selection }));
      expect(updated(done)).toEqual(minus(asMask(road.geometry), disc(30, 40, 5)));
    }
  });

  test('where no mask is it says what it can erase', () => {
    for (const [x, y] of [
      [80, 30],
      [110, 70],
    ] as const) {
      // prettier-ignore
      const { state, effects } = run(eraserTool, [down(x, y), move(30, 40), up(30, 40)]);
      expect(effects).toEqual([{ type: 'notice', text: NO_MASK }]);
      expect(state).toBe(eraserTool.idle);
    }
  });

  test('a mask erased whole goes', () => {
    const done = run(eraserTool, [down(30, 40), up(30, 40)], selected({ brush: 80 }));
    expect(isEmpty(drawn(done))).toBe(true);
    expect(done.last).toEqual([
      { type: 'replace', id: 'road', by: [] },
      { type: 'draft', draft: null },
    ]);
  });

  test('what somebody else paints meanwhile stays, also when all that was there before is gone', () => {
    const theirs = { ...road, geometry: union(asMask(road.geometry), disc(100, 70, 6)) };
    const done = run(eraserTool, [down(30, 40), selected({ brush: 80 }, [theirs]), up(30, 40)], selected({ brush: 80 }));
    expect(updated(done)).toEqual(disc(100, 70, 6));
  });

  test('erasing where there is nothing is no change', () => {
    expect(run(eraserTool, [down(110, 10), up(110, 10)], selected()).last).toEqual([{ type: 'draft', draft: null }]);
  });
});

describe.each([
  ['brush', brushTool],
  ['eraser', eraserTool],
])('the %s, whatever others do', (_, tool) => {
  const stroke = [down(30, 40), move(50, 40)];

  test('Esc and a lost pointer leave nothing behind', () => {
    for (const type of ['cancel', 'lost'] as const) {
      const { state, last } = run(tool, [...stroke, { type }], selected());
      expect(state).toBe(tool.idle);
      expect(last).toEqual([{ type: 'draft', draft: null }]);
    }
  });

  test('somebody deletes the mask: the stroke ends and says so', () => {
    const { state, last } = run(tool, [...stroke, { type: 'removed' }], selected());
    expect(state).toBe(tool.idle);
    expect(last).toEqual([
      { type: 'draft', draft: null },
      { type: 'notice', text: GONE },
    ]);
  });

  test.each([
    ['gone', GONE, [] as ToolRegion[]],
    ['another shape', NO_LONGER_A_MASK, [{ ...car, id: 'road' }]],
    ['of another size', NO_LONGER_A_MASK, [{ ...road, geometry: emptyMask({ width: 9, height: 9 }) }]],
  ])('a mask that is %s at a move or at the very release is not brought back', (_what, text, regions) => {
    for (const event of [move(55, 40), up(50, 40)]) {
      const { state, last } = run(tool, [...stroke, selected({}, regions), event], selected());
      expect(state).toBe(tool.idle);
      expect(types(last)).toEqual(['draft', 'notice']);
      expect(notices(last)).toEqual([text]);
    }
  });

  test('becoming read-only in the middle of a stroke ends it', () => {
    for (const event of [move(55, 40), up(50, 40)]) {
      const { last } = run(tool, [...stroke, selected({ readOnly: 'Paused' }), event], selected());
      expect(last).toEqual([
        { type: 'draft', draft: null },
        { type: 'notice', text: 'Paused' },
      ]);
    }
  });

  test('it holds the mask it works on, and nothing when it is idle', () => {
    const { state } = run(tool, stroke, selected());
    expect(tool.holds(state)).toEqual(['road']);
    expect(tool.isBusy(state)).toBe(true);
    expect(tool.holds(tool.idle)).toEqual([]);
    expect(tool.isBusy(tool.idle)).toBe(false);
  });

  test('the pointer and the hint say what can be done', () => {
    const [free, closed] = [context(), context({ readOnly: 'Paused' })];
    expect(tool.cursor(tool.idle, imagePoint(1, 1), free)).toBe('crosshair');
    expect(tool.cursor(tool.idle, imagePoint(1, 1), closed)).toBe('not-allowed');
    expect(tool.hint?.(tool.idle, free)).toContain('[ and ]');
    expect(tool.hint?.(tool.idle, closed)).toBeNull();
    expect(tool.hint?.(run(tool, stroke, selected()).state, free)).toBeNull();
  });
});

test('a new mask is in no one’s hand yet', () => {
  expect(brushTool.holds(run(brushTool, [down(20, 60)]).state)).toEqual([]);
});

import { describe, expect, test } from 'vitest';

import { boxTool } from '~/tools/box';
import { selectTool } from '~/tools/select';
import { GONE, NO_LABEL, type ToolRegion } from '~/tools/tool';
import { car, click, context, down, move, run, types, up } from '../support/tools';

const mask: ToolRegion = {
  id: 'mask',
  label: 'road',
  z: 0,
  geometry: { kind: 'mask', width: 200, height: 100, counts: [0, 3, 97, 3, 19_897] },
};

describe('the box tool', () => {
  test('a drag shows a draft from the first move on and becomes a region on release', () => {
    const { effects, state } = run(boxTool, [down(80, 60), move(90, 70), move(120, 90), up(120, 90)]);
    expect(types(effects)).toEqual(['draft', 'draft', 'add', 'draft']);
    expect(effects[2]).toEqual({ type: 'add', label: 'person', geometry: { kind: 'box', x: 80, y: 60, width: 40, height: 30 } });
    expect(effects[3]).toEqual({ type: 'draft', draft: null });
    expect(state).toBe(boxTool.idle);
  });

  test('the region is added before its ghost goes, so nobody sees a gap', () => {
    const { last } = run(boxTool, [down(80, 60), move(120, 90), up(120, 90)]);
    expect(types(last)).toEqual(['add', 'draft']);
  });

  test('a drag that starts outside starts at the border, and ends at the border', () => {
    const { effects } = run(boxTool, [down(-50, 10), move(30, 18), up(30, 999)], context({}, []));
    expect(effects.find((e) => e.type === 'add')).toMatchObject({ geometry: { x: 0, y: 10, width: 30, height: 90 } });
  });

  test('a click draws nothing and selects what is there', () => {
    const { effects } = run(boxTool, [down(30, 30), up(31, 31)]);
    expect(effects).toEqual([{ type: 'select', ids: ['car'] }]);
  });

  test('a box thinner than any object is a slip of the hand', () => {
    const { effects } = run(boxTool, [down(80, 60), move(120, 61), up(120, 61)]);
    expect(types(effects)).toEqual(['draft', 'draft']);
  });

  test('Esc leaves nothing behind', () => {
    const { effects, state } = run(boxTool, [down(80, 60), move(120, 90), { type: 'cancel' }]);
    expect(effects.at(-1)).toEqual({ type: 'draft', draft: null });
    expect(state).toBe(boxTool.idle);
    expect(types(effects)).not.toContain('add');
  });

  test('without a label it says so and draws nothing', () => {
    const { effects, state } = run(boxTool, [down(80, 60), move(120, 90)], context({ label: null }));
    expect(effects).toEqual([{ type: 'notice', text: NO_LABEL }]);
    expect(state).toBe(boxTool.idle);
  });

  test('where nothing may be changed it says why', () => {
    const { effects } = run(boxTool, [down(80, 60), move(120, 90)], context({ readOnly: 'The project is paused' }));
    expect(effects).toEqual([{ type: 'notice', text: 'The project is paused' }]);
  });

  test('the box just drawn can be corrected by its handles at once', () => {
    const { effects } = run(boxTool, [down(60, 50), move(70, 60), up(70, 60)], context({ selection: ['car'] }));
    expect(effects.find((e) => e.type === 'update')).toEqual({
      type: 'update',
      changes: [{ id: 'car', geometry: { kind: 'box', x: 20, y: 20, width: 50, height: 40 } }],
    });
  });

  test('a drag inside a region draws a new one: objects lie in objects', () => {
    const { effects } = run(boxTool, [down(30, 28), move(45, 42), up(45, 42)], context({ selection: ['car'] }));
    expect(types(effects)).toContain('add');
  });
});

describe('the select tool', () => {
  test('a click selects, a click on nothing deselects', () => {
    expect(run(selectTool, [down(30, 30), up(30, 30)]).effects.at(-1)).toEqual({ type: 'select', ids: ['car'] });
    expect(run(selectTool, [down(150, 80), up(150, 80)]).effects).toEqual([{ type: 'pan' }, { type: 'select', ids: [] }]);
  });

  test('a drag on nothing pans and keeps the selection', () => {
    const { effects } = run(selectTool, [down(150, 80), move(120, 80), up(120, 80)], context({ selection: ['car'] }));
    expect(effects).toEqual([{ type: 'pan' }]);
  });

  test('Shift adds to the selection and takes from it', () => {
    const shifted = (selection: string[]): unknown => run(selectTool, click(30, 30, true), context({ selection })).effects;
    expect(shifted(['x'])).toEqual([{ type: 'select', ids: ['x', 'car'] }]);
    expect(shifted(['car'])).toEqual([{ type: 'select', ids: [] }]);
  });

  test('a drag moves; others see the ghost; the release is one change', () => {
    const { effects } = run(selectTool, [down(30, 30), move(40, 35), move(50, 40), up(50, 40)]);
    expect(types(effects)).toEqual(['select', 'draft', 'draft', 'update', 'draft']);
    expect(effects[3]).toMatchObject({ changes: [{ id: 'car', geometry: { x: 40, y: 30, width: 40, height: 30 } }] });
  });

  test('a trembling hand does not move what it clicks', () => {
    expect(types(run(selectTool, [down(30, 30), move(31, 31), up(31, 31)]).effects)).toEqual(['select', 'select']);
  });

  test('somebody deletes the region while I drag it: the gesture ends and says so', () => {
    const { state, last } = run(selectTool, [down(30, 30), move(50, 40), { type: 'removed' }]);
    expect(state).toBe(selectTool.idle);
    expect(last).toEqual([
      { type: 'draft', draft: null },
      { type: 'notice', text: GONE },
    ]);
  });

  test('a region gone at the very release is not brought back', () => {
    const first = run(selectTool, [down(30, 30), move(50, 40)]);
    const { effects } = selectTool.step(first.state, up(50, 40), context({}, []));
    expect(types(effects)).toEqual(['draft', 'notice']);
  });

  test('becoming read-only in the middle of a drag ends it', () => {
    const first = run(selectTool, [down(30, 30), move(40, 40)]);
    const { state, effects } = selectTool.step(first.state, move(45, 45), context({ readOnly: 'Paused' }));
    expect(state).toBe(selectTool.idle);
    expect(effects).toContainEqual({ type: 'notice', text: 'Paused' });
  });

  test('a mask moves by whole pixels', () => {
    const { effects } = run(selectTool, [down(1, 1), move(30, 30), up(60.4, 60.4)], context({}, [mask]));
    expect(effects.find((effect) => effect.type === 'update')).toMatchObject({
      changes: [{ geometry: { counts: [5959, 3, 97, 3, 13_938] } }],
    });
  });

  const bus: ToolRegion = { id: 'bus', label: 'bus', z: 1, geometry: { kind: 'box', x: 100, y: 20, width: 40, height: 30 } };

  test('a drag with Shift over nothing selects what lies within, whole', () => {
    const { effects } = run(selectTool, [down(5, 5, true), move(90, 90), move(120, 90), up(120, 90)], context({}, [car, bus]));
    expect(types(effects)).toEqual(['marquee', 'marquee', 'marquee', 'select']);
    expect(effects.at(-1)).toEqual({ type: 'select', ids: ['car'] });
    expect(effects.at(-2)).toEqual({ type: 'marquee', corners: null });
  });

  test('what is selected together stops together where the first of it meets the border', () => {
    const both = context({ selection: ['car', 'bus'] }, [car, bus]);
    const { last } = run(selectTool, [down(30, 30), move(35, 40), up(500, -300)], both);
    expect(last[0]).toMatchObject({
      changes: [
        { id: 'car', geometry: { x: 80, y: 0 } },
        { id: 'bus', geometry: { x: 160, y: 0 } },
      ],
    });
  });

  test('without a Shift key: what is pressed comes to the selection, and a drag takes in what lies within', () => {
    const seen = context({ gathers: true, selection: ['bus'] }, [car, bus]);
    expect(run(selectTool, [down(30, 30), up(30, 30)], seen).last).toEqual([{ type: 'select', ids: ['bus', 'car'] }]);
    expect(run(selectTool, [down(5, 5), move(90, 90), up(90, 90)], seen).last.at(-1)).toEqual({
      type: 'select',
      ids: ['bus', 'car'],
    });
  });

  test('what is selected together moves together, as one change', () => {
    const both = context({ selection: ['car', 'bus'] }, [car, bus]);
    const { effects, last } = run(selectTool, [down(30, 30), move(35, 40), up(35, 40)], both);
    expect(effects.find((e) => e.type === 'draft')).toMatchObject({ draft: { region_id: 'car', along: [{ id: 'bus' }] } });
    expect(last[0]).toMatchObject({
      type: 'update',
      changes: [
        { id: 'car', geometry: { x: 25, y: 30 } },
        { id: 'bus', geometry: { x: 105, y: 30 } },
      ],
    });
  });

  describe('with a frame around several', () => {
    const both = context({ selection: ['car', 'bus'] }, [car, bus]);
    // Around (20, 20) to (140, 50), and 14 pixels away from it.
    const corner = [154, 64] as const;

    test('a corner scales all of them from the opposite one, as one change, and others see each', () => {
      const { effects, state } = run(selectTool, [down(...corner), move(166, 70), up(166, 70)], both);
      expect(types(effects)).toEqual(['draft', 'update', 'draft']);
      expect(effects[0]).toMatchObject({ draft: { region_id: 'car', along: [{ id: 'bus' }] } });
      expect(effects[1]).toMatchObject({
        changes: [
          { id: 'car', geometry: { x: 20, y: 20, width: 44, height: 36 } },
          { id: 'bus', geometry: { x: 108, y: 20, width: 44, height: 36 } },
        ],
      });
      expect(state).toBe(selectTool.idle);
    });

    test('a click on a grip changes nothing, and lets go of nothing', () => {
      expect(run(selectTool, [down(...corner), up(...corner)], both).effects).toEqual([]);
    });

    test('somebody deletes one of them meanwhile: the others go on', () => {
      const held = run(selectTool, [down(...corner), move(166, 70)], both);
      const left = context({ selection: ['bus'] }, [bus]);
      const still = selectTool.step(held.state, { type: 'removed' }, left);
      expect(still.effects).toEqual([]);
      expect(selectTool.step(still.state, up(166, 70), left).effects[0]).toMatchObject({ changes: [{ id: 'bus' }] });
      expect(selectTool.step(held.state, { type: 'removed' }, context({}, [])).effects).toContainEqual({
        type: 'notice',
        text: GONE,
      });
    });

    test('the knob turns them around their middle; without room for all they stay as they last fitted', () => {
      const { effects } = run(selectTool, [down(80, -20), move(200, 35), up(200, 35)], both);
      const update = effects.find((effect) => effect.type === 'update');
      // Turned by a quarter they would be 120 high, and the image is 100.
      expect(update).toBeUndefined();
      const half = run(selectTool, [down(80, -20), move(80, 90), move(200, 35), up(200, 35)], both);
      expect(half.effects.find((effect) => effect.type === 'update')).toMatchObject({
        changes: [{ id: 'car', geometry: { x: 100, y: 20 } }, { id: 'bus', geometry: { x: 20, y: 20 } }], // prettier-ignore
      });
    });

    test('a line has one by itself, outside its own points; a box has its own grips', () => {
      const line: ToolRegion = { id: 'line', label: 'lane', z: 0, geometry: { kind: 'polyline', points: [[40, 40], [80, 60]] } }; // prettier-ignore
      const sole = context({ selection: ['line'] }, [line]);
      const { effects } = run(selectTool, [down(94, 74), move(114, 84), up(114, 84)], sole);
      expect(effects.find((effect) => effect.type === 'update')).toMatchObject({
        changes: [{ geometry: { points: [[40, 40], [100, 70]] } }], // prettier-ignore
      });
      expect(types(run(selectTool, [down(74, 64), up(74, 64)], context({ selection: ['car'] })).effects)).toContain('pan');
    });
  });

  test('what a colleague did to the shape while I dragged it stays', () => {
    const held = run(selectTool, [down(30, 30), move(40, 30)]);
    const wider: ToolRegion = { ...car, geometry: { kind: 'box', x: 20, y: 20, width: 60, height: 30 } };
    const { effects } = selectTool.step(held.state, up(40, 30), context({}, [wider]));
    expect(effects[0]).toMatchObject({ changes: [{ geometry: { x: 30, width: 60 } }] });
  });
});

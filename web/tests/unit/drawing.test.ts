import { describe, expect, test } from 'vitest';

import { imagePoint } from '~/geometry/points';
import { ellipseTool } from '~/tools/ellipse';
import { keypointsTool, NO_SKELETON } from '~/tools/keypoints';
import { polygonTool, polylineTool } from '~/tools/path';
import { pointTool } from '~/tools/point';
import { rotatedBoxTool } from '~/tools/rotated-box';
import { selectTool } from '~/tools/select';
import type { ToolEvent, ToolRegion } from '~/tools/tool';
import { CHANGED } from '~/tools/transform';
import { added, click, context, down, move, run, types, up } from '../support/tools';

const finish: ToolEvent = { type: 'finish' };
const back: ToolEvent = { type: 'back' };
const lost: ToolEvent = { type: 'lost' };
const skip: ToolEvent = { type: 'skip' };
const nothing = context({}, []);

describe('the polygon tool', () => {
  const corners = [...click(10, 10), ...click(60, 10), ...click(60, 50)];

  test('presses place points, Enter finishes', () => {
    const { effects, state } = run(polygonTool, [...corners, finish], nothing);
    expect(added(effects)).toEqual([
      { type: 'add', label: 'person', geometry: { kind: 'polygon', parts: [[[[10, 10], [60, 10], [60, 50]]]] } }, // prettier-ignore
    ]);
    expect(state).toBe(polygonTool.idle);
  });

  test('a press on the first point finishes, and places none', () => {
    const { effects } = run(polygonTool, [...corners, ...click(12, 9)], nothing);
    expect(added(effects)[0]?.geometry).toMatchObject({ parts: [[{ length: 3 }]] });
  });

  test('a double click finishes: its second press is no point', () => {
    const { effects } = run(polygonTool, [...corners, ...click(61, 51), finish], nothing);
    expect(added(effects)[0]?.geometry).toMatchObject({ parts: [[{ length: 3 }]] });
  });

  test('what is drawn so far follows the pointer and is shown to others', () => {
    const { last } = run(polygonTool, [...corners, move(20, 60)], nothing);
    expect(last).toMatchObject([{ type: 'draft', draft: { geometry: { parts: [[{ length: 4 }]] } } }]);
  });

  test('Backspace takes back point by point, and at last the shape', () => {
    const shorter = run(polygonTool, [...corners, back, finish], nothing);
    expect(added(shorter.effects)).toEqual([]);
    expect(shorter.last).toMatchObject([{ type: 'notice', text: 'A polygon needs three points' }]);
    const gone = run(polygonTool, [...corners, back, back, back], nothing);
    expect(gone.state).toBe(polygonTool.idle);
    expect(gone.last).toEqual([{ type: 'draft', draft: null }]);
  });

  test('a second finger takes back what its press placed and no more', () => {
    const { state, effects } = run(polygonTool, [...corners, down(30, 70), lost, finish], nothing);
    expect(state).toBe(polygonTool.idle);
    expect(added(effects)[0]?.geometry).toMatchObject({ parts: [[{ length: 3 }]] });
  });

  test('dragging draws by hand, with no more points than the course needs', () => {
    const straight = Array.from({ length: 30 }, (_, i) => move(11 + i * 2, 10));
    const { effects } = run(polygonTool, [down(10, 10), ...straight, up(70, 10), ...click(70, 60), finish], nothing);
    const geometry = added(effects)[0]?.geometry;
    expect(geometry?.kind === 'polygon' && geometry.parts[0]?.[0]?.length).toBe(3);
  });

  test('between two points on a neighbour’s border it follows the border', () => {
    const way = [imagePoint(30, 12), imagePoint(40, 12)];
    const beside = context({ border: (from, to) => (from.x === 10 && to.x === 60 ? way : []) }, []);
    const { effects } = run(polygonTool, [...corners, finish], beside);
    expect(added(effects)[0]?.geometry).toMatchObject({ parts: [[[[10, 10], [30, 12], [40, 12], [60, 10], [60, 50]]]] }); // prettier-ignore
  });

  test('becoming read-only in the middle ends it and says why', () => {
    const begun = run(polygonTool, corners, nothing);
    const { state, effects } = polygonTool.step(begun.state, move(5, 5), context({ readOnly: 'Paused' }, []));
    expect(state).toBe(polygonTool.idle);
    expect(effects).toContainEqual({ type: 'notice', text: 'Paused' });
  });
});

describe('the line tool', () => {
  test('two points are a line; a press on the first does not finish it', () => {
    const { effects } = run(
      polylineTool,
      [...click(10, 10), ...click(60, 10), ...click(60, 60), ...click(10, 11), finish],
      nothing,
    );
    expect(added(effects)[0]?.geometry).toMatchObject({ kind: 'polyline', points: { length: 4 } });
  });
});

describe('points of outlines', () => {
  const field: ToolRegion = {
    id: 'field',
    label: 'person',
    z: 0,
    geometry: { kind: 'polygon', parts: [[[[20, 20], [80, 20], [80, 80], [20, 80]]]] }, // prettier-ignore
  };
  const sole = context({ selection: ['field'] }, [field]);

  test('a point is dragged, the others stay', () => {
    const { effects } = run(selectTool, [down(81, 20), move(90, 10), up(91, 10)], sole);
    expect(effects.find((e) => e.type === 'update')).toMatchObject({
      changes: [{ geometry: { parts: [[[[20, 20], [90, 10], [80, 80], [20, 80]]]] } }], // prettier-ignore
    });
  });

  test('the middle of an edge becomes a point when it is pulled', () => {
    const { effects } = run(selectTool, [down(50, 20), move(50, 12), up(50, 10)], sole);
    expect(effects.find((e) => e.type === 'update')).toMatchObject({
      changes: [{ geometry: { parts: [[[[20, 20], [50, 10], [80, 20], [80, 80], [20, 80]]]] } }], // prettier-ignore
    });
  });

  test('Alt takes a point away', () => {
    const press: ToolEvent = { type: 'down', point: imagePoint(80, 80), alt: true };
    expect(run(selectTool, [press], sole).effects).toMatchObject([
      { type: 'update', changes: [{ geometry: { parts: [[{ length: 3 }]] } }] },
    ]);
  });

  test('a click chooses a point for the keys', () => {
    expect(run(selectTool, click(20, 20), sole).effects).toEqual([
      { type: 'vertex', grip: { type: 'vertex', part: 0, ring: 0, index: 0 } },
    ]);
  });

  test('two people, two points of one shape: both moves stay', () => {
    const held = run(selectTool, [down(20, 20), move(10, 10)], sole);
    const theirs: ToolRegion = { ...field, geometry: { kind: 'polygon', parts: [[[[20, 20], [80, 20], [95, 95], [20, 80]]]] } }; // prettier-ignore
    const { effects } = selectTool.step(held.state, up(10, 10), context({ selection: ['field'] }, [theirs]));
    expect(effects[0]).toMatchObject({ changes: [{ geometry: { parts: [[[[10, 10], [80, 20], [95, 95], [20, 80]]]] } }] }); // prettier-ignore
  });

  test('a colleague adds a point before mine: mine is still the one I hold', () => {
    const held = run(selectTool, [down(80, 80), move(90, 90)], sole);
    const theirs: ToolRegion = {
      ...field,
      geometry: { kind: 'polygon', parts: [[[[20, 20], [50, 15], [80, 20], [80, 80], [20, 80]]]] }, // prettier-ignore
    };
    const { effects } = selectTool.step(held.state, up(90, 90), context({ selection: ['field'] }, [theirs]));
    expect(effects[0]).toMatchObject({ changes: [{ geometry: { parts: [[[[20, 20], [50, 15], [80, 20], [90, 90], [20, 80]]]] } }] }); // prettier-ignore
  });

  test('a colleague takes my point away: the gesture ends and says so', () => {
    const held = run(selectTool, [down(80, 80), move(90, 90)], sole);
    const theirs: ToolRegion = { ...field, geometry: { kind: 'polygon', parts: [[[[20, 20], [80, 20], [20, 80]]]] } }; // prettier-ignore
    const { effects } = selectTool.step(held.state, up(90, 90), context({ selection: ['field'] }, [theirs]));
    expect(effects).toContainEqual({ type: 'notice', text: CHANGED });
    expect(types(effects)).not.toContain('update');
  });
});

describe('the ellipse tool', () => {
  test('a drag makes the ellipse in its box; Shift a circle', () => {
    const { effects } = run(ellipseTool, [down(20, 20), move(60, 40), up(60, 40)], nothing);
    expect(added(effects)[0]?.geometry).toEqual({ kind: 'ellipse', cx: 40, cy: 30, rx: 20, ry: 10, rotation: 0 });
    const round: ToolEvent = { type: 'up', point: imagePoint(60, 40), shift: true };
    expect(added(run(ellipseTool, [down(20, 20), move(60, 40), round], nothing).effects)[0]?.geometry).toMatchObject({
      cx: 30,
      rx: 10,
      ry: 10,
    });
  });
});

describe('the rotated box tool', () => {
  test('one side first, then how deep: the angle is that of the side', () => {
    const { effects } = run(rotatedBoxTool, [down(50, 20), move(70, 40), up(90, 60), move(70, 80), ...click(70, 80)], nothing);
    const geometry = added(effects)[0]?.geometry;
    expect(geometry).toMatchObject({ kind: 'rotated_box', rotation: 45 });
    expect(geometry?.kind === 'rotated_box' && geometry.width).toBeCloseTo(Math.hypot(40, 40), 1);
    expect(geometry?.kind === 'rotated_box' && geometry.height).toBeCloseTo(Math.hypot(20, 20), 1);
  });

  test('Esc after the first side leaves nothing', () => {
    const { state, effects } = run(rotatedBoxTool, [down(50, 20), move(90, 60), up(90, 60), { type: 'cancel' }], nothing);
    expect(state).toBe(rotatedBoxTool.idle);
    expect(added(effects)).toEqual([]);
  });

  test('its knob turns it, its sides pull it along its own axes', () => {
    const sign: ToolRegion = {
      id: 'sign',
      label: 'person',
      z: 0,
      geometry: { kind: 'rotated_box', x: 80, y: 40, width: 40, height: 20, rotation: 90 },
    };
    const sole = context({ selection: ['sign'] }, [sign]);
    // Turned by 90 degrees its top looks to the right: the knob sits 26 pixels right of x = 110.
    const turned = run(selectTool, [down(136, 50), move(100, 20), up(100, 20)], sole);
    expect(turned.effects.find((e) => e.type === 'update')).toMatchObject({ changes: [{ geometry: { rotation: 0 } }] });
    const longer = run(selectTool, [down(100, 70), move(100, 80), up(100, 80)], sole);
    expect(longer.effects.find((e) => e.type === 'update')).toMatchObject({
      changes: [{ geometry: { width: 50, height: 20, rotation: 90 } }],
    });
  });
});

describe('the point tool', () => {
  test('a press may be put right before it is let go', () => {
    const { effects } = run(pointTool, [down(20, 20), move(22, 25), up(23, 26)], nothing);
    expect(added(effects)).toEqual([{ type: 'add', label: 'person', geometry: { kind: 'point', x: 23, y: 26 } }]);
  });
});

describe('the keypoints tool', () => {
  const pose = context({ keypoints: ['head', 'hand', 'foot'] }, []);

  test('points come in the order of the template: seen, occluded with Shift, absent with N', () => {
    const { effects } = run(keypointsTool, [...click(50, 10), ...click(60, 40, true), skip], pose);
    expect(added(effects)[0]?.geometry).toEqual({
      kind: 'keypoints',
      points: [
        { x: 50, y: 10, v: 2 },
        { x: 60, y: 40, v: 1 },
        { x: 0, y: 0, v: 0 },
      ],
    });
  });

  test('Enter leaves the rest absent; nothing at all is no skeleton', () => {
    expect(added(run(keypointsTool, [...click(50, 10), finish], pose).effects)[0]?.geometry).toMatchObject({
      points: [{ v: 2 }, { v: 0 }, { v: 0 }],
    });
    const empty = run(keypointsTool, [...click(50, 10), back, ...click(9, 9), back, finish], pose);
    expect(added(empty.effects)).toEqual([]);
  });

  test('the line below says which point comes next', () => {
    const { state } = run(keypointsTool, click(50, 10), pose);
    expect(keypointsTool.hint?.(state, pose)).toContain('hand (2 of 3)');
  });

  test('a label without a skeleton says so', () => {
    expect(run(keypointsTool, click(50, 10), nothing).effects).toEqual([{ type: 'notice', text: NO_SKELETON }]);
  });
});

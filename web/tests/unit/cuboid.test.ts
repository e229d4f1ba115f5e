import { describe, expect, test } from 'vitest';

import { asPolygon } from '~/geometry/areas';
import { deepened, FRONT, outlineOf } from '~/geometry/cuboid';
import { gripAt, gripsOf, pulled, vertexPoint, withoutVertex, type Grip } from '~/geometry/grips';
import { hits } from '~/geometry/hit';
import { maskOfShape, area } from '~/geometry/mask';
import { overlap } from '~/geometry/overlap';
import { imagePoint } from '~/geometry/points';
import { bounds, moved, type CuboidGeometry } from '~/geometry/shapes';
import { cuboidTool } from '~/tools/cuboid';
import { added, click, context, down, move, run, up } from '../support/tools';

const IMAGE = { width: 200, height: 100 };
const face = (x: number, y: number, width: number, height: number): CuboidGeometry['front'] => ({ x, y, width, height });
const cuboid: CuboidGeometry = { kind: 'cuboid', front: face(20, 40, 40, 40), back: face(60, 20, 30, 30) };

describe('a cuboid', () => {
  test('covers the hull of its faces: there it is hit, and that is its area, its overlap and its mask', () => {
    expect(outlineOf(cuboid)).toHaveLength(6);
    expect(hits(cuboid, imagePoint(62, 60), 0)).toBe(true);
    expect(hits(cuboid, imagePoint(22, 22), 0)).toBe(false);
    expect(overlap(cuboid, { ...cuboid })).toBeCloseTo(1, 3);
    expect(overlap(cuboid, asPolygon(cuboid) ?? cuboid)).toBeCloseTo(1, 3);
    const mask = maskOfShape(cuboid, IMAGE);
    expect(mask && area(mask)).toBeGreaterThan(40 * 40);
  });

  test('lies in the box around both of its faces, and moves as one until that meets the border', () => {
    expect(bounds(cuboid)).toEqual({ x: 20, y: 20, width: 70, height: 60 });
    expect(moved(cuboid, -500, 5, IMAGE)).toEqual({ kind: 'cuboid', front: face(0, 45, 40, 40), back: face(40, 25, 30, 30) });
  });

  test('a corner goes to where it is pulled, and the other face stays', () => {
    const grip: Grip = { type: 'vertex', part: 1, ring: 0, index: 1 };
    const at = vertexPoint(cuboid, grip) ?? imagePoint(0, 0);
    expect(at).toEqual(imagePoint(90, 20));
    const pull = { from: at, to: imagePoint(100, 10), steps: false };
    expect(pulled(cuboid, grip, pull, IMAGE)).toEqual({ ...cuboid, back: face(60, 10, 40, 40) });
  });

  test('a side is pulled by itself, and a whole face, but neither out of the image', () => {
    const by = (grip: Grip, dx: number, dy: number) =>
      pulled(cuboid, grip, { from: imagePoint(0, 0), to: imagePoint(dx, dy), steps: false }, IMAGE);
    expect(by({ type: 'face', part: FRONT, handle: 'e' }, 10, 99)).toEqual({ ...cuboid, front: face(20, 40, 50, 40) });
    expect(by({ type: 'face', part: 1, handle: null }, -10, -50)).toEqual({ ...cuboid, back: face(50, 0, 30, 30) });
  });

  test('has grips at all corners, sides and faces; a corner is taken before what lies over it', () => {
    expect(gripsOf(cuboid, 0)).toHaveLength(18);
    expect(gripAt(cuboid, imagePoint(61, 41), 4, 0)).toMatchObject({ type: 'vertex', part: FRONT, index: 1 });
  });

  test('keeps its corners: none can be taken away', () => {
    expect(withoutVertex(cuboid, { type: 'vertex', part: 0, ring: 0, index: 0 })).toBe(cuboid);
  });
});

describe('the cuboid tool', () => {
  const front = [down(20, 40), move(40, 60), up(60, 80)];

  test('draws the front by a drag and the depth by a click: the back ends where it is', () => {
    const { effects, state } = run(cuboidTool, [...front, move(80, 25), ...click(90, 20)]);
    expect(added(effects)).toEqual([
      { type: 'add', label: 'person', geometry: deepened(face(20, 40, 40, 40), imagePoint(90, 20), IMAGE, false) },
    ]);
    expect(added(effects)[0]?.geometry).toMatchObject({ back: face(60, 20, 30, 30) });
    expect(state.name).toBe('idle');
  });

  test('with Shift the back is as large as the front', () => {
    expect(deepened(face(20, 40, 40, 40), imagePoint(90, 20), IMAGE, true).back).toEqual(face(50, 20, 40, 40));
  });

  test('Enter takes the depth that is seen; without any there is nothing to take', () => {
    expect(added(run(cuboidTool, [...front, move(90, 20), { type: 'finish' }]).effects)).toHaveLength(1);
    expect(added(run(cuboidTool, [...front, { type: 'finish' }]).effects)).toHaveLength(0);
  });

  test('Backspace and Esc give it up', () => {
    for (const type of ['back', 'cancel'] as const) {
      const { effects, state, last } = run(cuboidTool, [...front, move(90, 20), { type }]);
      expect([added(effects).length, state.name]).toEqual([0, 'idle']);
      expect(last).toContainEqual({ type: 'draft', draft: null });
    }
  });

  test('is shown while it is drawn, as one', () => {
    const { effects } = run(cuboidTool, [...front, move(90, 20)], context());
    expect(effects.at(-1)).toMatchObject({ type: 'draft', draft: { geometry: { kind: 'cuboid' } } });
  });
});

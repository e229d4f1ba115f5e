import { describe, expect, test } from 'vitest';

import { area, emptyMask, type MaskGeometry } from '~/geometry/mask';
import { maskOfShape } from '~/geometry/raster';
import { shifted } from '~/geometry/mask-shift';
import { imagePoint as p, type ImagePoint, type Rect } from '~/geometry/points';
import { frameAround, frameGrips, reshaped, reshapedTogether, scaling, turning, type Reshaping } from '~/geometry/reshape';
import { around, bounds, moved, rotated, type Geometry } from '~/geometry/shapes';
import { chance, type Chance } from '../support/chance';

const image = { width: 400, height: 300 };
const inside = (r: Rect): boolean => r.x >= -0.05 && r.y >= -0.05 && r.x + r.width <= 400.05 && r.y + r.height <= 300.05;

function some(luck: Chance): Geometry {
  const at = (): [number, number] => [luck.whole(40, 340), luck.whole(40, 240)];
  const box = (): { x: number; y: number; width: number; height: number } => {
    const [x, y] = at();
    return { x, y, width: luck.whole(3, 50), height: luck.whole(3, 50) };
  };
  const [x, y] = at();
  const all: Geometry[] = [
    { kind: 'box', ...box() },
    { kind: 'rotated_box', ...box(), rotation: luck.whole(-179, 180) },
    { kind: 'ellipse', cx: x, cy: y, rx: luck.whole(3, 30), ry: luck.whole(3, 30), rotation: luck.whole(-179, 180) },
    { kind: 'polygon', parts: [[[at(), at(), at(), at()]]] },
    { kind: 'polyline', points: [at(), at(), at()] },
    { kind: 'keypoints', points: [{ x, y, v: 2 }, { x: 0, y: 0, v: 0 }, { x: x + 9, y, v: 1 }] }, // prettier-ignore
    { kind: 'cuboid', front: box(), back: box() },
    { kind: 'point', x, y },
  ];
  return luck.pick(all) ?? { kind: 'point', x, y };
}

const rounds = (seed: number, act: (luck: Chance) => void): void => {
  const luck = chance(seed);
  for (let i = 0; i < 300; i++) act(luck);
};

/** Where points lie that have to go with a shape. */
function marks(g: Geometry): ImagePoint[] {
  if (g.kind === 'polygon') return g.parts.flat(2).map(([x = 0, y = 0]) => p(x, y));
  if (g.kind === 'polyline') return g.points.map(([x = 0, y = 0]) => p(x, y));
  if (g.kind === 'keypoints') return g.points.filter(({ v }) => v > 0).map(({ x, y }) => p(x, y));
  if (g.kind === 'point') return [p(g.x, g.y)];
  const b = g.kind === 'ellipse' ? { x: g.cx, y: g.cy, width: 0, height: 0 } : g.kind === 'rotated_box' ? g : bounds(g);
  return [p(b.x + b.width / 2, b.y + b.height / 2)];
}

describe('shapes in a frame', () => {
  test('whatever is pulled wherever, all stays in the image, the opposite side stays where it is, and no point gets lost', () =>
    rounds(3, (luck) => {
      const shapes = Array.from({ length: luck.whole(2, 6) }, () => some(luck)).filter(
        ({ kind }) => kind !== 'rotated_box' && kind !== 'ellipse',
      );
      const frame = frameAround(shapes);
      if (!frame) return;
      const grip = luck.pick(frameGrips(frame, 10, 7, 26).filter(({ grip: { type } }) => type === 'side'))?.grip;
      if (grip?.type !== 'side') return;
      const by = scaling(frame, grip.handle, { dx: luck.whole(-500, 500), dy: luck.whole(-500, 500) }, image, luck.is(0.3));
      const made = reshapedTogether(shapes, by, image);
      expect(made).not.toBeNull();
      const now = around((made ?? []).map(bounds));
      expect(inside(now)).toBe(true);
      expect((made ?? []).map(({ kind }) => kind)).toEqual(shapes.map(({ kind }) => kind));
      (made ?? []).forEach((g, i) => expect(marks(g).length).toBe(marks(shapes[i] ?? g).length));
    }));

  test('Shift keeps the proportions', () =>
    rounds(4, (luck) => {
      const frame = { x: 50, y: 50, width: 80, height: 40 };
      const by = scaling(frame, 'se', { dx: luck.whole(-60, 150), dy: luck.whole(-30, 150) }, image, true);
      expect(by.type === 'scale' && by.sx === by.sy).toBe(true);
    }));

  test('turned there and back, or made larger and smaller again, everything is where it was', () =>
    rounds(5, (luck) => {
      const g = some(luck);
      const centre = p(200, 150);
      const [degrees, factor] = [luck.whole(-180, 180), luck.between(0.9, 3)];
      const ways: (readonly [Reshaping, Reshaping])[] = [
        [{ type: 'turn', centre, degrees }, { type: 'turn', centre, degrees: -degrees }], // prettier-ignore
        [{ type: 'scale', fixed: centre, sx: factor, sy: factor }, { type: 'scale', fixed: centre, sx: 1 / factor, sy: 1 / factor }], // prettier-ignore
      ];
      for (const [there, back] of ways) {
        const again = marks(reshaped(reshaped(g, there), back));
        marks(g).forEach((mark, i) => {
          expect(Math.abs(mark.x - (again[i]?.x ?? NaN))).toBeLessThan(0.1);
          expect(Math.abs(mark.y - (again[i]?.y ?? NaN))).toBeLessThan(0.1);
        });
      }
    }));

  test('what is turned keeps its distances, and a turned box its size', () => {
    const by: Reshaping = { type: 'turn', centre: p(200, 150), degrees: 37 };
    const line = reshaped({ kind: 'polyline', points: [[100, 100], [160, 180]] }, by); // prettier-ignore
    const [a, b] = marks(line);
    expect(Math.hypot((a?.x ?? 0) - (b?.x ?? 0), (a?.y ?? 0) - (b?.y ?? 0))).toBeCloseTo(100, 1);
    expect(reshaped({ kind: 'rotated_box', x: 100, y: 100, width: 40, height: 20, rotation: 10 }, by)).toMatchObject({
      width: 40,
      height: 20,
      rotation: 47,
    });
  });

  test('a box stays upright: its middle goes around, and from 45 degrees on its sides change places', () => {
    const box: Geometry = { kind: 'box', x: 180, y: 100, width: 40, height: 20 };
    const turn = (degrees: number): Geometry => reshaped(box, { type: 'turn', centre: p(200, 150), degrees });
    expect(turn(90)).toEqual({ kind: 'box', x: 230, y: 130, width: 20, height: 40 });
    expect(turn(30)).toMatchObject({ width: 40, height: 20 });
    expect(turn(180)).toEqual({ kind: 'box', x: 180, y: 180, width: 40, height: 20 });
  });

  test('points on an ellipse lie on the stretched one', () =>
    rounds(6, (luck) => {
      const g = {
        kind: 'ellipse',
        cx: 200,
        cy: 150,
        rx: luck.whole(5, 60),
        ry: luck.whole(5, 60),
        rotation: luck.whole(-90, 90),
      } as const;
      const [sx, sy] = [luck.between(0.5, 3), luck.between(0.5, 3)];
      const now = reshaped(g, { type: 'scale', fixed: p(100, 100), sx, sy });
      if (now.kind !== 'ellipse') throw new Error('an ellipse became something else');
      for (let t = 0; t < 6; t++) {
        const on = rotated(p(g.cx + g.rx * Math.cos(t), g.cy + g.ry * Math.sin(t)), p(g.cx, g.cy), g.rotation);
        const went = p(100 + (on.x - 100) * sx, 100 + (on.y - 100) * sy);
        const local = rotated(went, p(now.cx, now.cy), -now.rotation);
        expect(Math.hypot((local.x - now.cx) / now.rx, (local.y - now.cy) / now.ry)).toBeCloseTo(1, 1);
      }
      expect(Math.abs(now.rotation - g.rotation)).toBeLessThan(90.01);
    }));

  test('what would turn out of the image comes back into it together; what has no room in it does not turn', () => {
    const line: Geometry = { kind: 'polyline', points: [[10, 280], [110, 280]] }; // prettier-ignore
    const low: Geometry = { kind: 'point', x: 60, y: 290 };
    const by: Reshaping = { type: 'turn', centre: p(60, 280), degrees: 90 };
    const made = reshapedTogether([line, low], by, image) ?? [];
    expect(inside(around(made.map(bounds)))).toBe(true);
    expect(marks(made[0] ?? line).map(({ x }) => x)).toEqual([60, 60]);
    const wide: Geometry = { kind: 'polyline', points: [[0, 150], [400, 150]] }; // prettier-ignore
    expect(reshapedTogether([wide], { type: 'turn', centre: p(200, 150), degrees: 90 }, image)).toBeNull();
  });

  test('turning goes by the way around the middle, in steps of 15 degrees if asked', () => {
    const frame = { x: 100, y: 100, width: 100, height: 100 };
    expect(turning(frame, p(150, 80), p(220, 150), false)).toMatchObject({ degrees: 90 });
    expect(turning(frame, p(150, 80), p(210, 155), true)).toMatchObject({ degrees: 90 });
  });

  test('what frames itself has no frame, nor has anything with a mask in it', () => {
    const box: Geometry = { kind: 'box', x: 1, y: 1, width: 9, height: 9 };
    expect(frameAround([box])).toBeNull();
    expect(frameAround([box, box])).toEqual({ x: 1, y: 1, width: 9, height: 9 });
    expect(frameAround([box, emptyMask(image)])).toBeNull();
    expect(frameAround([{ kind: 'polyline', points: [[1, 1], [1, 9]] }])).toMatchObject({ width: 0, height: 8 }); // prettier-ignore
  });
});

describe('a mask that is moved', () => {
  const disc: MaskGeometry =
    maskOfShape({ kind: 'ellipse', cx: 60, cy: 50, rx: 20, ry: 12, rotation: 30 }, image) ?? emptyMask(image);

  test('has the pixels it had, elsewhere, and there and back they are the same', () =>
    rounds(8, (luck) => {
      const [dx, dy] = [luck.whole(-30, 300), luck.whole(-30, 230)];
      const gone = shifted(disc, dx, dy);
      expect(area(gone)).toBe(area(disc));
      expect(bounds(gone)).toEqual({ ...bounds(disc), x: bounds(disc).x + dx, y: bounds(disc).y + dy });
      expect(shifted(gone, -dx, -dy)).toEqual(disc);
      expect(gone.counts.reduce((sum, run) => sum + run, 0)).toBe(image.width * image.height);
    }));

  test('stops at the border, and beyond it would be cut off', () => {
    expect(area(moved(disc, 1_000, -1_000, image) as MaskGeometry)).toBe(area(disc));
    expect(bounds(moved(disc, 1_000, -1_000, image))).toMatchObject({ y: 0, x: 400 - bounds(disc).width });
    const cut = area(shifted(disc, -60, 0));
    expect(cut).toBeGreaterThan(0);
    expect(cut).toBeLessThan(area(disc));
    expect(area(shifted(disc, 0, 400))).toBe(0);
  });
});

import { describe, expect, test } from 'vitest';

import { imagePoint, stagePoint } from '~/geometry/points';
import { turnedCursor } from '~/geometry/handles';
import {
  confine,
  fit,
  matrixOf,
  MAX_SCALE,
  onStage,
  pinch,
  reveal,
  toImage,
  toStage,
  turnAt,
  viewOf,
  visibleRect,
  wayOnImage,
  zoomAt,
} from '~/geometry/view';

const image = { width: 1000, height: 500 };
const stage = { width: 800, height: 600 };

describe('the view', () => {
  test('stage and image coordinates are each other’s inverse', () => {
    const view = { scale: 2.5, x: -30, y: 70, turn: 0 };
    const p = toImage(view, toStage(view, imagePoint(123.5, 7)));
    expect(p.x).toBeCloseTo(123.5);
    expect(p.y).toBeCloseTo(7);
  });

  test('fitting shows the whole image, centred', () => {
    const view = fit(image, stage);
    expect(toStage(view, imagePoint(500, 250))).toEqual({ x: 400, y: 300 });
    expect(toStage(view, imagePoint(0, 0)).x).toBeGreaterThanOrEqual(0);
    expect(toStage(view, imagePoint(1000, 500)).x).toBeLessThanOrEqual(800);
  });

  test('a tiny image is not blown up without end', () => {
    expect(fit({ width: 4, height: 4 }, stage).scale).toBe(4);
  });

  test('zooming keeps the point under the pointer where it is', () => {
    const view = fit(image, stage);
    const pointer = stagePoint(200, 300);
    const before = toImage(view, pointer);
    const after = toImage(zoomAt(view, pointer, 3), pointer);
    expect(after.x).toBeCloseTo(before.x);
    expect(after.y).toBeCloseTo(before.y);
  });

  test('zoom has an end', () => {
    expect(zoomAt({ scale: 30, x: 0, y: 0, turn: 0 }, stagePoint(0, 0), 100).scale).toBe(MAX_SCALE);
  });

  test('no pan loses the image off the stage', () => {
    const far = confine({ scale: 1, x: 99_999, y: -99_999, turn: 0 }, image, stage);
    expect(far.x).toBeLessThan(stage.width);
    expect(far.y + image.height).toBeGreaterThan(0);
  });

  test('two fingers keep what lay between them between them', () => {
    const view = fit(image, stage);
    const from = [stagePoint(300, 300), stagePoint(500, 300)] as const;
    const to = [stagePoint(250, 350), stagePoint(650, 350)] as const;
    const after = pinch(view, from, to);
    expect(after.scale / view.scale).toBeCloseTo(2);
    const middle = toImage(view, stagePoint(400, 300));
    expect(toStage(after, middle).x).toBeCloseTo(450);
    expect(toStage(after, middle).y).toBeCloseTo(350);
  });

  test('following shows all that the other person sees, whatever the shape of my stage', () => {
    const seen = { x: 100, y: 50, width: 400, height: 100 };
    const mine = visibleRect(viewOf(seen, stage), stage);
    expect(mine.x).toBeLessThanOrEqual(100);
    expect(mine.x + mine.width).toBeGreaterThanOrEqual(500);
    expect(mine.y + mine.height / 2).toBeCloseTo(100);
  });

  test('revealing moves nothing when the region is in sight', () => {
    const view = { scale: 1, x: 0, y: 0, turn: 0 };
    expect(reveal(view, { x: 100, y: 100, width: 50, height: 50 }, stage)).toBeNull();
    expect(reveal(view, { x: 900, y: 100, width: 50, height: 50 }, stage)?.x).toBeLessThan(0);
  });
});

describe('a view that is turned', () => {
  const whole = { x: 0, y: 0, ...image };

  test.each([0, 30, 90, 180, 270, 359])(
    'by %i degrees: stage and image are each other’s inverse, and so does the canvas paint',
    (turn) => {
      const view = { scale: 2.5, x: -30, y: 70, turn };
      const at = imagePoint(123.5, 7);
      const p = toStage(view, at);
      const back = toImage(view, p);
      expect(back.x).toBeCloseTo(at.x);
      expect(back.y).toBeCloseTo(at.y);
      const [a, b, c, d, e, f] = matrixOf(view);
      expect(a * at.x + c * at.y + e).toBeCloseTo(p.x);
      expect(b * at.x + d * at.y + f).toBeCloseTo(p.y);
    },
  );

  test('a quarter turn is exact: pixels stay on pixels', () => {
    expect(toStage({ scale: 1, x: 500, y: 0, turn: 90 }, imagePoint(10, 20))).toEqual({ x: 480, y: 10 });
  });

  test('fitting shows all of the image however it is turned', () => {
    for (let turn = 0; turn < 360; turn += 15) {
      const seen = onStage(fit(image, stage, turn), whole);
      expect(seen.x).toBeGreaterThanOrEqual(31.9);
      expect(seen.y).toBeGreaterThanOrEqual(31.9);
      expect(seen.x + seen.width / 2).toBeCloseTo(400);
      expect(seen.y + seen.height / 2).toBeCloseTo(300);
    }
  });

  test('turning and zooming keep what is under the point where it is', () => {
    const at = stagePoint(200, 300);
    const before = toImage(fit(image, stage), at);
    const after = toImage(zoomAt(turnAt(fit(image, stage), at, 73), at, 1.5), at);
    expect(after.x).toBeCloseTo(before.x);
    expect(after.y).toBeCloseTo(before.y);
  });

  test('no pan loses it off the stage', () => {
    const far = onStage(confine({ scale: 1, x: 99_999, y: -99_999, turn: 215 }, image, stage), whole);
    expect(far.x).toBeLessThan(stage.width);
    expect(far.y + far.height).toBeGreaterThan(0);
  });

  test('what is revealed comes onto the stage', () => {
    const view = { scale: 1, x: 2000, y: 2000, turn: 90 };
    const rect = { x: 10, y: 10, width: 50, height: 20 };
    const seen = onStage(reveal(view, rect, stage) ?? view, rect);
    expect(seen.x + seen.width).toBeLessThanOrEqual(stage.width);
    expect(seen.y + seen.height).toBeLessThanOrEqual(stage.height);
  });

  test('an arrow key goes to where it points on the screen, and cursors turn with the image', () => {
    const way = wayOnImage({ scale: 2, x: 9, y: 9, turn: 90 }, 10, 0);
    expect(way.x).toBeCloseTo(0);
    expect(way.y).toBeCloseTo(-5);
    expect(turnedCursor('ns-resize', 90)).toBe('ew-resize');
    expect(turnedCursor('nwse-resize', 45)).toBe('ns-resize');
    expect(turnedCursor('grab', 90)).toBe('grab');
  });
});

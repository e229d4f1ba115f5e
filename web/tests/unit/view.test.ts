import { describe, expect, test } from 'vitest';

import { imagePoint, stagePoint } from '~/geometry/points';
import { confine, fit, MAX_SCALE, pinch, reveal, toImage, toStage, viewOf, visibleRect, zoomAt } from '~/geometry/view';

const image = { width: 1000, height: 500 };
const stage = { width: 800, height: 600 };

describe('the view', () => {
  test('stage and image coordinates are each other’s inverse', () => {
    const view = { scale: 2.5, x: -30, y: 70 };
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
    expect(zoomAt({ scale: 30, x: 0, y: 0 }, stagePoint(0, 0), 100).scale).toBe(MAX_SCALE);
  });

  test('no pan loses the image off the stage', () => {
    const far = confine({ scale: 1, x: 99_999, y: -99_999 }, image, stage);
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
    const view = { scale: 1, x: 0, y: 0 };
    expect(reveal(view, { x: 100, y: 100, width: 50, height: 50 }, stage)).toBeNull();
    expect(reveal(view, { x: 900, y: 100, width: 50, height: 50 }, stage)?.x).toBeLessThan(0);
  });
});

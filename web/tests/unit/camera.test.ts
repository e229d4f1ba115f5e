import { expect, test } from 'vitest';

import { stagePoint } from '~/geometry/points';
import { toImage } from '~/geometry/view';
import { Camera } from '~/tools/camera';

const IMAGE = { width: 400, height: 300 };
const BANNER = 40;
const atOnce = { request: () => 0, cancel: () => undefined, still: true };

/** Where the image's corner is on the screen, on a stage whose own corner is `top` below the screen's. */
function screenTop(camera: Camera, top: number): number {
  return top + camera.view.get().y;
}

function opened(): Camera {
  const camera = new Camera(IMAGE, atOnce);
  camera.resize({ width: 800, height: 600 }, stagePoint(50, 48));
  return camera;
}

const withBanner = { width: 800, height: 600 - BANNER };

test('nobody draws and all of the image is seen: a message above it makes it fit anew', () => {
  const camera = opened();
  const { scale } = camera.view.get();
  camera.resize(withBanner, stagePoint(50, 48 + BANNER));
  expect(camera.view.get().scale).toBeLessThan(scale);
});

test('what is being drawn does not move on the screen when a message comes or goes', () => {
  const camera = opened();
  const [before, { scale }] = [screenTop(camera, 48), camera.view.get()];
  camera.resize(withBanner, stagePoint(50, 48 + BANNER), true);
  expect(screenTop(camera, 48 + BANNER)).toBeCloseTo(before);
  expect(camera.view.get().scale).toBe(scale);
  camera.resize({ width: 800, height: 600 }, stagePoint(50, 48), true);
  expect(screenTop(camera, 48)).toBeCloseTo(before);
});

test('where I looked stays where it is on the screen', () => {
  const camera = opened();
  camera.zoom(4);
  const before = screenTop(camera, 48);
  camera.resize(withBanner, stagePoint(50, 48 + BANNER));
  expect(screenTop(camera, 48 + BANNER)).toBeCloseTo(before);
});

test('a larger window keeps in the middle what was there', () => {
  const camera = opened();
  camera.zoom(4);
  const { x, y } = camera.view.get();
  camera.resize({ width: 1000, height: 700 }, stagePoint(50, 48));
  expect(camera.view.get()).toMatchObject({ x: x + 100, y: y + 50 });
});

test('turned while all of the image is seen it still is; turned while zoomed in, the middle stays', () => {
  const camera = opened();
  camera.turnBy(90);
  expect(camera.showsAll()).toBe(true);
  camera.turnBy(-135);
  expect(camera.view.get().turn).toBe(315);
  expect(camera.showsAll()).toBe(true);
  camera.turnTo(0);
  camera.zoom(4);
  const middle = toImage(camera.view.get(), stagePoint(400, 300));
  camera.turnBy(60);
  const after = toImage(camera.view.get(), stagePoint(400, 300));
  expect(after.x).toBeCloseTo(middle.x);
  expect(after.y).toBeCloseTo(middle.y);
});

/**
 * Two coordinate systems, told apart by the compiler. Image points are pixels of the image as people see it and are the
 * only ones ever stored; stage points are CSS pixels from the stage's top left corner and live as long as a gesture.
 */
declare const space: unique symbol;

interface XY {
  readonly x: number;
  readonly y: number;
}

export type ImagePoint = XY & { readonly [space]: 'image' };
export type StagePoint = XY & { readonly [space]: 'stage' };

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Rect extends Size {
  readonly x: number;
  readonly y: number;
}

export const imagePoint = (x: number, y: number): ImagePoint => ({ x, y }) as ImagePoint;
export const stagePoint = (x: number, y: number): StagePoint => ({ x, y }) as StagePoint;

export const clamp = (value: number, low: number, high: number): number => Math.min(Math.max(value, low), high);

export const clampToImage = (point: ImagePoint, image: Size): ImagePoint =>
  imagePoint(clamp(point.x, 0, image.width), clamp(point.y, 0, image.height));

export const isInside = (point: ImagePoint, image: Size): boolean =>
  point.x >= 0 && point.y >= 0 && point.x <= image.width && point.y <= image.height;

export const distance = (a: XY, b: XY): number => Math.hypot(a.x - b.x, a.y - b.y);

/** Hundredths of a pixel are finer than any screen shows and keep the stored JSON short. */
export const round2 = (value: number): number => Math.round(value * 100) / 100;

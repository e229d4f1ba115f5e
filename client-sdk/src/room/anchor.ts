/** Where a thread is pinned: to a point of the image, or to a region, with which it goes as the region is moved and resized. */
import type { RegionSnapshot, ThreadAnchor } from '../surface.js';
import { FrameError, number, record, string, type Check } from '../wire/check.js';
import type { Geometry } from '../wire/types.js';
import { extentOf } from './extent.js';

const round = (value: number, digits: number): number => Math.round(value * 10 ** digits) / 10 ** digits;

export const anchorAt = (x: number, y: number): ThreadAnchor => ({ kind: 'point', x: round(x, 2), y: round(y, 2) });

/** How far along a box's side a place lies. A side without a length has no inside: its middle. */
const along = (place: number, start: number, length: number): number => (length > 0 ? round((place - start) / length, 5) : 0.5);

export function anchorOn(region: Pick<RegionSnapshot, 'id' | 'geometry'>, x: number, y: number): ThreadAnchor {
  const box = extentOf(region.geometry);
  return {
    kind: 'region',
    region: region.id,
    u: along(x, box.x, box.width),
    v: along(y, box.y, box.height),
    x: round(x, 2),
    y: round(y, 2),
  };
}

/** @param geometry of the anchor's region now; undefined: it is gone, and the place stays where it last was */
export function anchorPlace(anchor: ThreadAnchor, geometry: Geometry | undefined): { readonly x: number; readonly y: number } {
  if (anchor.kind === 'point' || !geometry) return { x: anchor.x, y: anchor.y };
  const box = extentOf(geometry);
  return { x: box.x + anchor.u * box.width, y: box.y + anchor.v * box.height };
}

/** The same anchor, knowing where its region was last. */
export function anchorLeft(anchor: ThreadAnchor, geometry: Geometry): ThreadAnchor {
  const { x, y } = anchorPlace(anchor, geometry);
  return { ...anchor, x: round(x, 2), y: round(y, 2) };
}

/** Checks an anchor somebody else wrote. */
export const anchor: Check<ThreadAnchor> = (value, path) => {
  const source = record(value, path);
  const [x, y] = [number(source['x'], `${path}.x`), number(source['y'], `${path}.y`)];
  const kind = string(source['kind'], `${path}.kind`);
  if (kind === 'point') return { kind, x, y };
  if (kind !== 'region') throw new FrameError(`${path}.kind: unknown kind "${kind}"`);
  const region = string(source['region'], `${path}.region`);
  return { kind, region, u: number(source['u'], `${path}.u`), v: number(source['v'], `${path}.v`), x, y };
};

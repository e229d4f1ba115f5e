/** A region between its Yjs form and the immutable snapshot everything else reads. */
import * as Y from 'yjs';

import type { NewRegion, RegionPatch, RegionSnapshot } from '../surface.js';
import { count, list, number, object, record, string, FrameError, type Check } from '../wire/check.js';
import type { Geometry, Json, Keypoint } from '../wire/types.js';
import { relationsOf, setRelation } from './relations.js';

export type RegionMap = Y.Map<unknown>;

type Shape<K extends Geometry['kind']> = Omit<Extract<Geometry, { kind: K }>, 'kind'>;

const points = list(list(number));

const face = object<Shape<'cuboid'>['front']>({ x: number, y: number, width: number, height: number });

/** One checker per kind of geometry. */
const shapes = {
  box: object<Shape<'box'>>({ x: number, y: number, width: number, height: number }),
  rotated_box: object<Shape<'rotated_box'>>({ x: number, y: number, width: number, height: number, rotation: number }),
  ellipse: object<Shape<'ellipse'>>({ cx: number, cy: number, rx: number, ry: number, rotation: number }),
  cuboid: object<Shape<'cuboid'>>({ front: face, back: face }),
  polygon: object<Shape<'polygon'>>({ parts: list(list(points)) }),
  polyline: object<Shape<'polyline'>>({ points }),
  point: object<Shape<'point'>>({ x: number, y: number }),
  keypoints: object<Shape<'keypoints'>>({ points: list(object<Keypoint>({ x: number, y: number, v: count })) }),
  mask: object<Shape<'mask'>>({ width: count, height: count, counts: list(count) }),
} satisfies Record<Geometry['kind'], Check<unknown>>;

/** Checks a geometry somebody else wrote. */
export const geometry: Check<Geometry> = (value, path) => {
  const kind = string(record(value, path)['kind'], `${path}.kind`);
  if (!Object.hasOwn(shapes, kind)) throw new FrameError(`${path}.kind: unknown kind "${kind}"`);
  return { kind, ...shapes[kind as Geometry['kind']](value, path) } as Geometry;
};

const optionalNumber = (value: unknown): number => (typeof value === 'number' && Number.isFinite(value) ? value : 0);

function attributesOf(value: unknown): Record<string, Json> {
  if (value instanceof Y.Map) return (value as Y.Map<Json>).toJSON();
  return typeof value === 'object' && value !== null ? { ...(value as Record<string, Json>) } : {};
}

/** @returns undefined for what is no region (another program wrote it): it is left alone and not shown */
export function readRegion(id: string, value: unknown): RegionSnapshot | undefined {
  if (!(value instanceof Y.Map)) return undefined;
  const map = value as RegionMap;
  const label = map.get('label');
  const author = map.get('author');
  if (typeof label !== 'string') return undefined;
  try {
    return Object.freeze({
      id,
      label,
      geometry: Object.freeze(geometry(map.get('geometry'), 'geometry')),
      attributes: Object.freeze(attributesOf(map.get('attributes'))),
      author: typeof author === 'string' ? author : null,
      z: optionalNumber(map.get('z')),
      createdAt: optionalNumber(map.get('created_at')),
      relations: relationsOf(map),
    });
  } catch {
    return undefined;
  }
}

/** What a region looks like the moment it is made. */
export function newRegionMap(region: NewRegion, author: string | undefined, createdAt: number): RegionMap {
  const map: RegionMap = new Y.Map();
  map.set('label', region.label);
  map.set('geometry', region.geometry);
  map.set('attributes', new Y.Map(Object.entries(region.attributes ?? {})));
  if (author !== undefined) map.set('author', author);
  map.set('z', region.z ?? 0);
  map.set('created_at', createdAt);
  for (const relation of region.relations ?? []) setRelation(map, relation);
  return map;
}

export function patchRegionMap(map: RegionMap, patch: RegionPatch): void {
  if (patch.label !== undefined && patch.label !== map.get('label')) map.set('label', patch.label);
  if (patch.geometry !== undefined) map.set('geometry', patch.geometry);
  if (patch.z !== undefined && patch.z !== map.get('z')) map.set('z', patch.z);
  if (patch.attributes !== undefined) patchAttributes(map, patch.attributes);
}

function patchAttributes(map: RegionMap, changes: Record<string, Json | undefined>): void {
  let attributes = map.get('attributes');
  if (!(attributes instanceof Y.Map)) {
    attributes = new Y.Map(Object.entries(attributesOf(attributes)));
    map.set('attributes', attributes);
  }
  for (const [key, value] of Object.entries(changes)) {
    if (value === undefined) (attributes as Y.Map<Json>).delete(key);
    else (attributes as Y.Map<Json>).set(key, value);
  }
}

/** Whether two regions say the same, whoever wrote them. */
export const sameRegion = (a: RegionSnapshot, b: RegionSnapshot): boolean =>
  a.label === b.label &&
  a.z === b.z &&
  JSON.stringify(a.geometry) === JSON.stringify(b.geometry) &&
  JSON.stringify(a.attributes) === JSON.stringify(b.attributes) &&
  JSON.stringify(a.relations) === JSON.stringify(b.relations);

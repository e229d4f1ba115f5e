import type { RegionSnapshot } from '@tandem/client';

import { brought, copiesAt } from '~/geometry/arrange';
import type { Size } from '~/geometry/points';
import type { Geometry } from '~/geometry/shapes';
import { COPIED, device } from '~/lib/keep';

/** Relations are kept with the ids of the regions that were copied: copies get ids of their own. */
export type Copied = Pick<RegionSnapshot, 'id' | 'label' | 'geometry' | 'attributes' | 'relations'>;

/** Every task and tab of this browser has it, but only for the person who copied, in the workspace it is of. */
const placeOf = (owner: string): string => `${COPIED}.${owner}`;
export const MAX_COPIED = 1000;
/** Characters: browsers keep about five million in all, and others need some of them. */
const MOST = 3_000_000;
/** A copy beside its original, so that both are seen. */
export const BESIDE = 10;

interface Content {
  /** The task they come from. */
  readonly from: string;
  readonly image: Size;
  readonly regions: readonly Copied[];
}

const NOTHING: Content = { from: '', image: { width: 0, height: 0 }, regions: [] };

/**
 * @param owner whose it is, in which workspace
 * @returns how many were kept, at most `MAX_COPIED`; null when the browser has no room, and what was copied before stays
 */
export function copy(owner: string, regions: readonly Copied[], image: Size, from: string): number | null {
  const kept = regions
    .slice(0, MAX_COPIED)
    .map(({ id, label, geometry, attributes, relations }) => ({ id, label, geometry, attributes, relations }));
  const { width, height } = image;
  const text = JSON.stringify({ from, image: { width, height }, regions: kept } satisfies Content);
  return text.length <= MOST && device.setItem(placeOf(owner), text) ? kept.length : null;
}

export interface Pasted {
  readonly regions: readonly Copied[];
  /** How many have no place in this image. */
  readonly dropped: number;
}

/** Copies beside their originals, as they lie to one another. */
export function beside(regions: readonly Copied[], image: Size): readonly Copied[] {
  const shapes = regions.map(({ geometry }) => geometry);
  const copies = copiesAt(shapes, BESIDE, BESIDE, image);
  return regions.map((region, n) => ({ ...region, geometry: copies[n] ?? region.geometry }));
}

/** What this owner copied, as new regions of task `from` with this image. */
export function paste(owner: string, image: Size, from: string): Pasted {
  const content = read(owner);
  const sameTask = content.from === from;
  const sameSize = content.image.width === image.width && content.image.height === image.height;
  const shapes = content.regions.map(({ geometry }) => geometry);
  const placed = sameSize ? shapes : brought(shapes, image);
  const regions = content.regions.flatMap((region, n) => {
    const geometry = placed[n];
    return geometry ? [{ ...region, geometry }] : [];
  });
  return { regions: sameTask ? beside(regions, image) : regions, dropped: content.regions.length - regions.length };
}

// ---------------------------------------------------------------- reading back: anything may stand there

function read(owner: string): Content {
  try {
    const content: unknown = JSON.parse(device.getItem(placeOf(owner)) ?? 'null');
    return isContent(content) ? content : NOTHING;
  } catch {
    return NOTHING;
  }
}

type Guard = (value: unknown) => boolean;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isNumber: Guard = (value) => typeof value === 'number' && Number.isFinite(value);
const isLength: Guard = (value) => typeof value === 'number' && Number.isFinite(value) && value >= 0;
const isCount: Guard = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const listOf =
  (guard: Guard, least = 0): Guard =>
  (value) =>
    Array.isArray(value) && value.length >= least && value.every(guard);
const isPair: Guard = (value) => Array.isArray(value) && value.length === 2 && value.every(isNumber);
const having =
  (guards: Readonly<Record<string, Guard>>): Guard =>
  (value) =>
    isRecord(value) && Object.entries(guards).every(([field, guard]) => guard(value[field]));

const box = { x: isNumber, y: isNumber, width: isLength, height: isLength };

const GEOMETRIES: Readonly<Record<Geometry['kind'], Guard>> = {
  box: having(box),
  rotated_box: having({ ...box, rotation: isNumber }),
  ellipse: having({ cx: isNumber, cy: isNumber, rx: isLength, ry: isLength, rotation: isNumber }),
  polygon: having({ parts: listOf(listOf(listOf(isPair, 3), 1), 1) }),
  polyline: having({ points: listOf(isPair, 2) }),
  cuboid: having({ front: having(box), back: having(box) }),
  point: having({ x: isNumber, y: isNumber }),
  keypoints: having({ points: listOf(having({ x: isNumber, y: isNumber, v: isCount })) }),
  mask: having({ width: isCount, height: isCount, counts: listOf(isCount) }),
};

const isGeometry: Guard = (value) => {
  const kind = isRecord(value) ? value.kind : undefined;
  return typeof kind === 'string' && Object.hasOwn(GEOMETRIES, kind) && GEOMETRIES[kind as Geometry['kind']](value);
};

const isText: Guard = (value) => typeof value === 'string';

const isRelation = having({ to: isText, label: isText, directed: (value) => typeof value === 'boolean' });

const isWhole = having({
  from: isText,
  image: having({ width: isLength, height: isLength }),
  regions: listOf(
    having({ id: isText, label: isText, geometry: isGeometry, attributes: isRecord, relations: listOf(isRelation) }),
  ),
});

const isContent = (value: unknown): value is Content => isWhole(value) && (value as Content).regions.length <= MAX_COPIED;

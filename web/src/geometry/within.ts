import { asPolygon, pointAt, type PolygonGeometry } from './areas';
import { common } from './booleans';
import { isInside, type Size } from './points';
import type { Geometry } from './shapes';

/**
 * What of a shape encloses an area inside the image. Turned shapes may stick out of it, polygons may not; null for what encloses nothing
 * there.
 */
export function polygonWithin(g: Geometry, image: Size): PolygonGeometry | null {
  const polygon = asPolygon(g);
  if (!polygon || polygon.parts.flat(2).every((pair) => isInside(pointAt(pair), image))) return polygon;
  return common(polygon, { kind: 'box', x: 0, y: 0, ...image });
}

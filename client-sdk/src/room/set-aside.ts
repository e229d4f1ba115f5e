/** Copies of the document that can never again be what the server has. */
import type * as Y from 'yjs';

import type { RegionSnapshot, SetAside } from '../surface.js';
import { readRegion, sameRegion } from './region.js';
import type { Regions } from './regions.js';

/** A copy that was replaced and held something the server may not have. */
export interface Replaced {
  readonly doc: Y.Doc;
  readonly lineage: string | null;
  readonly reason: SetAside['reason'];
}

/** Names the shapes that the copy had and the server's document has not, or has otherwise, so that a person can bring them back. */
export function whatWasLost({ doc, lineage, reason }: Replaced, now: Regions, at: number): SetAside {
  const regions: RegionSnapshot[] = [];
  doc.getMap('regions').forEach((value, id) => {
    const region = readRegion(id, value);
    const current = now.get(id);
    if (region && (!current || !sameRegion(current, region))) regions.push(region);
  });
  return { reason, lineage, regions, at };
}

import { signedArea } from './areas';
import { insideRing } from './hit';
import { imagePoint, type ImagePoint } from './points';

type Loop = readonly ImagePoint[];

export interface Nested {
  /** Each an exterior with its holes. */
  readonly parts: readonly (readonly Loop[])[];
  /** Holes that are in no exterior. */
  readonly strays: readonly Loop[];
}

/** Not corners: there a hole may touch an exterior it does not belong to. And most, not one: one may lie on a border. */
function isMostlyInside(hole: Loop, exterior: Loop): boolean {
  const inside = hole.filter((b, i) => {
    const a = hole.at(i - 1) ?? b;
    return insideRing(imagePoint((a.x + b.x) / 2, (a.y + b.y) / 2), exterior);
  });
  return inside.length * 2 > hole.length;
}

/** Loops sorted into parts: exteriors run with the area on their left, so do holes. A hole belongs to the smallest exterior around it. */
export function nested(loops: readonly Loop[]): Nested {
  const measured = loops.map((loop) => ({ loop, area: signedArea(loop) }));
  const parts = measured
    .filter(({ area }) => area > 0)
    .sort((a, b) => a.area - b.area)
    .map((exterior) => ({ ...exterior, rings: [exterior.loop] }));
  const strays: Loop[] = [];
  for (const { loop, area } of measured) {
    if (area >= 0) continue;
    const around = parts.find((part) => part.area > -area * (1 + 1e-9) && isMostlyInside(loop, part.loop));
    if (around) around.rings.push(loop);
    else strays.push(loop);
  }
  return { parts: parts.map((part) => part.rings), strays };
}

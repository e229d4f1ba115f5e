import { distance, imagePoint, type ImagePoint } from './points';

/** What keeps its size on the screen however far one is zoomed out. */
export interface Pinned {
  readonly id: string;
  readonly at: ImagePoint;
}

export interface Cluster<T extends Pinned> {
  /** Where its first one is: it does not move as others join. */
  readonly at: ImagePoint;
  readonly members: readonly T[];
}

/**
 * Puts together what would lie over one another. Each goes to the first one before it that is near, so which belong together does not change
 * while the picture is panned.
 * @param near in CSS pixels
 */
export function clusters<T extends Pinned>(pins: readonly T[], scale: number, near: number): readonly Cluster<T>[] {
  const reach = near / scale;
  const grid = new Map<string, { at: ImagePoint; members: T[] }[]>();
  const made: { at: ImagePoint; members: T[] }[] = [];
  const cell = (value: number): number => Math.floor(value / reach);
  for (const pin of pins) {
    const [cx, cy] = [cell(pin.at.x), cell(pin.at.y)];
    const around = [-1, 0, 1].flatMap((dx) => [-1, 0, 1].flatMap((dy) => grid.get(`${cx + dx},${cy + dy}`) ?? []));
    const found = around.find(({ at }) => distance(at, pin.at) < reach);
    if (found) {
      found.members.push(pin);
      continue;
    }
    const cluster = { at: imagePoint(pin.at.x, pin.at.y), members: [pin] };
    const key = `${cx},${cy}`;
    const there = grid.get(key);
    if (there) there.push(cluster);
    else grid.set(key, [cluster]);
    made.push(cluster);
  }
  return made;
}

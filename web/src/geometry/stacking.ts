/**
 * One step forward or backward in how shapes lie. What counts is what they overlap: past a shape that lies elsewhere nobody sees a step. Pure, over whatever
 * has a place in the order.
 */
import type { Rect } from './points';

export interface Stacked {
  readonly id: string;
  readonly z: number;
  readonly rect: Rect;
}

export interface Stack<S extends Stacked> {
  /** From the lowest to the topmost. */
  readonly all: readonly S[];
  /** Whether the first lies above the second. */
  readonly isAbove: (a: S, b: S) => boolean;
}

const overlap = (a: Rect, b: Rect): boolean =>
  a.x <= b.x + b.width && b.x <= a.x + a.width && a.y <= b.y + b.height && b.y <= a.y + a.height;

/**
 * What z which shapes get so that one lies above (1) the next that it overlaps, or below (-1) it. Shapes that overlap keep their order otherwise.
 * null: there is none to pass.
 */
export function stepped<S extends Stacked>(stack: Stack<S>, id: string, by: 1 | -1): ReadonlyMap<string, number> | null {
  const at = stack.all.findIndex((one) => one.id === id);
  const one = stack.all[at];
  if (!one) return null;
  const meets = (other: S): boolean => overlap(one.rect, other.rect);
  const passed = by === 1 ? stack.all.slice(at + 1).find(meets) : stack.all.slice(0, at).findLast(meets);
  if (!passed) return null;
  return by === 1 ? raised(stack, one, passed) : raised(stack, passed, one);
}

/** One comes to lie just above another that it overlaps, and with it what lies over it and would be covered by it now. */
function raised<S extends Stacked>({ all, isAbove }: Stack<S>, one: S, over: S): ReadonlyMap<string, number> {
  const z = new Map<string, number>();
  const now = (s: S): S => ({ ...s, z: z.get(s.id) ?? s.z });
  const lift = (s: S, above: S): void => {
    z.set(s.id, above.z);
    if (!isAbove(now(s), above)) z.set(s.id, above.z + 1);
  };
  lift(one, over);
  const lifted = [one];
  for (let next = lifted.shift(); next; next = lifted.shift()) {
    const from = next;
    for (const other of all) {
      const lay = other.id !== from.id && other.id !== over.id && isAbove(other, from) && overlap(other.rect, from.rect);
      if (!lay || isAbove(now(other), now(from))) continue;
      lift(other, now(from));
      lifted.push(other);
    }
  }
  return z;
}

import type { Size } from './points';
import type { Geometry } from './shapes';

/**
 * A mask covers the whole image as run lengths in COCO's manner: pixels column by column (top to bottom, then left to
 * right), runs of zeros and ones in turn, the first of zeros and possibly 0 long. All arithmetic is on the runs: a bitmap
 * of 50 megapixels could not be copied at every move of a pointer.
 */
export type MaskGeometry = Extract<Geometry, { kind: 'mask' }>;

export const maskOf = ({ width, height }: Size, counts: number[]): MaskGeometry => ({ kind: 'mask', width, height, counts });

export const emptyMask = (size: Size): MaskGeometry => maskOf(size, [size.width * size.height]);

export const sameSize = (a: Size, b: Size): boolean => a.width === b.width && a.height === b.height;

/** Pixels that are ones. */
export const area = (mask: MaskGeometry): number => mask.counts.reduce((sum, run, i) => (i % 2 === 1 ? sum + run : sum), 0);

export const isEmpty = (mask: MaskGeometry): boolean => mask.counts.every((run, i) => i % 2 === 0 || run === 0);

interface MaskWriter {
  /** Pixels `from` up to `to`, not included, counted column by column. Stretches come in order; those that touch become one run. */
  ones(from: number, to: number): void;
  mask(): MaskGeometry;
}

export function maskWriter(size: Size): MaskWriter {
  const counts: number[] = [];
  let end = 0;
  return {
    ones(from, to) {
      if (to <= from) return;
      if (counts.length > 0 && from <= end) counts.push((counts.pop() ?? 0) + Math.max(0, to - end));
      else counts.push(from - end, to - from);
      end = Math.max(end, to);
    },
    mask() {
      const rest = size.width * size.height - end;
      return maskOf(size, rest > 0 || counts.length === 0 ? [...counts, rest] : counts);
    },
  };
}

/** A place in a row of runs: which run, and where that ends. */
interface Walk {
  readonly counts: readonly number[];
  run: number;
  end: number;
}

const begun = (counts: readonly number[]): Walk => ({ counts, run: 0, end: counts[0] ?? Infinity });
const isOne = (walk: Walk): boolean => walk.run % 2 === 1;

function goTo(walk: Walk, at: number): void {
  while (walk.end <= at) {
    walk.run++;
    const run = walk.counts[walk.run];
    if (run !== undefined) walk.end += run;
    // What a damaged mask leaves out is zeros: an even run without an end.
    else [walk.run, walk.end] = [2 * walk.counts.length, Infinity];
  }
}

/** Both masks walked side by side, from border to border of their runs. */
function combined(a: MaskGeometry, b: MaskGeometry, keep: (inA: boolean, inB: boolean) => boolean): MaskGeometry {
  const total = a.width * a.height;
  const [walkA, walkB] = [begun(a.counts), begun(b.counts)];
  const counts: number[] = [];
  let start = 0;
  let value = false;
  for (let at = 0; at < total; at = Math.min(walkA.end, walkB.end, total)) {
    goTo(walkA, at);
    goTo(walkB, at);
    const kept = keep(isOne(walkA), isOne(walkB));
    if (kept === value) continue;
    counts.push(at - start);
    start = at;
    value = kept;
  }
  counts.push(total - start);
  return maskOf(a, counts);
}

/** Ones of either. Both masks belong to the same image. */
export const union = (a: MaskGeometry, b: MaskGeometry): MaskGeometry => combined(a, b, (inA, inB) => inA || inB);

/** Ones of `a` that are none of `b`. Both masks belong to the same image. */
export const minus = (a: MaskGeometry, b: MaskGeometry): MaskGeometry => combined(a, b, (inA, inB) => inA && !inB);

/** How many pixels are ones in both. Both masks belong to the same image. */
export function commonOnes(a: MaskGeometry, b: MaskGeometry): number {
  const total = a.width * a.height;
  const [walkA, walkB] = [begun(a.counts), begun(b.counts)];
  let sum = 0;
  for (let at = 0; at < total;) {
    goTo(walkA, at);
    goTo(walkB, at);
    const next = Math.min(walkA.end, walkB.end, total);
    if (isOne(walkA) && isOne(walkB)) sum += next - at;
    at = next;
  }
  return sum;
}

/** Ones of both. Both masks belong to the same image. */
export const intersection = (a: MaskGeometry, b: MaskGeometry): MaskGeometry => combined(a, b, (inA, inB) => inA && inB);

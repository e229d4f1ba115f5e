import type { MaskGeometry } from './mask-runs';

/** Runs of one value, cut where a column ends: only so do neighbours lie beside each other. */
export interface ColumnRuns {
  readonly column: readonly number[];
  /** First row, and the row after the last. */
  readonly from: readonly number[];
  readonly to: readonly number[];
  /** The runs of column x are those from `first[x]` up to `first[x + 1]`, not included. */
  readonly first: Int32Array;
}

export const get = (list: readonly number[] | Int32Array, i: number): number => list[i] ?? 0;

export function columnRuns({ width, height, counts }: MaskGeometry, value: 0 | 1): ColumnRuns {
  const column: number[] = [];
  const from: number[] = [];
  const to: number[] = [];
  const first = new Int32Array(width + 1);
  let offset = 0;
  counts.forEach((run, i) => {
    const end = Math.min(offset + run, width * height);
    while (i % 2 === value && offset < end) {
      const x = Math.floor(offset / height);
      const y = offset - x * height;
      const bottom = Math.min(height, y + end - offset);
      const last = column.length - 1;
      // A run 0 long between two others parts nothing.
      if (last >= 0 && column[last] === x && to[last] === y) to[last] = bottom;
      else {
        column.push(x);
        from.push(y);
        to.push(bottom);
      }
      first[x + 1] = column.length;
      offset += bottom - y;
    }
    offset = end;
  });
  for (let x = 1; x <= width; x++) first[x] = Math.max(get(first, x), get(first, x - 1));
  return { column, from, to, first };
}

/** What hangs together over shared sides of pixels, not over corners: of each run, the run that stands for its component. */
export function components(runs: ColumnRuns): Int32Array {
  const parent = Int32Array.from(runs.column, (_, i) => i);
  const root = (i: number): number => {
    while (parent[i] !== i) {
      parent[i] = get(parent, get(parent, i));
      i = get(parent, i);
    }
    return i;
  };
  for (let x = 1; x < runs.first.length - 1; x++) {
    const end = get(runs.first, x + 1);
    let left = get(runs.first, x - 1);
    let right = get(runs.first, x);
    const endOfLeft = right;
    while (left < endOfLeft && right < end) {
      const meet = get(runs.from, left) < get(runs.to, right) && get(runs.from, right) < get(runs.to, left);
      if (meet) parent[root(right)] = root(left);
      if (get(runs.to, left) < get(runs.to, right)) left++;
      else right++;
    }
  }
  return parent.map((_, i) => root(i));
}

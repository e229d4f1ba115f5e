/**
 * Who goes with whom so that all together are most alike: the assignment problem. Taking the best pair first would give two that fit fairly well up for one that
 * fits a little better, and leave the rest without anybody; so it is solved exactly (Kuhn and Munkres), each knot of neighbours by itself.
 */

export interface Edge {
  readonly left: number;
  readonly right: number;
  /** Above 0; pairs that are not there are worth nothing. */
  readonly weight: number;
}

/** A knot with more on its smaller side than this is taken best pair first: the exact way grows with the cube, and nobody draws such heaps by hand. */
const LARGEST = 250;

/** Best first; equal ones in the order of their places, so that the result does not depend on the order they were found in. */
const byWeight = (a: Edge, b: Edge): number => b.weight - a.weight || a.left - b.left || a.right - b.right;

/** Pairs, the best first, each side once. */
export function bestFirst(edges: readonly Edge[]): readonly Edge[] {
  const [lefts, rights] = [new Set<number>(), new Set<number>()];
  return [...edges].sort(byWeight).filter(({ left, right }) => {
    if (lefts.has(left) || rights.has(right)) return false;
    lefts.add(left);
    rights.add(right);
    return true;
  });
}

/** Those that share nobody with one another are apart. */
function knots(edges: readonly Edge[]): readonly (readonly Edge[])[] {
  const parent = new Map<string, string>();
  const root = (name: string): string => {
    let at = name;
    for (let up = parent.get(at); up !== undefined && up !== at; up = parent.get(at)) {
      parent.set(at, parent.get(up) ?? up);
      at = up;
    }
    return at;
  };
  for (const { left, right } of edges) {
    const [a, b] = [`l${left}`, `r${right}`];
    if (!parent.has(a)) parent.set(a, a);
    if (!parent.has(b)) parent.set(b, b);
    parent.set(root(a), root(b));
  }
  const found = new Map<string, Edge[]>();
  for (const edge of edges) {
    const name = root(`l${edge.left}`);
    const knot = found.get(name);
    if (knot) knot.push(edge);
    else found.set(name, [edge]);
  }
  return [...found.values()];
}

/**
 * The Hungarian method by shortest augmenting paths, with potentials (e-maxx's form): rows are assigned one after the other, and each is given a way on.
 * @param cost row by row; no more rows than columns
 * @returns the column of each row
 */
function assigned(cost: readonly Float64Array[], columns: number): readonly number[] {
  const rows = cost.length;
  const [ofRow, ofColumn] = [new Float64Array(rows + 1), new Float64Array(columns + 1)];
  /** Row of each column, counted from 1; 0: free. */
  const rowOf = new Int32Array(columns + 1);
  const way = new Int32Array(columns + 1);
  const at = (list: Float64Array | Int32Array, i: number): number => list[i] ?? 0;
  for (let row = 1; row <= rows; row++) {
    rowOf[0] = row;
    let column = 0;
    const least = new Float64Array(columns + 1).fill(Infinity);
    const used = new Uint8Array(columns + 1);
    do {
      used[column] = 1;
      const here = at(rowOf, column);
      let [delta, next] = [Infinity, 0];
      for (let j = 1; j <= columns; j++) {
        if (used[j] === 1) continue;
        const reduced = (cost[here - 1]?.[j - 1] ?? 0) - at(ofRow, here) - at(ofColumn, j);
        if (reduced < at(least, j)) [least[j], way[j]] = [reduced, column];
        if (at(least, j) < delta) [delta, next] = [at(least, j), j];
      }
      for (let j = 0; j <= columns; j++) {
        if (used[j] === 1) {
          const held = at(rowOf, j);
          ofRow[held] = at(ofRow, held) + delta;
          ofColumn[j] = at(ofColumn, j) - delta;
        } else least[j] = at(least, j) - delta;
      }
      column = next;
    } while (at(rowOf, column) !== 0);
    while (column !== 0) {
      const before = at(way, column);
      rowOf[column] = at(rowOf, before);
      column = before;
    }
  }
  const found = new Array<number>(rows).fill(-1);
  for (let j = 1; j <= columns; j++) if (at(rowOf, j) > 0) found[at(rowOf, j) - 1] = j - 1;
  return found;
}

function solved(knot: readonly Edge[]): readonly Edge[] {
  const lefts = [...new Set(knot.map(({ left }) => left))];
  const rights = [...new Set(knot.map(({ right }) => right))];
  if (lefts.length === 1 || rights.length === 1 || Math.min(lefts.length, rights.length) > LARGEST) return bestFirst(knot);
  const turned = lefts.length > rights.length;
  const [rows, columns] = turned ? [rights, lefts] : [lefts, rights];
  const rowAt = new Map(rows.map((name, i) => [name, i]));
  const columnAt = new Map(columns.map((name, i) => [name, i]));
  const cost = rows.map(() => new Float64Array(columns.length));
  const edges = new Map<number, Edge>();
  for (const edge of knot) {
    const [r, c] = turned ? [edge.right, edge.left] : [edge.left, edge.right];
    const [i, j] = [rowAt.get(r) ?? 0, columnAt.get(c) ?? 0];
    const row = cost[i];
    if (row) row[j] = -edge.weight;
    edges.set(i * columns.length + j, edge);
  }
  return assigned(cost, columns.length).flatMap((column, row) => edges.get(row * columns.length + column) ?? []);
}

/** Pairs with the greatest sum of weights, each side once. */
export const bestTotal = (edges: readonly Edge[]): readonly Edge[] => knots(edges).flatMap(solved);

/** Two texts compared line by line. */
export interface DiffLine {
  readonly change: 'same' | 'added' | 'removed';
  readonly text: string;
  /** Their numbers, from 1; null where the line is not there. */
  readonly before: number | null;
  readonly after: number | null;
}

/** Beyond this many cells the middle is told as taken out and put in: nobody reads such a difference line by line. */
const MOST_CELLS = 4_000_000;

export function diffLines(before: string, after: string): DiffLine[] {
  const [a, b] = [before.split('\n'), after.split('\n')];
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head += 1;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail += 1;
  const kept = common(a.slice(head, a.length - tail), b.slice(head, b.length - tail)).map(
    ([i, j]) => [i + head, j + head] as const,
  );
  const lines: DiffLine[] = [];
  let [i, j] = [0, 0];
  const pairs = [
    ...Array.from({ length: head }, (_, n) => [n, n] as const),
    ...kept,
    ...Array.from({ length: tail }, (_, n) => [a.length - tail + n, b.length - tail + n] as const),
    [a.length, b.length] as const,
  ];
  for (const [toA, toB] of pairs) {
    for (; i < toA; i += 1) lines.push({ change: 'removed', text: a[i] ?? '', before: i + 1, after: null });
    for (; j < toB; j += 1) lines.push({ change: 'added', text: b[j] ?? '', before: null, after: j + 1 });
    if (toA < a.length || toB < b.length) lines.push({ change: 'same', text: a[toA] ?? '', before: toA + 1, after: toB + 1 });
    [i, j] = [toA + 1, toB + 1];
  }
  return lines;
}

/** The longest lines that both have in the same order, as pairs of places. */
function common(a: readonly string[], b: readonly string[]): [number, number][] {
  const width = b.length + 1;
  if (a.length * b.length === 0 || (a.length + 1) * width > MOST_CELLS) return [];
  const longest = new Uint32Array((a.length + 1) * width);
  const at = (i: number, j: number): number => longest[i * width + j] ?? 0;
  for (let i = a.length - 1; i >= 0; i -= 1)
    for (let j = b.length - 1; j >= 0; j -= 1)
      longest[i * width + j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  const pairs: [number, number][] = [];
  let [i, j] = [0, 0];
  while (i < a.length && j < b.length) {
    if (a[i] === b[j]) pairs.push([i++, j++]);
    else if (at(i + 1, j) >= at(i, j + 1)) i += 1;
    else j += 1;
  }
  return pairs;
}

/** What changed with a few lines around it; null stands for lines left out. */
export function hunks(lines: readonly DiffLine[], around = 3): (DiffLine | null)[] {
  const near = new Set<number>();
  lines.forEach((line, index) => {
    if (line.change === 'same') return;
    for (let n = index - around; n <= index + around; n += 1) near.add(n);
  });
  const shown: (DiffLine | null)[] = [];
  lines.forEach((line, index) => {
    if (near.has(index)) shown.push(line);
    else if (shown.length === 0 || shown.at(-1) !== null) shown.push(null);
  });
  return shown;
}

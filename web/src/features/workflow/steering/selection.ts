/** Choosing rows of a long list by keyboard and mouse, as in any file list. Rows are known by id, so that choices survive a reload. */
export interface Selection {
  /** The row the keyboard is on. */
  readonly at: number;
  /** Where a stretch began. */
  readonly anchor: number;
  readonly chosen: ReadonlySet<string>;
}

export const NOTHING_CHOSEN: Selection = { at: 0, anchor: 0, chosen: new Set() };

export interface Press {
  readonly key: string;
  readonly shiftKey: boolean;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
}

const stretch = (ids: readonly string[], from: number, to: number): ReadonlySet<string> =>
  new Set(ids.slice(Math.min(from, to), Math.max(from, to) + 1));

function toggled(chosen: ReadonlySet<string>, id: string | undefined): ReadonlySet<string> {
  const next = new Set(chosen);
  if (id !== undefined && !next.delete(id)) next.add(id);
  return next;
}

const PAGE = 8;
const MOVES: Readonly<Record<string, number>> = {
  ArrowDown: 1,
  ArrowUp: -1,
  PageDown: PAGE,
  PageUp: -PAGE,
  Home: -Infinity,
  End: Infinity,
};

/** @returns null: the key is not for the list. */
export function press(
  selection: Selection,
  { key, shiftKey, ctrlKey, metaKey }: Press,
  ids: readonly string[],
): Selection | null {
  if (ids.length === 0) return null;
  const here = Math.min(selection.at, ids.length - 1);
  const move = MOVES[key];
  if (move !== undefined) {
    const at = Math.max(0, Math.min(ids.length - 1, here + move));
    if (shiftKey) return { at, anchor: selection.anchor, chosen: stretch(ids, selection.anchor, at) };
    return { ...selection, at, anchor: at };
  }
  if (key === ' ') {
    if (shiftKey) return { ...selection, at: here, chosen: stretch(ids, selection.anchor, here) };
    return { at: here, anchor: here, chosen: toggled(selection.chosen, ids[here]) };
  }
  if (key.toLowerCase() === 'a' && (ctrlKey || metaKey)) return { ...selection, chosen: new Set(ids) };
  if (key === 'Escape' && selection.chosen.size > 0) return { ...selection, chosen: new Set() };
  return null;
}

export function click(selection: Selection, index: number, shiftKey: boolean, ids: readonly string[]): Selection {
  if (shiftKey) return { at: index, anchor: selection.anchor, chosen: stretch(ids, selection.anchor, index) };
  return { at: index, anchor: index, chosen: toggled(selection.chosen, ids[index]) };
}

/** What is chosen among the rows there are; nothing chosen: the row the keyboard is on. */
export function inHand<T extends { readonly id: string }>({ chosen, at }: Selection, rows: readonly T[]): readonly T[] {
  const picked = rows.filter((row) => chosen.has(row.id));
  if (picked.length > 0) return picked;
  const here = rows[Math.min(at, rows.length - 1)];
  return here ? [here] : [];
}

/** From letters of a text to what the browser draws of them, and back. Pieces say in `data-start` which letter they begin with; names of types in between are no letters. */
import { joined } from '~/geometry/text-lines';
import type { Rect } from '~/geometry/points';
import type { Place } from '../chosen-letters';
import { letters, lettersOf } from '../json';
import { lettersUpTo, type Range } from '../spans';

/** The letter at a place in the page; null: it is not in this text. */
export function letterAt(box: HTMLElement, text: string, container: Node, offset: number): number | null {
  const element = container instanceof Element ? (container.childNodes[offset] ?? container) : container;
  const piece = (element instanceof Element ? element : element.parentElement)?.closest<HTMLElement>('[data-start]');
  if (piece && box.contains(piece)) {
    const start = Number(piece.dataset.start);
    return container instanceof Text ? start + lettersUpTo(container.data, offset) : start;
  }
  // On a tag: behind the piece it stands at.
  const before = (element instanceof Element ? element : element.parentElement)
    ?.closest('.lay-tag')
    ?.parentElement?.querySelector<HTMLElement>('[data-start]');
  if (before && box.contains(before)) return Number(before.dataset.start) + letters(before.textContent);
  return element === box || element.contains(box) ? letters(text) : null;
}

/** The letters that a selection of the browser covers. */
export function rangeIn(box: HTMLElement, text: string, range: globalThis.Range): Range | null {
  const start = letterAt(box, text, range.startContainer, range.startOffset);
  const end = letterAt(box, text, range.endContainer, range.endOffset);
  return start !== null && end !== null && start < end ? { start, end } : null;
}

/** Where a selection of the browser began and where it is now, if both are in this text. */
export function placeOf(box: HTMLElement, text: string, selection: Selection): Place | null {
  const { anchorNode, focusNode, anchorOffset, focusOffset } = selection;
  if (!anchorNode || !focusNode || !box.contains(anchorNode) || !box.contains(focusNode)) return null;
  const from = letterAt(box, text, anchorNode, anchorOffset);
  const to = letterAt(box, text, focusNode, focusOffset);
  return from !== null && to !== null ? { from, to } : null;
}

/** What letters cover on the screen, line by line, seen from a corner of the window. */
export function linesOf(box: HTMLElement, { start, end }: Range, origin: { readonly x: number; readonly y: number }): Rect[] {
  const rects: Rect[] = [];
  for (const piece of box.querySelectorAll<HTMLElement>('[data-start]')) {
    const node = piece.firstChild;
    if (!(node instanceof Text)) continue;
    const all = lettersOf(node.data);
    const first = Number(piece.dataset.start);
    const [from, to] = [Math.max(start - first, 0), Math.min(end - first, all.length)];
    if (from >= to) continue;
    const range = document.createRange();
    range.setStart(node, all.slice(0, from).join('').length);
    range.setEnd(node, all.slice(0, to).join('').length);
    for (const { x, y, width, height } of range.getClientRects()) rects.push({ x: x - origin.x, y: y - origin.y, width, height });
  }
  return joined(rects);
}

/** The upright line of a caret: behind the choice that it ends, before the one it begins, else before its letter. */
export function caretOf(
  box: HTMLElement,
  length: number,
  { from, to }: Place,
  origin: { readonly x: number; readonly y: number },
): Rect | null {
  const at = Math.max(0, Math.min(to, length));
  const behind = from < to || at === length;
  const letter = behind ? { start: at - 1, end: at } : { start: at, end: at + 1 };
  const beside = linesOf(box, letter, origin)[0];
  if (beside) return { x: behind ? beside.x + beside.width : beside.x, y: beside.y, width: 0, height: beside.height };
  // A break of the line is nowhere to be seen: behind what stands before it.
  const before = linesOf(box, { start: at - 1, end: at }, origin)[0];
  return before ? { x: before.x + before.width, y: before.y, width: 0, height: before.height } : null;
}

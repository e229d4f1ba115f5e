/**
 * A text in which letters are marked and chosen. By pointer: choose letters. By keyboard: the text takes the focus, arrows go from word to word, with Shift they widen the
 * choice, with Control and Shift by a letter.
 */
import { useEffect, useMemo, useRef, type CSSProperties, type KeyboardEvent, type ReactNode } from 'react';

import { cx } from '~/lib/cx';
import { letters } from '../json';
import { lettersUpTo, segmentsOf, trimmed, wordsOf, type Range, type Span } from '../spans';

export interface EntityType {
  readonly name: string;
  readonly color: string;
  readonly hotkey: string;
  readonly about: string;
}

export const UNKNOWN_COLOR = '#8b8f99';
const CHOICE = 'choice';

export const colorOf = (types: readonly EntityType[], name: string): string =>
  types.find((type) => type.name === name)?.color ?? UNKNOWN_COLOR;

interface LettersProps {
  label: string;
  text: string;
  entities: readonly Span[];
  choice: Range | null;
  types: readonly EntityType[];
  /** Each entity shows its type. */
  named: boolean;
  onChoose: (range: Range | null) => void;
  onDelete: () => void;
}

export function Letters({ label, text, entities, choice, types, named, onChoose, onDelete }: LettersProps): ReactNode {
  const box = useRef<HTMLDivElement>(null);
  const words = useMemo(() => wordsOf(text), [text]);
  const length = useMemo(() => letters(text), [text]);
  const segments = useMemo(
    () => segmentsOf(text, choice ? [...entities, { ...choice, id: CHOICE, label: '' }] : entities),
    [text, entities, choice],
  );

  const read = (): void => {
    const selection = getSelection();
    if (!selection || selection.isCollapsed || !box.current || selection.rangeCount === 0) {
      if (selection?.isCollapsed) onChoose(null);
      return;
    }
    const found = rangeIn(box.current, text, selection.getRangeAt(0));
    selection.removeAllRanges();
    if (found) onChoose(trimmed(text, found));
  };
  const onKey = (event: KeyboardEvent): void => {
    const by = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (event.altKey) return;
    if (event.key === 'Escape' && choice) onChoose(null);
    else if (event.key === 'Delete' || event.key === 'Backspace') onDelete();
    else if (by !== 0) {
      const next = step(words, length, choice, by, event.shiftKey, event.ctrlKey || event.metaKey);
      // The type in hand waits: going along with the arrows would mark each word.
      if (next) onChoose(next);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };
  useEffect(() => {
    if (choice) box.current?.querySelector('.lay-choice')?.scrollIntoView({ block: 'nearest' });
  }, [choice]);
  return (
    <div
      ref={box}
      className="lay-letters"
      role="application"
      aria-label={`Text of ${label}. Arrows choose words, Shift widens, a type’s key marks`}
      tabIndex={0}
      onKeyDown={onKey}
      onMouseUp={read}
      onTouchEnd={read}
    >
      {segments.map(({ start, end, text: piece, spans }) => {
        const marks = spans.filter(({ id }) => id !== CHOICE);
        const isChosen = marks.length < spans.length;
        const inner = marks.at(-1);
        const ends = named ? marks.filter((span) => span.end === end) : [];
        return (
          <span key={start}>
            <span
              data-start={start}
              className={cx(inner && 'lay-span', isChosen && 'lay-choice')}
              style={
                inner &&
                ({
                  '--type': colorOf(types, inner.label),
                  boxShadow: marks.map((span, at) => `0 ${2 + at * 3}px 0 ${colorOf(types, span.label)}`).join(', '),
                } as CSSProperties)
              }
              title={marks.map((span) => span.label).join(', ') || undefined}
            >
              {piece}
            </span>
            {ends.map((span) => (
              <small
                key={span.id}
                className="lay-tag"
                style={{ '--type': colorOf(types, span.label) } as CSSProperties}
                data-label={span.label}
              >
                {span.label}
              </small>
            ))}
          </span>
        );
      })}
    </div>
  );
}

/** The letters that a selection of the browser covers. Tags in between are no letters. */
function rangeIn(box: HTMLElement, text: string, range: globalThis.Range): Range | null {
  const letterOf = (container: Node, offset: number): number | null => {
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
  };
  const start = letterOf(range.startContainer, range.startOffset);
  const end = letterOf(range.endContainer, range.endOffset);
  return start !== null && end !== null && start < end ? { start, end } : null;
}

/** The next choice by an arrow: the word beside, or more or less of the text. */
export function step(
  words: readonly Range[],
  length: number,
  choice: Range | null,
  by: 1 | -1,
  widen: boolean,
  byLetter: boolean,
): Range | null {
  if (!choice) return words.at(by === 1 ? 0 : -1) ?? null;
  if (widen) {
    const { start } = choice;
    const stops = byLetter ? null : words.map(({ end }) => end);
    const end = stops
      ? by === 1
        ? stops.find((stop) => stop > choice.end)
        : stops.findLast((stop) => stop < choice.end)
      : choice.end + by;
    return end !== undefined && end > start && end <= length ? { start, end } : choice;
  }
  const next = by === 1 ? words.find(({ start }) => start >= choice.end) : words.findLast(({ end }) => end <= choice.start);
  return next ?? choice;
}

/**
 * A text in which letters are marked and chosen. By pointer: choose letters. By keyboard: the text takes the focus, arrows go from word to word, with Shift they widen the
 * choice, with Control and Shift by a letter.
 */
import { useEffect, useId, useMemo, useRef, type CSSProperties, type KeyboardEvent, type ReactNode, type RefObject } from 'react';

import { cx } from '~/lib/cx';
import type { Place } from '../chosen-letters';
import { letters } from '../json';
import { segmentsOf, trimmed, wordsOf, type Range, type Span } from '../spans';
import type { LettersOf } from '../use-letters';
import { placeOf, rangeIn } from './letters-on-screen';
import { OthersInText, saidOf } from './others-in-text';

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
  /** Others in this text, and whom to tell where I am in it. */
  shared: LettersOf;
  onChoose: (range: Range | null) => void;
  onDelete: () => void;
}

export function Letters({ label, text, entities, choice, types, named, shared, onChoose, onDelete }: LettersProps): ReactNode {
  const box = useRef<HTMLDivElement>(null);
  const told = useToldPlace(box, text, choice, shared.tell);
  const about = useId();
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
    told.byKeys();
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
  const said = saidOf(text, shared.others);
  return (
    <div className="lay-letters-place">
      <div
        ref={box}
        className="lay-letters"
        role="application"
        aria-label={`Text of ${label}. Arrows choose words, Shift widens, a type’s key marks`}
        aria-describedby={said === '' ? undefined : about}
        tabIndex={0}
        onFocus={told.again}
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
      <OthersInText box={box} text={text} others={shared.others} drawn={segments} />
      {said !== '' && (
        <p id={about} className="sr-only">
          {said}
        </p>
      )}
    </div>
  );
}

/** Others are told what I choose while I choose it, and where the caret is that a click leaves. */
function useToldPlace(
  box: RefObject<HTMLElement | null>,
  text: string,
  choice: Range | null,
  tell: (place: Place | null) => void,
): { again: () => void; byKeys: () => void } {
  /** What the pointer did last; a choice that was made otherwise has its caret at its end. */
  const pointed = useRef<Place | null>(null);
  const now = useRef<Place | null>(null);
  useEffect(() => {
    const onChange = (): void => {
      const selection = getSelection();
      const place = selection && box.current && placeOf(box.current, text, selection);
      // What is chosen leaves the browser's own selection at once: that it is empty then says nothing.
      if (!place) return;
      pointed.current = now.current = place;
      tell(place);
    };
    document.addEventListener('selectionchange', onChange);
    return () => document.removeEventListener('selectionchange', onChange);
  }, [box, text, tell]);
  useEffect(() => {
    const { from, to } = pointed.current ?? { from: 0, to: 0 };
    if (choice) now.current = to < from ? { from: choice.end, to: choice.start } : { from: choice.start, to: choice.end };
    else now.current = from === to ? pointed.current : null;
    tell(now.current);
  }, [choice, tell]);
  return {
    again: () => tell(now.current),
    byKeys: () => {
      pointed.current = null;
    },
  };
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

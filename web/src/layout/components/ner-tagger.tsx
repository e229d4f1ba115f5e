/**
 * Marks entities in a text, together with others. By pointer: choose letters, then a type (or a type first, then letters). By keyboard: the text takes
 * the focus, arrows go from word to word, with Shift they widen the choice, with Control and Shift by a letter; a type's key marks what is chosen.
 */
import { uuidv7 } from '@tandem/client';
import { useEffect, useMemo, useRef, useState, type CSSProperties, type KeyboardEvent, type ReactNode } from 'react';
import { X } from 'lucide-react';

import { useKeys } from '~/hotkeys/use-hotkeys';
import { cx } from '~/lib/cx';
import { IconButton, Kbd } from '~/ui/controls';
import type { ComponentProps } from '../context';
import { isSomething, letters } from '../json';
import { optionsOf } from '../options';
import { textOf, useResolved, type Resolved } from '../resolve';
import {
  entitiesOf,
  lettersUpTo,
  overlapping,
  refusal,
  segmentsOf,
  sliceOf,
  trimmed,
  wordsOf,
  type Range,
  type Span,
} from '../spans';
import { useEvents } from '../use-events';
import { useField } from '../use-field';
import { FieldFrame, groupOf } from './field-frame';

interface EntityType {
  readonly name: string;
  readonly color: string;
  readonly hotkey: string;
  readonly about: string;
}

const UNKNOWN_COLOR = '#8b8f99';
const CHOICE = 'choice';

function typesOf(resolved: Resolved): EntityType[] {
  return optionsOf(resolved, 'EntityType').map(({ value, hotkey, description }) => {
    const part = resolved.parts.find(({ properties }) => properties.name === value);
    const examples = part?.parts.find((below) => below.part === 'Examples')?.text;
    return {
      name: value,
      hotkey,
      color: part?.properties.color === undefined ? UNKNOWN_COLOR : textOf(part.properties, 'color'),
      about: [description, examples && `For example ${examples}`].filter(Boolean).join('. '),
    };
  });
}

export const NERTagger = (props: ComponentProps): ReactNode => <Tagger {...props} source="source" />;
export const SentenceAnnotator = (props: ComponentProps): ReactNode => <Tagger {...props} source="text" />;

function Tagger({ node, frame, source }: ComponentProps & { source: string }): ReactNode {
  const resolved = useResolved(node, frame);
  const field = useField(node, frame, resolved);
  const emit = useEvents(node);
  const [choice, setChoice] = useState<Range | null>(null);
  const [inHand, setInHand] = useState<string | null>(null);
  const [said, setSaid] = useState('');
  const box = useRef<HTMLDivElement>(null);
  const types = useMemo(() => typesOf(resolved), [resolved]);
  const text = textOf(resolved.properties, source);
  const value = field?.value;
  const entities = useMemo(() => entitiesOf(value), [value]);

  const mark = (label: string, range: Range | null): void => {
    if (!field || field.locked) return;
    const wanted = range && trimmed(text, range);
    if (!wanted) {
      setInHand(label === inHand ? null : label);
      setSaid(label === inHand ? '' : `Choose letters to mark as ${label}`);
      return;
    }
    const why = refusal(field.output.schema, entities, wanted);
    if (why !== null) {
      setSaid(why);
      return;
    }
    const entity = { ...wanted, label, text: sliceOf(text, wanted) };
    const id = uuidv7();
    field.put(id, entity);
    emit('entity-add', { id, ...entity });
    setChoice(null);
    setSaid(`${label}: ${entity.text}`);
  };
  const latest = useRef({ mark, choice });
  useEffect(() => {
    latest.current = { mark, choice };
  });
  const keys = useMemo(
    () =>
      new Map(
        types
          .filter(({ hotkey }) => hotkey !== '')
          .map(({ name, hotkey }) => [hotkey, () => latest.current.mark(name, latest.current.choice)]),
      ),
    [types],
  );
  useKeys(field && !field.locked ? keys : null, frame.locals.length > 0 ? box : undefined);
  if (!field) return null;

  const remove = (entity: Span): void => {
    field.put(entity.id, null);
    emit('entity-remove', { id: entity.id });
    setSaid(`${entity.label} taken away`);
  };
  const choose = (range: Range | null): void => {
    setChoice(range);
    if (range) emit('selection-change', { start: range.start, end: range.end });
    if (range && inHand !== null) mark(inHand, range);
  };
  const { properties } = resolved;
  return (
    <FieldFrame field={field} group className="lay-ner">
      <div ref={box} {...groupOf(field, 'group')}>
        <ul className="lay-types" aria-label="Types">
          {types.map(({ name, color, hotkey, about }) => (
            <li key={name}>
              <button
                type="button"
                className="lay-type"
                style={{ '--type': color } as CSSProperties}
                aria-pressed={inHand === name}
                disabled={field.locked}
                title={about}
                onClick={() => mark(name, choice)}
              >
                <i aria-hidden />
                {name}
                {isSomething(properties.show_entity_count ?? false) && (
                  <span className="num muted">{entities.filter(({ label }) => label === name).length}</span>
                )}
                {hotkey && <Kbd keys={hotkey} />}
              </button>
            </li>
          ))}
        </ul>
        <Letters
          label={field.label}
          text={text}
          entities={entities}
          choice={choice}
          types={types}
          named={isSomething(properties.show_labels ?? true)}
          onChoose={choose}
          onDelete={() => {
            const under = choice && overlapping([...entities].reverse(), choice);
            if (under && !field.locked) remove(under);
          }}
        />
        <p className="lay-said" role="status">
          {said}
        </p>
        {entities.length > 0 && (
          <ul className="lay-entities" aria-label={`${field.label}: what is marked`}>
            {entities.map((entity) => (
              <li key={entity.id} style={{ '--type': colorOf(types, entity.label) } as CSSProperties}>
                <button type="button" className="lay-entity" onClick={() => setChoice({ start: entity.start, end: entity.end })}>
                  <i aria-hidden />
                  <span className="truncate">{sliceOf(text, entity)}</span>
                  <small className="muted">{entity.label}</small>
                </button>
                {!field.locked && (
                  <IconButton label={`Take away ${entity.label} “${sliceOf(text, entity)}”`} onClick={() => remove(entity)}>
                    <X size={14} aria-hidden />
                  </IconButton>
                )}
              </li>
            ))}
          </ul>
        )}
      </div>
    </FieldFrame>
  );
}

const colorOf = (types: readonly EntityType[], name: string): string =>
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

function Letters({ label, text, entities, choice, types, named, onChoose, onDelete }: LettersProps): ReactNode {
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

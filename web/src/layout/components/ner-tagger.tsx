/**
 * Marks entities in a text, together with others. By pointer: choose letters, then a type (or a type first, then letters). By keyboard: the text takes
 * the focus, arrows go from word to word, with Shift they widen the choice, with Control and Shift by a letter; a type's key marks what is chosen.
 */
import { uuidv7 } from '@tandem/client';
import { useEffect, useMemo, useRef, useState, type CSSProperties, type ReactNode } from 'react';
import { X } from 'lucide-react';

import { useKeys } from '~/hotkeys/use-hotkeys';
import { IconButton, Kbd } from '~/ui/controls';
import type { ComponentProps } from '../context';
import { isSomething } from '../json';
import { optionsOf } from '../options';
import { textOf, useResolved, type Resolved } from '../resolve';
import { entitiesOf, overlapping, refusal, sliceOf, trimmed, type Range, type Span } from '../spans';
import { useEvents } from '../use-events';
import { useField } from '../use-field';
import { useLetters } from '../use-letters';
import { FieldFrame, groupOf } from './field-frame';
import { colorOf, Letters, UNKNOWN_COLOR, type EntityType } from './letters';

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
  const shared = useLetters(field);
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
          shared={shared}
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

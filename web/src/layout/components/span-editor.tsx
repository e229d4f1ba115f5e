/** A decision about marked letters, changed by hand: taken away, given another label, marked anew. */
import { uuidv7, type Json } from '@tandem/client';
import { useMemo, useState, type CSSProperties, type ReactNode } from 'react';
import { X } from 'lucide-react';

import { IconButton } from '~/ui/controls';
import { isObject } from '../json';
import { entitiesOf, overlapping, sliceOf, trimmed, type Range, type Span } from '../spans';
import type { Field } from '../use-field';
import { useLetters } from '../use-letters';
import { colorOf, Letters, type EntityType } from './letters';

/** Told apart by people who see colours differently (Okabe and Ito); each also has its name beside it. */
const COLORS = ['#0072b2', '#e69f00', '#009e73', '#cc79a7', '#56b4e9', '#d55e00'];

export const typesFrom = (labels: readonly string[]): readonly EntityType[] =>
  labels.map((name, at) => ({ name, color: COLORS[at % COLORS.length] ?? '#8b8f99', hotkey: '', about: '' }));

interface SpanEditorProps {
  /** What is decided. */
  field: Field;
  text: string;
  types: readonly EntityType[];
  value: readonly Json[];
  onChange: (value: Json[]) => void;
}

/** What the answers gave no id is told apart by its place. */
const withIds = (value: readonly Json[]): Json[] =>
  value.filter(isObject).map((item, at) => ({ ...item, id: typeof item.id === 'string' ? item.id : String(at) }));

export function SpanEditor({ field, text, types, value, onChange }: SpanEditorProps): ReactNode {
  const { label } = field;
  const shared = useLetters(field);
  const [choice, setChoice] = useState<Range | null>(null);
  const [said, setSaid] = useState('');
  const items = useMemo(() => withIds(value), [value]);
  const entities = useMemo(() => entitiesOf(items), [items]);
  const without = ({ id }: Span): Json[] => items.filter((item) => !isObject(item) || item.id !== id);
  const remove = (span: Span): void => {
    onChange(without(span));
    setSaid(`${span.label} taken away`);
  };
  const mark = (name: string): void => {
    const range = choice && trimmed(text, choice);
    if (!range) {
      setSaid(`Choose letters to mark as ${name}`);
      return;
    }
    const there = entities.find(({ start, end }) => start === range.start && end === range.end);
    const entity = { id: uuidv7(), ...range, label: name, text: sliceOf(text, range) };
    onChange([...(there ? without(there) : items), entity]);
    setChoice(null);
    setSaid(`${name}: ${entity.text}`);
  };
  return (
    <div className="lay-editor">
      <ul className="lay-types" aria-label="Labels">
        {types.map(({ name, color }) => (
          <li key={name}>
            <button type="button" className="lay-type" style={{ '--type': color } as CSSProperties} onClick={() => mark(name)}>
              <i aria-hidden />
              {name}
            </button>
          </li>
        ))}
      </ul>
      <Letters
        label={label}
        text={text}
        entities={entities}
        choice={choice}
        types={types}
        named
        shared={shared}
        onChoose={setChoice}
        onDelete={() => {
          const under = choice && overlapping([...entities].reverse(), choice);
          if (under) remove(under);
        }}
      />
      <p className="lay-said" role="status">
        {said}
      </p>
      {entities.length > 0 && (
        <ul className="lay-entities" aria-label={`${label}: what is marked`}>
          {entities.map((entity) => (
            <li key={entity.id} style={{ '--type': colorOf(types, entity.label) } as CSSProperties}>
              <button type="button" className="lay-entity" onClick={() => setChoice({ start: entity.start, end: entity.end })}>
                <i aria-hidden />
                <span className="truncate">{sliceOf(text, entity)}</span>
                <small className="muted">{entity.label}</small>
              </button>
              <IconButton label={`Take away ${entity.label} “${sliceOf(text, entity)}”`} onClick={() => remove(entity)}>
                <X size={14} aria-hidden />
              </IconButton>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

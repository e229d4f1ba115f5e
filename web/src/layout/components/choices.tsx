/** Choosing one or several of what there is. */
import { useEffect, useId, useMemo, useRef, useState, type ReactNode } from 'react';

import { useKeys } from '~/hotkeys/use-hotkeys';
import { cx } from '~/lib/cx';
import { Kbd } from '~/ui/controls';
import type { ComponentProps } from '../context';
import { isList, isSomething } from '../json';
import { matching, optionsOf, type Option } from '../options';
import { numberOf, textOf, useResolved } from '../resolve';
import { useEvents, type Emit } from '../use-events';
import { useField, type Field } from '../use-field';
import { Clear, FieldBox, FieldFrame, FieldOthers, FieldTitle, groupOf } from './field-frame';

interface ChoiceProps {
  field: Field;
  options: readonly Option[];
  chosen: ReadonlySet<string>;
  several: boolean;
  columns: number;
  /** In a loop its keys count only where the focus is: each turn has the same. */
  inLoop: boolean;
  onPick: (value: string, on: boolean) => void;
}

/** Options as they stand: radio buttons or check boxes, with their keys. */
function Choices({ field, options, chosen, several, columns, inLoop, onPick }: ChoiceProps): ReactNode {
  const name = useId();
  const group = useRef<HTMLDivElement>(null);
  const keys = useMemo(() => {
    const usable = options.filter(({ hotkey, disabled }) => hotkey !== '' && !disabled);
    return new Map(usable.map(({ hotkey, value }) => [hotkey, () => onPick(value, !several || !chosen.has(value))]));
  }, [options, chosen, several, onPick]);
  useKeys(field.locked ? null : keys, inLoop ? group : undefined);
  return (
    <div
      {...groupOf(field, several ? 'group' : 'radiogroup')}
      ref={group}
      className="lay-options"
      style={{ gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))` }}
    >
      {options.map((option) => (
        <label key={option.value} className={cx('lay-option', chosen.has(option.value) && 'lay-option-on')}>
          <input
            type={several ? 'checkbox' : 'radio'}
            name={name}
            value={option.value}
            checked={chosen.has(option.value)}
            disabled={field.locked || option.disabled}
            onChange={({ currentTarget }) => onPick(option.value, currentTarget.checked)}
          />
          <span className="lay-option-text">
            {option.label}
            {option.description && <small className="muted">{option.description}</small>}
          </span>
          {option.hotkey && <Kbd keys={option.hotkey} />}
        </label>
      ))}
    </div>
  );
}

const texts = (value: unknown): string[] => (Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []);

/** A radio button cannot be taken back by pressing it again; what need not be answered must be able to stay unanswered. */
const canClear = (field: Field): boolean => !field.required && !field.locked && typeof field.value === 'string';

/** What is chosen and how it is changed, one or several. */
function useChoice(field: Field | null, emit: Emit) {
  const several = field?.output.kept_as === 'set';
  const value = field?.value;
  const chosen = useMemo(() => new Set(several ? texts(value) : typeof value === 'string' ? [value] : []), [several, value]);
  const latest = useRef({ field, emit });
  useEffect(() => {
    latest.current = { field, emit };
  });
  const pick = useMemo(
    () =>
      (option: string, on: boolean): void => {
        const now = latest.current;
        if (several) now.field?.put(option, on ? true : null);
        else now.field?.set(on ? option : null);
        now.field?.tell(now.emit, 'change');
      },
    [several],
  );
  return { several, chosen, pick };
}

export function RadioGroup({ node, frame }: ComponentProps): ReactNode {
  const resolved = useResolved(node, frame);
  const field = useField(node, frame, resolved);
  const { chosen, pick } = useChoice(field, useEvents(node));
  const options = useMemo(() => optionsOf(resolved, 'Option', 'options'), [resolved]);
  if (!field) return null;
  return (
    <FieldFrame field={field} group>
      <Choices
        field={field}
        options={options}
        chosen={chosen}
        several={false}
        columns={numberOf(resolved.properties, 'columns') ?? 1}
        inLoop={frame.locals.length > 0}
        onPick={pick}
      />
      {canClear(field) && <Clear field={field} />}
    </FieldFrame>
  );
}

export function Select({ node, frame }: ComponentProps): ReactNode {
  const resolved = useResolved(node, frame);
  const field = useField(node, frame, resolved);
  const emit = useEvents(node);
  const { several, chosen, pick } = useChoice(field, emit);
  const options = useMemo(() => optionsOf(resolved, 'Option', 'options'), [resolved]);
  if (!field) return null;
  if (several)
    return (
      <FieldFrame field={field} group>
        <Choices
          field={field}
          options={options}
          chosen={chosen}
          several
          columns={1}
          inLoop={frame.locals.length > 0}
          onPick={pick}
        />
      </FieldFrame>
    );
  const value = typeof field.value === 'string' ? field.value : '';
  const isKnown = value === '' || options.some((option) => option.value === value);
  return (
    <FieldFrame field={field}>
      <select
        id={field.id}
        className="input"
        value={value}
        disabled={field.locked}
        aria-required={field.required}
        aria-invalid={field.error !== null}
        aria-describedby={field.describedBy}
        onChange={({ currentTarget }) => (currentTarget.value === '' ? field.set(null) : pick(currentTarget.value, true))}
      >
        <option value="">{textOf(resolved.properties, 'placeholder') || 'Choose …'}</option>
        {!isKnown && <option value={value}>{value}</option>}
        {options.map((option) => (
          <option key={option.value} value={option.value} disabled={option.disabled}>
            {option.label}
          </option>
        ))}
      </select>
    </FieldFrame>
  );
}

export function Checkbox({ node, frame }: ComponentProps): ReactNode {
  const resolved = useResolved(node, frame);
  const field = useField(node, frame, resolved);
  const emit = useEvents(node);
  if (!field) return null;
  return (
    <FieldBox field={field}>
      <label className={cx('lay-option', field.value === true && 'lay-option-on')}>
        <input
          type="checkbox"
          id={field.id}
          checked={field.value === true}
          disabled={field.locked}
          aria-required={field.required}
          aria-invalid={field.error !== null}
          aria-describedby={field.describedBy}
          onChange={({ currentTarget }) => {
            field.set(currentTarget.checked);
            field.tell(emit, 'change');
          }}
        />
        <span className="lay-option-text">
          <span>
            <FieldTitle field={field} />
          </span>
        </span>
        <FieldOthers field={field} />
      </label>
    </FieldBox>
  );
}

export function Classification({ node, frame }: ComponentProps): ReactNode {
  const resolved = useResolved(node, frame);
  const field = useField(node, frame, resolved);
  const emit = useEvents(node);
  const { several, chosen, pick } = useChoice(field, emit);
  const options = useMemo(() => optionsOf(resolved, 'Category'), [resolved]);
  const [find, setFind] = useState('');
  if (!field) return null;
  const { properties } = resolved;
  const isTree = properties.mode === 'hierarchical';
  const search = isSomething(properties.search ?? false);
  return (
    <FieldFrame field={field} group>
      {search && (
        <input
          type="search"
          className="input"
          placeholder="Find a class …"
          aria-label={`Find a class of ${field.label}`}
          value={find}
          onChange={({ currentTarget }) => setFind(currentTarget.value)}
        />
      )}
      {isTree ? (
        <Tree
          field={field}
          options={options}
          inner={isSomething(properties.inner ?? false)}
          find={find}
          onPick={(way) => {
            field.set(way);
            field.tell(emit, 'change');
          }}
        />
      ) : (
        <Choices
          field={field}
          options={options.filter((option) => matching(option, find) || chosen.has(option.value))}
          chosen={chosen}
          several={several}
          columns={1}
          inLoop={frame.locals.length > 0}
          onPick={pick}
        />
      )}
      {!several && !isTree && canClear(field) && <Clear field={field} />}
    </FieldFrame>
  );
}

/** A way down a tree, as people read it; what the tree does not have, as it is kept. */
function namesOf(options: readonly Option[], [first, ...rest]: readonly string[]): string[] {
  if (first === undefined) return [];
  const here = options.find(({ value }) => value === first);
  return [here?.label ?? first, ...namesOf(here?.below ?? [], rest)];
}

interface TreeProps {
  field: Field;
  options: readonly Option[];
  /** The way may end before a leaf. */
  inner: boolean;
  find: string;
  onPick: (way: string[]) => void;
}

/** The way down a tree of classes: what is chosen is all of it, from the top. */
function Tree({ field, options, inner, find, onPick }: TreeProps): ReactNode {
  const name = useId();
  const way = isList(field.value) ? texts(field.value) : [];
  const [open, setOpen] = useState<ReadonlySet<string>>(() => new Set(way.map((_, at) => way.slice(0, at + 1).join('/'))));
  const hits = (option: Option): boolean => matching(option, find) || option.below.some(hits);
  const toggle = (path: string): void => {
    const next = new Set(open);
    if (!next.delete(path)) next.add(path);
    setOpen(next);
  };
  const level = (at: readonly Option[], above: readonly string[]): ReactNode => (
    <ul className="lay-tree">
      {at
        .filter((option) => find === '' || hits(option))
        .map((option) => {
          const here = [...above, option.value];
          const path = here.join('/');
          const isOpen = find !== '' || open.has(path);
          const isChosen = way.length === here.length && here.every((step, depth) => step === way[depth]);
          const canChoose = inner || option.below.length === 0;
          return (
            <li key={option.value}>
              <div className={cx('lay-option', isChosen && 'lay-option-on')}>
                {option.below.length > 0 && (
                  <button
                    type="button"
                    className="lay-fold"
                    aria-expanded={isOpen}
                    aria-label={`Classes below ${option.label}`}
                    onClick={() => toggle(path)}
                  >
                    {isOpen ? '−' : '+'}
                  </button>
                )}
                {canChoose ? (
                  <label className="lay-tree-choice">
                    <input type="radio" name={name} checked={isChosen} disabled={field.locked} onChange={() => onPick(here)} />
                    <span className="lay-option-text">{option.label}</span>
                  </label>
                ) : (
                  <span className="lay-option-text">{option.label}</span>
                )}
              </div>
              {option.below.length > 0 && isOpen && level(option.below, here)}
            </li>
          );
        })}
    </ul>
  );
  return (
    <div {...groupOf(field, 'group')}>
      {level(options, [])}
      {way.length > 0 && !field.locked && (
        <p className="lay-way">
          {namesOf(options, way).join(' › ')} <Clear field={field} />
        </p>
      )}
    </div>
  );
}

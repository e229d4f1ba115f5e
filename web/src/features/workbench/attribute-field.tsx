/** One attribute of what is selected: its control, by its kind. What others change meanwhile does not touch what is being typed. */
import type { Json, RegionSnapshot, TaskRoom } from '@tandem/client';
import { useEffect, useId, useMemo, useState, type ReactNode } from 'react';

import { cx } from '~/lib/cx';
import { TypingSteps } from '~/lib/typing-steps';
import type { AttributeDef } from '~/layout/annotator';
import { Kbd } from '~/ui/controls';
import { choosing, sharedValue, toggled, type Shared } from './attribute-values';

/** As many options are to be seen at once; more are in a list that opens. */
const AT_ONCE = 6;
const MIXED = 'Not the same in all';

export interface AttributeFieldProps {
  attribute: AttributeDef;
  regions: readonly RegionSnapshot[];
  room: TaskRoom;
  locked: boolean;
  /** What is wrong with it; null: nothing that has to be said yet. */
  wrong: string | null;
  onSet: (value: (before: Json | undefined) => Json | undefined) => void;
}

interface ControlProps extends AttributeFieldProps {
  id: string;
  shared: Shared;
  describedBy: string | undefined;
}

export function AttributeField(props: AttributeFieldProps): ReactNode {
  const { attribute, regions, wrong } = props;
  const id = useId();
  const shared = sharedValue(regions, attribute.name);
  const isGroup = attribute.kind === 'multi-select' || attribute.kind === 'boolean' || isAtOnce(attribute);
  const describedBy = [attribute.help && `${id}-help`, wrong !== null && `${id}-wrong`].filter(Boolean).join(' ') || undefined;
  const control = { ...props, id, shared, describedBy };
  const title = (
    <>
      {attribute.label}
      {attribute.required && (
        <span className="attr-required">
          <span aria-hidden>*</span>
          <span className="sr-only"> (required)</span>
        </span>
      )}
    </>
  );
  return (
    <div className={cx('attr', wrong !== null && 'attr-wrong')} data-attribute={attribute.name}>
      {isGroup ? (
        <span className="attr-label" id={`${id}-label`}>
          {title}
        </span>
      ) : (
        <label className="attr-label" htmlFor={id}>
          {title}
        </label>
      )}
      {shared.mixed && isGroup && <span className="attr-mixed muted">{MIXED}</span>}
      <Control {...control} />
      {attribute.help && (
        <p className="attr-help muted" id={`${id}-help`}>
          {attribute.help}
        </p>
      )}
      {wrong !== null && (
        <p className="field-error" id={`${id}-wrong`}>
          {wrong}
        </p>
      )}
    </div>
  );
}

const isAtOnce = ({ kind, options }: AttributeDef): boolean => kind === 'select' && options.length <= AT_ONCE;

function Control(props: ControlProps): ReactNode {
  switch (props.attribute.kind) {
    case 'text':
    case 'number':
      return <Typed {...props} />;
    case 'boolean':
      return <OneOf {...props} options={YES_NO} />;
    case 'multi-select':
      return <SomeOf {...props} />;
    case 'select':
      if (!isAtOnce(props.attribute)) return <Listed {...props} />;
      return <OneOf {...props} options={props.attribute.options.map((option) => ({ ...option, says: option.value }))} />;
  }
}

/** A line of text or a number. As long as somebody types here it shows what they typed; left, it shows what is kept. */
function Typed({ attribute, room, locked, wrong, onSet, id, shared, describedBy }: ControlProps): ReactNode {
  const [typed, setTyped] = useState<{ readonly text: string; readonly kept: Json | undefined } | null>(null);
  const steps = useMemo(() => new TypingSteps(room.undo), [room]);
  useEffect(() => () => steps.end(), [steps]);
  const isNumber = attribute.kind === 'number';
  const kept = shared.mixed ? undefined : shared.value;
  const text = typed?.text ?? writtenOut(kept);
  const others = typed !== null && !shared.mixed && kept !== typed.kept ? writtenOut(kept) || 'nothing' : null;

  const take = ({ value: now, valueAsNumber, validity }: HTMLInputElement): void => {
    // What is no number yet ("-") stays as it is until it is one.
    const value = validity.badInput ? kept : now === '' ? undefined : isNumber ? valueAsNumber : now;
    setTyped({ text: now, kept: value });
    if (validity.badInput) return;
    steps.touch();
    onSet(() => value);
  };
  return (
    <>
      <span className="attr-measure">
        <input
          id={id}
          type={isNumber ? 'number' : 'text'}
          className={cx('input attr-input', isNumber && 'num')}
          value={text}
          placeholder={shared.mixed ? MIXED : undefined}
          min={attribute.min}
          max={attribute.max}
          step={isNumber ? (attribute.step ?? (attribute.integer ? 1 : 'any')) : undefined}
          readOnly={locked}
          aria-required={attribute.required}
          aria-invalid={wrong !== null}
          aria-describedby={describedBy}
          onChange={({ currentTarget }) => {
            if (!locked) take(currentTarget);
          }}
          onBlur={() => {
            steps.end();
            setTyped(null);
          }}
          onKeyDown={(event) => {
            // The undo of the browser knows this field alone.
            const isUndo = (event.ctrlKey || event.metaKey) && ['z', 'y'].includes(event.key.toLowerCase());
            if (!isUndo) return;
            event.preventDefault();
            steps.end();
            setTyped(null);
            if (event.shiftKey || event.key.toLowerCase() === 'y') room.undo.redo();
            else room.undo.undo();
          }}
        />
        {attribute.unit && <span className="muted">{attribute.unit}</span>}
      </span>
      {others !== null && (
        <p className="attr-help muted" role="status">
          Somebody else has set it to {others} meanwhile. Type on to replace that.
        </p>
      )}
    </>
  );
}

const writtenOut = (value: Json | undefined): string =>
  typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';

interface Choice {
  readonly says: string | boolean;
  readonly label: string;
  readonly hotkey: string;
}

const YES_NO: readonly Choice[] = [
  { says: true, label: 'Yes', hotkey: '' },
  { says: false, label: 'No', hotkey: '' },
];

/** All options to be seen. */
function OneOf({
  attribute,
  options,
  locked,
  wrong,
  onSet,
  id,
  shared,
  describedBy,
}: ControlProps & { options: readonly Choice[] }): ReactNode {
  const value = shared.mixed ? undefined : shared.value;
  return (
    <div
      className="attr-options"
      role="radiogroup"
      aria-labelledby={`${id}-label`}
      aria-describedby={describedBy}
      aria-required={attribute.required}
      aria-invalid={wrong !== null}
    >
      {options.map(({ says, label, hotkey }) => (
        <label key={String(says)} className={cx('attr-option', value === says && 'attr-on')}>
          <input type="radio" name={id} checked={value === says} disabled={locked} onChange={() => onSet(() => says)} />
          <span>{label}</span>
          {hotkey && <Kbd keys={hotkey} />}
        </label>
      ))}
      {!attribute.required && value !== undefined && !locked && (
        <button type="button" className="attr-clear" onClick={() => onSet(() => undefined)}>
          Clear<span className="sr-only"> {attribute.label}</span>
        </button>
      )}
    </div>
  );
}

function SomeOf({ attribute, regions, locked, onSet, id, describedBy }: ControlProps): ReactNode {
  return (
    <div className="attr-options" role="group" aria-labelledby={`${id}-label`} aria-describedby={describedBy}>
      {attribute.options.map(({ value, label, hotkey }) => {
        const state = choosing(regions, attribute.name, value);
        return (
          <label key={value} className={cx('attr-option', state === 'all' && 'attr-on')}>
            <input
              type="checkbox"
              checked={state === 'all'}
              disabled={locked}
              ref={(box) => {
                if (box) box.indeterminate = state === 'some';
              }}
              onChange={({ currentTarget }) => {
                const on = currentTarget.checked;
                onSet((before) => toggled(attribute, before, value, on));
              }}
            />
            <span>{label}</span>
            {hotkey && <Kbd keys={hotkey} />}
          </label>
        );
      })}
    </div>
  );
}

/** Many options, in a list that opens. */
function Listed({ attribute, locked, wrong, onSet, id, shared, describedBy }: ControlProps): ReactNode {
  const value = shared.mixed ? '' : writtenOut(shared.value);
  return (
    <select
      id={id}
      className="input attr-input"
      value={value}
      disabled={locked}
      aria-required={attribute.required}
      aria-invalid={wrong !== null}
      aria-describedby={describedBy}
      onChange={({ currentTarget }) => {
        const chosen = currentTarget.value;
        onSet(() => (chosen === '' ? undefined : chosen));
      }}
    >
      <option value="">{shared.mixed ? MIXED : '—'}</option>
      {attribute.options.map((option) => (
        <option key={option.value} value={option.value}>
          {option.label}
        </option>
      ))}
    </select>
  );
}

import { useId, type ReactNode } from 'react';

interface FieldProps {
  label: string;
  error?: string | undefined;
  hint?: string;
  children: (ids: { id: string; 'aria-describedby'?: string; 'aria-invalid'?: boolean }) => ReactNode;
}

/** A label, its control, and below it what is wrong or how it is meant. */
export function Field({ label, error, hint, children }: FieldProps): ReactNode {
  const id = useId();
  const told = error ?? hint;
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children({ id, ...(told ? { 'aria-describedby': `${id}-told` } : {}), ...(error ? { 'aria-invalid': true } : {}) })}
      {told && (
        <small id={`${id}-told`} className={error ? 'field-error' : 'field-hint'}>
          {told}
        </small>
      )}
    </div>
  );
}

interface TextProps {
  label: string;
  value: unknown;
  error?: string | undefined;
  hint?: string;
  placeholder?: string;
  list?: string;
  mono?: boolean;
  onChange: (value: string | undefined) => void;
}

/** Empty is nothing at all. */
export const TextField = ({ label, value, error, hint, placeholder, list, mono, onChange }: TextProps): ReactNode => (
  <Field label={label} error={error} {...(hint ? { hint } : {})}>
    {(ids) => (
      <input
        {...ids}
        className={mono ? 'input input-mono' : 'input'}
        value={typeof value === 'string' ? value : ''}
        {...(placeholder ? { placeholder } : {})}
        {...(list ? { list } : {})}
        onChange={(event) => onChange(event.target.value || undefined)}
      />
    )}
  </Field>
);

interface NumberProps {
  label: string;
  value: unknown;
  error?: string | undefined;
  hint?: string;
  min?: number;
  max?: number;
  step?: number;
  placeholder?: string;
  onChange: (value: number | undefined) => void;
}

export const NumberField = ({ label, value, error, hint, onChange, ...range }: NumberProps): ReactNode => (
  <Field label={label} error={error} {...(hint ? { hint } : {})}>
    {(ids) => (
      <input
        {...ids}
        type="number"
        className="input num"
        value={typeof value === 'number' ? value : ''}
        {...range}
        onChange={(event) => onChange(event.target.value === '' ? undefined : event.target.valueAsNumber)}
      />
    )}
  </Field>
);

interface SelectProps {
  label: string;
  value: unknown;
  error?: string | undefined;
  hint?: string;
  options: readonly (readonly [string, string])[];
  /** What the empty choice says; without it there is none. */
  none?: string;
  onChange: (value: string | undefined) => void;
}

export function SelectField({ label, value, error, hint, options, none, onChange }: SelectProps): ReactNode {
  const now = typeof value === 'string' ? value : '';
  const known = now === '' || options.some(([option]) => option === now);
  return (
    <Field label={label} error={error} {...(hint ? { hint } : {})}>
      {(ids) => (
        <select {...ids} className="input" value={now} onChange={(event) => onChange(event.target.value || undefined)}>
          {none !== undefined && <option value="">{none}</option>}
          {!known && <option value={now}>{now}</option>}
          {options.map(([option, words]) => (
            <option key={option} value={option}>
              {words}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

/** 0.1 is shown as 10. */
export const PercentField = ({ value, onChange, ...rest }: Omit<NumberProps, 'min' | 'max' | 'step'>): ReactNode => (
  <NumberField
    {...rest}
    min={0}
    max={100}
    step={1}
    value={typeof value === 'number' ? Math.round(value * 10_000) / 100 : undefined}
    onChange={(percent) => onChange(percent === undefined ? undefined : Math.round(percent * 100) / 10_000)}
  />
);

interface ChoicesProps {
  legend: string;
  chosen: readonly string[];
  options: readonly (readonly [string, string])[];
  onChange: (chosen: readonly string[]) => void;
}

export const Choices = ({ legend, chosen, options, onChange }: ChoicesProps): ReactNode => (
  <fieldset className="choices">
    <legend>{legend}</legend>
    {options.map(([option, words]) => (
      <label key={option} className="choice">
        <input
          type="checkbox"
          checked={chosen.includes(option)}
          onChange={(event) => onChange(event.target.checked ? [...chosen, option] : chosen.filter((other) => other !== option))}
        />
        {words}
      </label>
    ))}
  </fieldset>
);

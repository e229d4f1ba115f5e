/** What stands around a field: its label, whether it must be filled in, who else is in it, a sentence of help, what is wrong with it. */
import type { ReactNode } from 'react';

import { cx } from '~/lib/cx';
import { Avatar } from '~/ui/people';
import type { Field } from '../use-field';

interface FieldFrameProps {
  field: Field;
  /** A group of controls has a legend; one control has a label. */
  group?: boolean;
  className?: string;
  children: ReactNode;
}

/** A star to see, a word to hear. */
const Required = (): ReactNode => (
  <span className="lay-required">
    <span aria-hidden>*</span>
    <span className="sr-only"> (required)</span>
  </span>
);

/** What a field is called, and that it must be filled in. */
export const FieldTitle = ({ field: { label, required } }: { field: Field }): ReactNode => (
  <>
    <span>{label}</span>
    {required && <Required />}
  </>
);

/** Colleagues who are in it. */
export const FieldOthers = ({ field }: { field: Field }): ReactNode =>
  field.others.map((user) => (
    <span key={user.id} className="lay-other" title={`${user.name} is here`}>
      <Avatar person={user} size={18} />
      <span className="sr-only">{user.name} is in this field</span>
    </span>
  ));

/** The place of a field: what helps stands below it, and what is wrong. */
export function FieldBox({ field, className, children }: Omit<FieldFrameProps, 'group'>): ReactNode {
  const { id, help, error } = field;
  return (
    <div
      className={cx('lay-field', error !== null && 'lay-field-wrong', className)}
      data-field={field.key}
      onFocus={field.onFocus}
      onBlur={field.onBlur}
    >
      {children}
      {help && (
        <p className="lay-help" id={`${id}-help`}>
          {help}
        </p>
      )}
      {error !== null && (
        <p className="field-error" id={`${id}-error`} role="alert">
          {error}
        </p>
      )}
    </div>
  );
}

/** A field whose title stands above it. */
export function FieldFrame({ field, group = false, className, children }: FieldFrameProps): ReactNode {
  const { id } = field;
  return (
    <FieldBox field={field} {...(className && { className })}>
      <div className="lay-field-head">
        {group ? (
          <span className="lay-label" id={`${id}-label`}>
            <FieldTitle field={field} />
          </span>
        ) : (
          <label className="lay-label" htmlFor={id}>
            <FieldTitle field={field} />
          </label>
        )}
        <FieldOthers field={field} />
      </div>
      {children}
    </FieldBox>
  );
}

/** Leaves a group of controls unanswered. It is gone once it is pressed, so the group takes the focus: Tab goes on from there. */
export const Clear = ({ field }: { field: Field }): ReactNode => (
  <button
    type="button"
    className="lay-clear"
    onClick={() => {
      field.set(null);
      document.getElementById(field.id)?.focus();
    }}
  >
    Clear
    <span className="sr-only"> {field.label}</span>
  </button>
);

/** The attributes of a group of controls that is one field. */
export const groupOf = ({ id, describedBy, error, required }: Field, role: 'group' | 'radiogroup') => ({
  role,
  id,
  tabIndex: -1,
  'aria-labelledby': `${id}-label`,
  'aria-describedby': describedBy,
  ...(role === 'radiogroup' ? { 'aria-invalid': error !== null, 'aria-required': required } : {}),
});

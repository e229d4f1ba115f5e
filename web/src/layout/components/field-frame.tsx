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

export function FieldFrame({ field, group = false, className, children }: FieldFrameProps): ReactNode {
  const { id, label, required, others, help, error } = field;
  const title = (
    <>
      <span>{label}</span>
      {required && (
        <span className="lay-required">
          <span aria-hidden>*</span>
          <span className="sr-only"> (required)</span>
        </span>
      )}
    </>
  );
  const head = (
    <div className="lay-field-head">
      {group ? (
        <span className="lay-label" id={`${id}-label`}>
          {title}
        </span>
      ) : (
        <label className="lay-label" htmlFor={id}>
          {title}
        </label>
      )}
      {others.map((user) => (
        <span key={user.id} className="lay-other" title={`${user.name} is here`}>
          <Avatar person={user} size={18} />
          <span className="sr-only">{user.name} is in this field</span>
        </span>
      ))}
    </div>
  );
  return (
    <div
      className={cx('lay-field', error !== null && 'lay-field-wrong', className)}
      data-field={field.key}
      onFocus={field.onFocus}
      onBlur={field.onBlur}
    >
      {head}
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

/** The attributes of a group of controls that is one field. */
export const groupOf = ({ id, describedBy, error, required }: Field, role: 'group' | 'radiogroup') => ({
  role,
  id,
  tabIndex: -1,
  'aria-labelledby': `${id}-label`,
  'aria-describedby': describedBy,
  ...(role === 'radiogroup' ? { 'aria-invalid': error !== null, 'aria-required': required } : {}),
});

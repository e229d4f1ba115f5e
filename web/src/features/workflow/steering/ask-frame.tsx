/** What questions about tasks are made of: consequences, a reason, yes and no. */
import { useId, type ReactNode, type SubmitEvent } from 'react';

import { Button } from '~/ui/controls';
import { Dialog } from '~/ui/dialog';
import { labelOf, type StepTask } from './actions';

/** Of which tasks it is asked. */
export const what = (tasks: readonly StepTask[]): string => {
  const [first] = tasks;
  return tasks.length === 1 && first ? labelOf(first) : `${tasks.length} tasks`;
};

interface FrameProps {
  title: string;
  sentences: readonly string[];
  yes: string;
  danger?: boolean;
  ready: boolean;
  onClose: () => void;
  onYes: () => void;
  children?: ReactNode;
}

/** A question with its consequences. Enter in a field of one line says yes. */
export function Frame({ title, sentences, yes, danger, ready, onClose, onYes, children }: FrameProps): ReactNode {
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (ready) onYes();
  };
  return (
    <Dialog open onClose={onClose} title={title}>
      <form className="ask" onSubmit={submit}>
        {sentences.length > 0 && (
          <ul className="consequences">
            {sentences.map((sentence) => (
              <li key={sentence}>{sentence}</li>
            ))}
          </ul>
        )}
        {children}
        <div className="dialog-actions">
          <Button onClick={onClose}>Cancel</Button>
          <Button look={danger ? 'danger' : 'solid'} type="submit" disabled={!ready}>
            {yes}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

interface ReasonProps {
  value: string;
  onChange: (reason: string) => void;
  must: boolean;
  hint: string;
  suggestions?: readonly string[];
}

export function Reason({ value, onChange, must, hint, suggestions = [] }: ReasonProps): ReactNode {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{must ? 'Reason' : 'Reason (may be left out)'}</label>
      <input
        id={id}
        className="input"
        value={value}
        maxLength={500}
        required={must}
        list={`${id}-often`}
        aria-describedby={`${id}-hint`}
        onChange={(event) => onChange(event.target.value)}
      />
      <datalist id={`${id}-often`}>
        {suggestions.map((text) => (
          <option key={text} value={text} />
        ))}
      </datalist>
      <small id={`${id}-hint`} className="field-hint">
        {hint}
      </small>
    </div>
  );
}

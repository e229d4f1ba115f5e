import { ok } from '@tandem/client';
import { useState, type ReactNode } from 'react';

import { useBackend } from '~/session/backend';
import { toastError } from '~/ui/toast';
import { readForm, type Form } from './form';

const text = (form: Form): string => JSON.stringify(form, null, 2);

/** The form as JSON. What can be drawn is drawn at once; XML that is pasted becomes JSON. */
export function JsonPane({ form, change }: { form: Form; change: (form: Form, tag?: string) => void }): ReactNode {
  const { api } = useBackend();
  const [typed, setTyped] = useState<{ text: string; form: Form } | null>(null);
  const [wrong, setWrong] = useState<string | null>(null);
  // What was typed stands, spaces and all, until something else (undo) changes the form.
  const shown = typed && (typed.form === form || wrong !== null) ? typed.text : text(form);

  const fromXml = async (xml: string): Promise<void> => {
    try {
      const checked = await ok(api.POST('/api/v1/workflows/check', { body: { xml } }));
      const read = checked.form ? readForm(checked.form) : (checked.problems[0]?.message ?? 'This XML is no workflow.');
      if (typeof read === 'string') {
        setWrong(read);
        return;
      }
      setTyped(null);
      setWrong(null);
      change(read);
    } catch (error) {
      toastError(error);
    }
  };

  const onChange = (now: string): void => {
    let read: Form | string;
    if (now.trimStart().startsWith('<')) {
      setTyped({ text: now, form });
      setWrong('This is XML: it becomes JSON as soon as it is complete.');
      void fromXml(now);
      return;
    }
    try {
      read = readForm(JSON.parse(now));
    } catch (error) {
      read = error instanceof Error ? error.message : String(error);
    }
    if (typeof read === 'string') {
      setTyped({ text: now, form });
      setWrong(read);
    } else {
      setTyped({ text: now, form: read });
      setWrong(null);
      change(read, 'json');
    }
  };

  return (
    <div className="json-pane">
      <textarea
        className="input input-mono json-text"
        aria-label="The workflow as JSON"
        aria-invalid={wrong !== null}
        spellCheck={false}
        value={shown}
        onChange={(event) => onChange(event.target.value)}
      />
      {wrong !== null && (
        <p className="field-error json-wrong" role="alert">
          {wrong}
        </p>
      )}
    </div>
  );
}

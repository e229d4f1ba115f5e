/** Lines of text, in which several people may type at once. */
import type { FieldCaret } from '@tandem/client';
import { useEffect, useLayoutEffect, useMemo, useRef, type ChangeEvent, type KeyboardEvent, type ReactNode } from 'react';

import { keyOf } from '~/hotkeys/keyboard';
import { TypingSteps } from '~/lib/typing-steps';
import { useLayout, type ComponentProps } from '../context';
import { letters } from '../json';
import { numberOf, textOf, useResolved } from '../resolve';
import { useEvents, type Emit } from '../use-events';
import { useField, type Field } from '../use-field';
import { FieldFrame } from './field-frame';

export const TextInput = (props: ComponentProps): ReactNode => <TextField {...props} lines={false} />;
export const TextArea = (props: ComponentProps): ReactNode => <TextField {...props} lines />;

function TextField({ node, frame, lines }: ComponentProps & { lines: boolean }): ReactNode {
  const resolved = useResolved(node, frame);
  const field = useField(node, frame, resolved);
  const emit = useEvents(node);
  const { properties } = resolved;
  if (!field) return null;
  const most = field.output.schema.maxLength;
  const length = letters(typeof field.value === 'string' ? field.value : '');
  return (
    <FieldFrame field={field}>
      <Typing
        field={field}
        placeholder={textOf(properties, 'placeholder')}
        rows={lines ? (numberOf(properties, 'rows') ?? 3) : null}
        emit={emit}
      />
      {typeof most === 'number' && length > most * 0.8 && (
        <span className="lay-count num">
          {length} of {most}
        </span>
      )}
    </FieldFrame>
  );
}

interface TypingProps {
  field: Field;
  placeholder: string;
  /** Null: one line. */
  rows: number | null;
  emit: Emit;
}

type TextElement = HTMLInputElement | HTMLTextAreaElement;

function Typing({ field, placeholder, rows, emit }: TypingProps): ReactNode {
  const { room, submit } = useLayout();
  const { key, fields, locked } = field;
  const text = typeof field.value === 'string' ? field.value : '';
  const element = useRef<TextElement | null>(null);
  const carets = useRef<readonly (FieldCaret | undefined)[]>([]);
  const steps = useMemo(() => new TypingSteps(room.undo), [room]);
  useEffect(() => () => steps.end(), [steps]);

  const remember = (): void => {
    const { selectionStart, selectionEnd } = element.current ?? {};
    carets.current = [selectionStart, selectionEnd].map((at) => (typeof at === 'number' ? fields.caret(key, at) : undefined));
  };
  useLayoutEffect(() => {
    // What others typed before my caret moves it along; the browser would put it at the end.
    const here = element.current;
    const [start, end] = carets.current.map((caret) => caret && fields.indexOf(caret));
    if (here && document.activeElement === here && start !== undefined && end !== undefined) here.setSelectionRange(start, end);
  }, [fields, text]);

  const onChange = ({ currentTarget }: ChangeEvent<TextElement>): void => {
    steps.touch();
    fields.setText(key, currentTarget.value, currentTarget.selectionStart ?? undefined);
    remember();
    field.tell(emit, 'change');
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const pressed = keyOf(event.nativeEvent);
    // The browser's own undo knows nothing of what others typed.
    const run = {
      'Control+z': () => room.undo.undo(),
      'Control+Shift+z': () => room.undo.redo(),
      'Control+y': () => room.undo.redo(),
    }[pressed];
    if (!run && pressed !== 'Control+Enter') return;
    event.preventDefault();
    steps.end();
    if (run) run();
    else submit();
  };
  const shared = {
    id: field.id,
    value: text,
    placeholder,
    readOnly: locked,
    className: 'input',
    'aria-required': field.required,
    'aria-invalid': field.error !== null,
    'aria-describedby': field.describedBy,
    onChange,
    onKeyDown,
    onSelect: remember,
    onFocus: () => field.tell(emit, 'focus'),
    onBlur: () => {
      steps.end();
      field.tell(emit, 'blur');
    },
  };
  const keep = (now: TextElement | null): void => {
    element.current = now;
  };
  return rows === null ? <input type="text" ref={keep} {...shared} /> : <textarea rows={rows} ref={keep} {...shared} />;
}

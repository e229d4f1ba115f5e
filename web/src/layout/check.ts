/** Whether an answer is right, by the server's rules and in its words (`domain/src/layout/answer/check.rs`): what `$.validation` says while people work. */
import type { Json } from '@tandem/client';

import { seenFields } from './fields';
import { isEmpty, type JsonObject } from './json';
import { spelled, valueAt } from './place';
import { filled, wrongs } from './schema';
import type { Layout } from './tree';

/** One rule that an answer breaks. */
export interface FieldError {
  /** A place of the answer, or of something in it: `topic`, `entities[2].label`. */
  readonly field: string;
  readonly rule: string;
  readonly message: string;
}

/** A longer report helps nobody. */
const MAX_ERRORS = 100;

/** @param variables with the answer in `output` */
export function check(layout: Layout, variables: JsonObject): FieldError[] {
  const answer: Json = variables.output ?? {};
  const errors: FieldError[] = [];
  for (const { output, place, required } of seenFields(layout, variables)) {
    const value = valueAt(answer, place);
    const field = spelled(place);
    if (value === undefined || isEmpty(value)) {
      if (required) errors.push({ field, rule: 'required', message: `${output.label} must be filled in` });
      continue;
    }
    for (const wrong of wrongs(required ? filled(output.schema) : output.schema, value)) {
      const message = wrong.message.startsWith('must') ? `${output.label} ${wrong.message}` : wrong.message;
      errors.push({ field: field + wrong.path, rule: wrong.rule, message });
    }
  }
  return errors.slice(0, MAX_ERRORS);
}

/** Whether an error is about this field or something in it. */
export const isAbout = (error: FieldError, key: string): boolean =>
  error.field === key || (error.field.startsWith(key) && ['.', '['].includes(error.field.charAt(key.length)));

/** What accepting a model's prediction does where no hook does something else. */
import { uuidv7, type Json } from '@tandem/client';

import { knownFields } from './fields';
import { isObject } from './json';
import type { LayoutModel } from './model';
import { spelled } from './place';

/** A span goes among the layout's entities; a value with a `field` goes there. What is neither is left to hooks. */
export function acceptPrediction(model: LayoutModel, event: Json): void {
  const prediction = isObject(event) ? event.detail : null;
  if (!isObject(prediction ?? null)) return;
  const { field, value, start, end, label, text } = prediction as Record<string, Json>;
  const { fields } = model;
  if (typeof field === 'string' && value !== undefined) {
    fields.setValue(field, value);
    return;
  }
  if (typeof start !== 'number' || typeof end !== 'number' || typeof label !== 'string') return;
  const tagger = knownFields(model.layout).find(({ output }) => output.kept_as === 'items');
  if (!tagger || tagger.steps.some((step) => typeof step !== 'string')) return;
  const entity = { start, end, label, ...(typeof text === 'string' ? { text } : {}) };
  fields.setEntry(spelled(tagger.steps as readonly string[]), uuidv7(), entity);
}

/** What accepting a model's prediction does where no hook does something else. */
import { uuidv7, type Json } from '@tandem/client';

import { entriesOf } from '~/agreement/values';
import { seenFields, type SeenField } from './fields';
import { isList, isObject } from './json';
import type { LayoutModel } from './model';
import { spelled, valueAt } from './place';
import { wrongs } from './schema';
import { entitiesOf, refusal } from './spans';
import { writeField } from './write';

const LOCKED = 'This can only be looked at';

/**
 * A span goes among the layout's entities; a value with a `field` goes there, kept as that field is. What is neither is left to hooks.
 * @param readOnly nothing here may be changed by me
 * @returns why it could not be done; null: it was
 */
export function acceptPrediction(model: LayoutModel, event: Json, readOnly = false): string | null {
  const prediction = isObject(event) ? event.detail : undefined;
  if (!isObject(prediction)) return null;
  if (readOnly) return LOCKED;
  const { field, value, start, end, label, text } = prediction;
  const seen = seenFields(model.layout, model.variables);
  if (typeof field === 'string' && value !== undefined) {
    const wanted = seen.find(({ place }) => spelled(place) === field);
    return wanted ? fill(model, wanted, value) : `This task does not ask for ${field} just now`;
  }
  if (typeof start !== 'number' || typeof end !== 'number' || typeof label !== 'string') return null;
  const entity = { start, end, label, ...(typeof text === 'string' ? { text } : {}) };
  const taggers = seen.filter(({ output }) => output.kept_as === 'items');
  const tagger = taggers.find(({ output }) => fits(output.schema, [{ ...entity, id: 'new' }])) ?? taggers[0];
  return tagger ? mark(model, tagger, entity) : 'There is no text to mark it in';
}

const fits = (schema: SeenField['output']['schema'], value: Json): boolean => wrongs(schema, value).length === 0;

/** Of several choices it is one more; anything else it becomes. */
function fill(model: LayoutModel, { output, place, locked }: SeenField, value: Json): string | null {
  if (locked) return LOCKED;
  const now = valueAt(model.variables.output ?? null, place);
  const isSeveral = output.kept_as === 'set' || output.kept_as === 'items';
  const given = isSeveral && !isList(value) ? [value] : value;
  const next = isSeveral ? entriesOf([now, given]).map(({ item }) => item) : given;
  const said = output.kept_as === 'text' && typeof next !== 'string' ? JSON.stringify(next) : next;
  const [wrong] = wrongs(output.schema, said);
  if (wrong) return wrong.message.startsWith('must') ? `${output.label} ${wrong.message}` : wrong.message;
  writeField(model.fields, spelled(place), output, said);
  return null;
}

type Entity = Readonly<{ start: number; end: number; label: string; text?: string }>;

function mark(model: LayoutModel, { output, place, locked }: SeenField, entity: Entity): string | null {
  if (locked) return LOCKED;
  const there = entitiesOf(valueAt(model.variables.output ?? null, place));
  const why = entity.start < entity.end ? refusal(output.schema, there, entity) : 'It marks no letters';
  if (why !== null) return why;
  model.fields.setEntry(spelled(place), uuidv7(), { ...entity });
  return null;
}

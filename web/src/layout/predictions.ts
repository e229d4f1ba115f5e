/** What models say of a task besides regions: it comes with the task's data (`input.predictions`), and what is decided about it is in the document. */
import type { Json } from '@tandem/client';

import { isList, isObject, type JsonObject } from './json';

/** The same for the same prediction on every device: its own id, else one made out of what it says. */
export function predictionId(prediction: JsonObject): string {
  const { id } = prediction;
  return typeof id === 'string' && id !== '' ? id : `said-${digest(inOrder(prediction))}`;
}

/** With ids, the surest first; of what is no object nothing is known. */
export function predictionsIn(input: Json): readonly JsonObject[] {
  const given = isObject(input) ? input.predictions : undefined;
  if (given === undefined || !isList(given)) return [];
  const sure = ({ confidence }: JsonObject): number => (typeof confidence === 'number' ? confidence : -1);
  return given
    .filter(isObject)
    .map((prediction) => ({ ...prediction, id: predictionId(prediction) }))
    .sort((a, b) => sure(b) - sure(a));
}

/** The letters that predictions are about, to be marked in a text. */
export const highlightsOf = (predictions: readonly JsonObject[]): Json[] =>
  predictions.flatMap(({ start, end, label }) =>
    typeof start === 'number' && typeof end === 'number' ? [{ start, end, label: typeof label === 'string' ? label : '' }] : [],
  );

/** JSON with the names of each object in order: who stores data may bring them in another. */
function inOrder(value: Json): string {
  if (isList(value)) return `[${value.map(inOrder).join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([name, one]) => `${JSON.stringify(name)}:${inOrder(one)}`).join(',')}}`;
}

/** 53 bits of a text (cyrb53, public domain): enough to tell some hundred predictions of one task apart. */
function digest(text: string): string {
  let [a, b] = [0xdeadbeef, 0x41c6ce57];
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    a = Math.imul(a ^ unit, 2654435761);
    b = Math.imul(b ^ unit, 1597334677);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  return (4294967296 * (2097151 & b) + (a >>> 0)).toString(36);
}

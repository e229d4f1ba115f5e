/** Options, classes and items: from the layout, and from the task's data. */
import { isList, isObject, isSomething, written, type JsonObject } from './json';
import type { Resolved, ResolvedPart } from './resolve';

export interface Option {
  readonly value: string;
  readonly label: string;
  readonly hotkey: string;
  readonly disabled: boolean;
  readonly description: string;
  /** Of a tree of classes. */
  readonly below: readonly Option[];
}

const word = (properties: JsonObject, name: string): string => (typeof properties[name] === 'string' ? properties[name] : '');

function fromPart({ properties, text, parts }: ResolvedPart): Option {
  const value = word(properties, 'value') || word(properties, 'name');
  return {
    value,
    label: word(properties, 'label') || text || value,
    hotkey: word(properties, 'hotkey').toLowerCase(),
    disabled: isSomething(properties.disabled ?? false),
    description: word(properties, 'description') || (parts.find(({ part }) => part === 'Description')?.text ?? ''),
    below: parts.filter(({ part }) => part === 'Category').map(fromPart),
  };
}

const PLAIN = { hotkey: '', disabled: false, description: '', below: [] };

/** @param data the property with options from data: texts, or objects with `value` and `label` */
export function optionsOf({ properties, parts }: Resolved, part: string, data?: string): Option[] {
  const given = parts.filter((known) => known.part === part).map(fromPart);
  const more = data === undefined ? null : properties[data];
  if (more === undefined || !isList(more)) return given;
  const added = more.flatMap((item) => {
    const value = isObject(item) ? item.value : item;
    if (typeof value !== 'string' && typeof value !== 'number') return [];
    const label = isObject(item) ? item.label : undefined;
    return [{ ...PLAIN, value: String(value), label: label === undefined ? String(value) : written(label) }];
  });
  // The same value twice would be one choice with two places.
  return [...new Map([...given, ...added].map((option) => [option.value, option])).values()];
}

export const matching = (option: Option, find: string): boolean => option.label.toLowerCase().includes(find.trim().toLowerCase());

/** What was decided, in words. */
import type { Adjudication } from './adjudication';
import type { Decided, Thing } from './decisions';

export function decisionOf(decided: Decided | null, answers: readonly string[]): string {
  switch (decided?.kind) {
    case undefined:
      return 'open';
    case 'left_out':
      return 'left out';
    case 'changed':
      return 'as you changed it';
    case 'taken':
      return `as ${decided.answers.map((at) => answers[at] ?? '').join(' and ')}`;
  }
}

export const namesOf = ({ answers }: Adjudication): readonly string[] => answers.map(({ name }) => name);

/** How a value of an attribute is written. */
export function valueText(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === true) return 'yes';
  if (value === false) return 'no';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Attributes in which the answers differ, each with the values that there are. */
export function attributesOf({
  members,
  differs,
}: Thing): readonly { readonly name: string; readonly values: readonly (readonly [string, number])[] }[] {
  if (!differs.includes('attributes')) return [];
  const names = new Set(members.flatMap(({ region }) => Object.keys(region.attributes)));
  names.delete('group');
  return [...names].flatMap((name) => {
    const values = new Map<string, number>();
    members.forEach(({ region }, at) => {
      const said = JSON.stringify(region.attributes[name]) as string | undefined;
      if (!values.has(said ?? '')) values.set(said ?? '', at);
    });
    return values.size < 2 ? [] : [{ name, values: [...values] }];
  });
}

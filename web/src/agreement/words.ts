/** What answers differ in, in words. */
import type { Group } from './compare';
import type { Compared } from './pairs';

export const percent = (value: number): string => `${Math.round(value * 100)} %`;

/** Labels that the answers have for it, each once. */
export const labelsOf = <R extends Compared>({ members }: Group<R>): readonly string[] => [
  ...new Set(members.map(({ region }) => region.label)),
];

/** "car", "car or bus". */
export const titleOf = <R extends Compared>(thing: Group<R>): string => labelsOf(thing).join(' or ');

/** @param answers names, in their order */
export function differenceOf<R extends Compared>({ members, differs }: Group<R>, answers: readonly string[]): string {
  const parts = differs.map((difference) => {
    switch (difference) {
      case 'only':
        return members.length > 1
          ? `${members.length} of ${answers.length} have it`
          : `only ${answers[members[0]?.answer ?? 0] ?? 'one'} has it`;
      case 'label':
        return 'label differs';
      case 'shape':
        return 'shape differs';
      case 'attributes':
        return 'attributes differ';
    }
  });
  return parts.join(', ');
}

/** Properties that arrange things, as styles. */
import type { CSSProperties } from 'react';

import type { JsonObject } from './json';

const ROOM: Readonly<Record<string, string>> = { none: '0', xs: '4px', sm: '8px', md: '14px', lg: '22px', xl: '34px' };
const ALIGN: Readonly<Record<string, string>> = { start: 'flex-start', end: 'flex-end' };
const JUSTIFY: Readonly<Record<string, string>> = {
  ...ALIGN,
  between: 'space-between',
  around: 'space-around',
  evenly: 'space-evenly',
};

const word = (properties: JsonObject, name: string): string | undefined => {
  const value = properties[name];
  return typeof value === 'string' ? value : undefined;
};

const defined = (style: Record<string, string | number | undefined>): CSSProperties =>
  Object.fromEntries(Object.entries(style).filter(([, value]) => value !== undefined));

const room = (properties: JsonObject, name: string): string | undefined => ROOM[word(properties, name) ?? ''];

/** Of anything to be seen: its share of its row, room around and within it. */
export function boxStyle(properties: JsonObject): CSSProperties {
  const { flex } = properties;
  return defined({
    // Its content must not be what its share is counted from, else a long word takes another's room.
    flex: typeof flex === 'number' ? `${flex} 1 0` : undefined,
    margin: room(properties, 'margin'),
    padding: room(properties, 'padding'),
    gridColumn: typeof properties.span === 'number' ? `span ${properties.span}` : undefined,
  });
}

/** Of what has children: how they follow one another. */
export function flowStyle(properties: JsonObject): CSSProperties {
  const align = word(properties, 'align');
  const justify = word(properties, 'justify');
  return defined({
    flexDirection: word(properties, 'direction') ?? 'column',
    gap: room(properties, 'gap') ?? ROOM.md,
    alignItems: align && (ALIGN[align] ?? align),
    justifyContent: justify && (JUSTIFY[justify] ?? justify),
    flexWrap: properties.wrap === true ? 'wrap' : undefined,
  });
}

export const backgroundOf = (properties: JsonObject): string => `lay-bg-${word(properties, 'background') ?? 'none'}`;

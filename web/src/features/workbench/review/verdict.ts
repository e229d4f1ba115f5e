/** Pure parts of saying no to somebody's work: what they are told, and what the server is. */
import { anchorAt, type ThreadAnchor } from '@tandem/client';

import type { Size } from '~/geometry/points';

/** Where what is said is pinned. */
export type Place = 'selected' | 'clicked' | 'whole';

/** For what is about the picture as a whole: at the middle of its upper border, where it covers nothing. */
export const wholeAnchor = ({ width }: Size): ThreadAnchor => anchorAt(width / 2, 0);

export const greeting = (name: string | null): string => (name === null ? '' : `@${name} `);

/** Without whom it is said to: the task's history says that anyway. Empty: nothing is said. */
export function reasonIn(text: string, name: string | null): string {
  const said = text.trim();
  const to = greeting(name).trim();
  return to !== '' && said.toLowerCase().startsWith(to.toLowerCase()) ? said.slice(to.length).trim() : said;
}

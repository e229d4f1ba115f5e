/** What an expression follows, as steps from a variable down. */
import type { Place } from './place';

/** `$.input['odd name'].pages[0]`: `['input', 'odd name', 'pages', 0]`. A place counted from a list's end follows the list. */
export function followed(path: string): Place {
  const steps: (string | number)[] = [];
  const step = /\.([^.[\]]+)|\['((?:[^'\\]|\\.)*)'\]|\[(-?\d+)\]/gu;
  for (const [, name, quoted, index] of path.matchAll(step)) {
    if (name !== undefined) steps.push(name);
    else if (quoted !== undefined) steps.push(quoted.replace(/\\(.)/gu, '$1'));
    else if (index?.startsWith('-')) break;
    else steps.push(Number(index));
  }
  return steps;
}

/** Whether a change at one of them is to be seen at the other: one leads to the other. */
export function touches(changed: Place, follows: Place): boolean {
  const shared = Math.min(changed.length, follows.length);
  // `[3]` of a list and '3' of an object are the same step to who follows them.
  for (let at = 0; at < shared; at += 1) if (String(changed[at]) !== String(follows[at])) return false;
  return true;
}

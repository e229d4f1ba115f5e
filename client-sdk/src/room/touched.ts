import type * as Y from 'yjs';

/** Which entries of a map a change is about: of the map itself, and of whatever lies below one of them. */
export function touched(map: unknown, events: readonly Y.YEvent<Y.AbstractType<unknown>>[]): Set<string> {
  const keys = new Set<string>();
  for (const event of events) {
    if (event.target === map) for (const key of event.keys.keys()) keys.add(key);
    else keys.add(String(event.path[0]));
  }
  return keys;
}

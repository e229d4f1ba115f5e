/**
 * Shared texts and maps that two people may begin at the same moment.
 *
 * Setting a key of a Y.Map to a new Y.Text is an edit like any other: of two people who do it at once one wins, and what the other has typed
 * into theirs is gone. So the beginning of a field is made to be the same edit whoever makes it: its id follows from the key alone, and Yjs
 * takes an edit that it knows already as nothing new. Such ids lie above those that Yjs gives to people, which have 32 bits.
 */
import * as Y from 'yjs';

const PEOPLE = 2 ** 32;
/** Ids are safe integers of JavaScript. */
const ROOM = 2 ** 53 - PEOPLE;

/** FNV-1a over UTF-16 units, 64 bits. */
function hash(text: string): bigint {
  let state = 0xcbf29ce484222325n;
  for (let at = 0; at < text.length; at += 1) state = BigInt.asUintN(64, (state ^ BigInt(text.charCodeAt(at))) * 0x100000001b3n);
  return state;
}

/** The author of the beginning of a field. */
export const founderOf = (key: string, kind: 'text' | 'map'): number => PEOPLE + Number(hash(`${kind}:${key}`) % BigInt(ROOM));

/** Whether nobody in particular wrote this, so that no undo takes it back. */
export const isFounding = (item: Y.Item): boolean => item.id.client >= PEOPLE;

interface Shared {
  text: Y.Text;
  map: Y.Map<unknown>;
}

/** The shared type at this key, begun if need be. Call it inside a transaction. */
export function sharedAt<K extends keyof Shared>(fields: Y.Map<unknown>, key: string, kind: K): Shared[K] {
  const there = fields.get(key);
  const Kind = kind === 'text' ? Y.Text : Y.Map;
  if (there instanceof Kind) return there as Shared[K];
  const made = new Kind() as Shared[K];
  const founder = founderOf(key, kind);
  const { doc } = fields;
  // What was here before (a plain value, something deleted) is written over as usual: then there is nothing to begin at the same moment.
  if (!doc || fields._map.has(key) || doc.store.clients.has(founder)) fields.set(key, made);
  else
    doc.transact((transaction) => {
      // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- the declared base class of contents is abstract in name only
      const begin = new Y.Item(Y.createID(founder, 0), null, null, null, null, fields, key, new Y.ContentType(made));
      begin.integrate(transaction, 0);
    });
  return made;
}

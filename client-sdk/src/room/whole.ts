/**
 * Regions and threads that several people write at once are whole or gone, whatever is undone: never without an entry that they cannot do
 * without. Of a thread undo takes comments only: another's answer to mine, which I may not have seen yet, would go with it.
 */
import * as Y from 'yjs';

import { isRelationKey } from './relations.js';

const isRegion = (doc: Y.Doc, item: Y.Item | null): boolean => item?.parent === doc.getMap('regions');
const isThread = (doc: Y.Doc, item: Y.Item | null): boolean => item?.parent === doc.getMap('threads');

/**
 * Two people wrote one entry of a region (or thread) at once, and mine won. The manager would take mine away and not put theirs back, which it takes for a
 * change after mine: the region would be without a geometry. What is not replaced stays, and goes with its region if that goes.
 */
export function isNeeded(doc: Y.Doc, item: Y.Item): boolean {
  if (isThread(doc, item)) return true;
  const whole = (item.parent as Y.AbstractType<unknown>)._item;
  return (isRegion(doc, whole) || isThread(doc, whole)) && item.right === null && !isRelationKey(item.parentSub);
}

type DeleteSet = ReturnType<typeof Y.createDeleteSet>;

function addEntries(type: Y.AbstractType<unknown>, entries: DeleteSet): void {
  for (const last of type._map.values()) {
    for (let item: Y.Item | null = last; item; item = item.left) {
      const { client, clock } = item.id;
      const ranges = entries.clients.get(client) ?? [];
      entries.clients.set(client, ranges);
      // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- Yjs exports no class of ranges and reads these members only
      ranges.push({ clock, len: item.length });
      if (item.content instanceof Y.ContentType) addEntries(item.content.type as Y.AbstractType<unknown>, entries);
    }
  }
}

/**
 * Everything ever written into the regions that a step brings back. What somebody wrote into one after it was gone is no reason to bring it back
 * without that entry.
 */
export function buried(doc: Y.Doc, step: { readonly deletions: DeleteSet } | undefined): DeleteSet {
  const entries = Y.createDeleteSet();
  if (!step) return entries;
  Y.transact(doc, (transaction) => {
    Y.iterateDeletedStructs(transaction, step.deletions, (item) => {
      if (item instanceof Y.Item && isRegion(doc, item) && item.content instanceof Y.ContentType)
        addEntries(item.content.type as Y.AbstractType<unknown>, entries);
    });
  });
  return Y.mergeDeleteSets([entries]);
}

/** Where something that was brought back is now; null: it was collected since, with a region that somebody else deleted. */
function trace(doc: Y.Doc, item: Y.Item): Y.Item | null {
  let now = item;
  while (now.redone !== null) {
    const again: unknown = Y.getItem(doc.store, now.redone);
    if (!(again instanceof Y.Item)) return null;
    now = again;
  }
  return now;
}

/** Whether there is, or can be again, what an item lay in. */
function hasPlace(doc: Y.Doc, item: Y.Item): boolean {
  const whole = (item.parent as Y.AbstractType<unknown>)._item;
  if (!whole) return true;
  const now = trace(doc, whole);
  return now !== null && now.content instanceof Y.ContentType && hasPlace(doc, now);
}

/** What was written over an entry, and what became of it, up to the last. */
function isTraceable(doc: Y.Doc, entry: Y.Item): boolean {
  for (let at: Y.Item | null = entry; at; at = at.right) {
    const now = trace(doc, at);
    if (!now) return false;
    if (now !== at) return isTraceable(doc, now);
  }
  return true;
}

/**
 * What a step deleted and can be brought back. Yjs follows what was brought back before without asking whether it is there still, and falls over what was
 * collected.
 */
export function restorable(doc: Y.Doc, deletions: DeleteSet): DeleteSet {
  const kept = Y.createDeleteSet();
  Y.transact(doc, (transaction) => {
    Y.iterateDeletedStructs(transaction, deletions, (struct) => {
      if (!(struct instanceof Y.Item) || !hasPlace(doc, struct)) return;
      if (struct.parentSub !== null && !isTraceable(doc, struct)) return;
      const ranges = kept.clients.get(struct.id.client) ?? [];
      kept.clients.set(struct.id.client, ranges);
      // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- Yjs exports no class of ranges and reads these members only
      ranges.push({ clock: struct.id.clock, len: struct.length });
    });
  });
  return Y.mergeDeleteSets([kept]);
}

/** Regions that several people write at once are whole or gone, whatever is undone: never without an entry that a region cannot do without. */
import * as Y from 'yjs';

const isRegion = (doc: Y.Doc, item: Y.Item | null): boolean => item?.parent === doc.getMap('regions');

/**
 * Two people wrote one entry of a region at once, and mine won. The manager would take mine away and not put theirs back, which it takes for a
 * change after mine: the region would be without a geometry. What is not replaced stays, and goes with its region if that goes.
 */
export function isNeeded(doc: Y.Doc, item: Y.Item): boolean {
  const region = (item.parent as Y.AbstractType<unknown>)._item;
  return isRegion(doc, region) && item.right === null;
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

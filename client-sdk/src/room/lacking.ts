/** What the server's document lacks of mine, computed when joining, so that nothing is lost and nothing is sent twice for nothing. */
import * as Y from 'yjs';

type DeleteSet = ReturnType<typeof Y.createDeleteSet>;

/**
 * An edit of nothing. Updates are acknowledged in order, so its acknowledgement says that everything the server took before is on
 * disk: that is how to learn it about edits whose own acknowledgement was lost with the connection.
 */
export const NOTHING: Uint8Array = Uint8Array.of(0, 0);

/** Whether every deletion in `mine` is one of `theirs`. Both are sorted, their ranges merged. */
function covers(theirs: DeleteSet, mine: DeleteSet): boolean {
  for (const [client, ranges] of mine.clients) {
    const known = theirs.clients.get(client) ?? [];
    let at = 0;
    for (const range of ranges) {
      while (at < known.length && (known[at]?.clock ?? 0) + (known[at]?.len ?? 0) <= range.clock) at += 1;
      const cover = known[at];
      if (!cover || cover.clock > range.clock || cover.clock + cover.len < range.clock + range.len) return false;
    }
  }
  return true;
}

/** Whether I have elements that a copy with this state vector has not. */
function hasMore(doc: Y.Doc, theirs: Map<number, number>): boolean {
  for (const [client, clock] of Y.decodeStateVector(Y.encodeStateVector(doc))) if (clock > (theirs.get(client) ?? 0)) return true;
  return false;
}

/**
 * @param stateVector what the server had when I joined
 * @param sync the server's `sync` frame, already applied to `doc`; it holds all the server's deletions
 * @returns the update that brings the server up to my copy, or null when it has everything
 */
export function lacking(doc: Y.Doc, stateVector: Uint8Array, sync: Uint8Array): Uint8Array | null {
  const theirs = Y.mergeDeleteSets([Y.decodeUpdate(sync).ds]);
  const mine = Y.createDeleteSetFromStructStore(doc.store);
  if (!hasMore(doc, Y.decodeStateVector(stateVector)) && covers(theirs, mine)) return null;
  return Y.encodeStateAsUpdate(doc, stateVector);
}

/**
 * What regions of an answer have to do with one another, carried over into the decision. A relation belongs to the region it goes from: it comes with that region, as soon as
 * both its ends are taken, whichever was taken first.
 */
import type { RegionRelation, RegionSnapshot } from '@tandem/client';

import type { Adjudication } from './adjudication';
import type { Thing } from './decisions';

/** As it is between the regions of the document; null: its other end is no part of any answer. */
function inDocument(adjudication: Adjudication, { to, label, directed }: RegionRelation): RegionRelation | null {
  const target = adjudication.thingOf(to);
  return target ? { to: adjudication.idOf(target), label, directed } : null;
}

const remapped = (adjudication: Adjudication, { relations }: Pick<RegionSnapshot, 'relations'>): readonly RegionRelation[] =>
  relations.flatMap((relation) => inDocument(adjudication, relation) ?? []);

const isSame = (one: RegionRelation, other: RegionRelation): boolean => one.to === other.to && one.label === other.label;

/** @param taken what became of which thing, inside of a change that put it there */
export function carryRelations(
  adjudication: Adjudication,
  taken: readonly (readonly [Thing, Pick<RegionSnapshot, 'id' | 'relations'>])[],
): void {
  const { regions } = adjudication.desk.room;
  const relate = (thing: Thing, relations: readonly RegionRelation[]): void => {
    const from = adjudication.idOf(thing);
    for (const relation of relations) {
      const isThere = regions.get(from)?.relations.some((known) => isSame(known, relation));
      // Inside of a change, only the document itself knows whether the other end is there by now: it does nothing where it is not.
      if (relation.to !== from && !isThere) regions.relate(from, relation);
    }
  };
  for (const [thing, region] of taken) {
    // Changed, and not taken from an answer: what it has to do with others stays.
    if (region.id === adjudication.idOf(thing)) continue;
    const wanted = remapped(adjudication, region);
    const others = thing.members.flatMap((member) => remapped(adjudication, member.region));
    // What another answer said of it goes with that answer; what was drawn by hand stays.
    for (const relation of others)
      if (!wanted.some((one) => isSame(one, relation))) regions.unrelate(adjudication.idOf(thing), relation);
    relate(thing, wanted);
  }
  const ids = new Set(taken.map(([thing]) => adjudication.idOf(thing)));
  for (const thing of adjudication.related()) {
    const decided = adjudication.decided(thing);
    if (decided?.kind !== 'taken' || ids.has(adjudication.idOf(thing))) continue;
    const member = thing.members.find(({ answer }) => answer === decided.answers[0]);
    if (member)
      relate(
        thing,
        remapped(adjudication, member.region).filter(({ to }) => ids.has(to)),
      );
  }
}

/** What deciding does to the document. Each is one step of undo, and says why where it cannot be done. */
import type { Geometry, Json, RegionSnapshot } from '@tandem/client';

import { same } from '~/lib/json';
import { isField, type Adjudication, type Conflict } from './adjudication';
import { carryRelations } from './carried';
import type { Thing } from './decisions';
import { leavesNothing } from './field-decisions';
import { mergesOf, type Merge } from './merges';

/** With what it has to do with others: of an answer, or as it is in the document. */
type Content = Pick<RegionSnapshot, 'id' | 'label' | 'geometry' | 'attributes' | 'z' | 'relations'>;

/** The region that decides a thing becomes this; attributes that it had and this has not go. */
function put(adjudication: Adjudication, thing: Thing, { label, geometry, attributes, z }: Content): void {
  const { regions } = adjudication.desk.room;
  const id = adjudication.idOf(thing);
  const before = regions.get(id);
  if (before) {
    const gone = Object.keys(before.attributes).map((name) => [name, undefined] as const);
    regions.update(id, { label, geometry, attributes: { ...Object.fromEntries(gone), ...attributes } });
  } else regions.add({ id, label, geometry, attributes: { ...attributes }, z });
}

function decide(adjudication: Adjudication, changes: readonly (readonly [Thing, Content])[]): boolean {
  const { desk } = adjudication;
  if (!desk.mayEdit()) return false;
  desk.dispatch({ type: 'cancel' });
  desk.room.regions.transact(() => {
    for (const [thing, content] of changes) put(adjudication, thing, content);
    carryRelations(adjudication, changes);
  });
  adjudication.putBack(changes.map(([thing]) => thing));
  return true;
}

function one(adjudication: Adjudication, thing: Thing, content: Content): boolean {
  const done = decide(adjudication, [[thing, content]]);
  if (done) adjudication.desk.select([adjudication.idOf(thing)]);
  return done;
}

/** As one of the answers has it; where that answer has nothing there, nothing. */
export function take(adjudication: Adjudication, thing: Conflict, answer: number): void {
  if (isField(thing)) {
    if (adjudication.desk.mayEdit()) adjudication.fields.take(thing, answer);
    return;
  }
  const member = thing.members.find((one) => one.answer === answer);
  if (member) one(adjudication, thing, member.region);
  else leaveOut(adjudication, thing);
}

/** As the next answer that has it does; again: the one after it. */
export function takeNext(adjudication: Adjudication, thing: Conflict): void {
  if (isField(thing)) {
    if (adjudication.desk.mayEdit()) adjudication.fields.takeNext(thing);
    return;
  }
  const { members } = thing;
  const decided = adjudication.decided(thing);
  const now = decided?.kind === 'taken' ? members.findIndex(({ answer }) => decided.answers.includes(answer)) : -1;
  // Answers that are the same to the last digit are one choice.
  const others = [...members.slice(now + 1), ...members.slice(0, now + 1)];
  const isNow = (answer: number): boolean => decided?.kind === 'taken' && decided.answers.includes(answer);
  const next = others.find(({ answer }) => !isNow(answer)) ?? others[0];
  if (next) take(adjudication, thing, next.answer);
}

/** Ways to merge what the answers have, as far as the label takes what comes out. What one of them has already is no merge. */
export function mergesFor({ desk }: Adjudication, thing: Thing): readonly Merge[] {
  const { label } = base(thing);
  const shapes = thing.members.map(({ region }) => region.geometry);
  const isNew = (geometry: Geometry): boolean => !shapes.some((shape) => same(shape, geometry));
  return mergesOf(shapes, desk.image).filter(({ geometry }) => desk.accepts(label, geometry) && isNew(geometry));
}

/** What a merged region says besides its shape: as the member that is most like the others, under the label that most gave it. */
function base({ members, middle }: Thing): RegionSnapshot {
  const votes = new Map<string, number>();
  for (const { region } of members) votes.set(region.label, (votes.get(region.label) ?? 0) + 1);
  const most = Math.max(...votes.values());
  if (votes.get(middle.region.label) === most) return middle.region;
  return members.find(({ region }) => votes.get(region.label) === most)?.region ?? middle.region;
}

/** What is in the document for it, or would be. */
const present = (adjudication: Adjudication, thing: Thing): RegionSnapshot => adjudication.regionOf(thing) ?? base(thing);

export function merge(adjudication: Adjudication, thing: Thing, { geometry }: Merge): void {
  one(adjudication, thing, { ...present(adjudication, thing), geometry });
}

/** The next way to merge it after the one that it is now. */
export function mergeNext(adjudication: Adjudication, thing: Conflict): void {
  if (isField(thing)) {
    const { desk, fields } = adjudication;
    if (desk.mayEdit() && !fields.mergeNext(thing)) desk.notify('These cannot be merged: take one of them, or fill it in');
    return;
  }
  const merges = mergesFor(adjudication, thing);
  const now = JSON.stringify(adjudication.regionOf(thing)?.geometry);
  const at = merges.findIndex(({ geometry }) => JSON.stringify(geometry) === now);
  const next = merges[(at + 1) % merges.length];
  if (next) merge(adjudication, thing, next);
  else adjudication.desk.notify('These cannot be merged: take one of them, or draw');
}

export function setLabel(adjudication: Adjudication, thing: Thing, label: string): void {
  one(adjudication, thing, { ...present(adjudication, thing), label });
}

export function setAttribute(adjudication: Adjudication, thing: Thing, name: string, value: Json | undefined): void {
  const now = present(adjudication, thing);
  const { [name]: _, ...rest } = now.attributes;
  one(adjudication, thing, { ...now, attributes: value === undefined ? rest : { ...rest, [name]: value } });
}

/** It is put in as it most likely is, and selected to be drawn on. */
export function edit(adjudication: Adjudication, thing: Conflict): void {
  const { desk } = adjudication;
  if (isField(thing)) {
    if (!desk.mayEdit()) return;
    if (adjudication.fields.decided(thing) === null) adjudication.fields.take(thing, thing.middle);
    adjudication.fields.editing.set(thing);
    return;
  }
  if (!adjudication.regionOf(thing) && !one(adjudication, thing, base(thing))) return;
  desk.pickTool('select');
  desk.select([adjudication.idOf(thing)]);
}

/** Nothing is there; again: that is open once more. */
export function leaveOut(adjudication: Adjudication, thing: Conflict): void {
  const { desk } = adjudication;
  if (!desk.mayEdit()) return;
  if (isField(thing)) {
    adjudication.fields.leaveOut(thing);
    return;
  }
  if (adjudication.decided(thing)?.kind === 'left_out') {
    adjudication.putBack([thing]);
    return;
  }
  desk.room.regions.remove(adjudication.idOf(thing));
  adjudication.leaveOut([thing]);
}

/** Everything that all agree on, in one step. */
export function takeAgreed(adjudication: Adjudication): number {
  const { desk, fields } = adjudication;
  const [things, said] = [adjudication.untaken(), fields.untaken()];
  if (things.length + said.length === 0 || !desk.mayEdit()) return 0;
  desk.room.regions.transact(() => {
    for (const field of said) fields.write(field, field.values[field.middle]);
    decide(
      adjudication,
      things.map((thing) => [thing, thing.middle.region]),
    );
  });
  adjudication.putBack(said);
  return things.length + said.length;
}

/** The whole answer becomes the decision, and what others have besides is left out. One undo takes it back. */
export function takeWhole(adjudication: Adjudication, answer: number): boolean {
  const { desk, agreed, conflicts, fields } = adjudication;
  if (!desk.mayEdit()) return false;
  const { regions } = desk.room;
  const theirs = new Map<string, readonly [Thing, RegionSnapshot]>();
  for (const thing of [...agreed, ...conflicts]) {
    const member = thing.members.find((one) => one.answer === answer);
    if (member) theirs.set(adjudication.idOf(thing), [thing, member.region]);
  }
  desk.dispatch({ type: 'cancel' });
  regions.transact(() => {
    for (const { id } of regions.list()) if (!theirs.has(id)) regions.remove(id);
    for (const [thing, region] of theirs.values()) put(adjudication, thing, region);
    carryRelations(adjudication, [...theirs.values()]);
    for (const field of fields.all) fields.write(field, field.values[answer]);
  });
  const isTheirs = (thing: Conflict): boolean =>
    isField(thing) ? !leavesNothing(thing, thing.values[answer]) : theirs.has(adjudication.idOf(thing));
  const all = [...agreed, ...conflicts, ...fields.all];
  adjudication.putBack(all.filter(isTheirs));
  // Somebody who found nothing leaves nothing that could stand for their answer.
  const why = all.some(isTheirs) ? answer : null;
  adjudication.leaveOut(
    [...conflicts, ...fields.all].filter((thing) => !isTheirs(thing)),
    why,
  );
  return true;
}

import { byDrawingOrder, type Json, type RegionSnapshot } from '@tandem/client';

import { aligned, distributed, type AlignEdge, type Direction, type Placed, type Shift } from '~/geometry/arrange';
import { united, without } from '~/geometry/booleans';
import { polygonWithin } from '~/geometry/within';
import {
  choosable,
  gripPoint,
  gripsOf,
  isSameGrip,
  isSamePlace,
  outlinePoints,
  pulled,
  vertexPoint,
  withoutVertex,
  type VertexGrip,
} from '~/geometry/grips';
import { filled, isEmpty, maskOfShape, polygonOfMask } from '~/geometry/mask';
import { frameOf, inFrame, isFramed } from '~/geometry/frame';
import { clampToImage, distance, imagePoint, round2, type ImagePoint, type Rect } from '~/geometry/points';
import { canReshape, middleOf, reshapedTogether, type Reshaping } from '~/geometry/reshape';
import { withSidesSwapped } from '~/geometry/sides';
import { stepped } from '~/geometry/stacking';
import { thinned } from '~/geometry/thinned';
import { around, bounds, canMove, moved, movedTogether, type Geometry } from '~/geometry/shapes';
import { beside, copy, paste, type Copied } from './clipboard';
import type { Desk } from './desk';
import { GONE, type Change } from './tool';

/** What keys and buttons do with the selection. Each is one step of undo, and says why if it cannot be done. */

function chosen(desk: Desk, least: number, what: string): readonly RegionSnapshot[] | null {
  const regions = desk.selected();
  if (regions.length < least) {
    desk.notify(least === 1 ? `Select ${what} first` : `Select ${what} first: at least ${least}`);
    return null;
  }
  return desk.mayEdit() ? regions : null;
}

// -------------------------------------------------------------------- taking away, moving

export function remove(desk: Desk): void {
  if (desk.isBusy) {
    desk.dispatch({ type: 'back' });
    return;
  }
  const grip = desk.vertex.get();
  const [sole] = desk.selected();
  if (grip?.type === 'vertex' && sole) {
    removeVertex(desk, sole, grip);
    return;
  }
  const ids = desk.selection.get();
  if (ids.length === 0 || !desk.mayEdit()) return;
  desk.dispatch({ type: 'cancel' });
  desk.room.regions.transact(() => ids.forEach((id) => desk.room.regions.remove(id)));
  desk.select([]);
}

function removeVertex(desk: Desk, region: RegionSnapshot, grip: VertexGrip): void {
  if (!desk.mayEdit()) return;
  const geometry = withoutVertex(region.geometry, grip);
  if (!geometry) {
    desk.writer.replace(region.id, []);
    return;
  }
  if (geometry === region.geometry) {
    desk.notify('A cuboid keeps its corners: let go of this one to delete all of it');
    return;
  }
  desk.writer.change([{ id: region.id, geometry }]);
  const before = { ...grip, index: Math.max(0, grip.index - 1) };
  desk.vertex.set(vertexPoint(geometry, before) ? before : null);
}

/** Moves the chosen point, or else the selection. */
export function nudge(desk: Desk, dx: number, dy: number): void {
  const regions = desk.selected();
  const grip = desk.vertex.get();
  if (regions.length === 0 || !desk.mayEdit()) return;
  const [sole] = regions;
  const at = grip && sole ? gripPoint(sole.geometry, grip) : null;
  if (grip && sole && at) {
    const to = imagePoint(at.x + dx, at.y + dy);
    desk.writer.change([{ id: sole.id, geometry: pulled(sole.geometry, grip, { from: at, to, steps: false }, desk.image) }]);
    return;
  }
  const free = regions.filter((region) => canMove(region.geometry));
  const shapes = free.map(({ geometry }) => geometry);
  const gone = movedTogether(shapes, dx, dy, desk.image);
  desk.writer.change(free.map(({ id, geometry }, n) => ({ id, geometry: gone[n] ?? geometry })));
}

/** All that is selected, around its middle. */
export function turnShapes(desk: Desk, degrees: number): void {
  reshape(desk, (rect) => ({ type: 'turn', centre: middleOf(rect), degrees }));
}

export function scaleShapes(desk: Desk, factor: number): void {
  reshape(desk, (rect) => ({ type: 'scale', fixed: middleOf(rect), sx: factor, sy: factor }));
}

function reshape(desk: Desk, by: (rect: Rect) => Reshaping): void {
  const regions = chosen(desk, 1, 'what to turn or scale');
  if (!regions) return;
  const shapes = regions.map(({ geometry }) => geometry);
  if (!shapes.every(canReshape)) {
    desk.notify('Masks can be moved, not turned or scaled');
    return;
  }
  const reshaping = by(around(shapes.map(bounds)));
  if (shapes.length === 1 && shapes[0]?.kind === 'box' && reshaping.type === 'turn') {
    desk.notify('A box stands upright: a rotated box can be turned');
    return;
  }
  const made = reshapedTogether(shapes, reshaping, desk.image);
  if (!made) desk.notify('There is no room for that in the image');
  else desk.writer.change(regions.flatMap(({ id }, i): Change[] => (made[i] ? [{ id, geometry: made[i] }] : [])));
}

/** The knob is chosen: the shape turns. */
export function turnChosen(desk: Desk, degrees: number): void {
  const [sole] = desk.selected();
  if (!sole || !isFramed(sole.geometry) || !desk.mayEdit()) return;
  const frame = frameOf(sole.geometry);
  const geometry = inFrame(sole.geometry.kind, { ...frame, rotation: frame.rotation + degrees });
  desk.writer.change([{ id: sole.id, geometry }]);
}

/** The next (or previous) point of the selected outline or skeleton, or side of what has no points. */
export function stepVertex(desk: Desk, by: 1 | -1): void {
  const [sole, ...more] = desk.selected();
  if (!sole || more.length > 0) return;
  const all = choosable(sole.geometry);
  if (all.length === 0) return;
  const now = desk.vertex.get();
  const at = all.findIndex((grip) => now !== null && isSameGrip(grip, now));
  const next = at === -1 ? (by === 1 ? 0 : all.length - 1) : (at + by + all.length) % all.length;
  desk.vertex.set(all[next] ?? null);
}

/** A point more, between the chosen one and the next; after a line's last one beyond it; of a skeleton the next that is absent. */
export function addVertex(desk: Desk): void {
  const [sole] = desk.selected();
  if (sole?.geometry.kind === 'keypoints') {
    placeJoint(desk, desk.keyPointer.at.get() ?? desk.pointer.get());
    return;
  }
  const grip = desk.vertex.get();
  if (!sole || grip?.type !== 'vertex' || !desk.mayEdit()) return;
  const middle = gripsOf(sole.geometry, 0).find(({ grip: g }) => g.type === 'middle' && isSamePlace(g, grip));
  if (!middle) {
    continueLine(desk, sole, grip);
    return;
  }
  const pull = { from: middle.point, to: middle.point, steps: false };
  desk.writer.change([{ id: sole.id, geometry: pulled(sole.geometry, middle.grip, pull, desk.image) }]);
  desk.vertex.set({ ...grip, index: grip.index + 1 });
}

/** How far (CSS pixels) beyond its end a line goes on. */
const ONWARD = 30;

function continueLine(desk: Desk, { id, geometry }: RegionSnapshot, grip: VertexGrip): void {
  const end = vertexPoint(geometry, grip);
  const before = vertexPoint(geometry, { ...grip, index: grip.index - 1 });
  if (geometry.kind !== 'polyline' || !end || !before) return;
  const length = Math.max(distance(before, end), 1e-6);
  const far = ONWARD / desk.camera.view.get().scale / length;
  const to = clampToImage(imagePoint(end.x + (end.x - before.x) * far, end.y + (end.y - before.y) * far), desk.image);
  desk.writer.change([{ id, geometry: { kind: 'polyline', points: [...geometry.points, [round2(to.x), round2(to.y)]] } }]);
  desk.vertex.set({ ...grip, index: grip.index + 1 });
}

/**
 * The next absent point of the selected skeleton gets a place, and is chosen: it can be put right at once.
 * @param where null: in the middle of it
 * @param which the one that is meant; absent: the next after the chosen one
 */
export function placeJoint(desk: Desk, where: ImagePoint | null, which?: number): void {
  const [sole, ...more] = desk.selected();
  if (sole?.geometry.kind !== 'keypoints' || more.length > 0 || !desk.mayEdit()) return;
  const { points } = sole.geometry;
  const grip = desk.vertex.get();
  const from = which ?? (grip?.type === 'vertex' ? grip.index + 1 : 0);
  const order = points.map((_, i) => (from + i) % points.length);
  const index = order.find((i) => points[i]?.v === 0);
  if (index === undefined) {
    desk.notify('Every point of this skeleton is there');
    return;
  }
  const { x, y } = clampToImage(where ?? middleOf(bounds(sole.geometry)), desk.image);
  const placed = points.map((p, i) => (i === index ? { x: round2(x), y: round2(y), v: 2 } : p));
  desk.writer.change([{ id: sole.id, geometry: { kind: 'keypoints', points: placed } }]);
  desk.vertex.set({ type: 'vertex', part: 0, ring: 0, index });
}

// -------------------------------------------------------------------- copies

/** Copies of a group are a group of their own. */
function regrouped(attributes: RegionSnapshot['attributes'], groups: Map<unknown, string>): RegionSnapshot['attributes'] {
  const { group: old } = attributes;
  if (old === undefined) return attributes;
  if (!groups.has(old)) groups.set(old, crypto.randomUUID());
  return { ...attributes, group: groups.get(old) ?? null };
}

/** @returns false, and says why, where there would be too many */
function addAll(desk: Desk, regions: readonly Copied[]): boolean {
  const full = desk.full(regions.map(({ label }) => label));
  if (full !== null) {
    desk.notify(`${full}: nothing was added`);
    return false;
  }
  const groups = new Map<unknown, string>();
  const { regions: store } = desk.room;
  const made = store.transact(() => {
    const made = new Map(
      regions.map(({ id, label, geometry, attributes }) => {
        const copy = store.add({ label, geometry, attributes: { ...regrouped(attributes, groups) } });
        return [id, { copy, label }] as const;
      }),
    );
    // Copies are related as their originals are, where both were copied and the task has such a relation.
    for (const { id, relations } of regions)
      for (const relation of relations) {
        const [from, to] = [made.get(id), made.get(relation.to)];
        if (from && to && desk.relations.allows(relation.label, from.label, to.label))
          store.relate(from.copy, { ...relation, to: to.copy });
      }
    return [...made.values()].map(({ copy }) => copy);
  });
  desk.select(made);
  return true;
}

export function duplicate(desk: Desk): void {
  const regions = chosen(desk, 1, 'what to duplicate');
  if (!regions) return;
  addAll(desk, beside(regions, desk.image));
}

export function copySelected(desk: Desk): void {
  const regions = desk.selected();
  if (regions.length === 0) return;
  const kept = copy(desk.owner, regions, desk.image, desk.room.taskId);
  desk.notify(kept === null ? 'The browser has no room to keep a copy of so much' : `Copied ${count(kept)}`);
}

export function pasteCopied(desk: Desk): void {
  const pasted = paste(desk.owner, desk.image, desk.room.taskId);
  const regions = pasted.regions.filter(({ label, geometry }) => desk.accepts(label, geometry));
  const dropped = pasted.dropped + pasted.regions.length - regions.length;
  if (regions.length === 0) {
    desk.notify(dropped > 0 ? 'What was copied does not fit this image, or its labels' : 'Nothing was copied yet');
    return;
  }
  if (!desk.mayEdit()) return;
  if (addAll(desk, regions) && dropped > 0)
    desk.notify(`${count(dropped)} did not fit this image, or its labels, and were left out`);
}

const count = (n: number): string => (n === 1 ? '1 region' : `${n} regions`);

// -------------------------------------------------------------------- order, flags

/** To the front or the back of everything. */
export function order(desk: Desk, to: 'front' | 'back'): void {
  const regions = chosen(desk, 1, 'what to move');
  if (!regions) return;
  const list = desk.room.regions.list();
  const z = to === 'front' ? (list.at(-1)?.z ?? 0) + 1 : (list[0]?.z ?? 0) - 1;
  desk.room.regions.transact(() => regions.forEach(({ id }) => desk.room.regions.update(id, { z })));
}

/** One step, past the next that it overlaps. */
export function orderBy(desk: Desk, by: 1 | -1): void {
  const regions = chosen(desk, 1, 'what to move');
  const [sole, ...more] = regions ?? [];
  if (!sole) return;
  if (more.length > 0) {
    desk.notify('One step is for one region: select one');
    return;
  }
  const all = desk.room.regions.list().map((region) => ({ ...region, rect: bounds(region.geometry) }));
  const changed = stepped({ all, isAbove: (a, b) => byDrawingOrder(a, b) > 0 }, sole.id, by);
  if (!changed) desk.notify(by === 1 ? 'Nothing lies over it' : 'Nothing lies below it');
  else desk.room.regions.transact(() => changed.forEach((z, id) => desk.room.regions.update(id, { z })));
}

/** A skeleton's chosen point, or else whole regions, as hidden behind something. */
export function toggleOccluded(desk: Desk): void {
  const regions = chosen(desk, 1, 'what is occluded');
  if (!regions) return;
  const grip = desk.vertex.get();
  const [sole] = regions;
  if (grip?.type === 'vertex' && sole?.geometry.kind === 'keypoints') {
    const points = sole.geometry.points.map((p, i) => (i === grip.index && p.v > 0 ? { ...p, v: p.v === 1 ? 2 : 1 } : p));
    desk.writer.change([{ id: sole.id, geometry: { kind: 'keypoints', points } }]);
    return;
  }
  const all = regions.every((region) => region.attributes.occluded === true);
  // Where the layout asks whether it is occluded, it is said that it is not.
  const otherwise = (label: string): false | undefined => (typeof desk.initial(label).occluded === 'boolean' ? false : undefined);
  desk.room.regions.transact(() =>
    regions.forEach(({ id, label }) => desk.room.regions.update(id, { attributes: { occluded: all ? otherwise(label) : true } })),
  );
}

/** Says something about regions, each by what it has; undefined: nothing any more. One step of undo. */
export function setAttribute(
  desk: Desk,
  ids: readonly string[],
  name: string,
  value: (before: Json | undefined) => Json | undefined,
): void {
  if (!desk.mayEdit()) return;
  const { regions } = desk.room;
  const kept = regions.transact(() =>
    ids.map((id) => regions.update(id, { attributes: { [name]: value(regions.get(id)?.attributes[name]) } })),
  );
  if (kept.includes(false)) desk.notify(GONE);
}

/** What belongs together is selected together. */
export function group(desk: Desk): void {
  const regions = chosen(desk, 2, 'what belongs together');
  if (!regions) return;
  const id = regions[0]?.id ?? '';
  desk.room.regions.transact(() => regions.forEach((r) => desk.room.regions.update(r.id, { attributes: { group: id } })));
  desk.notify(`${count(regions.length)} are a group now`);
}

export function ungroup(desk: Desk): void {
  const regions = chosen(desk, 1, 'a group')?.filter((region) => region.attributes.group !== undefined) ?? [];
  if (regions.length === 0) return;
  desk.room.regions.transact(() => regions.forEach((r) => desk.room.regions.update(r.id, { attributes: { group: undefined } })));
}

/** The first selected is related to the second. */
export function relate(desk: Desk): void {
  const regions = chosen(desk, 2, 'the region it goes from, then the other');
  if (!regions) return;
  const [from, to, ...more] = regions;
  if (more.length > 0) desk.notify('A relation has two ends: select two regions');
  else if (from && to) desk.relations.relate(from.id, to.id);
}

// -------------------------------------------------------------------- arranging

export function align(desk: Desk, edge: AlignEdge): void {
  arrange(desk, 2, (placed) => aligned(placed, edge));
}

export function distribute(desk: Desk, direction: Direction): void {
  arrange(desk, 3, (placed) => distributed(placed, direction));
}

function arrange(desk: Desk, least: number, by: (placed: readonly Placed[]) => ReadonlyMap<string, Shift>): void {
  const regions = chosen(desk, least, 'what to arrange')?.filter((region) => canMove(region.geometry));
  if (!regions) return;
  const shifts = by(regions.map(({ id, geometry }) => ({ id, rect: bounds(geometry) })));
  desk.writer.change(
    regions.flatMap(({ id, geometry }): Change[] => {
      const shift = shifts.get(id);
      return shift ? [{ id, geometry: moved(geometry, shift.dx, shift.dy, desk.image) }] : [];
    }),
  );
}

// -------------------------------------------------------------------- shapes out of shapes

/** All selected shapes as one polygon; the lowest keeps its place, name and history. */
export function merge(desk: Desk): void {
  const regions = chosen(desk, 2, 'shapes to join');
  if (!regions) return;
  const shapes = computed(desk, () => regions.map((region) => polygonWithin(region.geometry, desk.image)));
  if (!shapes) return;
  if (shapes.includes(null)) {
    desk.notify('Only boxes, ellipses and polygons can be joined');
    return;
  }
  const joined = computed(desk, () => united(shapes.filter((shape) => shape !== null)));
  if (joined) intoFirst(desk, regions, joined);
}

/** Of shapes that cross themselves in strange ways what they have in common may not be computable; then nothing changes. */
function computed<T>(desk: Desk, compute: () => T): T | null {
  try {
    return compute();
  } catch {
    desk.notify('These shapes cross themselves in a way that cannot be computed: nothing was changed');
    return null;
  }
}

/** The later selected shapes are cut out of the first: holes, where they lie within it. */
export function subtract(desk: Desk): void {
  const regions = chosen(desk, 2, 'a shape, then what to cut out of it');
  const shapes = regions && computed(desk, () => regions.map((region) => polygonWithin(region.geometry, desk.image)));
  if (!regions || !shapes) return;
  const [base, ...holes] = shapes;
  if (!base || holes.includes(null)) {
    desk.notify('Only boxes, ellipses and polygons can be cut out of one another');
    return;
  }
  const cutOut = (shape: Geometry | null, hole: Geometry | null): Geometry | null => shape && hole && without(shape, hole);
  const left = computed(desk, () => ({ shape: holes.reduce(cutOut, base) }));
  if (left?.shape) intoFirst(desk, regions, left.shape);
  else if (left) desk.notify('Nothing would be left');
}

function intoFirst(desk: Desk, [first, ...rest]: readonly RegionSnapshot[], geometry: Geometry): void {
  if (!first) return;
  const done = desk.room.regions.transact(() => {
    if (!desk.writer.change([{ id: first.id, geometry }])) return false;
    rest.forEach(({ id }) => desk.room.regions.remove(id));
    return true;
  });
  if (done) desk.select([first.id]);
}

/** Polygons (boxes, ellipses) become masks, and masks polygons. */
export function convert(desk: Desk): void {
  const regions = chosen(desk, 1, 'a polygon or a mask');
  if (!regions) return;
  const changes = regions.flatMap(({ id, geometry }): Change[] => {
    const other = geometry.kind === 'mask' ? polygonOfMask(geometry) : maskOfShape(geometry, desk.image);
    // So thin that it covers the centre of no pixel: as a mask it would be nothing.
    const nothing = other === null || (other.kind === 'mask' && isEmpty(other));
    return nothing ? [] : [{ id, geometry: other }];
  });
  if (changes.length === 0) desk.notify('Only masks, and closed shapes that cover a pixel, can be turned into one another');
  else desk.writer.change(changes);
}

/** Least of what (image pixels) an outline may lose, however near one looks. */
const FINEST = 0.25;

/** Fewer points: what is lost nobody sees at this zoom. */
export function simplify(desk: Desk): void {
  const regions = chosen(desk, 1, 'a polygon or a line');
  if (!regions) return;
  const tolerance = Math.max(FINEST, 1 / desk.camera.view.get().scale);
  const changes = regions.flatMap(({ id, geometry }): (Change & { before: number })[] => {
    const fewer = thinned(geometry, tolerance);
    const before = outlinePoints(geometry);
    return fewer && outlinePoints(fewer) < before ? [{ id, geometry: fewer, before }] : [];
  });
  const [first] = changes;
  if (!first) {
    desk.notify('None of these points could be left out unseen: zoom out for a coarser outline');
    return;
  }
  const sum = (counts: readonly number[]): number => counts.reduce((all, one) => all + one, 0);
  const [was, is] = [sum(changes.map(({ before }) => before)), sum(changes.map(({ geometry }) => outlinePoints(geometry)))];
  if (desk.writer.change(changes.map(({ id, geometry }) => ({ id, geometry }))))
    desk.notify(`${was.toLocaleString('en')} points are ${is.toLocaleString('en')} now`);
}

/** What was taken for a skeleton's left is its right. */
export function swapSides(desk: Desk): void {
  const regions = chosen(desk, 1, 'a skeleton');
  if (!regions) return;
  const changes = regions.flatMap(({ id, label, geometry }): Change[] => {
    if (geometry.kind !== 'keypoints') return [];
    const points = withSidesSwapped(geometry.points, desk.symmetryOf(label));
    return points ? [{ id, geometry: { ...geometry, points: [...points] } }] : [];
  });
  if (changes.length > 0) desk.writer.change(changes);
  else desk.notify('Its label does not say which points mirror which: in the project, under Labels');
}

/** The holes of masks are filled, and those of polygons. */
export function fill(desk: Desk): void {
  const regions = chosen(desk, 1, 'a mask or polygon with holes');
  if (!regions) return;
  const changes = regions.flatMap(({ id, geometry }): Change[] => {
    if (geometry.kind === 'mask') return [{ id, geometry: filled(geometry) }];
    if (geometry.kind !== 'polygon' || geometry.parts.every((part) => part.length < 2)) return [];
    return [{ id, geometry: { kind: 'polygon', parts: geometry.parts.map((part) => part.slice(0, 1)) } }];
  });
  if (changes.length === 0) desk.notify('There is no hole to fill');
  else desk.writer.change(changes);
}

// @vitest-environment happy-dom
import { beforeEach, describe, expect, test, vi, afterEach } from 'vitest';

import { setupOf } from '~/features/workbench/annotator-setup';
import { faultsOf } from '~/features/workbench/region-rules';
import { imagePoint } from '~/geometry/points';
import { tether, tetherTo } from '~/geometry/tether';
import type { Geometry } from '~/geometry/shapes';
import { readAnnotator } from '~/layout/annotator';
import type { Part } from '~/layout/tree';
import * as commands from '~/tools/commands';
import type { Desk } from '~/tools/desk';
import { relationTool } from '~/tools/relation';
import { joins, linksOf, RELATED, relationsAt, type RelationType } from '~/tools/relations';
import { GONE, type ToolRegion } from '~/tools/tool';
import { annotator, label } from '../support/annotator';
import { part } from '../support/layout';
import { settle, world, type World } from '../support/robot';
import { car, click, context, down, move, run, types, up } from '../support/tools';

const box = (x: number, y: number, width = 20, height = 20): Geometry => ({ kind: 'box', x, y, width, height });
const holds: RelationType = { ...RELATED, name: 'holds', title: 'holds', directed: true, from: ['car'], to: ['tree'] };
const beside: RelationType = { ...RELATED, name: 'beside', title: 'stands beside' };

describe('the line between two shapes', () => {
  test('goes from edge to edge, not through what they show', () => {
    expect(tether(box(0, 0), box(60, 0))).toEqual([imagePoint(20, 10), imagePoint(60, 10)]);
    const [from, to] = tether({ kind: 'ellipse', cx: 10, cy: 10, rx: 10, ry: 5, rotation: 0 }, box(60, 0));
    expect([Math.round(from.x), Math.round(from.y), to.x]).toEqual([20, 10, 60]);
  });

  test('of shapes within one another joins their tops: there is nothing between their edges', () => {
    expect(tether(box(0, 0, 100, 100), box(40, 40))).toEqual([imagePoint(50, 0), imagePoint(50, 40)]);
  });

  test('begins at the edge while it is drawn, and at a point of no extent in that point', () => {
    expect(tetherTo(box(0, 0), imagePoint(110, 10))).toEqual([imagePoint(20, 10), imagePoint(110, 10)]);
    expect(tether({ kind: 'point', x: 5, y: 5 }, box(60, 0))[0]).toEqual(imagePoint(5, 5));
  });
});

describe('the relation tool', () => {
  const tree: ToolRegion = { id: 'tree', label: 'tree', z: 1, geometry: box(120, 20) };
  const both = context({ relation: 'holds' }, [car, tree]);
  const related = { type: 'relate', from: 'car', to: 'tree' };

  test('a drag from one region to another relates them, and shows the line meanwhile', () => {
    const ran = run(relationTool, [down(30, 30), move(90, 40), move(130, 30), up(130, 30)], both);
    expect(ran.last).toContainEqual(related);
    expect(ran.effects.find(({ type }) => type === 'draft')).toMatchObject({
      draft: { label: 'holds', geometry: { kind: 'polyline' } },
    });
    expect(ran.state.name).toBe('idle');
  });

  test('a click on one and then on the other does so too', () => {
    expect(run(relationTool, [...click(30, 30), move(100, 40), ...click(130, 30)], both).last).toContainEqual(related);
  });

  test('let go over nothing, or over where it began, it relates nothing', () => {
    for (const end of [up(90, 80), up(30, 30)])
      expect(types(run(relationTool, [down(30, 30), move(90, 40), end], both).effects)).not.toContain('relate');
  });

  test('ends with a word when somebody deletes the region it began at', () => {
    const ran = run(relationTool, [down(30, 30), move(90, 40), { type: 'removed' }], both);
    expect(ran.last).toContainEqual({ type: 'notice', text: GONE });
    expect(ran.state.name).toBe('idle');
  });

  test('begins nothing where nothing may be changed', () => {
    const ran = run(relationTool, [down(30, 30)], context({ readOnly: 'Only to be read' }, [car, tree]));
    expect([types(ran.effects), ran.state.name]).toEqual([['notice'], 'idle']);
  });
});

describe('what a layout says of relations', () => {
  const setup = (...parts: Part[]) =>
    setupOf([{ name: 'car', color: '#111111' }, { name: 'tree', color: '#222222', formerly: ['bush'] }], readAnnotator(annotator({}, parts))); // prettier-ignore

  test('without any, regions are just related', () => {
    expect(setup(label('car')).relations).toEqual([RELATED]);
  });

  test('one goes one way unless it is said otherwise, and its ends have the present names of their labels', () => {
    const { relations } = setup(part('RelationType', { name: 'holds', from: ['car'], to: ['bush'] }), part('RelationType', { name: 'beside', directed: false, label: 'stands beside' })); // prettier-ignore
    expect(relations).toMatchObject([holds, beside]);
  });

  test('one that says the same of both may begin at either end', () => {
    expect([joins(holds, 'car', 'tree'), joins(holds, 'tree', 'car')]).toEqual([true, false]);
    expect(joins({ ...holds, directed: false }, 'tree', 'car')).toBe(true);
  });

  test('submit is told of a relation that joins labels it must not, or that the task does not have', () => {
    const rules = setup(label('car'), label('tree'), part('RelationType', { name: 'holds', from: ['car'], to: ['tree'] }));
    const region = (id: string, name: string, to: string, word: string) => ({ id, label: name, geometry: box(0, 0), attributes: {}, author: null, z: 0, createdAt: 0, relations: [{ to, label: word, directed: true }] }); // prettier-ignore
    const messages = (...list: Parameters<typeof region>[]) =>
      faultsOf(rules, list.map((one) => region(...one))).map(({ message }) => message); // prettier-ignore
    expect(messages(['a', 'car', 'b', 'holds'], ['b', 'tree', 'a', 'holds'])).toEqual([
      '“holds” does not go from tree to car here',
    ]);
    expect(messages(['a', 'car', 'b', 'eats'], ['b', 'tree', 'gone', 'eats'])).toHaveLength(1);
  });
});

describe('relations at a desk', () => {
  let w: World;
  let desk: Desk;
  let [a, b] = ['', ''];
  const said: string[] = [];

  beforeEach(async () => {
    vi.useFakeTimers();
    localStorage.clear();
    w = await world(2);
    const [anna] = w.people;
    if (!anna) throw new Error('nobody is there');
    desk = anna.desk;
    for (const { id } of w.beginning) desk.room.regions.remove(id);
    desk.setLabels([{ name: 'car' }, { name: 'tree' }], { relations: [holds, beside] });
    [a, b] = [desk.room.regions.add({ label: 'car', geometry: box(20, 20) }), desk.room.regions.add({ label: 'tree', geometry: box(90, 20) })]; // prettier-ignore
    await settle();
    said.length = 0;
  });
  afterEach(() => {
    w.close();
    vi.useRealTimers();
  });
  const of = (id: string) => desk.room.regions.get(id)?.relations ?? [];
  const bens = (id: string) => w.people[1]?.desk.room.regions.get(id)?.relations ?? [];

  test('two selected are related from the first to the second, at others too, and by one undo no more', async () => {
    desk.select([a, b]);
    commands.relate(desk);
    await settle();
    expect(bens(a)).toEqual([{ to: b, label: 'holds', directed: true }]);
    desk.undo();
    await settle();
    expect(bens(a)).toEqual([]);
  });

  test('what does not go from one label to the other is another that does', () => {
    desk.relations.relate(b, a);
    expect(of(b)).toEqual([{ to: a, label: 'beside', directed: false }]);
  });

  test('the same is not said twice, in either direction where it goes both ways', () => {
    desk.relations.inHand.set('beside');
    expect(desk.relations.relate(a, b)).toBe(true);
    expect([desk.relations.relate(a, b), desk.relations.relate(b, a)]).toEqual([false, false]);
    expect(of(b)).toEqual([]);
  });

  test('changed and turned it is one step of undo, and stays within what the layout allows', () => {
    desk.relations.relate(a, b);
    const [first] = relationsAt(desk.room.regions, b);
    if (!first) throw new Error('there is none');
    expect(desk.relations.canFlip(first)).toBe(false);
    desk.relations.retype(first, 'beside');
    expect(of(a)).toEqual([{ to: b, label: 'beside', directed: false }]);
    desk.undo();
    expect(of(a)).toEqual([{ to: b, label: 'holds', directed: true }]);
  });

  test('one that may go either way is turned round', () => {
    desk.setLabels([{ name: 'car' }, { name: 'tree' }], { relations: [{ ...holds, from: undefined, to: undefined }] });
    desk.relations.relate(a, b);
    desk.relations.flip({ from: a, to: b, label: 'holds', directed: true });
    expect([of(a), of(b)]).toEqual([[], [{ to: a, label: 'holds', directed: true }]]);
  });

  test('copies of both are related as the originals are; the copy of one is not', () => {
    desk.relations.relate(a, b);
    desk.select([a, b]);
    commands.duplicate(desk);
    const [one, other] = desk.selection.get();
    expect(of(one ?? '')).toEqual([{ to: other, label: 'holds', directed: true }]);
    desk.select([a, b]);
    commands.copySelected(desk);
    commands.pasteCopied(desk);
    expect(desk.selected().flatMap(({ relations }) => relations)).toHaveLength(1);
    desk.select([a]);
    commands.duplicate(desk);
    expect(desk.selected()[0]?.relations).toEqual([]);
  });

  test('a region that is cut leaves its relations to its first piece', () => {
    desk.relations.relate(a, b);
    desk.writer.replace(b, [box(90, 20, 10, 20), box(100, 20, 10, 20)]);
    const [piece] = desk.selection.get();
    expect(of(a)).toEqual([{ to: piece, label: 'holds', directed: true }]);
  });

  test('two regions are one line, whatever they have to do with one another', () => {
    desk.relations.relate(a, b);
    desk.relations.relate(b, a);
    const links = linksOf(desk.room.regions.list());
    expect(links).toHaveLength(1);
    expect([...(links[0]?.labels ?? [])].sort()).toEqual(['beside', 'holds']);
    expect([links[0]?.toA, links[0]?.toB].filter(Boolean)).toHaveLength(1);
    expect(relationsAt(desk.room.regions, a)).toHaveLength(2);
  });
});

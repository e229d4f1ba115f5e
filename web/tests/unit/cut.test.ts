import { Clipper64 } from 'clipper2-ts/dist/Engine.js';
import { describe, expect, test, vi } from 'vitest';

import { areaOf, asPolygon } from '~/geometry/booleans';
import { imagePoint } from '~/geometry/points';
import { cutTool, type CutState, NOT_ACROSS, NOT_COMPUTED, NOTHING_TO_CUT } from '~/tools/cut';
import { GONE, type Effect, type ToolContext, type ToolEvent, type ToolRegion } from '~/tools/tool';
import { car, click, context as anywhere, down, move, run as drive, types, up, type Ran } from '../support/tools';

const tree: ToolRegion = { id: 'tree', label: 'tree', z: 1, geometry: { kind: 'polygon', parts: [[[[100, 20], [160, 20], [160, 80], [100, 80]]]] } }; // prettier-ignore
const dot: ToolRegion = { id: 'dot', label: 'dot', z: 2, geometry: { kind: 'point', x: 180, y: 50 } };

const context = (over: Partial<ToolContext> = {}, regions: readonly ToolRegion[] = [car, tree, dot]): ToolContext =>
  anywhere({ brush: 20, ...over }, regions);

const FINISH: ToolEvent = { type: 'finish' };

const run = (events: readonly ToolEvent[], now = context(), state = cutTool.idle): Ran<CutState> =>
  drive(cutTool, events, now, state);

const NO_DRAFT: Effect = { type: 'draft', draft: null };

/** What was replaced, and the areas of what came in its place. */
function cuts(effects: readonly Effect[]): [string, number[]][] {
  return effects.flatMap((effect) => {
    if (effect.type !== 'replace') return [];
    const areas = effect.by.map((g) => asPolygon(g)).map((g) => (g ? Math.round(areaOf(g)) : 0));
    return [[effect.id, areas] as [string, number[]]];
  });
}

describe('the cut tool', () => {
  test('two clicks on both sides cut at once, and the pieces are there before the line goes', () => {
    const { effects, last, state } = run([...click(30, 10), move(30, 60), ...click(30, 60)]);
    expect(cuts(effects)).toEqual([['car', [900, 300]]]);
    expect(types(last)).toEqual(['replace', 'draft']);
    expect(state).toBe(cutTool.idle);
  });

  test('a drag across gives both ends', () => {
    const { effects, state } = run([down(90, 50), move(120, 50), move(170, 50), up(170, 50)]);
    expect(cuts(effects)).toEqual([['tree', [1800, 1800]]]);
    expect(state).toBe(cutTool.idle);
  });

  test('a shape that cannot be computed is left alone, and the line goes with the reason', () => {
    const bow: ToolRegion = { id: 'bow', label: 'bow', z: 0, geometry: { kind: 'polygon', parts: [[[[20, 20], [80, 80], [80, 20], [20, 80]]]] } }; // prettier-ignore
    const across = [down(30, 5), up(30, 95)];
    const now = context({ selection: ['bow'] }, [bow]);
    expect(cuts(run(across, now).effects)).toHaveLength(1);
    const giveUp = vi.spyOn(Clipper64.prototype, 'execute').mockReturnValue(false);
    const { last, state } = run(across, now);
    giveUp.mockRestore();
    expect(last).toEqual([NO_DRAFT, { type: 'notice', text: NOT_COMPUTED }]);
    expect(state).toBe(cutTool.idle);
  });

  test('the line follows the pointer under the region’s label, as a ghost of no region', () => {
    const { last } = run([...click(30, 10), move(30, 44)]);
    expect(last).toEqual([
      { type: 'draft', draft: { region_id: null, label: 'car', geometry: { kind: 'polyline', points: [[30, 10], [30, 44]] } } }, // prettier-ignore
    ]);
  });

  test('a line that has not come out yet goes on: bends are points on the way', () => {
    const first = run([...click(30, 10), ...click(30, 35)]);
    expect(cutTool.isBusy(first.state)).toBe(true);
    expect(types(first.effects)).not.toContain('replace');
    const { effects } = run(click(70, 35), context(), first.state);
    expect(cuts(effects)).toEqual([['car', [1200 - 450, 450]]]);
  });

  test('the selected region is cut, also where another lies on top of it', () => {
    const road: ToolRegion = { id: 'road', label: 'road', z: 0, geometry: { kind: 'box', x: 0, y: 0, width: 200, height: 100 } };
    const { effects } = run([...click(30, 0), ...click(30, 100)], context({ selection: ['road'] }, [car, road]));
    expect(cuts(effects)).toEqual([['road', [17_000, 3000]]]);
  });

  test('with several selected, or one that cannot be cut, it is what lies under the line’s middle', () => {
    for (const selection of [['car', 'tree'], ['dot']]) {
      const { effects } = run([...click(30, 10), ...click(30, 60)], context({ selection }));
      expect(cuts(effects)).toEqual([['car', [900, 300]]]);
    }
  });

  test('a line with a long end still finds the shape it crosses', () => {
    const { effects } = run([down(30, 19), up(30, 99)], context({}, [car]));
    expect(cuts(effects)).toEqual([['car', [900, 300]]]);
  });

  test('a drag that does not get across says so and leaves nothing', () => {
    const { last, state } = run([down(30, 10), move(30, 40), up(30, 40)]);
    expect(last).toEqual([NO_DRAFT, { type: 'notice', text: NOT_ACROSS }]);
    expect(state).toBe(cutTool.idle);
  });

  test('a drag over nothing says what to do', () => {
    const { last } = run([down(70, 90), up(95, 95)]);
    expect(last).toContainEqual({ type: 'notice', text: NOTHING_TO_CUT });
  });

  test('Enter on a line that does not divide says so and keeps the line to be mended', () => {
    const { last, state } = run([...click(30, 10), ...click(30, 40), FINISH]);
    expect(last).toEqual([{ type: 'notice', text: NOT_ACROSS }]);
    expect(cutTool.isBusy(state)).toBe(true);
    expect(cuts(run([{ type: 'back' }, ...click(30, 60)], context(), state).effects)).toEqual([['car', [900, 300]]]);
  });

  test('the second press of a double click is no point, and starts no line after a cut', () => {
    const { state, effects } = run([...click(30, 10), ...click(30, 60), ...click(30, 60), FINISH]);
    expect(cuts(effects)).toHaveLength(1);
    expect(types(effects)).not.toContain('notice');
    expect(state).toBe(cutTool.idle);
    const bent = run([...click(30, 10), ...click(30, 35), ...click(31, 35)]);
    expect(bent.state).toMatchObject({ points: [{ x: 30, y: 10 }, { x: 30, y: 35 }] }); // prettier-ignore
  });

  test('points snap to borders, and ends on the border count', () => {
    const snap = (p: { x: number; y: number }) => imagePoint(p.x, p.y < 35 ? 20 : 50);
    const { effects } = run([...click(30, 22), ...click(30, 48)], context({ snap, selection: ['car'] }));
    expect(cuts(effects)).toEqual([['car', [900, 300]]]);
  });

  test('Backspace takes the last point back, and the line with the first', () => {
    const two = run([...click(30, 10), ...click(30, 35), { type: 'back' }]);
    expect(two.state).toMatchObject({ points: [{ x: 30, y: 10 }] });
    const none = run([{ type: 'back' }], context(), two.state);
    expect(none.state).toBe(cutTool.idle);
    expect(none.effects).toEqual([NO_DRAFT]);
  });

  test('Esc drops the line', () => {
    const { last, state } = run([...click(30, 10), ...click(30, 35), { type: 'cancel' }]);
    expect(last).toEqual([NO_DRAFT]);
    expect(state).toBe(cutTool.idle);
  });

  test('a second finger takes the press, not the points before it', () => {
    const { state } = run([...click(30, 10), down(90, 90), move(95, 95), { type: 'lost' }]);
    expect(state).toMatchObject({ points: [{ x: 30, y: 10 }], press: null });
    expect(cuts(run(click(30, 60), context(), state).effects)).toHaveLength(1);
    expect(run([down(30, 10), { type: 'lost' }]).state).toBe(cutTool.idle);
  });

  test('somebody deletes the region in hand: the line ends and says so', () => {
    const selection = ['car'];
    const first = run(click(30, 10), context({ selection }));
    expect(cutTool.holds(first.state)).toEqual(['car']);
    const { last, state } = run([{ type: 'removed' }], context({}, []), first.state);
    expect(last).toEqual([NO_DRAFT, { type: 'notice', text: GONE }]);
    expect(state).toBe(cutTool.idle);
  });

  test('a region gone at the very release is not brought back', () => {
    const first = run(click(30, 10), context({ selection: ['car'] }));
    const { effects } = run(click(30, 60), context({}, [tree]), first.state);
    expect(effects).toEqual([NO_DRAFT, { type: 'notice', text: GONE }]);
  });

  test('what somebody changed meanwhile is cut as it is now', () => {
    const first = run(click(30, 10), context({ selection: ['car'] }));
    const grown: ToolRegion = { ...car, geometry: { kind: 'box', x: 20, y: 20, width: 60, height: 30 } };
    expect(cuts(run(click(30, 60), context({}, [grown]), first.state).effects)).toEqual([['car', [1500, 300]]]);
  });

  test('where nothing may be changed it says why, also when that begins midway', () => {
    const readOnly = 'The project is paused';
    expect(run(click(30, 10), context({ readOnly })).effects).toEqual([{ type: 'notice', text: readOnly }]);
    const first = run(click(30, 10));
    const { last, state } = run([down(30, 60)], context({ readOnly }), first.state);
    expect(last).toEqual([NO_DRAFT, { type: 'notice', text: readOnly }]);
    expect(state).toBe(cutTool.idle);
  });

  test('skip means nothing here', () => {
    const first = run(click(30, 10));
    expect(run([{ type: 'skip' }], context(), first.state)).toMatchObject({ state: first.state, effects: [] });
    expect(run([{ type: 'skip' }, FINISH, { type: 'back' }, { type: 'cancel' }]).effects).toEqual([]);
  });

  test('it tells what to do first and what next', () => {
    const hint = (events: ToolEvent[], now = context()) => cutTool.hint?.(run(events).state, now);
    expect(hint([])).toMatch(/both sides/);
    expect(hint(click(30, 10))).toMatch(/border/);
    expect(hint([], context({ readOnly: 'Paused' }))).toBeNull();
  });
});

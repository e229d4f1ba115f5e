import type { Session, TaskRoom } from '@tandem/client';
import { MemoryServer } from '@tandem/client/testing';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { Suggestions } from '~/features/workbench/suggestions/suggestions';
import { joined, SuggestionsUnderlay } from '~/features/workbench/suggestions/underlay';
import { suggestionKeys } from '~/features/workbench/suggestions/use-suggestions';
import { overText, percentOf } from '~/features/workbench/suggestions/words';
import { uiContextOf } from '~/features/workbench/task-context';
import { besideRect } from '~/geometry/beside';
import { imagePoint } from '~/geometry/points';
import type { Geometry } from '~/geometry/shapes';
import { LEFT_ALONE } from '~/hotkeys/registry';
import { Desk } from '~/tools/desk';
import { seatAt } from '../support/memory-room';

const TASK = '0192f0c1-0000-7000-8000-000000000001';
const IMAGE = { width: 1000, height: 800 };
const idOf = (n: number): string => `0192f0c1-0000-7000-8000-00000000010${n}`;
const box = (x: number): Geometry => ({ kind: 'box', x, y: 100, width: 100, height: 100 });
const ALL = { x: 0, y: 0, ...IMAGE };

describe('going through suggestions', () => {
  let session: Session;
  let room: TaskRoom;
  let desk: Desk;
  let suggestions: Suggestions;
  let said: string[];

  /** Cars at 100, 300, 500, 700 with these scores. */
  const suggest = (...scores: (number | null)[]): void => {
    const map = room.doc.getMap('suggestions');
    room.doc.transact(() =>
      scores.forEach((score, n) =>
        map.set(idOf(n), {
          label: n === 3 ? 'bus' : 'car',
          geometry: box(100 + 200 * n),
          attributes: { n },
          z: 0,
          source: 'yolo',
          created_at: 0,
          ...(score !== null && { score }),
        }),
      ),
    );
    room.undo.clear();
  };
  const open = (): number[] => suggestions.open().map(({ attributes }) => Number(attributes.n));
  const current = (): number | null => {
    const found = suggestions.get();
    return found ? Number(found.attributes.n) : null;
  };

  beforeEach(async () => {
    vi.useFakeTimers();
    const server = new MemoryServer({ latencyMs: 1 });
    server.task(TASK);
    ({ session, room } = seatAt(server, TASK, 'Rita'));
    said = [];
    const frames = { request: () => 0, cancel: () => undefined, still: true };
    desk = new Desk({ room, image: IMAGE, frames, notify: (text) => said.push(text) });
    desk.camera.resize({ width: 1000, height: 800 });
    await vi.advanceTimersByTimeAsync(200);
    suggestions = new Suggestions(desk);
  });

  afterEach(() => {
    suggestions.dispose();
    desk.dispose();
    session.close();
    vi.useRealTimers();
  });

  test('Tab goes to the surest, then accepts and goes on, and at the end leaves the key alone', () => {
    suggest(0.5, 0.9, null);
    // Who gives no score leaves no doubt in what is accepted at once, but comes last to be looked at.
    expect(open()).toEqual([1, 0, 2]);
    expect([suggestions.take(), current(), room.regions.size]).toEqual([true, 1, 0]);
    expect([suggestions.take(), current(), room.regions.size]).toEqual([true, 0, 1]);
    suggestions.take();
    suggestions.take();
    expect([open(), current(), room.regions.size]).toEqual([[], null, 3]);
    expect(suggestions.take()).toBe(false);
    room.undo.undo();
    expect(open()).toEqual([2]);
  });

  test('Backspace rejects what is looked at and goes on; with nothing looked at it is not for suggestions', () => {
    suggest(0.5, 0.9);
    expect(suggestions.drop()).toBe(false);
    suggestions.step(1);
    expect([suggestions.drop(), current(), open()]).toEqual([true, 0, [0]]);
    expect(room.regions.size).toBe(0);
    room.undo.undo();
    expect(open()).toEqual([1, 0]);
  });

  test('what is selected has the keys', () => {
    suggest(0.9);
    suggestions.step(1);
    const mine = room.regions.add({ label: 'car', geometry: box(0) });
    desk.select([mine]);
    expect([current(), suggestions.take(), suggestions.drop()]).toEqual([null, false, false]);
    expect(room.regions.size).toBe(1);
  });

  test('put away by Esc, Tab is the browser’s until one is looked at again', () => {
    suggest(0.9, 0.5);
    suggestions.step(1);
    expect([suggestions.letGo(), suggestions.letGo(), suggestions.take()]).toEqual([true, false, false]);
    suggestions.look(idOf(1));
    expect([suggestions.take(), open()]).toEqual([true, [0]]);
  });

  test('keys are for suggestions on the picture only', () => {
    suggest(0.9);
    const keys = suggestionKeys(suggestions);
    const press = (key: string, target: unknown): KeyboardEvent => ({ key, target }) as KeyboardEvent;
    const elsewhere = { matches: () => false };
    expect(keys.acceptSuggestion?.(press('Tab', elsewhere))).toBe(LEFT_ALONE);
    expect(current()).toBeNull();
    // From the list of all commands.
    keys.acceptSuggestion?.(press('Tab', null));
    keys.remove?.(press('Backspace', elsewhere));
    expect(open()).toEqual([0]);
    keys.remove?.(press('Backspace', null));
    expect(open()).toEqual([]);
  });

  test('all from a score on are one step of undo', () => {
    suggest(0.79, 0.8, 0.95, null);
    expect(suggestions.over(0.8).map(({ attributes }) => attributes.n)).toEqual([2, 1, 3]);
    expect(suggestions.accept(suggestions.over(0.8)).ids).toHaveLength(3);
    expect([open(), room.regions.size]).toEqual([[0], 3]);
    expect(suggestions.reject(suggestions.open())).toBe(1);
    room.undo.undo();
    room.undo.undo();
    expect([open().length, room.regions.size, room.undo.canUndo]).toEqual([4, 0, false]);
  });

  test('what the task would not take stays open, and it is said why', () => {
    suggest(0.9, 0.8, 0.7, 0.6);
    const label = { kinds: undefined, keypoints: [], initial: {} };
    desk.setLabels([{ name: 'car', most: 2, ...label }]);
    const { ids } = suggestions.accept(suggestions.open());
    expect([ids, open()]).toEqual([
      [idOf(0), idOf(1)],
      [2, 3],
    ]);
    expect(said.join()).toMatch(/At most 2 of car/);
    suggestions.accept(suggestions.open().filter(({ attributes }) => attributes.n === 3));
    expect(said.at(-1)).toBe('“bus” does not take such a shape here');
  });

  test('a new region has what its label begins with, as far as the model says nothing of it', () => {
    suggest(0.9);
    desk.setLabels([{ name: 'car', kinds: undefined, keypoints: [], initial: { n: 7, color: 'red' } }]);
    suggestions.accept(suggestions.open());
    expect(room.regions.list()[0]?.attributes).toEqual({ n: 0, color: 'red' });
  });

  test('edited, it is accepted and in hand', () => {
    suggest(0.9);
    const [one] = suggestions.open();
    if (one) suggestions.edit(one);
    expect([desk.tool.get(), desk.selection.get(), open()]).toEqual(['select', [idOf(0)], []]);
  });

  test('what somebody else decides is not looked at any more', () => {
    suggest(0.9, 0.5);
    suggestions.look(idOf(0));
    room.doc.getMap('verdicts').set(idOf(0), 'rejected');
    expect(current()).toBeNull();
  });

  test('a click where nothing of the work is reaches what lies below it', () => {
    suggest(0.9, 0.5);
    const underlay = new SuggestionsUnderlay(suggestions, { color: () => '#f00' });
    const hits: (string | null)[] = [];
    desk.onMissed((point, reach) => hits.push(underlay.at(point, reach)));
    desk.pickTool('select');
    for (const x of [150, 350, 250]) {
      desk.dispatch({ type: 'down', point: imagePoint(x, 150), shift: false, alt: false });
      desk.dispatch({ type: 'up', point: imagePoint(x, 150), shift: false, alt: false });
    }
    expect(hits).toEqual([idOf(0), idOf(1), null]);
  });

  test('on the picture all that is open is dashed, the one looked at on top, and scores on what is large', () => {
    suggest(0.9, 0.5, null);
    const underlay = new SuggestionsUnderlay(suggestions, { color: (label) => label });
    suggestions.look(idOf(0));
    const styles = underlay.search(ALL).map((region) => [region.attributes.n, underlay.styleOf(region)?.dash !== undefined]);
    expect(styles.sort()).toEqual([
      [0, false],
      [1, true],
      [2, true],
    ]);
    expect(underlay.focused().map(({ name }) => name)).toEqual(['car 90 %']);
    expect(underlay.tagged(ALL, 1).map(({ text }) => text)).toEqual(['50 %']);
    expect(underlay.tagged(ALL, 0.5)).toEqual([]);
    suggestions.shown.set(false);
    expect([underlay.search(ALL), underlay.focused()]).toEqual([[], []]);
  });

  test('two things below the work keep their looks', () => {
    suggest(0.9);
    const underlay = new SuggestionsUnderlay(suggestions, { color: () => '#f00' });
    const other = { id: 'o', label: 'x', geometry: box(1), attributes: {}, author: null, z: 0, createdAt: 0, relations: [] };
    const below = {
      search: () => [other],
      styleOf: () => ({ color: '#00f', fill: 0, width: 1, alpha: 1 }),
      focused: () => [],
      subscribe: () => () => undefined,
    };
    const both = joined(below, underlay);
    expect(both.search(ALL).map((region) => both.styleOf(region)?.color)).toEqual(['#00f', '#f00']);
  });

  test('a layout is told of those that are open', () => {
    suggest(0.9, null);
    const { ai_predictions: told } = uiContextOf(desk) as { ai_predictions: unknown };
    expect(told).toMatchObject([
      { id: idOf(0), label: 'car', confidence: 0.9, source: 'yolo', kind: 'box' },
      { id: idOf(1), confidence: null },
    ]);
    expect((uiContextOf(desk) as { ai_predictions: unknown }).ai_predictions).toBe(told);
  });

  test('a layout is told of what came with the data, too, until it is decided, and which letters that is about', () => {
    suggest(0.9);
    const input = {
      predictions: [
        { start: 4, end: 7, label: 'Drug', confidence: 0.4 },
        { id: 'mine', field: 'topic', value: 'billing', confidence: 0.8 },
        'no prediction',
      ],
    };
    interface Told {
      readonly ai_predictions: readonly { readonly id: string }[];
      readonly ai_highlights: unknown;
    }
    const told = uiContextOf(desk, input) as unknown as Told;
    expect(told.ai_predictions).toMatchObject([{ id: idOf(0) }, { id: 'mine' }, { label: 'Drug' }]);
    expect(told.ai_highlights).toEqual([{ start: 4, end: 7, label: 'Drug' }]);
    desk.room.suggestions.note(told.ai_predictions[2]?.id ?? '', 'rejected');
    const next = uiContextOf(desk, input) as unknown as Told;
    expect(next.ai_predictions.map(({ id }) => id)).toEqual([idOf(0), 'mine']);
    expect(next.ai_highlights).toEqual([]);
  });
});

describe('words', () => {
  test('what is not sure is never said to be', () => {
    expect([0, 0.456, 0.999, 1].map(percentOf)).toEqual(['0 %', '46 %', '99 %', '100 %']);
    expect(overText(0.8, 14, 20)).toBe('at least 0.80: 14 of 20');
  });
});

describe('a card beside a shape', () => {
  const [card, stage] = [
    { width: 200, height: 100 },
    { width: 1000, height: 600 },
  ];
  test.each([
    ['right of it', { x: 100, y: 100, width: 100, height: 100 }, { x: 210, y: 100 }],
    ['left of what is at the right', { x: 850, y: 100, width: 100, height: 100 }, { x: 640, y: 100 }],
    ['below what is as wide as the stage', { x: 10, y: 10, width: 980, height: 100 }, { x: 400, y: 120 }],
    ['above what reaches to its foot', { x: 10, y: 300, width: 980, height: 300 }, { x: 400, y: 190 }],
    ['at the foot of the stage where the shape fills it', { x: -50, y: -50, width: 1100, height: 700 }, { x: 400, y: 492 }],
  ])('%s', (_, around, place) => expect(besideRect(around, card, stage, 10)).toEqual(place));
});

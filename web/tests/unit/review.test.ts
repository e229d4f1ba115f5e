import type { RegionSnapshot, Session, TaskRoom } from '@tandem/client';
import { MemoryServer } from '@tandem/client/testing';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { Adjudication } from '~/features/workbench/review/adjudication';
import { answersTo, type Answer, type Candidate } from '~/features/workbench/review/answers';
import { AnswersUnderlay } from '~/features/workbench/review/answers-underlay';
import { changesBetween, roundBefore } from '~/features/workbench/review/changes';
import { regionIdOf } from '~/features/workbench/review/decisions';
import { keptOn } from '~/features/workbench/review/kept';
import { mergesOf } from '~/features/workbench/review/merges';
import * as resolve from '~/features/workbench/review/resolve';
import { columnsFor } from '~/features/workbench/review/panes';
import { isSentBack, remarksFor } from '~/features/workbench/review/remarks';
import { greeting, reasonIn } from '~/features/workbench/review/verdict';
import type { Geometry } from '~/geometry/shapes';
import { Desk } from '~/tools/desk';
import { seatAt } from '../support/memory-room';

const TASK = '0192f0c1-0000-7000-8000-000000000001';
const frames = { request: () => 0, cancel: () => undefined, still: true };
const IMAGE = { width: 1000, height: 800 };

const box = (x: number, y = 100): Geometry => ({ kind: 'box', x, y, width: 100, height: 100 });
const region = (id: string, label: string, geometry: Geometry): RegionSnapshot => ({
  id,
  label,
  geometry,
  attributes: {},
  author: null,
  z: 0,
  createdAt: 0,
  relations: [],
});
const answer = (at: number, name: string, ...regions: RegionSnapshot[]): Answer => ({
  at,
  id: name,
  userId: name,
  name,
  regions,
  output: {},
});

/** Agreed at 100; another shape at 300; another label at 500; only Anna at 700. */
const ANSWERS = [
  answer(
    0,
    'Anna',
    region('a1', 'car', box(100)),
    region('a2', 'car', box(300)),
    region('a3', 'car', box(500)),
    region('a4', 'car', box(700)),
  ),
  answer(1, 'Ben', region('b1', 'car', box(102)), region('b2', 'car', box(330)), region('b3', 'bus', box(500))),
];

describe('deciding', () => {
  let session: Session;
  let room: TaskRoom;
  let desk: Desk;
  let deciding: Adjudication;

  const labels = (): string[] => room.regions.list().map(({ label }) => label);
  const conflict = (first: string) => {
    const found = deciding.conflicts.find(({ members }) => members[0]?.region.id === first);
    if (!found) throw new Error(`no conflict about ${first}`);
    return found;
  };

  beforeEach(async () => {
    vi.useFakeTimers();
    const server = new MemoryServer({ latencyMs: 1 });
    server.task(TASK);
    ({ session, room } = seatAt(server, TASK, 'Rita'));
    desk = new Desk({ room, image: IMAGE, frames, notify: () => undefined });
    desk.camera.resize({ width: 1000, height: 800 });
    await vi.advanceTimersByTimeAsync(200);
    deciding = new Adjudication({
      desk,
      layout: null,
      draws: true,
      answers: ANSWERS,
      scope: 'adjudicate',
      leftOut: keptOn(null, 'x'),
    });
  });

  afterEach(() => {
    deciding.dispose();
    desk.dispose();
    session.close();
    vi.useRealTimers();
  });

  test('nothing is decided at first, and what differs is in the list', () => {
    expect(deciding.open()).toHaveLength(3);
    expect(deciding.agreed).toHaveLength(1);
  });

  test('what is taken is the region of the answer, and taking another one changes that region', () => {
    resolve.take(deciding, conflict('a3'), 1);
    expect(labels()).toEqual(['bus']);
    resolve.take(deciding, conflict('a3'), 0);
    expect(labels()).toEqual(['car']);
    expect(deciding.decided(conflict('a3'))).toEqual({ kind: 'taken', answers: [0] });
  });

  test('the next answer goes round', () => {
    const thing = conflict('a2');
    const at = (): number | undefined => (deciding.regionOf(thing)?.geometry as { x: number } | undefined)?.x;
    resolve.takeNext(deciding, thing);
    expect(at()).toBe(300);
    resolve.takeNext(deciding, thing);
    expect(at()).toBe(330);
    resolve.takeNext(deciding, thing);
    expect(at()).toBe(300);
  });

  test('the shape of one and the label of another', () => {
    resolve.take(deciding, conflict('a3'), 0);
    resolve.setLabel(deciding, conflict('a3'), 'bus');
    expect(labels()).toEqual(['bus']);
  });

  test('an undo opens it again, a redo closes it', () => {
    resolve.merge(
      deciding,
      conflict('a2'),
      resolve.mergesFor(deciding, conflict('a2'))[0] ?? { id: 'mean', name: '', geometry: box(0) },
    );
    expect(deciding.decided(conflict('a2'))).toEqual({ kind: 'changed' });
    desk.undo();
    expect(deciding.decided(conflict('a2'))).toBeNull();
    desk.redo();
    expect(deciding.isDecided(conflict('a2'))).toBe(true);
  });

  test('what is left out is decided, until it is asked for again', () => {
    resolve.take(deciding, conflict('a4'), 0);
    resolve.leaveOut(deciding, conflict('a4'));
    expect([labels(), deciding.decided(conflict('a4'))]).toEqual([[], { kind: 'left_out' }]);
    resolve.leaveOut(deciding, conflict('a4'));
    expect(deciding.decided(conflict('a4'))).toBeNull();
  });

  test('an answer that has nothing there is taken by leaving it out', () => {
    resolve.take(deciding, conflict('a4'), 1);
    expect(deciding.decided(conflict('a4'))).toEqual({ kind: 'left_out' });
  });

  test('all that is agreed is one step of undo', () => {
    expect(resolve.takeAgreed(deciding)).toBe(1);
    expect(resolve.takeAgreed(deciding)).toBe(0);
    desk.undo();
    expect(deciding.untaken()).toHaveLength(1);
  });

  test('a whole answer decides everything, and taken back it decides nothing', () => {
    resolve.takeWhole(deciding, 1);
    expect(labels().sort()).toEqual(['bus', 'car', 'car']);
    expect(deciding.open()).toHaveLength(0);
    desk.undo();
    expect(room.regions.size).toBe(0);
    expect(deciding.open()).toHaveLength(3);
  });

  test('the same answers decide the same regions, on whatever device', () => {
    resolve.take(deciding, conflict('a2'), 0);
    const again = new Adjudication({
      desk,
      layout: null,
      draws: true,
      answers: ANSWERS,
      scope: 'adjudicate',
      leftOut: keptOn(null, 'x'),
    });
    expect(again.open()).toHaveLength(2);
    again.dispose();
  });

  test('stepping begins with the first that is open, and goes round', () => {
    const [first, second, third] = deciding.conflicts;
    if (first) resolve.take(deciding, first, 0);
    expect(deciding.step(1)).toBe(second);
    expect(deciding.step(1)).toBe(third);
    expect(deciding.step(1)).toBe(first);
    expect(deciding.step(-1)).toBe(third);
  });

  test('the canvas hides what is switched off, and what is agreed or decided stands back', () => {
    const shown = new AnswersUnderlay(deciding, null);
    const alpha = (at: number, n: number): number | undefined => {
      const drawn = ANSWERS[at]?.regions[n];
      return drawn && shown.styleOf(drawn)?.alpha;
    };
    expect(alpha(0, 1)).toBeGreaterThan(alpha(0, 0) ?? 1);
    resolve.take(deciding, conflict('a2'), 0);
    expect(alpha(0, 1)).toBe(alpha(0, 0));
    deciding.toggle(0);
    expect(alpha(0, 3)).toBeUndefined();
    expect(alpha(1, 2)).toBe(1);
    expect(
      shown
        .search({ x: 0, y: 0, width: 250, height: 800 })
        .map(({ id }) => id)
        .sort(),
    ).toEqual(['a1', 'b1']);
  });
});

describe('the id of a decision', () => {
  test('is a UUID of version 7, the same for the same thing, another for another document', () => {
    const id = regionIdOf('task adjudicate', 'a b');
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(regionIdOf('task adjudicate', 'a b')).toBe(id);
    expect(regionIdOf('task other', 'a b')).not.toBe(id);
    const many = new Set(Array.from({ length: 5_000 }, (_, n) => regionIdOf('task adjudicate', `a${n}`)));
    expect(many.size).toBe(5_000);
  });
});

describe('merging', () => {
  test('boxes stay boxes', () => {
    const merges = mergesOf([box(0), box(50)], IMAGE);
    expect(merges.map(({ id, geometry }) => [id, geometry])).toEqual([
      ['mean', { kind: 'box', x: 25, y: 100, width: 100, height: 100 }],
      ['union', { kind: 'box', x: 0, y: 100, width: 150, height: 100 }],
      ['intersection', { kind: 'box', x: 50, y: 100, width: 50, height: 100 }],
    ]);
  });

  test('outlines become what either or both cover, masks stay masks', () => {
    const polygon: Geometry = { kind: 'polygon', parts: [[[[0, 100], [100, 100], [100, 200], [0, 200]]]] }; // prettier-ignore
    expect(mergesOf([polygon, box(50)], IMAGE).map(({ id, geometry }) => [id, geometry.kind])).toEqual([
      ['union', 'polygon'],
      ['intersection', 'polygon'],
    ]);
    const mask: Geometry = { kind: 'mask', width: 4, height: 4, counts: [0, 4, 12] };
    const kinds = mergesOf([mask, { kind: 'box', x: 0, y: 0, width: 2, height: 4 }], { width: 4, height: 4 });
    expect(kinds.map(({ geometry }) => geometry)).toEqual([
      { kind: 'mask', width: 4, height: 4, counts: [0, 8, 8] },
      { kind: 'mask', width: 4, height: 4, counts: [0, 4, 12] },
    ]);
  });

  test('what has no common measure cannot be merged', () => {
    expect(mergesOf([box(0)], IMAGE)).toEqual([]);
    expect(mergesOf([box(0), { kind: 'point', x: 1, y: 1 }], IMAGE)).toEqual([]);
  });
});

const candidate = (step: string, slot: number, round: number, assignment: string, regions: unknown[] = []): Candidate =>
  ({
    user_name: assignment,
    slot,
    round,
    reason: null,
    annotation: { id: assignment, assignment_id: assignment, step, user_id: assignment, regions, submitted_at: null },
  }) as unknown as Candidate;

describe('which answers', () => {
  test('the last round of each, without what was decided here before', () => {
    const all = [
      candidate('annotate', 0, 1, 'old'),
      candidate('annotate', 0, 2, 'new'),
      candidate('annotate', 1, 1, 'other'),
      candidate('adjudicate', 0, 1, 'decision'),
    ];
    expect(answersTo(all, { id: 'mine', step: 'adjudicate' }).map(({ id, at }) => [id, at])).toEqual([['new', 0], ['other', 1]]); // prettier-ignore
  });

  test('the round before is of the same answer', () => {
    const all = [
      candidate('annotate', 0, 1, 'first'),
      candidate('annotate', 1, 1, 'other'),
      candidate('annotate', 0, 3, 'third'),
    ];
    expect(roundBefore(all, candidate('annotate', 0, 3, 'third'))?.annotation.id).toBe('first');
    expect(roundBefore(all, candidate('annotate', 1, 1, 'other'))).toBeNull();
  });

  test('what changed between rounds says in what', () => {
    const before = [region('a', 'car', box(0)), region('b', 'car', box(200)), region('c', 'car', box(400))];
    const after = [region('a', 'bus', box(5)), region('b', 'car', box(200)), region('d', 'car', box(600))];
    expect(
      changesBetween(before, after).map((change) => [change.id, change.kind, change.kind === 'changed' ? change.in : []]),
    ).toEqual([
      ['a', 'changed', ['label', 'shape']],
      ['d', 'added', []],
      ['c', 'removed', []],
    ]);
  });
});

describe('a reason', () => {
  test('is what is said besides whom it is said to', () => {
    expect(reasonIn(`${greeting('Anna Weber')}wheels missing `, 'Anna Weber')).toBe('wheels missing');
    expect(reasonIn('@Anna Weber ', 'Anna Weber')).toBe('');
    expect(reasonIn('wheels missing', null)).toBe('wheels missing');
  });

  test('comes back to its author as long as nobody has settled it', () => {
    const thread = (id: string, at: number, author: string, mentions: string[], resolved: object | null = null) =>
      ({
        id,
        createdAt: at,
        resolved,
        anchor: { kind: 'point', x: 0, y: 0 },
        comments: [{ id, author, mentions, text: '' }],
      }) as never;
    const threads = [
      thread('old', 1, 'r', ['me']),
      thread('new', 2, 'r', ['me']),
      thread('done', 3, 'r', ['me'], {}),
      thread('mine', 4, 'me', ['me']),
    ];
    expect(remarksFor(threads, 'me').map(({ id }) => id)).toEqual(['new', 'old']);
    const work = (status: string, submitted_at: string) => ({ user_id: 'me', status, submitted_at, version: 1 }) as never;
    expect(isSentBack([work('superseded', '2026-01-01'), work('rejected', '2026-01-02')], 'me')).toBe(true);
    expect(isSentBack([work('rejected', '2026-01-01'), work('submitted', '2026-01-02')], 'me')).toBe(false);
  });
});

test('pictures side by side are as large as they can be', () => {
  expect(columnsFor(3, { width: 1048, height: 620 }, { width: 1280, height: 860 })).toBe(2);
  expect(columnsFor(3, { width: 1048, height: 620 }, { width: 500, height: 1500 })).toBe(3);
  expect(columnsFor(2, { width: 700, height: 900 }, { width: 1600, height: 900 })).toBe(1);
});

test('what is kept makes room for what comes later', () => {
  const items = new Map<string, string>();
  const shelf = {
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => void items.set(key, value),
    removeItem: (key: string) => void items.delete(key),
    key: (n: number) => [...items.keys()][n] ?? null,
    get length() {
      return items.size;
    },
  };
  for (let n = 0; n < 230; n++) keptOn(shelf, `n${n}`, () => n).set('x');
  expect(items.size).toBe(200);
  expect(keptOn(shelf, 'n0').get()).toBe('');
  expect(keptOn(shelf, 'n229').get()).toBe('x');
});

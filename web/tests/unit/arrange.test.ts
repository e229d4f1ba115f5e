import { describe, expect, test } from 'vitest';

import { aligned, brought, copiesAt, distributed, type AlignEdge, type Placed, type Shift } from '~/geometry/arrange';
import { bounds, type Geometry } from '~/geometry/shapes';

const placed: Placed[] = [
  { id: 'a', rect: { x: 10, y: 80, width: 20, height: 20 } },
  { id: 'b', rect: { x: 60, y: 20, width: 40, height: 10 } },
  { id: 'c', rect: { x: 35, y: 50, width: 5, height: 31 } },
];
const image = { width: 200, height: 100 };
const box: Geometry = { kind: 'box', x: 20, y: 20, width: 40, height: 30 };

/** Where they are afterwards. */
const after = (shifts: Map<string, Shift>): Placed[] =>
  placed.map(({ id, rect }) => {
    const { dx, dy } = shifts.get(id) ?? { dx: NaN, dy: NaN };
    return { id, rect: { ...rect, x: rect.x + dx, y: rect.y + dy } };
  });

describe('aligning', () => {
  const EDGES: Record<AlignEdge, (p: Placed) => number> = {
    left: ({ rect }) => rect.x,
    centre: ({ rect }) => rect.x + rect.width / 2,
    right: ({ rect }) => rect.x + rect.width,
    top: ({ rect }) => rect.y,
    middle: ({ rect }) => rect.y + rect.height / 2,
    bottom: ({ rect }) => rect.y + rect.height,
  };
  const WANTED: Record<AlignEdge, number> = { left: 10, centre: 55, right: 100, top: 20, middle: 60, bottom: 100 };

  test.each(Object.keys(EDGES) as AlignEdge[])('all have the same %s, that of the box around them', (edge) => {
    const now = after(aligned(placed, edge)).map(EDGES[edge]);
    for (const value of now) expect(value).toBeCloseTo(WANTED[edge], 5);
  });

  test('nothing moves in the other direction', () => {
    for (const { dy } of aligned(placed, 'right').values()) expect(dy).toBe(0);
    for (const { dx } of aligned(placed, 'middle').values()) expect(dx).toBe(0);
  });

  test('one alone stays, none is no error', () => {
    expect([...aligned(placed.slice(0, 1), 'right').values()]).toEqual([{ dx: 0, dy: 0 }]);
    expect(aligned([], 'left').size).toBe(0);
  });
});

describe('distributing', () => {
  test('gaps are equal and the outermost stay', () => {
    const shifts = distributed(placed, 'across');
    expect(shifts.get('a')).toEqual({ dx: 0, dy: 0 });
    expect(shifts.get('b')).toEqual({ dx: 0, dy: 0 });
    const [a, b, c] = after(shifts).map((p) => p.rect);
    expect((c?.x ?? 0) - (a?.x ?? 0) - 20).toBeCloseTo((b?.x ?? 0) - (c?.x ?? 0) - 5, 1);
  });

  test('down as across', () => {
    const [a, b, c] = after(distributed(placed, 'down')).map((p) => p.rect);
    expect((c?.y ?? 0) - (b?.y ?? 0) - 10).toBeCloseTo((a?.y ?? 0) - (c?.y ?? 0) - 31, 1);
  });

  test('where there is no room they overlap evenly', () => {
    const tight = [0, 5, 20].map((x, i) => ({ id: String(i), rect: { x, y: 0, width: 30, height: 10 } }));
    expect([...distributed(tight, 'across')]).toEqual([
      ['0', { dx: 0, dy: 0 }],
      ['1', { dx: 5, dy: 0 }],
      ['2', { dx: 0, dy: 0 }],
    ]);
  });

  test('two have one gap already', () => {
    expect([...distributed(placed.slice(0, 2), 'across').values()]).toEqual([
      { dx: 0, dy: 0 },
      { dx: 0, dy: 0 },
    ]);
  });
});

const copyAt = (g: Geometry, dx: number, dy: number): Geometry | undefined => copiesAt([g], dx, dy, image)[0];

describe('copies', () => {
  test('lie beside the original, inside the image', () => {
    expect(copyAt(box, 10, 10)).toEqual({ ...box, x: 30, y: 30 });
    expect(copyAt(box, 500, 10)).toEqual({ ...box, x: 160, y: 30 });
  });

  test('in the last corner they go the other way, so that both are seen', () => {
    const corner: Geometry = { kind: 'box', x: 160, y: 70, width: 40, height: 30 };
    expect(copyAt(corner, 10, 10)).toEqual({ ...corner, x: 150, y: 60 });
  });

  test('masks lie beside theirs, too, pixel by pixel', () => {
    const mask: Geometry = { kind: 'mask', width: 200, height: 100, counts: [50, 10, 19_940] };
    expect(copyAt(mask, 10, 10)).toEqual({ ...mask, counts: [1060, 10, 18_930] });
  });

  test('what lies outside another image is moved inside, what is larger or painted has no place', () => {
    const far: Geometry = { kind: 'polygon', parts: [[[[500, -40], [560, -40], [530, 20]]]] }; // prettier-ignore
    const [inside] = brought([far], image);
    expect(inside && bounds(inside)).toEqual({ x: 140, y: 0, width: 60, height: 60 });
    expect(brought([box], image)[0]).toBe(box);
    expect(brought([{ ...box, width: 201 }], image)).toEqual([null]);
    expect(brought([{ kind: 'mask', width: 10, height: 10, counts: [100] }], image)).toEqual([null]);
  });

  test('of several lie to one another as their originals do, at the border too', () => {
    const [a, b] = [box, { ...box, x: 150, y: 60 }];
    expect(copiesAt([a, b], 20, 0, image)).toMatchObject([{ x: a.x + 10 }, { x: 160 }]);
    expect(copiesAt([a, { ...box, x: 160, y: 70 }], 10, 10, image)).toMatchObject([{ x: a.x - 10, y: a.y - 10 }, { x: 150, y: 60 }]); // prettier-ignore
  });

  test('brought to a smaller image together keep their gaps, as far as all fit', () => {
    const small = { width: 100, height: 60 };
    const [a, b] = [
      { ...box, x: 90, y: 50, width: 20, height: 20 },
      { ...box, x: 130, y: 60, width: 20, height: 20 },
    ];
    expect(brought([a, b], small)).toMatchObject([{ x: 40, y: 30 }, { x: 80, y: 40 }]); // prettier-ignore
    expect(brought([a, { ...b, x: 400 }], small)).toMatchObject([{ x: 80, y: 40 }, { x: 80, y: 40 }]); // prettier-ignore
    expect(brought([a, { ...b, width: 101 }], small)).toMatchObject([{ x: 80, y: 40 }, null]);
  });
});

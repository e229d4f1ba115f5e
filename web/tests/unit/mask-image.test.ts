import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { drawMask, littleEndian, placeOf } from '~/canvas/mask-image';
import { columnRuns } from '~/geometry/column-runs';
import { capsule, emptyMask, minus, union, type MaskGeometry } from '~/geometry/mask';
import { imagePoint } from '~/geometry/points';

const size = { width: 90, height: 60 };
const RED = '#fe0102';
const BLUE = '#0102fe';

/** As much of a canvas as pictures of masks need: whole pixels, no transparency between. */
class FakeCanvas {
  static made = 0;
  width = 0;
  height = 0;
  fillStyle = '';
  imageSmoothingEnabled = true;
  #pixels: Uint32Array | null = null;
  readonly canvas = this;

  constructor() {
    FakeCanvas.made++;
  }

  get pixels(): Uint32Array {
    return (this.#pixels ??= new Uint32Array(this.width * this.height));
  }

  getContext(): this {
    return this;
  }

  createImageData(width: number, height: number): { data: Uint8ClampedArray; width: number } {
    return { data: new Uint8ClampedArray(width * height * 4), width };
  }

  putImageData({ data }: { data: Uint8ClampedArray }): void {
    this.pixels.set(new Uint32Array(data.buffer));
  }

  #set(x: number, y: number, value: number): void {
    if (x < 0 || y < 0 || x >= this.width || y >= this.height) throw new Error('outside the canvas');
    this.pixels[y * this.width + x] = value;
  }

  fillRect(x: number, y: number, _one: number, height: number): void {
    const [red, green, blue] = this.fillStyle.match(/\d+/g)?.map(Number) ?? [];
    const value = Uint8Array.of(red ?? 0, green ?? 0, blue ?? 0, 255);
    for (let i = 0; i < height; i++) this.#set(x, y + i, new Uint32Array(value.buffer)[0] ?? 0);
  }

  clearRect(x: number, y: number, _one: number, height: number): void {
    for (let i = 0; i < height; i++) this.#set(x, y + i, 0);
  }

  drawImage(from: FakeCanvas, x: number, y: number): void {
    from.pixels.forEach((value, i) => {
      if (value !== 0) this.#set(x + (i % from.width), y + Math.floor(i / from.width), value);
    });
  }
}

beforeEach(() => vi.stubGlobal('document', { createElement: () => new FakeCanvas() }));
afterEach(() => vi.unstubAllGlobals());

/** What people see, row by row, and how many canvases it took. */
function seen(mask: MaskGeometry, color: string): { pixels: number[]; canvases: number } {
  const target = Object.assign(new FakeCanvas(), { width: mask.width, height: mask.height });
  FakeCanvas.made = 0;
  drawMask(target as unknown as CanvasRenderingContext2D, mask, color);
  return { pixels: [...target.pixels], canvases: FakeCanvas.made };
}

function expected(mask: MaskGeometry, color: string): number[] {
  const columns = mask.counts.flatMap((run, i) => Array<number>(run).fill(i % 2 === 1 ? littleEndian(color) : 0));
  return Array.from(columns, (_, i) => columns[(i % mask.width) * mask.height + Math.floor(i / mask.width)] ?? 0);
}

const disc = (x: number, y: number, radius: number): MaskGeometry => capsule(imagePoint(x, y), imagePoint(x, y), radius, size);

describe('a mask’s picture', () => {
  test('shows its ones in its colour, where they are', () => {
    const mask = union(disc(20, 20, 9), disc(70, 50, 15));
    expect(seen(mask, RED).pixels).toEqual(expected(mask, RED));
    expect(seen(mask, BLUE).pixels).toEqual(expected(mask, BLUE));
  });

  test('is made once', () => {
    const mask = disc(20, 20, 9);
    seen(mask, BLUE);
    expect(seen(mask, BLUE).canvases).toBe(0);
  });

  test('of nothing is nothing', () => {
    expect(seen(emptyMask(size), RED)).toEqual({ pixels: expected(emptyMask(size), RED), canvases: 0 });
  });

  test('follows a stroke all over the image and back without being made at every move', () => {
    let canvases = 0;
    const shown: MaskGeometry[] = [];
    let mask = disc(45, 30, 12);
    for (let i = 0; i < 150; i++) {
      const at = imagePoint(45 + 50 * Math.sin(i / 9), 30 + 35 * Math.cos(i / 7));
      mask = i % 5 === 4 ? minus(mask, capsule(at, at, 2, size)) : union(mask, capsule(at, at, 3, size));
      const { pixels, canvases: more } = seen(mask, RED);
      expect(pixels).toEqual(expected(mask, RED));
      canvases += more;
      shown.push(mask);
    }
    expect(canvases).toBeLessThan(10);
    // The stroke is taken back: what its picture was made of is drawn again.
    for (const earlier of [shown[3], shown[149], shown[80]]) {
      if (earlier) expect(seen(earlier, RED).pixels).toEqual(expected(earlier, RED));
    }
  });

  test('two masks that look alike do not get into each other’s', () => {
    const [a, b] = [union(disc(40, 30, 20), disc(80, 10, 3)), union(disc(40, 30, 20), disc(10, 55, 3))];
    for (const mask of [a, b, a, a, b]) expect(seen(mask, BLUE).pixels).toEqual(expected(mask, BLUE));
  });

  test('covers no more than the box around its ones', () => {
    expect(placeOf(columnRuns(disc(20, 30, 5), 1))).toEqual({ x: 15, y: 25, width: 10, height: 10 });
  });

  test('of a mask with runs too many is no larger than its image', () => {
    const damaged: MaskGeometry = { kind: 'mask', width: 4, height: 3, counts: [1, 1e9] };
    expect(placeOf(columnRuns(damaged, 1))).toEqual({ x: 0, y: 0, width: 4, height: 3 });
  });

  test('has its colour in memory as red, green, blue, opaque', () => {
    expect([...new Uint8Array(Uint32Array.of(littleEndian('#fe8001')).buffer)]).toEqual([0xfe, 0x80, 0x01, 0xff]);
  });
});

import { describe, expect, test } from 'vitest';

import { cleanGrain } from '~/assist/grain';
import { answeredSize, checkDecoder, chosenMask, INPUTS, OUTPUTS, question, thingOf } from '~/assist/sam/decoder';
import { inputOf, planEncoder, seenSize } from '~/assist/sam/encoder';
import type { TensorInfo } from '~/assist/sam/names';
import { keyOf } from '~/assist/picture';
import { imagePoint } from '~/geometry/points';
import type { Prompt } from '~/tools/assistant';

const tensor = (name: string, shape: TensorInfo['shape'], type = 'float32'): TensorInfo => ({ name, type, shape });
const EMBEDDINGS = [tensor('image_embeddings', [1, 256, 64, 64])];
const plan = (shape: TensorInfo['shape'], type = 'float32') => planEncoder([tensor('x', shape, type)], EMBEDDINGS);
const at = (x: number, y: number, inside = true): Prompt => ({ kind: 'point', point: imagePoint(x, y), inside });
const box: Prompt = { kind: 'box', from: imagePoint(400, 300), to: imagePoint(100, 50) };

describe("an encoder's picture", () => {
  test('is told from the shape of its input: colors first or last, with or without a dimension for several', () => {
    const square = { width: 1024, height: 1024 };
    expect(plan([1, 3, 1024, 1024])).toMatchObject({ order: 'chw', batched: true, size: square });
    expect(plan([1024, 1024, 3])).toMatchObject({ order: 'hwc', batched: false, size: square });
    expect(plan([1, 684, 1024, 3], 'uint8')).toMatchObject({ order: 'hwc', size: { width: 1024, height: 684 } });
    expect(plan(['height', 'width', 3])).toMatchObject({ order: 'hwc', size: null });
    expect(plan(['batch', 'colors', 'h', 'w'])).toMatchObject({ order: 'chw', size: null });
  });

  test('what is not understood says what it has and what is expected', () => {
    expect(() => plan([1, 1, 28, 28])).toThrow('x is float32 [1, 1, 28, 28]; expected is one picture: [1, 3, H, W] or [H, W, 3]');
    expect(() => plan([1, 3, 64, 64], 'float16')).toThrow('float16');
    expect(() => planEncoder([tensor('a', [1]), tensor('b', [1])], EMBEDDINGS)).toThrow('has the inputs a, b; expected');
    const two = [tensor('high', [1]), tensor('low', [1])];
    expect(() => planEncoder([tensor('x', [1, 3, 64, 64])], two)).toThrow('outputs high, low; expected are image_embeddings');
  });

  test('fills as much of the room as its sides allow, as ResizeLongestSide rounds', () => {
    expect(seenSize(plan([1, 3, 1024, 1024]), { width: 1920, height: 1080 })).toEqual({ width: 1024, height: 576 });
    expect(seenSize(plan([1, 684, 1024, 3]), { width: 1000, height: 1000 })).toEqual({ width: 684, height: 684 });
    expect(seenSize(plan(['h', 'w', 3]), { width: 100, height: 50 })).toEqual({ width: 1024, height: 512 });
    expect(seenSize(plan([1, 3, 64, 64]), { width: 100_000, height: 10 })).toEqual({ width: 64, height: 1 });
  });

  test('with colors first it is normalised as SAM was trained, and what is padded is zero', () => {
    const { data, dims } = inputOf(plan([1, 3, 2, 2]), Uint8ClampedArray.of(255, 0, 128, 255, 0, 0, 0, 255), {
      width: 2,
      height: 1,
    });
    expect(dims).toEqual([1, 3, 2, 2]);
    const [red, green, blue] = [(255 - 123.675) / 58.395, -116.28 / 57.12, (128 - 103.53) / 57.375];
    const black = [-123.675 / 58.395, -116.28 / 57.12, -103.53 / 57.375];
    const expected = [red, black[0], 0, 0, green, black[1], 0, 0, blue, black[2], 0, 0];
    expected.forEach((value, i) => expect(data[i]).toBeCloseTo(value ?? 0, 5));
  });

  test('with colors last it is as it is, and of any size only what is filled', () => {
    const rgba = Uint8ClampedArray.of(255, 0, 128, 255, 1, 2, 3, 255);
    expect(inputOf(plan(['h', 'w', 3]), rgba, { width: 2, height: 1 })).toEqual({
      data: Float32Array.of(255, 0, 128, 1, 2, 3),
      dims: [1, 2, 3],
    });
    expect(inputOf(plan([1, 1, 2, 3], 'uint8'), rgba, { width: 2, height: 1 }).data).toEqual(Uint8Array.of(255, 0, 128, 1, 2, 3));
  });
});

describe("a decoder's question", () => {
  const seen = { size: { width: 2000, height: 1000 }, seen: { width: 1024, height: 512 }, embedded: [1, 256, 64, 64] };

  test('has the names of the usual exports, or says which are there', () => {
    const inputs = INPUTS.map((name) => tensor(name, []));
    const outputs = OUTPUTS.map((name) => tensor(name, []));
    expect(() => checkDecoder(inputs, [...outputs, tensor('low_res_masks', [])])).not.toThrow();
    expect(() => checkDecoder(inputs.slice(1), outputs)).toThrow(
      /has the inputs point_coords, .*; expected are image_embeddings/,
    );
    expect(() => checkDecoder(inputs, outputs.slice(1))).toThrow('has the outputs iou_predictions; expected are masks');
  });

  test('has points in the coordinates of what the encoder saw, and without a box one that says nothing', () => {
    const { point_coords, point_labels, mask_input, has_mask_input, orig_im_size } = question(
      [at(500, 250), at(1000, 1000, false)],
      seen,
    );
    expect(point_coords).toEqual({ data: Float32Array.of(256, 128, 512, 512, 0, 0), dims: [1, 3, 2] });
    expect(point_labels).toEqual({ data: Float32Array.of(1, 0, -1), dims: [1, 3] });
    expect([mask_input?.dims, has_mask_input?.data]).toEqual([[1, 1, 256, 256], Float32Array.of(0)]);
    expect(orig_im_size?.data).toEqual(Float32Array.of(1000, 2000));
  });

  test('has a box as its upper left and lower right corner, however it was drawn', () => {
    const { point_coords, point_labels } = question([box], { ...seen, seen: seen.size });
    expect([...(point_coords?.data ?? [])]).toEqual([100, 50, 400, 300]);
    expect(point_labels).toEqual({ data: Float32Array.of(2, 3), dims: [1, 2] });
  });

  test('is answered no finer than can be seen', () => {
    expect(answeredSize({ width: 8000, height: 6000 })).toEqual({ width: 2048, height: 1536 });
    expect(answeredSize({ width: 640, height: 480 })).toEqual({ width: 640, height: 480 });
  });
});

describe("a decoder's answer", () => {
  test('of several masks a single point means the best of the last three, more prompts the first', () => {
    expect(chosenMask([0.99, 0.5, 0.8, 0.7], [at(1, 1)])).toBe(2);
    expect(chosenMask([0.1, 0.5, 0.8, 0.7], [at(1, 1), at(2, 2)])).toBe(0);
    expect(chosenMask([0.1, 0.5, 0.8, 0.7], [box])).toBe(0);
    expect(chosenMask([0.5, 0.8, 0.7], [at(1, 1), at(2, 2)])).toBe(1);
    expect(chosenMask([0.5], [at(1, 1)])).toBe(0);
  });

  test('is a mask of what is above zero, and its score is the confidence', () => {
    const masks = { data: Float32Array.of(-1, 2, -3, 4, 5, -6), dims: [1, 1, 2, 3] };
    const scores = { data: Float32Array.of(1.2), dims: [1, 1] };
    const { mask, confidence } = thingOf(masks, scores, [at(1, 1)], { width: 3, height: 2 });
    // Column by column: off on, on on, off off.
    expect(mask).toEqual({ kind: 'mask', width: 3, height: 2, counts: [1, 3, 2] });
    expect(confidence).toBe(1);
  });

  test('of another size than asked for is refused', () => {
    const masks = { data: new Float32Array(4), dims: [1, 1, 2, 2] };
    const scores = { data: Float32Array.of(1), dims: [1, 1] };
    expect(() => thingOf(masks, scores, [at(1, 1)], { width: 3, height: 2 })).toThrow(
      'its masks are 2 × 2; 3 × 2 were asked for',
    );
  });
});

describe('grain of a found area', () => {
  const drawn = (...rows: string[]) => {
    const size = { width: rows[0]?.length ?? 0, height: rows.length };
    const area = Uint8Array.from(Array.from(rows.join(''), (mark) => (mark === '#' ? 1 : 0)));
    cleanGrain(area, size);
    return rows.map((_, y) =>
      [...area.subarray(y * size.width, (y + 1) * size.width)].map((one) => (one === 1 ? '#' : '.')).join(''),
    );
  };

  test('islands of a few pixels go, and holes of a few pixels are filled; bays and what touches the edge stay', () => {
    const rows = drawn(
      '..................',
      '.########......#..',
      '.###..###......#..',
      '.########.........',
      '.####.###.........',
      '.####.###......##.',
    );
    expect(rows).toEqual([
      '..................',
      '.########.........',
      '.########.........',
      '.########.........',
      '.####.###.........',
      '.####.###.........',
    ]);
  });

  test('two things of one size both stay, and the largest does however small it is', () => {
    const two = ['.......................', '.#######.......#######.', '.#######.......#######.', '.......................'];
    expect(drawn(...two)).toEqual(two);
    expect(drawn('.....#', '.##...', '......')).toEqual(['......', '.##...', '......']);
    expect(drawn('...', '...')).toEqual(['...', '...']);
  });
});

test('a picture is the same whatever signs its address', () => {
  expect(keyOf('https://s3/x/a?X-Amz-Signature=1')).toBe('https://s3/x/a');
  expect(keyOf('data:image/png;base64,a?b')).toBe('data:image/png;base64,a?b');
});

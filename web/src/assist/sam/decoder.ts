/**
 * What a decoder is asked, and what its answer means: the inputs and outputs of segment-anything's `SamOnnxModel`, which MobileSAM's and most other exports
 * share. Each question is whole in itself (no mask of the one before goes in), so that what is taken back leaves no trace.
 */
import type { MaskGeometry } from '~/geometry/mask';
import { clamp, type ImagePoint, type Size } from '~/geometry/points';
import type { Prompt } from '~/tools/assistant';
import { cleanGrain } from '../grain';
import { scaledMask } from '../runs';
import { hasAll, missing, type TensorInfo } from './names';

export const INPUTS = [
  'image_embeddings',
  'point_coords',
  'point_labels',
  'mask_input',
  'has_mask_input',
  'orig_im_size',
] as const;
export const OUTPUTS = ['masks', 'iou_predictions'] as const;

/** What a point says, as SAM has it. */
const LABEL = { none: -1, outside: 0, inside: 1, corner: 2, opposite: 3 };
/** Masks are asked for no larger: what is finer than this nobody sees, and each is a float for every pixel. */
const LARGEST = 2048;

/** @throws which names it has, and which are expected */
export function checkDecoder(inputs: readonly TensorInfo[], outputs: readonly TensorInfo[]): void {
  if (!hasAll(inputs, INPUTS)) throw missing('decoder', 'inputs', inputs, INPUTS);
  if (!hasAll(outputs, OUTPUTS)) throw missing('decoder', 'outputs', outputs, OUTPUTS);
}

/** A picture as an encoder has seen it. */
export interface Seen {
  /** Of the picture itself, in which people point. */
  readonly size: Size;
  /** Of what the encoder was given of it. */
  readonly seen: Size;
  /** Of the embeddings: `[1, channels, rows, columns]`. */
  readonly embedded: readonly number[];
}

export interface Tensor {
  readonly data: Float32Array;
  readonly dims: readonly number[];
}

/** The size in which a mask is asked for. */
export function answeredSize({ width, height }: Size): Size {
  const shrink = Math.min(1, LARGEST / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * shrink)), height: Math.max(1, Math.round(height * shrink)) };
}

/** All inputs but the embeddings. */
export function question(prompts: readonly Prompt[], { size, seen, embedded }: Seen): Record<string, Tensor> {
  const coords: number[] = [];
  const labels: number[] = [];
  const say = ({ x, y }: ImagePoint, label: number): void => {
    coords.push((x * seen.width) / size.width, (y * seen.height) / size.height);
    labels.push(label);
  };
  for (const prompt of prompts) {
    if (prompt.kind === 'point') say(prompt.point, prompt.inside ? LABEL.inside : LABEL.outside);
    else {
      const { from, to } = prompt;
      say({ ...from, x: Math.min(from.x, to.x), y: Math.min(from.y, to.y) }, LABEL.corner);
      say({ ...to, x: Math.max(from.x, to.x), y: Math.max(from.y, to.y) }, LABEL.opposite);
    }
  }
  // Without a box SAM wants a point that says nothing.
  if (!prompts.some(({ kind }) => kind === 'box')) {
    coords.push(0, 0);
    labels.push(LABEL.none);
  }
  const [rows, columns] = [4 * (embedded.at(-2) ?? 64), 4 * (embedded.at(-1) ?? 64)];
  const answered = answeredSize(size);
  return {
    point_coords: { data: Float32Array.from(coords), dims: [1, labels.length, 2] },
    point_labels: { data: Float32Array.from(labels), dims: [1, labels.length] },
    mask_input: { data: new Float32Array(rows * columns), dims: [1, 1, rows, columns] },
    has_mask_input: { data: Float32Array.of(0), dims: [1] },
    orig_im_size: { data: Float32Array.of(answered.height, answered.width), dims: [2] },
  };
}

/**
 * Which of several masks is meant: a single point is ambiguous, for which SAM has three (part, thing, whole) after the one for clear cases (`select_masks` of
 * segment-anything).
 */
export function chosenMask(scores: readonly number[], prompts: readonly Prompt[]): number {
  const isAmbiguous = prompts.length === 1 && prompts[0]?.kind === 'point';
  if (scores.length === 4 && !isAmbiguous) return 0;
  const first = scores.length === 4 ? 1 : 0;
  const among = scores.slice(first);
  return first + among.indexOf(Math.max(...among));
}

export interface Thing {
  readonly mask: MaskGeometry;
  readonly confidence: number;
}

/** @throws where the masks are no masks of the size that was asked for */
export function thingOf(masks: Tensor, scores: Tensor, prompts: readonly Prompt[], size: Size): Thing {
  const [height, width] = [masks.dims.at(-2) ?? 0, masks.dims.at(-1) ?? 0];
  const asked = answeredSize(size);
  if (width !== asked.width || height !== asked.height) {
    throw new Error(`its masks are ${width} × ${height}; ${asked.width} × ${asked.height} were asked for (orig_im_size)`);
  }
  const chosen = chosenMask([...scores.data], prompts);
  const logits = masks.data.subarray(chosen * width * height, (chosen + 1) * width * height);
  const area = new Uint8Array(width * height);
  for (let i = 0; i < area.length; i++) area[i] = (logits[i] ?? 0) > 0 ? 1 : 0;
  cleanGrain(area, { width, height });
  const isInside = (x: number, y: number): boolean => area[y * width + x] === 1;
  const mask = scaledMask(isInside, { x: 0, y: 0, width, height }, { width, height }, size);
  return { mask, confidence: clamp(scores.data[chosen] ?? 0, 0, 1) };
}

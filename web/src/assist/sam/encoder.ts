/**
 * How an encoder wants its picture, told from its metadata, and the picture made so. SAM's preprocessing (Kirillov et al. 2023, `Sam.preprocess` and
 * `ResizeLongestSide` of segment-anything): as large as fits, in the upper left corner, the rest zeros. Encoders of `[1, 3, H, W]` get it normalised by the
 * mean and deviation of ImageNet's channels, those of `[H, W, 3]` as it is: they do that themselves.
 */
import type { Size } from '~/geometry/points';
import { missing, type TensorInfo } from './names';

/** What SAM was trained with; of encoders that take any size. */
const SIDE = 1024;
const MEAN = [123.675, 116.28, 103.53] as const;
const DEVIATION = [58.395, 57.12, 57.375] as const;
const EMBEDDINGS = 'image_embeddings';
const EXPECTED = 'one picture: [1, 3, H, W] or [H, W, 3], float32 or uint8';

export interface EncoderPlan {
  readonly input: string;
  readonly output: string;
  readonly type: 'float32' | 'uint8';
  /** Colors first or last; and whether there is a dimension for several pictures. */
  readonly order: 'chw' | 'hwc';
  readonly batched: boolean;
  /** Null: any size; it is given what the picture fills. */
  readonly size: Size | null;
}

const isFixed = (size: number | string | undefined): size is number => typeof size === 'number' && size > 0;

function orderOf(shape: TensorInfo['shape']): 'chw' | 'hwc' | null {
  const colors = shape.slice(-3);
  if (colors.length < 3 || shape.length > 4) return null;
  if (colors[0] === 3) return 'chw';
  if (colors[2] === 3) return 'hwc';
  // Nothing is said of the colors: with a dimension for several pictures they come first.
  return colors.some(isFixed) ? null : shape.length === 4 ? 'chw' : 'hwc';
}

/** @throws what is not understood, and what would be */
export function planEncoder(inputs: readonly TensorInfo[], outputs: readonly TensorInfo[]): EncoderPlan {
  const [input] = inputs;
  if (!input || inputs.length > 1) throw missing('encoder', 'inputs', inputs, [EXPECTED]);
  const order = orderOf(input.shape);
  const { type } = input;
  if (order === null || (type !== 'float32' && type !== 'uint8')) {
    throw new Error(`the encoder's input ${input.name} is ${type} [${input.shape.join(', ')}]; expected is ${EXPECTED}`);
  }
  const output = outputs.find(({ name }) => name === EMBEDDINGS) ?? (outputs.length === 1 ? outputs[0] : undefined);
  if (!output) throw missing('encoder', 'outputs', outputs, [EMBEDDINGS]);
  const [height, width] = order === 'chw' ? input.shape.slice(-2) : input.shape.slice(-3, -1);
  const size = isFixed(height) && isFixed(width) ? { width, height } : null;
  return { input: input.name, output: output.name, type, order, batched: input.shape.length === 4, size };
}

/** The size of the picture as the encoder sees it. */
export function seenSize(plan: EncoderPlan, { width, height }: Size): Size {
  const { width: most, height: highest } = plan.size ?? { width: SIDE, height: SIDE };
  const scale = Math.min(most / width, highest / height);
  const fitted = (side: number, room: number): number => Math.min(room, Math.max(1, Math.floor(side * scale + 0.5)));
  return { width: fitted(width, most), height: fitted(height, highest) };
}

export interface Input {
  readonly data: Float32Array | Uint8Array;
  readonly dims: readonly number[];
}

/** @param rgba of the picture in the size that is seen */
export function inputOf(plan: EncoderPlan, rgba: Uint8ClampedArray, seen: Size): Input {
  // An encoder of colors first that takes any size is one of SAM's all the same: its own size is a square.
  const room = plan.size ?? (plan.order === 'chw' ? { width: SIDE, height: SIDE } : seen);
  const area = room.width * room.height;
  const data = plan.type === 'uint8' ? new Uint8Array(3 * area) : new Float32Array(3 * area);
  const isNormalised = plan.order === 'chw' && plan.type === 'float32';
  for (let y = 0; y < seen.height; y++) {
    for (let x = 0; x < seen.width; x++) {
      const [from, pixel] = [4 * (y * seen.width + x), y * room.width + x];
      for (let c = 0; c < 3; c++) {
        const value = rgba[from + c] ?? 0;
        const at = plan.order === 'chw' ? c * area + pixel : 3 * pixel + c;
        data[at] = isNormalised ? (value - (MEAN[c] ?? 0)) / (DEVIATION[c] ?? 1) : value;
      }
    }
  }
  const dims = plan.order === 'chw' ? [3, room.height, room.width] : [room.height, room.width, 3];
  return { data, dims: plan.batched ? [1, ...dims] : dims };
}

/** An open model: pictures are looked at once, then each question is answered from what was seen. */
import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-web/wasm';

import type { Size } from '~/geometry/points';
import type { Prompt } from '~/tools/assistant';
import { checkDecoder, question, thingOf, type Seen, type Tensor, type Thing } from './decoder';
import { inputOf, planEncoder, seenSize, type EncoderPlan } from './encoder';
import { floats, infos, opened, pixels } from './runtime';

interface Known extends Seen {
  readonly embeddings: OrtTensor;
}

export class Model {
  readonly #known = new Map<string, Known>();

  private constructor(
    private readonly encoder: InferenceSession,
    private readonly decoder: InferenceSession,
    private readonly plan: EncoderPlan,
  ) {}

  /** @throws what of it is not understood */
  static async open(encoder: Uint8Array, decoder: Uint8Array): Promise<Model> {
    const looks = await named('encoder', opened(encoder));
    const plan = planEncoder(infos(looks.inputMetadata), infos(looks.outputMetadata));
    const answers = await named('decoder', opened(decoder));
    checkDecoder(infos(answers.inputMetadata), infos(answers.outputMetadata));
    return new Model(looks, answers, plan);
  }

  /** The size in which a picture is looked at. */
  seenSize(size: Size): Size {
    return seenSize(this.plan, size);
  }

  /** @param rgba in that size */
  async look(key: string, size: Size, rgba: Uint8ClampedArray): Promise<void> {
    const seen = this.seenSize(size);
    const { data, dims } = inputOf(this.plan, rgba, seen);
    const outputs = await this.encoder.run({ [this.plan.input]: pixels(data, dims) });
    const embeddings = outputs[this.plan.output];
    if (embeddings?.type !== 'float32') throw new Error(`the encoder's ${this.plan.output} are no float32`);
    this.#known.set(key, { size, seen, embedded: embeddings.dims, embeddings });
  }

  forget(key: string): void {
    this.#known.get(key)?.embeddings.dispose();
    this.#known.delete(key);
  }

  async find(key: string, prompts: readonly Prompt[]): Promise<Thing> {
    const known = this.#known.get(key);
    if (!known) throw new Error('there is no picture');
    const asked = Object.entries(question(prompts, known)).map(([name, { data, dims }]) => [name, floats(data, dims)] as const);
    const outputs = await this.decoder.run({ ...Object.fromEntries(asked), image_embeddings: known.embeddings });
    return thingOf(floatsOf(outputs, 'masks'), floatsOf(outputs, 'iou_predictions'), prompts, known.size);
  }
}

function floatsOf(outputs: InferenceSession.ReturnType, name: string): Tensor {
  const tensor = outputs[name];
  if (!(tensor?.data instanceof Float32Array)) throw new Error(`the decoder's ${name} are no float32`);
  return { data: tensor.data, dims: tensor.dims };
}

/** Which of the two files it is that does not open. */
async function named<T>(part: string, opening: Promise<T>): Promise<T> {
  try {
    return await opening;
  } catch (error) {
    if (!(error instanceof Error) || error instanceof WebAssembly.RuntimeError) throw error;
    throw new Error(`the ${part} does not open: ${error.message}`, { cause: error });
  }
}

/** ONNX Runtime in this worker: its WebAssembly is a file of our own, counted while it comes. One thread: more would need a page isolated from other origins. */
import * as ort from 'onnxruntime-web/wasm';
import address from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';

import type { TensorInfo } from './names';

/** @param progress bytes that are there; `total` is null where a proxy compresses them */
export async function loadRuntime(progress: (loaded: number, total: number | null) => void): Promise<void> {
  const response = await fetch(address);
  if (!response.ok || !response.body) throw new Error(`the server answered ${response.status}`);
  const length = response.headers.has('content-encoding') ? null : response.headers.get('content-length');
  const total = length === null ? null : Number(length);
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let loaded = 0;
  const reader = response.body.getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    parts.push(part.value);
    loaded += part.value.length;
    progress(loaded, total);
  }
  ort.env.wasm.wasmBinary = await new Blob(parts).arrayBuffer();
  ort.env.wasm.numThreads = 1;
  ort.env.logLevel = 'error';
}

export const opened = (bytes: Uint8Array): Promise<ort.InferenceSession> =>
  ort.InferenceSession.create(bytes, { executionProviders: ['wasm'], graphOptimizationLevel: 'all' });

export const infos = (metadata: readonly ort.InferenceSession.ValueMetadata[]): TensorInfo[] =>
  metadata.map((one) => ({
    name: one.name,
    type: one.isTensor ? one.type : 'no tensor',
    shape: one.isTensor ? one.shape : [],
  }));

export const floats = (data: Float32Array, dims: readonly number[]): ort.Tensor => new ort.Tensor('float32', data, [...dims]);

export function pixels(data: Float32Array | Uint8Array, dims: readonly number[]): ort.Tensor {
  return data instanceof Uint8Array ? new ort.Tensor('uint8', data, [...dims]) : floats(data, dims);
}

/** Loads OpenCV and counts what has come, so that somebody on a slow line sees that it goes on. Runs in the worker. */
import load, { BYTES } from 'opencv/opencv.js';
import address from 'opencv/opencv.wasm?url';

import type { Cv } from './cv';

/** @param progress bytes that are there, of how many */
export async function loadOpenCv(progress: (loaded: number, total: number) => void): Promise<Cv> {
  const response = await fetch(address);
  if (!response.ok || !response.body) throw new Error(`the server answered ${response.status}`);
  const wasmBinary = new Uint8Array(BYTES);
  const reader = response.body.getReader();
  let loaded = 0;
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    if (loaded + part.value.length > BYTES) throw new Error('there is more of it than there should be');
    wasmBinary.set(part.value, loaded);
    loaded += part.value.length;
    progress(loaded, BYTES);
  }
  if (loaded !== BYTES) throw new Error('only a part of it came');
  return new Promise((resolve, reject) => {
    const settings: Record<string, unknown> = {
      wasmBinary,
      onAbort: (what: unknown) => reject(new Error(String(what))),
      onRuntimeInitialized() {
        // It calls itself a promise, of itself: whoever awaits it would wait for ever.
        delete settings.then;
        resolve(settings as unknown as Cv);
      },
    };
    load(settings);
  });
}

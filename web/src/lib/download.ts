/** A file that is fetched while somebody watches how far it is, and that can be stopped. */
import { createStore, type Store } from './store';

export interface Arrived {
  readonly loaded: number;
  /** Bytes; null: the server does not say. */
  readonly total: number | null;
}

export interface Download {
  readonly blob: Promise<Blob>;
  readonly arrived: Store<Arrived>;
  stop(): void;
}

/** The server was reached and gave no file. */
export class NoFile extends Error {
  constructor(readonly status: number) {
    super(`the storage answered ${status}`);
  }
}

export function download(address: string): Download {
  const abort = new AbortController();
  const arrived = createStore<Arrived>({ loaded: 0, total: null });
  const blob = read(address, abort.signal, arrived);
  // Who asked for it ahead of time may never look.
  blob.catch(() => undefined);
  return { blob, arrived, stop: () => abort.abort() };
}

async function read(address: string, signal: AbortSignal, arrived: Store<Arrived>): Promise<Blob> {
  const response = await fetch(address, { signal, mode: 'cors', credentials: 'omit' });
  if (!response.ok || !response.body) throw new NoFile(response.status);
  const total = Number(response.headers.get('content-length')) || null;
  let loaded = 0;
  const counted = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
    transform(part, onward) {
      loaded += part.length;
      arrived.set({ loaded, total });
      onward.enqueue(part);
    },
  });
  const type = response.headers.get('content-type') ?? '';
  return new Response(response.body.pipeThrough(counted), { headers: { 'content-type': type } }).blob();
}

/** What is used of a worker, and so what a test has to be in its place. */
export interface Port<To> {
  post(message: To, moved?: Transferable[]): void;
  end(): void;
}

/** @returns a worker that tells what it has to say, and whether it broke down */
export type Spawn<To, From> = (told: (message: From) => void, broken: () => void) => Port<To>;

/** A worker of the browser's. It is made where its script is named, because only so a bundler finds that; what it sends is of the type of its own messages. */
export function portOf<To>(worker: Worker, told: (message: never) => void, broken: () => void): Port<To> {
  worker.addEventListener('message', ({ data }: MessageEvent) => told(data as never));
  worker.addEventListener('error', broken);
  return {
    post: (message, moved = []) => worker.postMessage(message, moved),
    end: () => worker.terminate(),
  };
}

import { ok, type Api } from '@tandem/client';

import { putWithProgress, type Put } from '~/lib/put';
import { createStore } from '~/lib/store';
import type { Asset } from '~/session/queries';
import { explain } from '~/ui/explain';

export type Upload = { readonly key: number; readonly name: string; readonly size: number } & (
  | { readonly state: 'waiting' }
  | { readonly state: 'sending'; readonly sent: number }
  | { readonly state: 'checking' }
  | { readonly state: 'ready'; readonly asset: Asset }
  | { readonly state: 'refused'; readonly why: string }
  | { readonly state: 'cancelled' }
);

const AT_ONCE = 3;

/** Files on their way into a project: ask, put, complete; a few at a time, each with its own fate. */
export class Uploads {
  readonly list = createStore<readonly Upload[]>([]);
  readonly #files = new Map<number, { file: File; abort: AbortController }>();
  #next = 1;
  #running = 0;

  constructor(
    private readonly api: Api,
    private readonly projectId: string,
    private readonly put: Put = putWithProgress,
  ) {}

  add(files: readonly File[]): void {
    const added = files.map((file): Upload => {
      const key = this.#next++;
      this.#files.set(key, { file, abort: new AbortController() });
      return { key, name: file.name, size: file.size, state: 'waiting' };
    });
    this.list.update((list) => [...list, ...added]);
    this.#pump();
  }

  cancel(key: number): void {
    this.#files.get(key)?.abort.abort();
    this.#set(key, { state: 'cancelled' });
  }

  retry(key: number): void {
    const entry = this.#files.get(key);
    if (!entry) return;
    this.#files.set(key, { file: entry.file, abort: new AbortController() });
    this.#set(key, { state: 'waiting' });
    this.#pump();
  }

  /** Takes finished ones off the list. */
  clear(keys: ReadonlySet<number>): void {
    this.list.update((list) => list.filter((upload) => !keys.has(upload.key)));
    for (const key of keys) this.#files.delete(key);
  }

  #pump(): void {
    while (this.#running < AT_ONCE) {
      const next = this.list.get().find((upload) => upload.state === 'waiting');
      if (!next) return;
      this.#running++;
      this.#set(next.key, { state: 'sending', sent: 0 });
      void this.#send(next.key).finally(() => {
        this.#running--;
        this.#pump();
      });
    }
  }

  async #send(key: number): Promise<void> {
    const entry = this.#files.get(key);
    if (!entry) return;
    const { file, abort } = entry;
    try {
      const path = { project_id: this.projectId };
      const body = { filename: file.name, content_type: file.type || 'application/octet-stream', size: file.size };
      const { asset, upload } = await ok(
        this.api.POST('/api/v1/projects/{project_id}/assets', { params: { path }, body, signal: abort.signal }),
      );
      await this.put(upload, file, (sent) => this.#set(key, { state: 'sending', sent }), abort.signal);
      this.#set(key, { state: 'checking' });
      const done = await ok(
        this.api.POST('/api/v1/assets/{asset_id}/complete', {
          params: { path: { asset_id: asset.id } },
          signal: abort.signal,
        }),
      );
      if (done.status === 'ready') this.#set(key, { state: 'ready', asset: done });
      else this.#set(key, { state: 'refused', why: done.reason ?? 'The server cannot show this file as an image.' });
    } catch (error) {
      if (!abort.signal.aborted) this.#set(key, { state: 'refused', why: explain(error).detail });
    }
  }

  #set(key: number, change: { state: Upload['state']; sent?: number; asset?: Asset; why?: string }): void {
    this.list.update((list) =>
      list.map((upload) => {
        // What was cancelled stays cancelled, whatever still comes in for it.
        if (upload.key !== key || (upload.state === 'cancelled' && change.state !== 'waiting')) return upload;
        return { key, name: upload.name, size: upload.size, ...change } as Upload;
      }),
    );
  }
}

import type { Api } from '@tandem/client';
import { createApi } from '@tandem/client';
import { describe, expect, test, vi } from 'vitest';

import { Uploads } from '~/features/project/uploads';
import type { Put } from '~/lib/put';

const json = (body: unknown, status = 200) => Promise.resolve(new Response(JSON.stringify(body), { status }));
const file = (name: string): File => new File(['abc'], name, { type: 'image/png' });

/** Every upload is asked for, sent and completed; `fate` decides how completing ends. */
function api(fate: (id: string) => object = () => ({ status: 'ready' })): Api {
  let n = 0;
  return createApi({
    baseUrl: 'http://tandem.test',
    token: () => 't',
    fetch: (request) => {
      const path = new URL(request.url).pathname;
      if (path.endsWith('/complete')) return json({ id: path.split('/')[4], ...fate(path.split('/')[4] ?? '') });
      const asset = { id: `asset-${n++}` };
      return json({ asset, upload: { method: 'PUT', url: `http://s3.test/${asset.id}`, headers: {}, expires_at: '' } }, 201);
    },
  });
}

const states = (uploads: Uploads): string[] => uploads.list.get().map((upload) => upload.state);

describe('uploads', () => {
  test('every file has its own fate, and a refusal says why', async () => {
    const put: Put = (_request, _body, onSent) => {
      onSent(3);
      return Promise.resolve();
    };
    const uploads = new Uploads(
      api((id) => (id === 'asset-1' ? { status: 'rejected', reason: 'The file is cut off.' } : { status: 'ready' })),
      'p',
      put,
    );
    uploads.add([file('a.png'), file('b.png'), file('c.png')]);
    await vi.waitFor(() => expect(states(uploads)).toEqual(['ready', 'refused', 'ready']));
    expect(uploads.list.get()[1]).toMatchObject({ why: 'The file is cut off.' });
  });

  test('three are sent at once, the others wait', async () => {
    const release: (() => void)[] = [];
    const put: Put = () => new Promise((done) => release.push(done));
    const uploads = new Uploads(api(), 'p', put);
    uploads.add([1, 2, 3, 4, 5].map((n) => file(`${n}.png`)));
    await vi.waitFor(() => expect(release).toHaveLength(3));
    expect(states(uploads)).toEqual(['sending', 'sending', 'sending', 'waiting', 'waiting']);
    release[0]?.();
    await vi.waitFor(() => expect(release).toHaveLength(4));
  });

  test('what is cancelled stays cancelled and can be tried again', async () => {
    const put: Put = (_request, _body, _onSent, signal) =>
      new Promise((_, fail) => signal.addEventListener('abort', () => fail(new DOMException('', 'AbortError'))));
    const uploads = new Uploads(api(), 'p', put);
    uploads.add([file('a.png')]);
    await vi.waitFor(() => expect(states(uploads)).toEqual(['sending']));
    const key = uploads.list.get()[0]?.key ?? 0;
    uploads.cancel(key);
    await Promise.resolve();
    expect(states(uploads)).toEqual(['cancelled']);
    uploads.retry(key);
    expect(states(uploads)).toEqual(['sending']);
  });
});

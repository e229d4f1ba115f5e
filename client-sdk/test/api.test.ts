import { describe, expect, it, vi } from 'vitest';

import {
  ApiError,
  createApi,
  idempotencyKey,
  NetworkError,
  ok,
  sessionTokens,
  SignInNeeded,
  type ApiOptions,
  type AuthSession,
} from '../src/index.js';
import { pass, useFakeClock } from './support.js';

useFakeClock();

const json = (status: number, body: unknown, headers: Record<string, string> = {}): Response =>
  new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json', ...headers } });

const problem = (status: number, code: string, more: object = {}): Response =>
  json(status, { type: `/problems/${code}`, title: code, status, detail: `because ${code}`, code, retryable: false, ...more });

/** A server that answers in this order, and what it was asked. */
function server(...answers: (Response | Error | ((request: Request) => Response))[]) {
  const asked: { method: string; path: string; token: string | null; body: string }[] = [];
  const fetch = vi.fn(async (request: Request) => {
    const url = new URL(request.url);
    const body = await request.clone().text();
    asked.push({ method: request.method, path: url.pathname + url.search, token: request.headers.get('Authorization'), body });
    const answer = answers[Math.min(asked.length, answers.length) - 1];
    if (answer instanceof Error) throw answer;
    if (!answer) throw new Error('no answer');
    return typeof answer === 'function' ? answer(request) : answer.clone();
  });
  const options = { baseUrl: 'http://tandem.test', fetch, random: () => 0.5 } satisfies ApiOptions;
  return { asked, fetch, options };
}

const me = { user: { id: 'u', name: 'ann', email: 'a@x', color: '#000000' } };
const ask = (options: ApiOptions) => ok(createApi(options).GET('/api/v1/me'));
const create = (options: ApiOptions, header?: { 'Idempotency-Key': string }) =>
  ok(
    createApi(options).POST('/api/v1/projects', {
      body: { name: 'p', description: '', label_schema: { labels: [] } },
      params: { header: header ?? {} },
    }),
  );

describe('a request', () => {
  it('carries the token and gives the body', async () => {
    const { asked, options } = server(json(200, me));
    await expect(ask({ ...options, token: () => 't1' })).resolves.toEqual(me);
    expect(asked).toMatchObject([{ method: 'GET', path: '/api/v1/me', token: 'Bearer t1' }]);
  });

  it('that is refused throws the problem, with its fields', async () => {
    const errors = [{ field: 'name', rule: 'max_length', message: 'at most 200 characters' }];
    const { options } = server(problem(422, 'invalid', { errors, details: { limit: 200 }, request_id: 'r1' }));
    const error = await create(options).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ status: 422, code: 'invalid', message: 'because invalid', retryable: false, fields: errors });
    expect((error as ApiError).field('name')).toBe('at most 200 characters');
    expect((error as ApiError).problem).toMatchObject({ details: { limit: 200 }, request_id: 'r1' });
  });

  it('answered by a proxy’s page still throws an error with the status', async () => {
    const { options } = server(new Response('<h1>Bad gateway</h1>', { status: 502, statusText: 'Bad Gateway' }));
    const asking = expect(create(options)).rejects.toMatchObject({ code: 'http_502', retryable: true, status: 502 });
    await pass(100);
    await asking;
  });

  it('without an answer throws a network error', async () => {
    const { options, asked } = server(new TypeError('fetch failed'));
    await expect(create(options)).rejects.toBeInstanceOf(NetworkError);
    expect(asked).toHaveLength(1);
  });

  it('that takes too long is given up', async () => {
    const fetch = (request: Request): Promise<Response> =>
      new Promise((_resolve, reject) => {
        request.signal.addEventListener('abort', () => reject(request.signal.reason as Error));
      });
    const asking = expect(create({ baseUrl: 'http://tandem.test', fetch, timeoutMs: 500 })).rejects.toThrow(
      'no answer within 500 ms',
    );
    await pass(600);
    await asking;
  });

  it('called off by the caller is not tried again', async () => {
    const controller = new AbortController();
    const { options, asked } = server(() => {
      controller.abort(new Error('left the page'));
      throw new Error('aborted');
    });
    await expect(createApi(options).GET('/api/v1/me', { signal: controller.signal })).rejects.toBeDefined();
    expect(asked).toHaveLength(1);
  });
});

describe('retrying', () => {
  it('happens for reads, with pauses', async () => {
    const { options, asked } = server(
      new TypeError('fetch failed'),
      problem(503, 'starting', { retryable: true }),
      json(200, me),
    );
    const asking = ask(options);
    await pass(2_000);
    await expect(asking).resolves.toEqual(me);
    expect(asked).toHaveLength(3);
  });

  it('waits as long as the server asks', async () => {
    const { options, asked } = server(json(429, {}, { 'Retry-After': '7' }), json(200, me));
    const asking = ask(options);
    await pass(6_900);
    expect(asked).toHaveLength(1);
    await pass(200);
    await expect(asking).resolves.toEqual(me);
  });

  it('ends after three attempts', async () => {
    const { options, asked } = server(problem(503, 'starting', { retryable: true }));
    const asking = expect(ask(options)).rejects.toMatchObject({ code: 'starting' });
    await pass(10_000);
    await asking;
    expect(asked).toHaveLength(3);
  });

  it('does not happen for creations without a key, and happens with the same key for those with one', async () => {
    const bare = server(problem(503, 'starting'));
    await expect(create(bare.options)).rejects.toMatchObject({ code: 'starting' });
    expect(bare.asked).toHaveLength(1);

    const keys: (string | null)[] = [];
    const note = (answer: Response) => (request: Request) => {
      keys.push(request.headers.get('Idempotency-Key'));
      return answer;
    };
    const keyed = server(note(problem(503, 'starting')), note(json(201, { id: 'p1' })));
    const creating = create(keyed.options, idempotencyKey());
    await pass(1_000);
    await expect(creating).resolves.toEqual({ id: 'p1' });
    expect(keys[0]).toMatch(/^[0-9a-f-]{36}$/);
    expect(keys[1]).toBe(keys[0]);
    expect(keyed.asked[1]?.body).toBe(keyed.asked[0]?.body);
  });
});

describe('tokens', () => {
  const session = (n: number): AuthSession =>
    ({
      access_token: `a${n}`,
      refresh_token: `r${n}`,
      access_expires_at: '',
      refresh_expires_at: '',
      me,
    }) as unknown as AuthSession;

  it('turned down are renewed once, and the request is made again with its body', async () => {
    const { options, asked } = server(problem(401, 'token_expired'), json(201, { id: 'p' }));
    const refresh = vi.fn(() => Promise.resolve('new'));
    await expect(create({ ...options, tokens: { current: () => 'old', refresh } })).resolves.toEqual({ id: 'p' });
    expect(asked.map((one) => one.token)).toEqual(['Bearer old', 'Bearer new']);
    expect(asked[1]?.body).toBe(asked[0]?.body);
    expect(refresh).toHaveBeenCalledTimes(1);
  });

  it('turned down twice are turned down', async () => {
    const { options, asked } = server(problem(401, 'unauthorized'));
    const tokens = { current: () => 'old', refresh: () => Promise.resolve('new') };
    await expect(ask({ ...options, tokens })).rejects.toMatchObject({ status: 401, code: 'unauthorized' });
    expect(asked).toHaveLength(2);
  });

  it('that cannot be renewed leave the first answer', async () => {
    const { options } = server(problem(401, 'unauthorized'));
    const tokens = { current: () => 'old', refresh: () => Promise.reject(new SignInNeeded()) };
    await expect(ask({ ...options, tokens })).rejects.toMatchObject({ status: 401 });
  });

  it('of a session renew themselves, once for however many ask', async () => {
    const { options, asked } = server(json(200, session(2)));
    const changed = vi.fn();
    const tokens = sessionTokens({ ...options, onChange: changed }, session(1));
    expect(await tokens.current()).toBe('a1');
    await expect(Promise.all([tokens.refresh(), tokens.refresh(), tokens.refresh()])).resolves.toEqual(['a2', 'a2', 'a2']);
    expect(asked).toMatchObject([{ path: '/api/v1/auth/refresh', body: '{"refresh_token":"r1"}', token: null }]);
    expect(changed).toHaveBeenCalledWith(session(2));
    expect(await tokens.current()).toBe('a2');
    expect(tokens.session).toEqual(session(2));
  });

  it('of a session that has ended ask for a new sign-in; a busy server does not', async () => {
    const ended = server(problem(401, 'token_expired'));
    await expect(sessionTokens(ended.options, session(1)).refresh()).rejects.toBeInstanceOf(SignInNeeded);
    const busy = server(problem(503, 'starting', { retryable: true }));
    await expect(sessionTokens(busy.options, session(1)).refresh()).rejects.toBeInstanceOf(ApiError);
    const away = server(new TypeError('fetch failed'));
    await expect(sessionTokens(away.options, session(1)).refresh()).rejects.toBeInstanceOf(NetworkError);
  });
});

/** The REST API, typed by the server's own OpenAPI document. */
import createClient, { type Client } from 'openapi-fetch';

import type { paths } from '../generated/openapi.js';
import { SignInNeeded, type TokenSource } from '../session/tokens.js';
import { systemTimers, type Timers } from '../util/env.js';
import { uuidv7 } from '../util/uuid.js';
import { politeFetch } from './fetch.js';

export interface ApiOptions {
  /** Where the server is, e.g. `https://tandem.example`; empty in a browser: where the page came from. */
  baseUrl: string;
  /** The access token of the moment ... */
  token?: () => string;
  /** ... or a source that can also renew it, once, when the server turns it down. */
  tokens?: TokenSource;
  fetch?: (request: Request) => Promise<Response>;
  timers?: Timers;
  random?: () => number;
  /** Attempts in all for reads and for creations with a key; 3 when absent. */
  attempts?: number;
  /** 30 s when absent. */
  timeoutMs?: number;
}

export type Api = Client<paths>;

/**
 * ```ts
 * const api = createApi({ baseUrl: 'http://127.0.0.1:8080', tokens });
 * const project = await ok(api.GET('/api/v1/projects/{project_id}', { params: { path: { project_id } } }));
 * ```
 * Every call rejects with `ApiError` when the server refuses and with `NetworkError` when it cannot be reached.
 */
export function createApi(options: ApiOptions): Api {
  const { token } = options;
  const plain: TokenSource | undefined = token && { current: token, refresh: () => Promise.reject(new SignInNeeded()) };
  return createClient<paths>({
    baseUrl: options.baseUrl,
    fetch: politeFetch({
      tokens: options.tokens ?? plain,
      fetch: options.fetch ?? ((request) => globalThis.fetch(request)),
      timers: options.timers ?? systemTimers,
      random: options.random ?? Math.random,
      attempts: options.attempts ?? 3,
      timeoutMs: options.timeoutMs ?? 30_000,
    }),
  });
}

/** The body of an answer. (Refusals never get here: they are thrown.) */
export async function ok<T>(answer: Promise<{ data?: T; response: Response }>): Promise<T> {
  // An answer without a body (204) has no data, and its type says so.
  return (await answer).data as T;
}

/** A header that makes a creation safe to repeat: `params: { header: idempotencyKey() }`. Keep it for the retries of one creation. */
export const idempotencyKey = (): { 'Idempotency-Key': string } => ({ 'Idempotency-Key': uuidv7() });

/** `fetch` with manners: sends the token, renews it once when it was turned down, tries again what is safe to try again. */
import { backoff } from '../session/backoff.js';
import { SignInNeeded, type TokenSource } from '../session/tokens.js';
import type { Timers } from '../util/env.js';
import { errorOf, isBusy, NetworkError } from './error.js';

export interface FetchOptions {
  readonly tokens: TokenSource | undefined;
  readonly fetch: (request: Request) => Promise<Response>;
  readonly timers: Timers;
  readonly random: () => number;
  /** Attempts in all, for requests that are safe to repeat. */
  readonly attempts: number;
  /** Milliseconds until an answer must have begun. */
  readonly timeoutMs: number;
}

/** A repeated request has the effect of one: reads, and creations that carry a key. */
const isRepeatable = (request: Request): boolean =>
  request.method === 'GET' || request.method === 'HEAD' || request.headers.has('Idempotency-Key');

/** `Retry-After` in milliseconds; only its seconds form, which is what servers of APIs send. */
function askedPause(response: Response): number | undefined {
  const seconds = Number(response.headers.get('Retry-After') ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? Math.min(seconds, 30) * 1_000 : undefined;
}

const sleep = (timers: Timers, ms: number): Promise<void> => new Promise((resolve) => void timers.setTimeout(resolve, ms));

async function once(request: Request, options: FetchOptions): Promise<Response> {
  const limit = new AbortController();
  const timer = options.timers.setTimeout(
    () => limit.abort(new Error(`no answer within ${options.timeoutMs} ms`)),
    options.timeoutMs,
  );
  try {
    return await options.fetch(new Request(request, { signal: AbortSignal.any([request.signal, limit.signal]) }));
  } catch (error) {
    // Called off by the caller: their own reason, not a failure of the network.
    if (request.signal.aborted) throw error;
    throw new NetworkError(request.url, limit.signal.aborted ? limit.signal.reason : error);
  } finally {
    options.timers.clearTimeout(timer);
  }
}

function withToken(request: Request, token: string | undefined): Request {
  const copy = request.clone();
  if (token !== undefined) copy.headers.set('Authorization', `Bearer ${token}`);
  return copy;
}

async function authorized(request: Request, options: FetchOptions): Promise<Response> {
  const { tokens } = options;
  if (!tokens || request.headers.has('Authorization')) return once(request.clone(), options);
  const response = await once(withToken(request, await tokens.current()), options);
  if (response.status !== 401) return response;
  try {
    return await once(withToken(request, await tokens.refresh()), options);
  } catch (error) {
    // No new token: the first answer says best what is wrong.
    if (error instanceof SignInNeeded) return response;
    throw error;
  }
}

/** @returns a function for openapi-fetch. It throws `ApiError` for every refusal and `NetworkError` when there was no answer. */
export function politeFetch(options: FetchOptions): (request: Request) => Promise<Response> {
  return async (request) => {
    const attempts = isRepeatable(request) ? options.attempts : 1;
    for (let attempt = 0; ; attempt += 1) {
      const last = attempt + 1 >= attempts;
      let pause = backoff(attempt, options.random);
      try {
        const response = await authorized(request, options);
        if (response.ok) return response;
        if (last || !isBusy(response.status)) throw await errorOf(response);
        pause = askedPause(response) ?? pause;
      } catch (error) {
        if (last || !(error instanceof NetworkError)) throw error;
      }
      await sleep(options.timers, pause);
    }
  };
}

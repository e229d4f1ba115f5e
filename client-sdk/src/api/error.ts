/** What a request can end with instead of an answer. */
import { listOrNone, nullable, number, object, record, string, boolean } from '../wire/check.js';
import type { FieldError, Problem } from '../wire/types.js';

const fieldError = object<FieldError>({ field: string, rule: string, message: string });

/** The server said no, and why: an RFC 9457 problem. */
export class ApiError extends Error {
  override readonly name = 'ApiError';

  constructor(readonly problem: Problem) {
    super(problem.detail || problem.title);
  }

  /** HTTP status. */
  get status(): number {
    return this.problem.status;
  }

  /** Stable machine word, e.g. `lease_stale`. */
  get code(): string {
    return this.problem.code;
  }

  /** Whether the same request may succeed later. */
  get retryable(): boolean {
    return this.problem.retryable;
  }

  /** One entry per offending field. */
  get fields(): readonly FieldError[] {
    return this.problem.errors ?? [];
  }

  /** What is wrong with one field, in words. */
  field(name: string): string | undefined {
    return this.fields.find((error) => error.field === name)?.message;
  }
}

/** The server could not be reached, or did not answer in time. */
export class NetworkError extends Error {
  override readonly name = 'NetworkError';
  readonly retryable = true;

  constructor(
    readonly url: string,
    cause: unknown,
  ) {
    super(`the server did not answer: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

/** Statuses of a server (or a proxy before it) that is busy or restarting. */
const BUSY = new Set([429, 502, 503, 504]);

/** What a proxy's page, an empty body or a foreign JSON becomes. */
const unexplained = (status: number, title: string): Problem => ({
  type: 'about:blank',
  title: title || `HTTP ${status}`,
  status,
  detail: `The server answered ${status}${title ? ` (${title})` : ''} without saying why.`,
  code: `http_${status}`,
  retryable: BUSY.has(status),
});

function readProblem(body: unknown, status: number): Problem {
  const fields = record(body, 'problem');
  const details = nullable(record)(fields['details'], 'problem.details');
  const requestId = nullable(string)(fields['request_id'], 'problem.request_id');
  return {
    type: string(fields['type'], 'problem.type'),
    title: string(fields['title'], 'problem.title'),
    status: fields['status'] === undefined ? status : number(fields['status'], 'problem.status'),
    detail: string(fields['detail'], 'problem.detail'),
    code: string(fields['code'], 'problem.code'),
    retryable: boolean(fields['retryable'], 'problem.retryable'),
    errors: listOrNone(fieldError)(fields['errors'], 'problem.errors'),
    ...(details ? { details: details } : {}),
    ...(requestId === null ? {} : { request_id: requestId }),
  };
}

/** Reads the body of a refusal; a body that is no problem still gives an error with the status. */
export async function errorOf(response: Response): Promise<ApiError> {
  try {
    return new ApiError(readProblem(await response.json(), response.status));
  } catch {
    return new ApiError(unexplained(response.status, response.statusText));
  }
}

export const isBusy = (status: number): boolean => BUSY.has(status);

import { ApiError, NetworkError } from '@tandem/client';

export interface Explained {
  readonly title: string;
  readonly detail: string;
}

/** Any error as people read it: what happened and what to do next. */
export function explain(error: unknown): Explained {
  if (error instanceof ApiError) {
    const fields = error.fields.map((f) => f.message).filter((message) => !error.message.includes(message));
    const request = error.problem.request_id ? ` (request ${error.problem.request_id})` : '';
    return {
      title: error.problem.title,
      detail: [error.message, ...fields].join(' ') + (error.status >= 500 ? request : ''),
    };
  }
  if (error instanceof NetworkError) {
    return {
      title: 'The server cannot be reached',
      detail: 'Check your connection. Nothing you did is lost; this page tries again.',
    };
  }
  return { title: 'Something went wrong here', detail: error instanceof Error ? error.message : String(error) };
}

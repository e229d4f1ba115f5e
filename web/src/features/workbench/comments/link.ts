/** Addresses that open a task at a comment. */
const PARAMETER = 'thread';

export const threadLink = (origin: string, projectId: string, taskId: string, threadId: string): string =>
  `${origin}/projects/${projectId}/tasks/${taskId}?${PARAMETER}=${encodeURIComponent(threadId)}`;

/** The thread that an address asks for. */
export const linkedThread = (search: string): string | null => new URLSearchParams(search).get(PARAMETER);

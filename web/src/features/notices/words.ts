/** A notification in words, and where it leads. */
import type { Notification } from '~/session/notifications';

/** A newer server may know other kinds. */
const DID: Readonly<Partial<Record<string, string>>> = { mention: 'mentioned you', answer: 'answered you' };

/** About work, not a comment: the excerpt says all of it. */
const OF_WORK: Readonly<Partial<Record<string, string>>> = {
  held: 'Waiting for an admin',
  given: 'Work for you',
  offered: 'Work offered to you',
};

export const headline = ({ from, kind }: Notification): string => OF_WORK[kind] ?? `${from.name} ${DID[kind] ?? 'wrote to you'}`;

export const taskPath = ({ project_id, task_id }: Notification): string => `/projects/${project_id}/tasks/${task_id}`;

export const threadPath = (notification: Notification): string =>
  OF_WORK[notification.kind] !== undefined
    ? taskPath(notification)
    : `${taskPath(notification)}?thread=${encodeURIComponent(notification.thread)}`;

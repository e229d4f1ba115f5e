/** A notification in words, and where it leads. */
import type { Notification } from '~/session/notifications';

/** A newer server may know other kinds. */
const DID: Readonly<Partial<Record<string, string>>> = { mention: 'mentioned you', answer: 'answered you' };

export const headline = ({ from, kind }: Notification): string => `${from.name} ${DID[kind] ?? 'wrote to you'}`;

export const taskPath = ({ project_id, task_id }: Notification): string => `/projects/${project_id}/tasks/${task_id}`;

export const threadPath = (notification: Notification): string =>
  `${taskPath(notification)}?thread=${encodeURIComponent(notification.thread)}`;

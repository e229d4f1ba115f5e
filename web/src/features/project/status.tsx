import type { ReactNode } from 'react';

import type { TaskStatus } from '~/session/queries';

export const STATUS_NAMES: Record<TaskStatus, string> = {
  pending: 'To do',
  assigned: 'Assigned',
  in_progress: 'In progress',
  review: 'In review',
  adjudication: 'Adjudication',
  completed: 'Done',
  rejected: 'Rejected',
  skipped: 'Skipped',
  cancelled: 'Cancelled',
};

const TONES: Record<TaskStatus, string> = {
  pending: '',
  assigned: 'pill-info',
  in_progress: 'pill-info',
  review: 'pill-warn',
  adjudication: 'pill-warn',
  completed: 'pill-good',
  rejected: 'pill-bad',
  skipped: 'pill-warn',
  cancelled: '',
};

export const StatusPill = ({ status }: { status: TaskStatus }): ReactNode => (
  <span className={`pill ${TONES[status]}`}>{STATUS_NAMES[status]}</span>
);

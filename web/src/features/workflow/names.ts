import type { Workflow } from './queries';

export const STATUS = { draft: 'Draft', active: 'Active', retired: 'Retired' } as const;
export const TONE = { draft: 'pill-warn', active: 'pill-good', retired: '' } as const;

export const versionName = (workflow: Workflow): string =>
  `${workflow.name} v${workflow.version} (${STATUS[workflow.status].toLowerCase()})`;

import { STATUS } from '~/ui/version-status';
import type { Workflow } from './queries';

export const versionName = (workflow: Workflow): string =>
  `${workflow.name} v${workflow.version} (${STATUS[workflow.status].toLowerCase()})`;

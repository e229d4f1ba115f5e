import type { Looks } from '~/canvas/overlay';
import type { Project } from '~/session/queries';

const UNKNOWN_COLOR = '#8b8f99';

/** How a project's labels are drawn. */
export function looksOf(project: Project): Looks {
  const labels = new Map(project.label_schema.labels.map((label) => [label.name, label]));
  const none: readonly (readonly number[])[] = [];
  return {
    color: (name) => labels.get(name)?.color ?? UNKNOWN_COLOR,
    edges: (name) => labels.get(name)?.skeleton ?? none,
  };
}

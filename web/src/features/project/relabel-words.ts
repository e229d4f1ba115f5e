import type { components } from '@tandem/client';

type Preview = components['schemas']['RelabelPreview'];

const count = (n: number, one: string, many = `${one}s`): string => `${n.toLocaleString('en')} ${n === 1 ? one : many}`;

export function verb(change: Preview['change'] | null): string {
  if (change === 'merge') return 'Merge';
  return change === 'done' ? 'Finish it' : 'Rename';
}

/** What changes, a sentence each. */
export function effects(
  { change, regions, annotations, tasks, open_tasks, layouts }: Preview,
  from: string,
  to: string,
): string[] {
  const lines = [
    regions === 0
      ? `No submitted region is called ${from}.`
      : `${count(regions, 'region')} in ${count(annotations, 'annotation')} of ${count(tasks, 'task')} ${change ? 'will' : 'would'} be called ${to}.`,
  ];
  if (open_tasks > 0) lines.push(`${count(open_tasks, 'document')} of tasks that are not done will be looked through.`);
  if (change === 'merge')
    lines.push(`${from} is no label any more; colour, key and shapes are those of ${to}. This cannot be taken apart again.`);
  if (layouts.length > 0) {
    const named = layouts.map(({ name, version }) => `${name} ${version}`).join(', ');
    lines.push(`${layouts.length === 1 ? 'A layout says' : 'Layouts say'} ${from} (${named}): that means ${to} from then on.`);
  }
  return lines;
}

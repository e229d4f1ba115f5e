/** The answers to some tasks, as a file on the device of whoever asks. */
import { ok } from '@tandem/client';
import { useMutation } from '@tanstack/react-query';

import { useBackend } from '~/session/backend';
import { toast, toastError } from '~/ui/toast';

export const FORMATS = [
  ['coco', 'COCO', 'json'],
  ['jsonl', 'JSON Lines', 'jsonl'],
] as const;
export type ExportFormat = (typeof FORMATS)[number][0];

/** As many as the server takes in one call. */
export const MOST_EXPORTED = 500;

function save(blob: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // The browser has begun to read it by then.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

export function useExport(projectId: string) {
  const { api } = useBackend();
  return useMutation({
    mutationFn: async ({ tasks, format }: { tasks: readonly string[]; format: ExportFormat }) => {
      const body = { format, task_ids: [...tasks] };
      const answer = api.POST('/api/v1/projects/{project_id}/export', {
        params: { path: { project_id: projectId } },
        body,
        parseAs: 'blob',
      });
      save(await ok(answer), `tasks.${FORMATS.find(([value]) => value === format)?.[2] ?? format}`);
      return tasks.length;
    },
    onSuccess: (n) => toast(n === 1 ? 'One task exported' : `${n} tasks exported`, 'good'),
    onError: toastError,
  });
}

import { ok } from '@tandem/client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { ArrowDownToLine, ArrowUpFromLine, PackageOpen } from 'lucide-react';
import { useState, type ReactNode } from 'react';

import { useNow } from '~/lib/use-now';
import { useBackend } from '~/session/backend';
import { useMay, type Project } from '~/session/queries';
import { Button } from '~/ui/controls';
import { Empty, Failed, Skeleton } from '~/ui/feedback';
import { Menu, MenuItem } from '~/ui/menu';
import { toastError } from '~/ui/toast';
import { ImportDialog } from './import-dialog';
import type { ExportFormat, Job, JobProgress } from './job';
import { JobRow } from './job-row';
import { jobsKey, useJobs } from './queries';
import { EXPORT_FORMATS } from './words';
import './jobs.css';

interface JobsTabProps {
  project: Project;
  live: ReadonlyMap<string, JobProgress>;
}

/** What whoever cancels a job of a kind must be allowed to, as the server asks it. */
const NEEDS: Record<string, string> = { import: 'task.create', export: 'export.read' };

export function JobsTab({ project, live }: JobsTabProps): ReactNode {
  const may = useMay(project.id);
  const { jobs, ...query } = useJobs(project.id, live);
  const [importing, setImporting] = useState(false);
  const mayCancel = (job: Job): boolean => may('job.run') && may(NEEDS[job.kind] ?? 'project.update');
  const now = useNow(30_000);
  return (
    <section className="panel" aria-label="Imports and exports">
      <div className="toolbar">
        <span className="muted job-about">Jobs go on by themselves: you may leave this page.</span>
        <span className="spacer" />
        {may('export.read') && <ExportButton projectId={project.id} />}
        {may('task.create') && (
          <Button look="solid" icon={<ArrowDownToLine size={15} aria-hidden />} onClick={() => setImporting(true)}>
            Import
          </Button>
        )}
      </div>
      {importing && <ImportDialog projectId={project.id} onClose={() => setImporting(false)} />}
      {query.isError && <Failed error={query.error} retry={() => void query.refetch()} />}
      {query.isPending && <Skeleton height={180} />}
      {jobs?.length === 0 && (
        <Empty icon={<PackageOpen size={26} />} title="Nothing imported or exported yet">
          Bring a dataset of another tool in, or take what was submitted out as a file.
        </Empty>
      )}
      {jobs && jobs.length > 0 && (
        <ul className="rows jobs" aria-label="Jobs">
          {jobs.map((job) => (
            <JobRow key={job.id} job={job} mayCancel={mayCancel(job)} now={now} />
          ))}
        </ul>
      )}
      {query.hasNextPage && (
        <Button busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          Earlier ones
        </Button>
      )}
    </section>
  );
}

function ExportButton({ projectId }: { projectId: string }): ReactNode {
  const { api } = useBackend();
  const client = useQueryClient();
  const start = useMutation({
    mutationFn: (format: ExportFormat) =>
      ok(
        api.POST('/api/v1/projects/{project_id}/jobs', {
          params: { path: { project_id: projectId } },
          body: { kind: 'export', input: { format } },
        }),
      ),
    onSuccess: () => void client.invalidateQueries({ queryKey: jobsKey(projectId) }),
    onError: toastError,
  });
  return (
    <Menu
      trigger={
        <Button busy={start.isPending} icon={<ArrowUpFromLine size={15} aria-hidden />}>
          Export
        </Button>
      }
    >
      {EXPORT_FORMATS.map(([format, name, what]) => (
        <MenuItem key={format} onSelect={() => start.mutate(format)}>
          {name} <small className="muted">{what}</small>
        </MenuItem>
      ))}
    </Menu>
  );
}

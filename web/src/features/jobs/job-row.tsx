import { ok } from '@tandem/client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { ArrowDownToLine, ArrowUpFromLine, Cog, Tag, X } from 'lucide-react';
import type { ReactNode } from 'react';

import { ago } from '~/lib/time';
import { useBackend } from '~/session/backend';
import { Button, IconButton } from '~/ui/controls';
import { toastError } from '~/ui/toast';
import type { Job } from './job';
import { jobsKey } from './queries';
import { doing, outcome, refused, share, title } from './words';

const PILLS: Record<Job['state'], readonly [string, string]> = {
  queued: ['Waiting', ''],
  running: ['Running', 'pill-info'],
  succeeded: ['Done', 'pill-good'],
  failed: ['Failed', 'pill-bad'],
  cancelled: ['Cancelled', ''],
};

const ICONS: Record<string, ReactNode> = {
  import: <ArrowDownToLine size={16} aria-hidden />,
  export: <ArrowUpFromLine size={16} aria-hidden />,
  relabel: <Tag size={16} aria-hidden />,
};

export function JobRow({ job, mayCancel, now }: { job: Job; mayCancel: boolean; now: number }): ReactNode {
  const [name, look] = PILLS[job.state];
  const isOpen = job.state === 'queued' || job.state === 'running';
  const what = title(job);
  return (
    <li className="job" data-testid="job" data-state={job.state}>
      <span className="job-icon">{ICONS[job.kind] ?? <Cog size={16} aria-hidden />}</span>
      <div className="row-main job-main">
        <span className="job-title">
          <strong>{what}</strong>
          {job.subject && <span className="truncate">{job.subject}</span>}
          <span className="muted job-who">
            {job.created_by ? `${job.created_by.name}, ` : ''}
            {ago(job.created_at, now)}
          </span>
        </span>
        {isOpen && <Progress job={job} what={what} />}
        {job.state === 'succeeded' && <small className="muted num">{outcome(job)}</small>}
        {job.error && (
          <small className={job.state === 'failed' ? 'bad-text job-error' : 'muted job-error'}>
            {isOpen ? `Attempt ${job.attempt} failed: ` : ''}
            {job.error}
          </small>
        )}
        <Refusals job={job} />
      </div>
      <span className={`pill ${look}`}>{name}</span>
      <span className="job-action">
        {job.state === 'succeeded' && job.file && <Download job={job} />}
        {isOpen && mayCancel && <Cancel job={job} what={what} />}
      </span>
    </li>
  );
}

function Progress({ job, what }: { job: Job; what: string }): ReactNode {
  const part = job.state === 'running' ? share(job) : null;
  return (
    <span className="job-progress">
      {job.state === 'running' && (
        <progress className="job-bar" aria-label={what} {...(part === null ? {} : { max: 1, value: part })} />
      )}
      <small className="muted num">{doing(job)}</small>
    </span>
  );
}

function Refusals({ job }: { job: Job }): ReactNode {
  const list = refused(job);
  if (list.length === 0) return null;
  return (
    <details className="job-refusals">
      <summary>What was refused, and why</summary>
      <ul>
        {list.map(({ place, reason }, n) => (
          <li key={n}>
            <span className="muted">{place}</span> {reason}
          </li>
        ))}
      </ul>
    </details>
  );
}

/** The address is asked for when it is wanted: it is good for a while only. */
function Download({ job }: { job: Job }): ReactNode {
  const { api } = useBackend();
  const fetching = useMutation({
    mutationFn: () => ok(api.GET('/api/v1/jobs/{job_id}', { params: { path: { job_id: job.id } } })),
    onSuccess: ({ file }) => {
      if (!file?.url) return;
      const link = document.createElement('a');
      link.href = file.url;
      link.download = file.filename;
      link.click();
    },
    onError: toastError,
  });
  return (
    <Button busy={fetching.isPending} onClick={() => fetching.mutate()} aria-label={`Download ${job.file?.filename ?? ''}`}>
      Download
    </Button>
  );
}

function Cancel({ job, what }: { job: Job; what: string }): ReactNode {
  const { api } = useBackend();
  const client = useQueryClient();
  const cancel = useMutation({
    mutationFn: () => ok(api.POST('/api/v1/jobs/{job_id}/cancel', { params: { path: { job_id: job.id } } })),
    onSuccess: () => void client.invalidateQueries({ queryKey: jobsKey(job.project_id) }),
    onError: toastError,
  });
  return (
    <IconButton label={`Cancel ${what}`} disabled={job.is_cancelling || cancel.isPending} onClick={() => cancel.mutate()}>
      <X size={15} aria-hidden />
    </IconButton>
  );
}

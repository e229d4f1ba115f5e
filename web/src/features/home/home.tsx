import { ok, type MyLease } from '@tandem/client';
import { useMutation, useQuery } from '@tanstack/react-query';
import { ArrowRight, Clock, Image as ImageIcon, Inbox } from 'lucide-react';
import { useEffect, useRef, type ReactNode } from 'react';
import { Link, useLocation } from 'wouter';

import { isHugePicture } from '~/canvas/images';
import { useOpenWork } from '~/features/workbench/open-work';
import { cx } from '~/lib/cx';
import { countdown } from '~/lib/time';
import { useNow } from '~/lib/use-now';
import { useBackend } from '~/session/backend';
import { useMyLeases } from '~/session/live';
import { useMe, useProjects, type Project, type Task } from '~/session/queries';
import { Kbd } from '~/ui/controls';
import { Empty, Failed, ProgressBar, Skeleton } from '~/ui/feedback';
import { toast, toastError } from '~/ui/toast';
import { lastProject } from './last-project';

const taskPath = (projectId: string, taskId: string): string => `/projects/${projectId}/tasks/${taskId}`;

/** What Continue does: back to what I hold, else the next task of the project I was in, else of one with work left. */
function pick(leases: readonly MyLease[], projects: readonly Project[]): { lease: MyLease } | { project: Project } | null {
  const lease = leases.at(-1);
  if (lease) return { lease };
  const open = projects.filter((p) => p.status === 'active' && p.progress.pending > 0);
  const project = open.find((p) => p.id === lastProject()) ?? open[0];
  return project ? { project } : null;
}

export function Home(): ReactNode {
  const me = useMe();
  const projects = useProjects();
  const { leases } = useMyLeases();
  return (
    <main className="page page-narrow">
      <header className="page-head">
        <h1>My work</h1>
      </header>
      {projects.isError ? (
        <Failed error={projects.error} retry={() => void projects.refetch()} />
      ) : projects.isPending ? (
        <Skeleton height={112} className="skeleton-card" />
      ) : (
        <Continue leases={leases} projects={projects.data} />
      )}
      {leases.length > 0 && (
        <section>
          <h2 className="section-title">In hand</h2>
          <ul className="rows">
            {leases.map((lease) => (
              <LeaseRow key={lease.assignment_id} lease={lease} project={projects.data?.find((p) => p.id === lease.project_id)} />
            ))}
          </ul>
        </section>
      )}
      <section>
        <h2 className="section-title">Projects</h2>
        {projects.isPending ? (
          <Skeleton height={56} className="skeleton-card" />
        ) : projects.data?.length === 0 ? (
          <Empty icon={<Inbox size={20} />} title="No project yet">
            Nobody has added {me.user.name} to a project. Ask an admin of {me.workspace_name}.
          </Empty>
        ) : (
          <ul className="rows">
            {projects.data?.map((project) => (
              <ProjectRow key={project.id} project={project} />
            ))}
          </ul>
        )}
      </section>
    </main>
  );
}

function Continue({ leases, projects }: { leases: readonly MyLease[]; projects: readonly Project[] }): ReactNode {
  const { api } = useBackend();
  const [, go] = useLocation();
  const open = useOpenWork();
  const button = useRef<HTMLButtonElement>(null);
  const target = pick(leases, projects);
  const next = useMutation({
    mutationFn: (projectId: string) =>
      ok(api.POST('/api/v1/projects/{project_id}/next', { params: { path: { project_id: projectId } } })),
    onSuccess: async ({ work }) => {
      if (work) await open(work);
      else toast('No task is free in this project right now');
    },
    onError: toastError,
  });
  const start = (): void => {
    if (!target || next.isPending) return;
    if ('lease' in target) go(taskPath(target.lease.project_id, target.lease.task_id));
    else next.mutate(target.project.id);
  };
  useEffect(() => {
    // Enter continues from anywhere on the page, unless something else has the focus.
    const onKey = (event: KeyboardEvent): void => {
      if (event.key === 'Enter' && (document.activeElement === document.body || document.activeElement === null))
        button.current?.click();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);

  if (!target) {
    return (
      <div className="continue continue-done">
        <strong>All done</strong>
        <span>No task is waiting for you. New ones show up here by themselves.</span>
      </div>
    );
  }
  const name = 'lease' in target ? projects.find((p) => p.id === target.lease.project_id)?.name : target.project.name;
  return (
    <button ref={button} type="button" className="continue" data-testid="continue" onClick={start} aria-busy={next.isPending}>
      <span className="continue-text">
        <strong>Continue</strong>
        <span className="truncate">
          {'lease' in target ? 'Back to the task you have in hand' : 'Take the next task'}
          {name ? ` in ${name}` : ''}
        </span>
      </span>
      <Kbd keys="Enter" />
      <ArrowRight size={20} aria-hidden className={cx(next.isPending && 'pulse')} />
    </button>
  );
}

function LeaseRow({ lease, project }: { lease: MyLease; project: Project | undefined }): ReactNode {
  const { api } = useBackend();
  const now = useNow();
  const task = useQuery({
    queryKey: ['task', lease.task_id],
    queryFn: () => ok(api.GET('/api/v1/tasks/{task_id}', { params: { path: { task_id: lease.task_id } } })),
  });
  const left = Date.parse(lease.expires_at) - now;
  return (
    <li>
      <Link className="row-link" href={taskPath(lease.project_id, lease.task_id)}>
        <span className="thumb">{task.data && <Thumb asset={task.data.asset} />}</span>
        <span className="row-main">
          <strong className="truncate">{task.data?.external_id ?? task.data?.asset.filename ?? <Skeleton width={140} />}</strong>
          <small className="muted">{project?.name}</small>
        </span>
        <span className={cx('row-side num', left < 120_000 && 'warn-text')}>
          <Clock size={14} aria-hidden /> {countdown(left)} left
        </span>
      </Link>
    </li>
  );
}

function ProjectRow({ project }: { project: Project }): ReactNode {
  const { progress } = project;
  return (
    <li>
      <Link className="row-link" href={`/projects/${project.id}`}>
        <span className="row-main">
          <strong className="truncate">{project.name}</strong>
        </span>
        <span className="row-progress">
          <ProgressBar progress={progress} thin />
        </span>
        <span className="row-side num muted">
          {progress.completed} / {progress.total}
        </span>
      </Link>
    </li>
  );
}

/** A huge picture would be decoded whole, to be as large as a stamp. */
function Thumb({ asset }: { asset: Task['asset'] }): ReactNode {
  if (isHugePicture(asset)) return <ImageIcon size={18} aria-hidden />;
  return asset.url ? <img src={asset.url} alt="" loading="lazy" /> : null;
}

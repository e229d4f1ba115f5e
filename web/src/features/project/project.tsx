import { ApiError, ok } from '@tandem/client';
import { useMutation } from '@tanstack/react-query';
import { ArrowRight } from 'lucide-react';
import { useEffect, type ReactNode } from 'react';
import { Link } from 'wouter';

import { NotFound } from '~/app/not-found';
import { JobsTab } from '~/features/jobs/jobs-tab';
import { useOpenWork } from '~/features/workbench/open-work';
import { cx } from '~/lib/cx';
import { later } from '~/lib/later';
import { useBackend } from '~/session/backend';
import { useProjectLive } from '~/session/live';
import { useMay, useProject, type Project } from '~/session/queries';
import { Button } from '~/ui/controls';
import { Failed, ProgressBar, Skeleton } from '~/ui/feedback';
import { AvatarStack } from '~/ui/people';
import { toast, toastError } from '~/ui/toast';
import { DataTab } from './data-tab';
import { LabelsTab } from './labels-tab';
import { lastTab } from './last-tab';
import { MyStanding } from './people/my-standing';
import { PeopleTab } from './people-tab';
import { TasksTab } from './tasks-tab';

// They come with libraries of their own, which nobody else needs.
const loading = <Skeleton height={320} className="skeleton-card" />;
const WorkflowTab = later(() => import('~/features/workflow/workflow-tab'), loading);
const LayoutsTab = later(() => import('~/features/layouts/layouts-tab'), loading);

const TABS = ['tasks', 'workflow', 'layout', 'labels', 'people', 'data', 'jobs'] as const;
type Tab = (typeof TABS)[number];
const NAMES: Record<Tab, string> = {
  tasks: 'Tasks',
  workflow: 'Workflow',
  layout: 'Layout',
  labels: 'Labels',
  people: 'People',
  data: 'Data',
  jobs: 'Jobs',
};
/** Tabs that not everybody has, and the right they ask for. */
const NEEDS: Partial<Record<Tab, string>> = { layout: 'layout.write', data: 'asset.write', jobs: 'job.read' };
const isTab = (tab: string): tab is Tab => (TABS as readonly string[]).includes(tab);

export function ProjectPage({ projectId, tab }: { projectId: string; tab: string }): ReactNode {
  const project = useProject(projectId);
  const live = useProjectLive(projectId);
  const may = useMay(projectId);
  useEffect(() => void lastTab.set(projectId, tab), [projectId, tab]);
  if (!isTab(tab)) return <NotFound />;
  if (project.error instanceof ApiError && project.error.status === 404) return <NotFound />;
  if (project.isLoadingError) {
    return (
      <main className="page">
        <Failed error={project.error} retry={() => void project.refetch()} />
      </main>
    );
  }
  const tabs = TABS.filter((name) => may(NEEDS[name] ?? 'project.read'));
  const progress = live.progress ?? project.data?.progress;
  return (
    <main className="page page-project">
      <header className="project-head">
        <div className="page-head">
          <h1 className="truncate">{project.data?.name ?? <Skeleton width={220} height={24} />}</h1>
          <span className="spacer" />
          <AvatarStack people={live.people.map((p) => p.user)} max={6} size={26} />
          <NextButton projectId={projectId} />
        </div>
        {project.data?.description && <p className="muted project-about">{project.data.description}</p>}
        {progress ? (
          <div className="project-progress">
            <ProgressBar progress={progress} />
            <p className="legend num">
              <Count dot="done" n={progress.completed} what="done" />
              <Count dot="active" n={progress.in_progress} what="in progress" />
              <Count dot="skipped" n={progress.skipped} what="skipped" />
              <Count dot="rest" n={progress.pending} what="to do" />
              <span className="spacer" />
              <span data-testid="progress">
                {progress.completed} of {progress.total}
              </span>
            </p>
          </div>
        ) : (
          <Skeleton height={30} />
        )}
        <MyStanding projectId={projectId} />
        <nav className="tabs" aria-label="Project">
          {tabs.map((name) => (
            <Link
              key={name}
              href={`/projects/${projectId}${name === 'tasks' ? '' : `/${name}`}`}
              className={cx('tab', name === tab && 'tab-here')}
              aria-current={name === tab ? 'page' : undefined}
            >
              {NAMES[name]}
            </Link>
          ))}
        </nav>
      </header>
      {project.data ? (
        <Body
          tab={tab}
          project={project.data}
          people={live.people}
          jobs={live.jobs}
          progressKey={JSON.stringify(live.progress)}
        />
      ) : (
        <Skeleton height={260} />
      )}
    </main>
  );
}

interface BodyProps {
  tab: Tab;
  project: Project;
  people: ReturnType<typeof useProjectLive>['people'];
  jobs: ReturnType<typeof useProjectLive>['jobs'];
  progressKey: string;
}

function Body({ tab, project, people, jobs, progressKey }: BodyProps): ReactNode {
  switch (tab) {
    case 'tasks':
      return <TasksTab project={project} people={people} progressKey={progressKey} />;
    case 'workflow':
      return <WorkflowTab project={project} />;
    case 'layout':
      return <LayoutsTab project={project} />;
    case 'labels':
      return <LabelsTab project={project} />;
    case 'people':
      return <PeopleTab project={project} here={people} />;
    case 'data':
      return <DataTab project={project} />;
    case 'jobs':
      return <JobsTab project={project} live={jobs} />;
  }
}

const Count = ({ dot, n, what }: { dot: string; n: number; what: string }): ReactNode => (
  <span className="legend-item">
    <i className={`dot dot-${dot}`} aria-hidden />
    {n} {what}
  </span>
);

function NextButton({ projectId }: { projectId: string }): ReactNode {
  const { api } = useBackend();
  const open = useOpenWork();
  const next = useMutation({
    mutationFn: () => ok(api.POST('/api/v1/projects/{project_id}/next', { params: { path: { project_id: projectId } } })),
    onSuccess: async ({ work }) => {
      if (work) await open(work);
      else toast('No task is free in this project right now');
    },
    onError: toastError,
  });
  return (
    <Button look="solid" busy={next.isPending} onClick={() => next.mutate()} data-testid="next-task">
      Next task <ArrowRight size={15} aria-hidden />
    </Button>
  );
}

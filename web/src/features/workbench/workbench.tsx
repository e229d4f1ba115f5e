import './workbench.css';
import './side-panel.css';
import './hotkeys.css';
import './comments/comments.css';

import type { TaskRoom } from '@tandem/client';
import { useEffect, useMemo, type ReactNode } from 'react';
import { useLocation } from 'wouter';

import { Boundary } from '~/app/boundary';
import { rememberProject } from '~/features/home/last-project';
import type { Layout } from '~/layout/tree';
import { useProject, useTask, type Project, type Task } from '~/session/queries';
import { Button } from '~/ui/controls';
import { Failed } from '~/ui/feedback';
import { Activity } from './activity';
import { BenchView } from './bench';
import { drawsOn, useTaskLayout } from './task-layout';
import { useImage } from './use-image';
import { usePrefetch } from './use-prefetch';
import { useBench, useRoom } from './use-room';
import { Withheld } from './withheld';

export default function Workbench({ projectId, taskId }: { projectId: string; taskId: string }): ReactNode {
  const task = useTask(taskId);
  const project = useProject(projectId);
  const layout = useTaskLayout(taskId);
  // What is not accepted yet cannot be joined; that it may be is the rule, so nothing waits for knowing it.
  const isWithheld = task.data?.is_withheld ?? false;
  const room = useRoom(isWithheld ? null : taskId);
  const [, go] = useLocation();
  useEffect(() => rememberProject(projectId), [projectId]);
  usePrefetch(projectId, taskId);

  // What was read once is enough to work on: that it could not be read again (signed out, offline) must not take away what is being drawn.
  const missing = [task, project, layout].find((query) => query.isLoadingError);
  if (missing) {
    return (
      <main className="page">
        <Failed error={missing.error} retry={() => void Promise.all([task.refetch(), project.refetch(), layout.refetch()])} />
        <Button className="page-back" onClick={() => go(`/projects/${projectId}`)}>
          Back to the project
        </Button>
      </main>
    );
  }
  if (task.data && isWithheld) return <Withheld key={taskId} task={task.data} />;
  if (!task.data || !project.data || !room || layout.data === undefined) return <Loading />;
  return (
    <Boundary key={taskId}>
      <Opened
        key={room.taskId}
        task={task.data}
        project={project.data}
        room={room}
        layout={layout.data}
        isLayoutOwn={!layout.isPlaceholderData}
      />
    </Boundary>
  );
}

const Loading = (): ReactNode => (
  <div className="bench bench-loading" aria-busy="true" aria-label="Opening the workbench">
    <div className="bench-top" />
    <div className="bench-rail" />
    <div className="bench-middle">
      <div className="bench-canvas">
        <div className="stage" />
      </div>
    </div>
    <div className="bench-side" />
    <div className="bench-status" />
  </div>
);

interface OpenedProps {
  task: Task;
  project: Project;
  room: TaskRoom;
  layout: Layout | null;
  isLayoutOwn: boolean;
}

function Opened({ task, project, room, layout, isLayoutOwn }: OpenedProps): ReactNode {
  const image = useImage(task);
  // The server read the size when the image came; without it the picture itself says so.
  const width = task.asset.width ?? image.picture?.size.width;
  const height = task.asset.height ?? image.picture?.size.height;
  // Who draws nothing waits for no picture.
  const unseen = layout && !drawsOn(layout) ? 1 : undefined;
  const bench = useBench(room, width ?? unseen, height ?? unseen);
  const activity = useMemo(() => new Activity(Date.now), []);
  if (!bench) return image.state.name === 'failed' ? <Failed error={image.state.error} retry={image.again} /> : <Loading />;
  return (
    <BenchView
      {...bench}
      task={task}
      project={project}
      room={room}
      layout={layout}
      isLayoutOwn={isLayoutOwn}
      activity={activity}
      image={image}
    />
  );
}

import { ok } from '@tandem/client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Layers, Plus } from 'lucide-react';
import { useState, type SubmitEvent, type ReactNode } from 'react';
import { Link, useLocation } from 'wouter';

import { useBackend } from '~/session/backend';
import { useProjectLive } from '~/session/live';
import { useMe, useProjects, type Project } from '~/session/queries';
import { Button } from '~/ui/controls';
import { Dialog } from '~/ui/dialog';
import { explain } from '~/ui/explain';
import { Empty, Failed, ProgressBar, Skeleton } from '~/ui/feedback';
import { AvatarStack } from '~/ui/people';

export function Projects(): ReactNode {
  const me = useMe();
  const projects = useProjects();
  const [creating, setCreating] = useState(false);
  const admin = me.workspace_role === 'admin';
  const create = admin && (
    <Button look="solid" icon={<Plus size={15} aria-hidden />} onClick={() => setCreating(true)}>
      New project
    </Button>
  );
  return (
    <main className="page">
      <header className="page-head">
        <h1>Projects</h1>
        {projects.data && <span className="muted num">{projects.data.length}</span>}
        <span className="spacer" />
        {create}
      </header>
      {projects.isError ? (
        <Failed error={projects.error} retry={() => void projects.refetch()} />
      ) : projects.isPending ? (
        <div className="cards" aria-busy="true">
          {[1, 2, 3].map((n) => (
            <Skeleton key={n} height={154} className="skeleton-card" />
          ))}
        </div>
      ) : projects.data.length === 0 ? (
        <Empty icon={<Layers size={20} />} title="No project yet" action={create}>
          {admin ? 'A project holds images, labels and people.' : 'Ask an admin to add you to one.'}
        </Empty>
      ) : (
        <ul className="cards">
          {projects.data.map((project) => (
            <Card key={project.id} project={project} />
          ))}
        </ul>
      )}
      {creating && <NewProject onClose={() => setCreating(false)} />}
    </main>
  );
}

function Card({ project }: { project: Project }): ReactNode {
  const live = useProjectLive(project.id);
  const progress = live.progress ?? project.progress;
  const labels = project.label_schema.labels;
  const percent = progress.total === 0 ? 0 : Math.floor((progress.completed / progress.total) * 100);
  return (
    <li>
      <Link className="card" href={`/projects/${project.id}`} data-testid={`project-${project.name}`}>
        <span className="card-head">
          <strong className="truncate">{project.name}</strong>
          {project.status !== 'active' && <span className="pill">{project.status}</span>}
          <span className="spacer" />
          <AvatarStack people={live.people.map((p) => p.user)} />
        </span>
        <span className="card-text">{project.description || 'No description'}</span>
        <span className="label-dots" aria-label={`${labels.length} labels`} role="img">
          {labels.slice(0, 12).map((label) => (
            <i key={label.name} style={{ background: label.color }} />
          ))}
          <small className="muted num">{labels.length === 1 ? '1 label' : `${labels.length} labels`}</small>
        </span>
        <span className="spacer" />
        <ProgressBar progress={progress} />
        <span className="card-foot num">
          <span>
            {progress.completed} of {progress.total} tasks
          </span>
          {progress.in_progress > 0 && <span>{progress.in_progress} in progress</span>}
          <span className="spacer" />
          <strong>{percent}%</strong>
        </span>
      </Link>
    </li>
  );
}

function NewProject({ onClose }: { onClose: () => void }): ReactNode {
  const { api } = useBackend();
  const client = useQueryClient();
  const [, go] = useLocation();
  const create = useMutation({
    mutationFn: (body: { name: string; description: string }) => ok(api.POST('/api/v1/projects', { body })),
    onSuccess: (project) => {
      void client.invalidateQueries({ queryKey: ['projects'] });
      void client.invalidateQueries({ queryKey: ['me'] });
      go(`/projects/${project.id}/labels`);
    },
  });
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (name: string): string => {
      const value = form.get(name);
      return typeof value === 'string' ? value.trim() : '';
    };
    create.mutate({ name: text('name'), description: text('description') });
  };
  return (
    <Dialog open onClose={onClose} title="New project" description="Labels, people and images come next.">
      <form className="form" onSubmit={submit}>
        <label className="field">
          <span>Name</span>
          <input className="input" name="name" required maxLength={200} autoComplete="off" />
        </label>
        <label className="field">
          <span>What is it about?</span>
          <textarea className="input" name="description" rows={3} />
        </label>
        {create.isError && (
          <p className="field-error" role="alert">
            {explain(create.error).detail}
          </p>
        )}
        <div className="dialog-actions">
          <Button onClick={onClose}>Cancel</Button>
          <Button look="solid" type="submit" busy={create.isPending}>
            Create
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

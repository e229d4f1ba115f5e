/** Layouts of other projects, to start from a copy of one: it goes its own way from then on. */
import { ok } from '@tandem/client';
import { useMutation } from '@tanstack/react-query';
import { Copy } from 'lucide-react';
import { useState, type ReactNode } from 'react';

import { useBackend } from '~/session/backend';
import { useProjects } from '~/session/queries';
import { Button } from '~/ui/controls';
import { Failed, Skeleton } from '~/ui/feedback';
import { SelectField } from '~/ui/fields';
import { toastError } from '~/ui/toast';
import { useLayouts, type LayoutVersion } from './queries';
import type { Written } from './use-draft';
import { optionOf, seriesOf } from './versions';

interface FromProjectProps {
  projectId: string;
  onPick: (copy: Written) => void;
}

export function FromProject({ projectId, onPick }: FromProjectProps): ReactNode {
  const projects = useProjects();
  const [from, setFrom] = useState<string | undefined>(undefined);
  const others = (projects.data ?? []).filter(({ id }) => id !== projectId);
  if (others.length === 0) return null;
  return (
    <section className="from-project" aria-label="From another project">
      <SelectField
        label="Or copy one of another project"
        value={from}
        none="Choose a project"
        options={others.map(({ id, name }) => [id, name] as const)}
        onChange={setFrom}
      />
      {from !== undefined && <LayoutsOf key={from} projectId={from} onPick={onPick} />}
    </section>
  );
}

/** The version in use of each layout, or else its newest. */
function LayoutsOf({ projectId, onPick }: FromProjectProps): ReactNode {
  const { api } = useBackend();
  const layouts = useLayouts(projectId);
  const copy = useMutation({
    mutationFn: (version: LayoutVersion) =>
      ok(
        api.GET('/api/v1/projects/{project_id}/layouts/{layout_id}', {
          params: { path: { project_id: projectId, layout_id: version.id } },
        }),
      ),
    onSuccess: ({ name, source }) => onPick({ name, source }),
    onError: toastError,
  });
  if (layouts.isLoadingError) return <Failed error={layouts.error} retry={() => void layouts.refetch()} />;
  if (layouts.isPending) return <Skeleton height={40} />;
  if (layouts.data.length === 0) return <p className="muted">That project has no layout.</p>;
  return (
    <ul>
      {seriesOf(layouts.data).map(({ id, active, newest }) => {
        const version = active ?? newest;
        return (
          <li key={id}>
            <Button icon={<Copy size={15} aria-hidden />} disabled={copy.isPending} onClick={() => copy.mutate(version)}>
              {optionOf(version)}
            </Button>
          </li>
        );
      })}
    </ul>
  );
}

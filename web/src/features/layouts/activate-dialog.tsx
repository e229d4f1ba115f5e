import { ok } from '@tandem/client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';

import { useBackend } from '~/session/backend';
import { Consequences } from '~/ui/consequences';
import { toast } from '~/ui/toast';
import { layoutsKey, type LayoutVersion } from './queries';
import { called } from './versions';

interface ActivateProps {
  projectId: string;
  version: LayoutVersion;
  active: LayoutVersion | null;
  onClose: () => void;
  onDone: () => void;
}

export function ActivateDialog({ projectId, version, active, onClose, onDone }: ActivateProps): ReactNode {
  const { api } = useBackend();
  const client = useQueryClient();
  const activate = useMutation({
    mutationFn: () =>
      ok(
        api.POST('/api/v1/projects/{project_id}/layouts/{layout_id}/activate', {
          params: { path: { project_id: projectId, layout_id: version.id } },
        }),
      ),
    onSuccess: (done) => {
      void client.invalidateQueries({ queryKey: layoutsKey(projectId) });
      // Of tasks that nobody has begun the workbench may have the layout of before.
      void client.invalidateQueries({ queryKey: ['layout'] });
      toast(`Work begins on ${called(done)} from now on`, 'good');
      onDone();
    },
  });
  const before = active && active.id !== version.id ? active : null;
  return (
    <Consequences
      title={`Activate ${called(version)}?`}
      action="Activate"
      busy={activate.isPending}
      error={activate.error}
      onDo={() => activate.mutate()}
      onClose={onClose}
    >
      <li>Whoever begins a task of this project from now on works with it.</li>
      <li>
        {before
          ? `Tasks that were begun on ${called(before)}, which is active now, stay on it. It is retired and may be activated again.`
          : 'Tasks that were begun already go on without a layout, as before.'}
      </li>
      <li>What it says is fixed from now on. To change it, save the next version.</li>
    </Consequences>
  );
}

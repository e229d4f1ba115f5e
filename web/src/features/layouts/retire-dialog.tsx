import { ok } from '@tandem/client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';

import { useBackend } from '~/session/backend';
import { Consequences } from '~/ui/consequences';
import { toast } from '~/ui/toast';
import { layoutsKey, type LayoutVersion } from './queries';
import { ALL_WORK, isUsedFor } from './uses';
import { called } from './versions';

interface RetireProps {
  projectId: string;
  version: LayoutVersion;
  onClose: () => void;
}

export function RetireDialog({ projectId, version, onClose }: RetireProps): ReactNode {
  const { api } = useBackend();
  const client = useQueryClient();
  const retire = useMutation({
    mutationFn: () =>
      ok(
        api.POST('/api/v1/projects/{project_id}/layouts/{layout_id}/retire', {
          params: { path: { project_id: projectId, layout_id: version.id } },
        }),
      ),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: layoutsKey(projectId) });
      void client.invalidateQueries({ queryKey: ['layout'] });
      toast(`${called(version)} is retired`, 'good');
      onClose();
    },
  });
  return (
    <Consequences
      title={`Retire ${called(version)}?`}
      action="Retire"
      busy={retire.isPending}
      error={retire.error}
      onDo={() => retire.mutate()}
      onClose={onClose}
    >
      <li>
        {isUsedFor(version, ALL_WORK)
          ? 'Whoever begins a task from now on sees its image and draws regions on it, and nothing else.'
          : 'Whoever begins such work from now on does it with the layout for all work.'}
      </li>
      <li>Tasks that are on it stay on it. It may be activated again.</li>
    </Consequences>
  );
}

import { ok } from '@tandem/client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';

import { device } from '~/lib/keep';
import { useBackend } from '~/session/backend';
import { Consequences } from '~/ui/consequences';
import { toast } from '~/ui/toast';
import { texts } from './kept';
import { layoutsKey, type LayoutVersion } from './queries';
import { called } from './versions';

interface DiscardProps {
  projectId: string;
  version: LayoutVersion;
  onClose: () => void;
}

export function DiscardDialog({ projectId, version, onClose }: DiscardProps): ReactNode {
  const { api } = useBackend();
  const client = useQueryClient();
  const discard = useMutation({
    mutationFn: () =>
      ok(
        api.DELETE('/api/v1/projects/{project_id}/layouts/{layout_id}', {
          params: { path: { project_id: projectId, layout_id: version.id } },
        }),
      ),
    onSuccess: () => {
      texts.drop(device, projectId, version.id);
      void client.invalidateQueries({ queryKey: layoutsKey(projectId) });
      toast(`${called(version)} is deleted`, 'good');
      onClose();
    },
  });
  return (
    <Consequences
      title={`Delete the draft ${called(version)}?`}
      action="Delete"
      danger
      busy={discard.isPending}
      error={discard.error}
      onDo={() => discard.mutate()}
      onClose={onClose}
    >
      <li>Its text is gone for everybody. No task is on it.</li>
    </Consequences>
  );
}

import { ok } from '@tandem/client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';

import { useBackend } from '~/session/backend';
import { Consequences } from '~/ui/consequences';
import { toast } from '~/ui/toast';
import type { Workflow } from './queries';

interface ActivateProps {
  workflow: Workflow;
  active: Workflow | null;
  onClose: () => void;
  onDone: (workflow: Workflow) => void;
}

const called = (workflow: Workflow): string => `${workflow.name} v${workflow.version}`;

export function ActivateDialog({ workflow, active, onClose, onDone }: ActivateProps): ReactNode {
  const { api } = useBackend();
  const client = useQueryClient();
  const activate = useMutation({
    mutationFn: () =>
      ok(api.POST('/api/v1/workflows/{workflow_id}/activate', { params: { path: { workflow_id: workflow.id } } })),
    onSuccess: (done) => {
      void client.invalidateQueries({ queryKey: ['workflows', workflow.project_id] });
      toast(`New tasks begin on ${called(done)}`, 'good');
      onDone(done);
    },
  });
  const before = active && active.id !== workflow.id ? active : null;
  return (
    <Consequences
      title={`Activate ${called(workflow)}?`}
      action="Activate"
      busy={activate.isPending}
      error={activate.error}
      onDo={() => activate.mutate()}
      onClose={onClose}
    >
      <li>New tasks of this project begin on it from now on.</li>
      {before ? (
        <li>
          {before.tasks === 0 ? `No task is on ${called(before)}, which is active now; it is retired.` : null}
          {before.tasks > 0
            ? `${before.tasks === 1 ? 'One task is' : `${before.tasks} tasks are`} on ${called(before)}, which is active now. They stay on it and end on it; it is retired and takes no new ones.`
            : null}
        </li>
      ) : (
        <li>Tasks that are there already go on without a workflow, as before.</li>
      )}
      <li>What it says is fixed from now on. To change it, make the next version.</li>
    </Consequences>
  );
}

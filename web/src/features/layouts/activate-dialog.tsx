import { ok } from '@tandem/client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useMemo, useState, type ReactNode } from 'react';

import { useWorkflows } from '~/features/workflow/queries';
import { useBackend } from '~/session/backend';
import { Consequences } from '~/ui/consequences';
import { SelectField } from '~/ui/fields';
import { toast } from '~/ui/toast';
import { layoutsKey, type LayoutVersion } from './queries';
import { ALL_WORK, choices, inWords, isUsedFor, readUse, stepsOf, written, type Use } from './uses';
import { called } from './versions';

interface ActivateProps {
  projectId: string;
  version: LayoutVersion;
  all: readonly LayoutVersion[];
  onClose: () => void;
  onDone: () => void;
}

export function ActivateDialog({ projectId, version, all, onClose, onDone }: ActivateProps): ReactNode {
  const { api } = useBackend();
  const client = useQueryClient();
  const workflows = useWorkflows(projectId);
  const steps = useMemo(() => stepsOf(workflows.data ?? []), [workflows.data]);
  const [use, setUse] = useState(() => inherited(version, all));
  const activate = useMutation({
    mutationFn: () =>
      ok(
        api.POST('/api/v1/projects/{project_id}/layouts/{layout_id}/activate', {
          params: {
            path: { project_id: projectId, layout_id: version.id },
            query: { ...(use.step ? { step: use.step } : {}), ...(use.kind ? { kind: use.kind } : {}) },
          },
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
  const isForAll = written(use) === '';
  const before = all.find((other) => other.id !== version.id && isUsedFor(other, use)) ?? null;
  return (
    <Consequences
      title={version.uses.length > 0 ? `Use ${called(version)} for more?` : `Activate ${called(version)}?`}
      action={version.uses.length > 0 ? 'Use' : 'Activate'}
      busy={activate.isPending}
      error={activate.error}
      onDo={() => activate.mutate()}
      onClose={onClose}
      asks={
        <SelectField
          label="Used for"
          value={written(use)}
          none="All work that has no layout of its own"
          options={choices(steps)}
          onChange={(value) => setUse(readUse(value))}
        />
      }
    >
      <li>Whoever begins {isForAll ? 'a task of this project' : 'such work on a task'} from now on does it with this layout.</li>
      <li>
        {before
          ? `Tasks that were begun on ${called(before)}, which is active now, stay on it. It is used for that no more, and may be activated again.`
          : isForAll
            ? 'Tasks that were begun already go on without a layout, as before.'
            : 'Tasks on which such work was begun already go on as before; all other work does, too.'}
      </li>
      {inWords(version).length > 0 && <li>It goes on being used for {inWords(version).join('; ')}.</li>}
      <li>What it says is fixed from now on. To change it, save the next version.</li>
    </Consequences>
  );
}

/** A new version is meant for what the one before is used for. */
const inherited = (version: LayoutVersion, all: readonly LayoutVersion[]): Use =>
  version.uses.length > 0 ? ALL_WORK : firstUse(version, all);

const firstUse = (version: LayoutVersion, all: readonly LayoutVersion[]): Use =>
  all.find(({ series, uses }) => series === version.series && uses.length > 0)?.uses[0] ?? ALL_WORK;

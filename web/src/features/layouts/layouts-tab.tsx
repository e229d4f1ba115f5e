/** The layouts of a project, for those who may change them: which is active, what there was before, and the way into the editor. */
import './layouts.css';

import { ok } from '@tandem/client';
import { useMutation } from '@tanstack/react-query';
import { LayoutTemplate, Plus } from 'lucide-react';
import { useCallback, useState, type ReactNode } from 'react';

import { useBackend } from '~/session/backend';
import type { Project } from '~/session/queries';
import { Button } from '~/ui/controls';
import { Dialog } from '~/ui/dialog';
import { Empty, Failed, Skeleton } from '~/ui/feedback';
import { toastError } from '~/ui/toast';
import { ActivateDialog } from './activate-dialog';
import { Compare } from './compare';
import { DiscardDialog } from './discard-dialog';
import { LayoutEditor } from './editor';
import { FromProject } from './from-project';
import { useLayouts, type LayoutDetail, type LayoutVersion } from './queries';
import { RetireDialog } from './retire-dialog';
import { SeriesPanel } from './series-panel';
import { StartLayouts } from './start';
import type { Written } from './use-draft';
import { ALL_WORK, isUsedFor } from './uses';
import { seriesOf } from './versions';

type Mode =
  | { readonly at: 'see' }
  | { readonly at: 'edit'; readonly from: LayoutDetail | null; readonly begin: Written }
  | { readonly at: 'compare'; readonly before: LayoutVersion; readonly after: LayoutVersion };

type Asking =
  { readonly what: 'start' } | { readonly what: 'activate' | 'retire' | 'discard'; readonly version: LayoutVersion } | null;

const SEE: Mode = { at: 'see' };

export default function LayoutsTab({ project }: { project: Project }): ReactNode {
  const layouts = useLayouts(project.id);
  const [mode, setMode] = useState<Mode>(SEE);
  const [asking, setAsking] = useState<Asking>(null);
  const see = useCallback(() => setMode(SEE), []);
  const open = useOpen(project.id, (from) => setMode({ at: 'edit', from, begin: { name: from.name, source: from.source } }));
  if (layouts.isLoadingError) return <Failed error={layouts.error} retry={() => void layouts.refetch()} />;
  if (layouts.isPending) return <Skeleton height={320} className="skeleton-card" />;
  const all = layouts.data;
  const begin = ({ name, source }: Written): void => {
    setAsking(null);
    setMode({ at: 'edit', from: null, begin: { name, source } });
  };

  if (mode.at === 'edit') {
    return (
      <LayoutEditor key={mode.from?.id ?? 'new'} project={project} from={mode.from} begin={mode.begin} all={all} leave={see} />
    );
  }
  if (mode.at === 'compare') {
    return <Compare projectId={project.id} versions={all} before={mode.before.id} after={mode.after.id} leave={see} />;
  }
  if (all.length === 0) {
    return (
      <section className="panel" aria-label="Layouts">
        <Empty icon={<LayoutTemplate size={20} />} title="This project has no layout yet">
          Without one people see the image and draw regions on it, and nothing else. Start from one of these and change what you
          like.
        </Empty>
        <StartLayouts onPick={begin} />
        <FromProject projectId={project.id} onPick={begin} />
      </section>
    );
  }
  const active = all.some((version) => isUsedFor(version, ALL_WORK));
  return (
    <section className="layouts" aria-label="Layouts">
      <div className="toolbar">
        <p className="muted">
          {active
            ? 'A task stays on the version that was active when work on it began.'
            : 'None is active for all work: without one people see the image and draw regions on it, and nothing else.'}
        </p>
        <span className="spacer" />
        <Button icon={<Plus size={15} aria-hidden />} onClick={() => setAsking({ what: 'start' })}>
          New layout
        </Button>
      </div>
      {seriesOf(all).map((series) => (
        <SeriesPanel
          key={series.id}
          series={series}
          busy={open.isPending}
          onOpen={(version) => open.mutate(version.id)}
          onActivate={(version) => setAsking({ what: 'activate', version })}
          onRetire={(version) => setAsking({ what: 'retire', version })}
          onDiscard={(version) => setAsking({ what: 'discard', version })}
          onCompare={(before, after) => setMode({ at: 'compare', before, after })}
        />
      ))}
      {asking?.what === 'start' && (
        <Dialog open wide onClose={() => setAsking(null)} title="A new layout">
          <StartLayouts onPick={begin} />
          <FromProject projectId={project.id} onPick={begin} />
        </Dialog>
      )}
      {asking?.what === 'activate' && (
        <ActivateDialog
          projectId={project.id}
          version={asking.version}
          all={all}
          onClose={() => setAsking(null)}
          onDone={() => setAsking(null)}
        />
      )}
      {asking?.what === 'retire' && (
        <RetireDialog projectId={project.id} version={asking.version} onClose={() => setAsking(null)} />
      )}
      {asking?.what === 'discard' && (
        <DiscardDialog projectId={project.id} version={asking.version} onClose={() => setAsking(null)} />
      )}
    </section>
  );
}

/** Reads a version as it is at this moment: what is changed from here on is a change of that. */
function useOpen(projectId: string, then: (version: LayoutDetail) => void) {
  const { api } = useBackend();
  return useMutation({
    mutationFn: (id: string) =>
      ok(
        api.GET('/api/v1/projects/{project_id}/layouts/{layout_id}', {
          params: { path: { project_id: projectId, layout_id: id } },
        }),
      ),
    onSuccess: then,
    onError: toastError,
  });
}
